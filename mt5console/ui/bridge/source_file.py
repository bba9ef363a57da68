"""A robot's source file, read where reading may take its time. Must not know: MQL5, Qt, or who asks.

Runs in: a carrier's thread.
"""

from __future__ import annotations

from pathlib import Path

from mt5console.core.deployment.sources import read_source
from mt5console.core.errors import UsageInvalid

LARGEST_BYTES = 4 * 1024 * 1024


def read_source_file(path: str) -> tuple[str, str]:
    """The file's text and its name. UTF-16 or UTF-8 by its mark, else UTF-8, else the Western code page.

    Raises `UsageInvalid` (`no_source_file`, `source_too_large`) saying which file and what to do.
    """
    file = Path(path)
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageInvalid(
            "no_source_file", f"{file.name} cannot be read ({reason}): choose the .mq5 file again"
        ) from None
    if len(data) > LARGEST_BYTES:
        text = f"{file.name} is larger than {LARGEST_BYTES // 1024**2} MB: choose the robot's own .mq5 file"
        raise UsageInvalid("source_too_large", text)
    return read_source(data), file.name
