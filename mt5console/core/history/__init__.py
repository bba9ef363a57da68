"""What is kept across lives of the engine: SQLite for state and decisions, packed blobs for heartbeats.

It must not know why anything was decided, and never a password.
"""
