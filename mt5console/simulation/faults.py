"""Faults to inject into simulated terminals: their names, and the file in which they wait for their terminal.

One JSON file per user under the simulation's folder, replaced atomically under a lock; a terminal looks at its stamp
ten times a second. Must not know: how a terminal carries a fault out.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.layout import BaseLayout
from mt5console.simulation.locks import exclusive

LASTING = frozenset(
    {"auth-fail", "disconnect", "disk-full", "market-closed", "robot-init-fail", "slow-start", "wrong-account"}
)
"""These last until `clear`, over any restart (`disconnect SECONDS` also ends by itself)."""

ONCE = frozenset(
    {
        "algo-off",
        "crash",
        "freeze",
        "ipc-hang",
        "live-update",
        "logout",
        "profile-loss",
        "profile-stale",
        "robot-freeze",
        "robot-moved",
        "robot-stop",
    }
)
"""These happen once, in the process that runs or else in the next one (as soon as their robot or login is there)."""

FAULTS = tuple(sorted(LASTING | ONCE))
"""Every name that `inject` takes, besides `clear`."""

CLEAR = "clear"
AGENT = "agent"
"""May stand for a robot's number in `robot-stop`, `robot-freeze` and `robot-moved`."""

_ROBOT_FAULTS = frozenset({"robot-stop", "robot-freeze", "robot-moved", "robot-init-fail"})
_SECONDS_FAULTS = {"slow-start": "10", "disconnect": None}


class Fault(NamedTuple):
    """One injected fault. `argument`: robot, seconds, symbol or login, by fault. `until_utc_s`: when it ends itself."""

    id: str
    name: str
    argument: str | None
    injected_utc_s: float
    until_utc_s: float | None = None


class FaultBook(NamedTuple):
    """All faults that wait or last for one user. `clears` counts how often they were cleared."""

    clears: int = 0
    faults: tuple[Fault, ...] = ()

    def lasting(self, name: str, utc_s: float) -> Fault | None:
        """The lasting fault of this name that is on now, None when there is none."""
        for fault in self.faults:
            if fault.name == name and (fault.until_utc_s is None or utc_s < fault.until_utc_s):
                return fault
        return None


NO_FAULTS = FaultBook()


def fault_file(base: Path, user_id: int) -> Path:
    """Where a user's faults lie."""
    return BaseLayout(base).simulation / "faults" / f"user_{user_id}.json"


def inject(base: Path, user_id: int, fault: str, argument: str | None = None) -> None:
    """Put a fault into a user's terminal, running or not; `clear` ends the lasting ones.

    Raises `UsageInvalid` for an unknown fault or a wrong argument; nothing is changed then.
    """
    if fault == CLEAR:
        clear(base, user_id)
        return
    if fault not in FAULTS:
        raise UsageInvalid(
            "unknown_fault", f"There is no fault “{fault}”; choose one of: {', '.join(FAULTS)}, {CLEAR}."
        )
    argument = _checked(fault, argument)
    now = time.time()
    until = now + float(argument) if fault == "disconnect" and argument is not None else None
    entry = Fault(id=os.urandom(8).hex(), name=fault, argument=argument, injected_utc_s=now, until_utc_s=until)

    def add(book: FaultBook) -> FaultBook:
        kept = tuple(
            old for old in book.faults if old.name not in LASTING or (old.name, old.argument) != (fault, argument)
        )
        return book._replace(faults=(*kept, entry))

    _change(base, user_id, add)


def clear(base: Path, user_id: int) -> None:
    """End the user's lasting faults and forget the waiting ones. What a fault has done already is not undone."""
    _change(base, user_id, lambda book: FaultBook(clears=book.clears + 1))


def take(base: Path, user_id: int, fault_id: str) -> bool:
    """Remove a fault that happens once, just before it happens; False when somebody cleared it meanwhile."""
    taken = False

    def remove(book: FaultBook) -> FaultBook:
        nonlocal taken
        kept = tuple(fault for fault in book.faults if fault.id != fault_id)
        taken = len(kept) < len(book.faults)
        return book._replace(faults=kept)

    _change(base, user_id, remove)
    return taken


def read_faults(path: Path) -> FaultBook:
    """A user's faults; none when the file is missing or not ours."""
    try:
        value = json.loads(path.read_bytes())
        return FaultBook(clears=int(value["clears"]), faults=tuple(Fault(**fields) for fields in value["faults"]))
    except (OSError, ValueError, KeyError, TypeError):
        return NO_FAULTS


def disk_is_full(base: Path, user_id: int) -> bool:
    """Whether the disk of this user's terminal is full: the console's own writes there must then fail too."""
    path = fault_file(base, user_id)
    return path.exists() and read_faults(path).lasting("disk-full", time.time()) is not None


def _checked(fault: str, argument: str | None) -> str | None:
    if fault in _ROBOT_FAULTS:
        if argument == AGENT and fault != "robot-init-fail":
            return argument
        if argument is None or not argument.isdecimal() or int(argument) == 0:
            raise UsageInvalid("robot_needed", f"{fault} needs the robot's number, such as: {fault} 123.")
        return str(int(argument))
    if fault in _SECONDS_FAULTS:
        given = argument if argument is not None else _SECONDS_FAULTS[fault]
        try:
            is_wrong = given is not None and not 0 <= float(given) <= 86_400
        except ValueError:
            is_wrong = True
        if is_wrong:
            raise UsageInvalid("seconds_needed", f"{fault} takes seconds, such as: {fault} 20.")
        return given
    if fault == "wrong-account" and argument is not None and not argument.isdecimal():
        raise UsageInvalid("login_needed", "wrong-account takes the login to show, such as: wrong-account 700001.")
    return argument


def _change(base: Path, user_id: int, change: Callable[[FaultBook], FaultBook]) -> None:
    path = fault_file(base, user_id)
    with exclusive(path.parent / "lock"):
        book = change(read_faults(path))
        beside = path.with_suffix(".tmp")
        beside.write_text(
            json.dumps({"clears": book.clears, "faults": [fault._asdict() for fault in book.faults]}), encoding="utf-8"
        )
        os.replace(beside, path)
