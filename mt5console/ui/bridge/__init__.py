"""The window's side of the engine: the only room with threads, with the client, and with a process to start.

What leaves it are frozen pictures on queued signals. It must not know views.
"""
