"""Which version a program file says it is. Must not know: what the program does."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys

assert sys.platform == "win32"

from pathlib import Path

import pywintypes
import win32api


def program_version(executable: Path) -> str:
    """The file version in its resources, as `5.0.0.5260`; empty when the file has none or cannot be read."""
    try:
        fields = win32api.GetFileVersionInfo(str(executable), "\\")
    except pywintypes.error:
        return ""
    high, low = int(fields["FileVersionMS"]), int(fields["FileVersionLS"])
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
