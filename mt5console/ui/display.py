"""Whether a window can be shown here, and what to install or do when not; asked before Qt is loaded.

Qt ends the whole process when its platform plugin lacks a library: so the libraries are looked for first. Must not
know: what the window shows.
"""

from __future__ import annotations

import ctypes
import os
import sys

OFFSCREEN = "offscreen"

_EVERYWHERE = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""Libraries that Qt's Linux wheels leave to the system, and the Debian packages that bring them."""

_ON_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def why_no_window(*, offscreen: bool) -> str:
    """Why no window can be shown, with what to do; `""` when one can. `offscreen`: a picture of it is enough.

    Sets Qt's platform to `offscreen` where that is enough and there is no display.
    """
    return "" if sys.platform in ("win32", "darwin") else _why_no_window_on_linux(offscreen)


def _why_no_window_on_linux(offscreen: bool) -> str:
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not chosen and not has_display:
        if not offscreen:
            return "there is no display for a window here"
        os.environ["QT_QPA_PLATFORM"] = chosen = OFFSCREEN
    wanted = dict(_EVERYWHERE)
    if chosen == "xcb" or (not chosen and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY")):
        wanted |= _ON_X11
    missing = [package for library, package in wanted.items() if not _is_there(library)]
    if missing:
        return f"Qt lacks system libraries for a window: install the packages {' '.join(missing)}"
    return ""


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
