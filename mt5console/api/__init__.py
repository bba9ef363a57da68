"""The engine's local HTTP API: a server over an `EngineDoor`, and the client that implements the same door.

`client` imports only the standard library; `server` is imported where an engine runs, for it loads FastAPI.
"""
