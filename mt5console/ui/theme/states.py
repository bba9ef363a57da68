"""States and checks in words: title, colour role, lamp, and which is worse. Must not know: the engine's logic.

The names are the engine's words as they arrive in a picture; a name that is not listed reads as unknown, never as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mt5console.ui.theme.palette import Role

Lamp = Literal["ok", "failing", "warning", "unknown", "resting", "busy"]
"""A lamp's kind; each has its own shape (`lamps.py`), so that none is told by colour alone."""

LAMP_ROLES: Mapping[Lamp, Role] = MappingProxyType(
    {
        "ok": Role.OK,
        "failing": Role.FAILING,
        "warning": Role.WARNING,
        "unknown": Role.UNKNOWN,
        "resting": Role.TEXT_FAINT,
        "busy": Role.ACCENT,
    }
)

LAMP_WORDS: Mapping[Lamp, str] = MappingProxyType(
    {
        "ok": "well",
        "failing": "failing",
        "warning": "warning",
        "unknown": "unknown",
        "resting": "at rest",
        "busy": "under way",
    }
)
"""What a screen reader says for a lamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLook:
    """How a state is shown. `severity`: higher is worse. `meaning`: one line for a tooltip."""

    title: str
    role: Role
    lamp: Lamp
    severity: int
    meaning: str


STATES: Mapping[str, StateLook] = MappingProxyType(
    {
        "conflict": StateLook(
            title="Two processes",
            role=Role.FAILING,
            lamp="failing",
            severity=110,
            meaning="more than one process runs this terminal; no act is safe",
        ),
        "wrong_identity": StateLook(
            title="Wrong identity",
            role=Role.FAILING,
            lamp="failing",
            severity=100,
            meaning="another account, server or directory than registered; every act is stopped",
        ),
        "quarantined": StateLook(
            title="Quarantined",
            role=Role.QUARANTINED,
            lamp="failing",
            severity=90,
            meaning="too many restarts; a person must look and release it",
        ),
        "down": StateLook(
            title="Down",
            role=Role.FAILING,
            lamp="failing",
            severity=80,
            meaning="no process, though one is wanted",
        ),
        "degraded": StateLook(
            title="Degraded",
            role=Role.WARNING,
            lamp="warning",
            severity=70,
            meaning="the terminal lives, and at least one check fails",
        ),
        "suspended": StateLook(
            title="Closed by hand",
            role=Role.WARNING,
            lamp="warning",
            severity=60,
            meaning="a person closed it; the console asks before it starts it again",
        ),
        "unknown": StateLook(
            title="Unknown",
            role=Role.UNKNOWN,
            lamp="unknown",
            severity=50,
            meaning="not enough was seen to say",
        ),
        "closing": StateLook(
            title="Closing",
            role=Role.UNKNOWN,
            lamp="unknown",
            severity=40,
            meaning="asked to close; ended when it does not close in time",
        ),
        "starting": StateLook(
            title="Starting",
            role=Role.UNKNOWN,
            lamp="unknown",
            severity=30,
            meaning="started; agent and login are awaited",
        ),
        "updating": StateLook(
            title="Updating",
            role=Role.UNKNOWN,
            lamp="unknown",
            severity=20,
            meaning="MetaTrader updates itself; left alone until its deadline",
        ),
        "healthy": StateLook(
            title="Healthy",
            role=Role.OK,
            lamp="ok",
            severity=10,
            meaning="process, IPC, account and robots are all seen to be well",
        ),
        "stopped": StateLook(
            title="Stopped",
            role=Role.TEXT_FAINT,
            lamp="resting",
            severity=0,
            meaning="no process, and none is wanted",
        ),
    }
)
"""Every state of the engine, worst first."""


def look_of(state: str) -> StateLook:
    """How a state is shown; an unlisted word is shown as unknown."""
    return STATES.get(state, STATES["unknown"])


def severity(state: str) -> int:
    """How bad a state is: higher is worse."""
    return look_of(state).severity


def title_of(state: str) -> str:
    """A state's title, such as `Healthy`."""
    return look_of(state).title


def worst_first(states: Iterable[str]) -> list[str]:
    """State names from worst to best."""
    return sorted(states, key=severity, reverse=True)


def lamp_of(ok: bool | None) -> Lamp:
    """The lamp of one check: None is unknown, never well."""
    if ok is None:
        return "unknown"
    return "ok" if ok else "failing"
