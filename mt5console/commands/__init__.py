"""The commands of the command line, one module per group: arguments in, an exit code out, no logic of their own.

`mt5console.app` is imported inside the commands, so that `--help` and wrong usage never pay for it.
"""
