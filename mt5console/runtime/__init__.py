"""The engine's process: collectors that observe, an executor that acts, the loop between, and the door for clients.

It must not know Qt, HTTP, or which platform it stands on: everything outside comes through `core.ports`.
"""
