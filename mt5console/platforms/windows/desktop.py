"""Top-level windows of a process: asked to close, the algo-trading button, whether one hangs; and the session's end.

Must not know: why any of it is done.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import wintypes
from typing import Any

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import pywintypes
import win32con
import win32gui
import win32process
import win32service
import win32ts

_TERMINAL_CLASS = "MetaQuotes::MetaTrader"
_DIALOG_CLASS = "#32770"
"""Windows' own class of dialogs and message boxes."""

_ALGO_TRADING_COMMAND = 32851
"""The toolbar button's command in MetaTrader 5's main window; it toggles, so the state is read before and after."""

_SHUTTING_DOWN = 0x2000
"""SM_SHUTTINGDOWN: true from the moment in which the session begins to end."""

_FIRST_TO_END = 0x3FF
"""The highest level that a program may have; most have 0x280. Windows ends the higher ones first."""

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_user32.IsHungAppWindow.argtypes = (wintypes.HWND,)
_user32.IsHungAppWindow.restype = wintypes.BOOL
_user32.GetSystemMetrics.argtypes = (ctypes.c_int,)
_user32.GetSystemMetrics.restype = ctypes.c_int
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.SetProcessShutdownParameters.argtypes = (wintypes.DWORD, wintypes.DWORD)
_kernel32.SetProcessShutdownParameters.restype = wintypes.BOOL


def ask_to_close(pid: int) -> bool:
    """Post WM_CLOSE to the process's dialogs, then to its main windows; False when there is nobody to ask.

    Never to a chart in a window of its own: that would close the chart and its robot before the profile is saved. A
    program without a terminal's main window is asked by whichever windows it shows.
    """
    windows = [*_dialogs(pid), *(_main_windows(pid) or _shown_windows(pid))]
    return any([_post(window, win32con.WM_CLOSE, 0) for window in windows])


def press_algo_button(pid: int) -> bool:
    """Post the button's command to the terminal's main window; False when there is no such window."""
    return any(_post(window, win32con.WM_COMMAND, _ALGO_TRADING_COMMAND) for window in _main_windows(pid)[:1])


def is_hung(pid: int) -> bool:
    """Whether a main window of the process has not answered the system for some seconds."""
    return any(bool(_user32.IsHungAppWindow(window)) for window in _main_windows(pid))


def interactive_session() -> tuple[int, bool]:
    """The number of the session that this program runs in, and whether its windows can be seen by a person."""
    session_of: Any = win32ts.ProcessIdToSessionId
    look_at: Any = win32service.GetUserObjectInformation
    number = int(session_of(os.getpid()))
    name = look_at(win32service.GetProcessWindowStation(), win32con.UOI_NAME)
    return number, number != 0 and str(name).lower() == "winsta0"


def session_is_ending() -> bool:
    """Whether Windows shuts down or signs this account out now."""
    return bool(_user32.GetSystemMetrics(_SHUTTING_DOWN))


def end_first() -> bool:
    """Have this program ended before the others of its session; whether the system took it."""
    return bool(_kernel32.SetProcessShutdownParameters(_FIRST_TO_END, 0))


def _windows_of(pid: int) -> list[int]:
    found: list[int] = []

    def note(window: int, _extra: None) -> bool:
        try:
            if win32process.GetWindowThreadProcessId(window)[1] == pid:
                found.append(window)
        except pywintypes.error:
            pass  # It was closed meanwhile.
        return True

    try:
        win32gui.EnumWindows(note, None)
    except pywintypes.error:
        return []  # No desktop to look at.
    return found


def _main_windows(pid: int) -> list[int]:
    """The terminal's own main windows, also when hidden in the tray."""
    return [window for window in _windows_of(pid) if _owner(window) == 0 and _class(window).startswith(_TERMINAL_CLASS)]


def _dialogs(pid: int) -> list[int]:
    """Dialogs that somebody sees and that keep the window they belong to from hearing; the topmost first."""
    windows = [window for window in _windows_of(pid) if _owner(window) != 0 and _class(window) == _DIALOG_CLASS]
    return [window for window in windows if win32gui.IsWindowVisible(window)]


def _shown_windows(pid: int) -> list[int]:
    """Visible windows that belong to no other window, whatever they are."""
    return [window for window in _windows_of(pid) if _owner(window) == 0 and win32gui.IsWindowVisible(window)]


def _owner(window: int) -> int:
    try:
        return win32gui.GetWindow(window, win32con.GW_OWNER)
    except pywintypes.error:
        return 0


def _class(window: int) -> str:
    try:
        return win32gui.GetClassName(window) or ""
    except pywintypes.error:
        return ""


def _post(window: int, message: int, word: int) -> bool:
    try:
        win32gui.PostMessage(window, message, word, 0)
    except pywintypes.error:
        return False
    return True
