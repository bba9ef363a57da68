"""The console's window: a client of the engine, and everything of Qt.

Only `bridge` knows threads and the client. It must not know the engine's inside: no runtime, no platforms.
"""
