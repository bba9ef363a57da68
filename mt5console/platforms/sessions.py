"""What kind of session this program runs in, with which rights and by whose clock, for doctor.

Must not know: what runs in it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`interactive`: terminals started here can have windows, and answer. `text`: one line for people."""

    interactive: bool
    text: str


def describe_session() -> Session:
    """Whether terminals can work from here. MetaTrader's IPC does not cross sessions or accounts."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.desktop import interactive_session

        return _of_windows(*interactive_session())
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        return _of_posix()


def _of_windows(number: int, interactive: bool) -> Session:
    if interactive:
        return Session(interactive=True, text=f"interactive session {number}")
    text = f"session {number} has no desktop: log on (autologon and a task at logon), do not run as a service"
    return Session(interactive=False, text=text)


def _of_posix() -> Session:
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform == "darwin"
    text = "desktop session" if has_display else "session without a display; simulated terminals need none"
    return Session(interactive=True, text=text)


def end_before_terminals() -> None:
    """When the session ends, let this program be ended before the terminals that it watches."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.desktop import end_first

        end_first()


def is_elevated(pid: int | None) -> bool | None:
    """Whether a process (None: this one) runs as administrator; None where that cannot be told or does not exist."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.elevation import elevated

        return elevated(pid)
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        return None


_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_CHRONY = Path("/run/chrony/chronyd.pid")


def time_is_kept() -> tuple[bool, str]:
    """Whether something is seen that keeps this machine's clock right, and that in words; never how far it is off."""
    if sys.platform == "win32":
        from mt5console.platforms.windows.elevation import time_service

        return time_service()
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Windows
        for mark, service in ((_SYNCHRONISED, "systemd-timesyncd"), (_CHRONY, "chrony")):
            if mark.exists():
                return True, f"{service} keeps it"
        return False, "nothing is seen that keeps it right"
