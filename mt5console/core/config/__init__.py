"""How this installation is set up: the base directory's marker and the typed settings.

Nothing is imported here, so that the command line does not pay for what it does not use. It must not know the engine.
"""
