"""The vocabulary that every room shares: ids, observations, facts, commands, desired state, snapshots.

Everything here is frozen and free of behaviour that reaches outside; it must not import any other room.
"""
