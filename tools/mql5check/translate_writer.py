"""Writes C++ whose every piece stands on the line of the MQL5 source that it comes from.

Must not know either language, but for C++'s `#line`.
"""

from __future__ import annotations


class LineWriter:
    """Collects text; `put` goes on to a line of the source first, by newlines or, backwards or far, by `#line`."""

    _FAR = 200

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._path = ""
        self._line = 1
        self._fresh = True

    def file(self, path: str, line: int = 1) -> None:
        """What follows comes from this file."""
        self._path = path
        self._mark(line)

    def put(self, text: str, line: int | None = None) -> None:
        """Write text (without newlines), on a line of the source when one is named."""
        if line is not None and line != self._line:
            self._go(line)
        self._parts.append(text)
        self._fresh = False

    def directive(self, text: str, line: int) -> None:
        """Write a line that must stand alone."""
        if line != self._line:
            self._go(line)
        if not self._fresh:
            self._mark(line)
        self._parts.append(text + "\n")
        self._line += 1
        self._fresh = True

    def text(self) -> str:
        """Everything written."""
        return "".join(self._parts) + "\n"

    def _go(self, line: int) -> None:
        if self._line < line < self._line + self._FAR:
            self._parts.append("\n" * (line - self._line))
            self._line = line
            self._fresh = True
        else:
            self._mark(line)

    def _mark(self, line: int) -> None:
        quoted = self._path.replace("\\", "\\\\").replace('"', '\\"')
        self._parts.append(f'\n#line {line} "{quoted}"\n')
        self._line = line
        self._fresh = True
