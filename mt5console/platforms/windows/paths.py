"""Paths in a form that Windows takes whatever their length.

Without a setting that most machines lack, Windows refuses paths of 260 letters, and directories of 248, unless they
are written so that nothing in them is interpreted. Must not know: what lies there.
"""

from __future__ import annotations

import os
from pathlib import Path

_SAFE_LETTERS = 200
"""From here on: a file's temporary name beside it is some forty letters longer than its own."""

_LITERAL = "\\\\?\\"


def reachable(path: Path) -> Path:
    """The same place, in the form without a limit when it is long; a short path is given back as it is."""
    text = os.path.abspath(path)
    if len(text) < _SAFE_LETTERS or text.startswith(_LITERAL):
        return path
    return Path(f"{_LITERAL}UNC\\{text[2:]}" if text.startswith("\\\\") else _LITERAL + text)
