"""Checks MQL5 sources against the portable subset that docs/mql5.md states, without MetaEditor.

`python -m tools.mql5check FILE...` is the door for people; `check_file` in `tools.mql5check.check` is the one for
programs. It must not know mt5console: it takes any program of the subset, ours or not.
"""
