"""A program with a terminal's main window, and a dialog of it: notes in which order it is asked to close what.

Run as a process of its own: `python window_owner.py NOTES [dialog] [hidden] [undocked] [other] [hang]`. As with a real
terminal, the main window ignores WM_CLOSE while its dialog is open. `undocked`: two charts have windows of their own,
one of which belongs to the main window. `other`: the main window is another program's. Must not know: who asks.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

assert sys.platform == "win32", "windows belong to Windows"

import pywintypes
import win32api
import win32con
import win32gui


class WindowOwner:
    """The windows and what they hear."""

    def __init__(self, notes: Path, words: list[str]) -> None:
        self.notes = notes
        self.words = words
        self.dialog = 0
        self.charts: list[int] = []
        kind = "Another program" if "other" in words else "MetaQuotes::MetaTrader::5.00"
        self.main = self.make(kind, 0, visible="hidden" not in words)
        if "undocked" in words:
            self.charts = [self.make("A chart", owner, visible=True) for owner in (self.main, 0)]
        if "dialog" in words:
            self.dialog = self.make_dialog(self.main)
        self.note("up")

    def make(self, kind: str, owner: int, *, visible: bool) -> int:
        """One window of its own class."""
        of_class: Any = win32gui.WNDCLASS()
        of_class.lpszClassName = kind
        of_class.hInstance = win32api.GetModuleHandle(None)
        of_class.lpfnWndProc = self.heard
        try:
            atom: Any = win32gui.RegisterClass(of_class)
        except pywintypes.error:
            atom = kind  # The first window of its kind has brought it.
        style = win32con.WS_OVERLAPPEDWINDOW | (win32con.WS_VISIBLE if visible else 0)
        place = (0, 0, 200, 100)
        return win32gui.CreateWindow(atom, kind, style, *place, owner, 0, of_class.hInstance, None)

    def make_dialog(self, owner: int) -> int:
        """A window of the system's own class of dialogs."""
        style = win32con.WS_POPUP | win32con.WS_CAPTION | win32con.WS_VISIBLE
        place = (0, 0, 200, 100)
        dialog = win32gui.CreateWindow("#32770", "", style, *place, owner, 0, win32api.GetModuleHandle(None), None)
        answer_by: Any = win32gui.SetWindowLong
        answer_by(dialog, win32con.GWL_WNDPROC, self.heard)
        return dialog

    def heard(self, window: int, message: int, word: int, extra: int) -> int:
        """A message to any of the windows."""
        if message == win32con.WM_CLOSE and window == self.dialog:
            self.note("dialog")
            self.dialog = 0
            win32gui.DestroyWindow(window)
        elif message == win32con.WM_CLOSE and window in self.charts:
            self.note("a chart")
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
