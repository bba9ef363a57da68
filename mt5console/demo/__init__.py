"""The demo: a simulated fleet from nothing, through the same doors that a person uses; leaves nothing behind.

It must not know the engine's inside: it is a client like any other.
"""
