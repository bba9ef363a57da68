"""Where a live user's terminal comes from: a golden template directory that a person prepared once.

The template is a portable copy of the broker's own installation (a generic one may not know the broker's servers).
What belongs to one run or one machine is left out. Must not know: users or accounts, or the console's own programs.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mt5console.core.errors import ConsoleError, StorageFailed
from mt5console.core.terminal.layout import program_file
from mt5console.platforms.trees import move_directory, remove_tree

LEFT_OUT = frozenset({"logs", "tester", "webview2", "ebwebview"})
LEFT_OUT_UNDER_BASES = frozenset({"history", "ticks"})
NEEDED = ("MQL5",)


class InstalledTemplate:
    """The template source port over a prepared directory."""

    def __init__(self, template: Path) -> None:
        self._template = template

    def install(self, directory: Path) -> None:
        """Copy the template into `directory`, which must be absent or empty; nothing usable is left on failure."""
        name = program_file("terminal64")
        missing = [needed for needed in (name, *NEEDED) if not (self._template / needed).exists()]
        if missing:
            text = (
                f"there is no terminal to copy: put a portable copy of the broker's terminal into {self._template} "
                f"(missing: {', '.join(missing)})"
            )
            raise ConsoleError("no_template", text)
        beside = directory.with_name(directory.name + ".installing")
        try:
            remove_tree(beside)
            shutil.copytree(self._template, beside, ignore=left_out)
            for folder in ("logs", "temp", "MQL5/Logs", "MQL5/Files", "MQL5/Experts/Mt5Console"):
                (beside / folder).mkdir(parents=True, exist_ok=True)
            if directory.exists():
                directory.rmdir()
            move_directory(beside, directory)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise StorageFailed(
                "write_failed", f"{directory} could not be filled: {error.strerror or error}"
            ) from error


def left_out(folder: str, names: list[str]) -> list[str]:
    """Logs, caches and price history: they belong to one run, and some are locked while a terminal runs."""
    parent = Path(folder).parent.name.casefold()
    drop = LEFT_OUT | (LEFT_OUT_UNDER_BASES if parent == "bases" else frozenset())
    return [name for name in names if name.casefold() in drop]
