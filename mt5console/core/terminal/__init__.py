"""What a terminal is on disk: its layout, files and formats. It must not know processes, policies or the engine.

Only the standard library is imported here, because every simulated terminal loads these modules too.
"""
