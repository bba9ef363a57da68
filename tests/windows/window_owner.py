"""A program with a terminal's main window, and a dialog of it: notes in which order it is asked to close what.

Run as a process of its own: `python window_owner.py NOTES [dialog] [hidden] [hang]`. As with a real terminal, the main
window ignores WM_CLOSE while its dialog is open. Must not know: who asks.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

assert sys.platform == "win32", "windows belong to Windows"

import win32api
import win32con
import win32gui


class WindowOwner:
    """The windows and what they hear."""

    def __init__(self, notes: Path, words: list[str]) -> None:
        self.notes = notes
        self.words = words
        self.dialog = 0
        self.main = self.make("MetaQuotes::MetaTrader::5.00", 0, visible="hidden" not in words)
        if "dialog" in words:
            self.dialog = self.make("#dialog of the terminal", self.main, visible=True)
        self.note("up")

    def make(self, kind: str, owner: int, *, visible: bool) -> int:
        """One window of its own class."""
        of_class: Any = win32gui.WNDCLASS()
        of_class.lpszClassName = kind
        of_class.hInstance = win32api.GetModuleHandle(None)
        of_class.lpfnWndProc = self.heard
        atom: Any = win32gui.RegisterClass(of_class)
        style = win32con.WS_OVERLAPPEDWINDOW | (win32con.WS_VISIBLE if visible else 0)
        place = (0, 0, 200, 100)
        return win32gui.CreateWindow(atom, kind, style, *place, owner, 0, of_class.hInstance, None)

    def heard(self, window: int, message: int, word: int, extra: int) -> int:
        """A message to any of the windows."""
        if message == win32con.WM_CLOSE and window == self.dialog:
            self.note("dialog")
            self.dialog = 0
            win32gui.DestroyWindow(window)
        elif message == win32con.WM_CLOSE and self.dialog:
            self.note("main ignores it")
        elif message == win32con.WM_CLOSE:
            self.note("main")
            win32gui.PostQuitMessage(0)
        elif message == win32con.WM_COMMAND:
            self.note(f"command {word}")
        else:
            return win32gui.DefWindowProc(window, message, word, extra)
        return 0

    def note(self, text: str) -> None:
        with self.notes.open("a", encoding="utf-8") as notes:
            notes.write(f"{text}\n")


if __name__ == "__main__":
    owner = WindowOwner(Path(sys.argv[1]), sys.argv[2:])
    if "hang" in sys.argv:
        time.sleep(60)
    win32gui.PumpMessages()
