"""The terminal's states as a table: which trigger leads from which state to which, and nothing else.

The table is the truth; docs/states.md is printed from it (`python -m mt5console.core.watchdog.states`).
Must not know: facts, policies, or why a trigger was pulled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """What a user's terminal is, in one word. Desired state (run, stop) is kept apart from it."""

    UNKNOWN = "unknown"
    STOPPED = "stopped"
    DOWN = "down"
    STARTING = "starting"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    CLOSING = "closing"
    UPDATING = "updating"
    QUARANTINED = "quarantined"
    SUSPENDED = "suspended"
    WRONG_IDENTITY = "wrong_identity"
    CONFLICT = "conflict"


class Trigger(StrEnum):
    """What was concluded from facts or from time; the only things that change a state."""

    PROCESS_SEEN = "process_seen"
    PROCESS_LOST = "process_lost"
    REST_SEEN = "rest_seen"
    WANTED = "wanted"
    START_ISSUED = "start_issued"
    CLOSE_ISSUED = "close_issued"
    ALL_WELL = "all_well"
    SOMETHING_WRONG = "something_wrong"
    NOT_ALL_KNOWN = "not_all_known"
    UPDATE_BEGAN = "update_began"
    CLOSED_BY_HAND = "closed_by_hand"
    BREAKER_OPENED = "breaker_opened"
    IDENTITY_WRONG = "identity_wrong"
    IDENTITY_RIGHT = "identity_right"
    TWO_PROCESSES = "two_processes"
    RELEASED = "released"


class InvalidTransition(Exception):
    """A trigger that the table does not list for the state: a mistake in this program, never ignored."""

    def __init__(self, state: State, trigger: Trigger) -> None:
        super().__init__(f"the table has no way from '{state}' by '{trigger}'")
        self.state = state
        self.trigger = trigger


JUDGED_BY_CHECKS = frozenset({State.UNKNOWN, State.STARTING, State.HEALTHY, State.DEGRADED})
"""States whose next state follows from the four checks while a process lives."""

NEEDS_PERSON = frozenset({State.QUARANTINED, State.SUSPENDED, State.WRONG_IDENTITY, State.CONFLICT})
"""States that no automatic act leaves: a person decides, or what was wrong is seen right again."""

WITHOUT_PROCESS = frozenset({State.STOPPED, State.DOWN, State.UPDATING, State.SUSPENDED})
"""States in which no process runs."""

MEANING: Mapping[State, str] = MappingProxyType(
    {
        State.UNKNOWN: "not enough was seen to say; unknown is never healthy",
        State.STOPPED: "no process, and none is wanted",
        State.DOWN: "no process, though one is wanted; it is started when budget, backoff and pacing allow",
        State.STARTING: "a start was issued or a process was found; agent and login are awaited within their grace",
        State.HEALTHY: "process, IPC, account and robots are all seen to be well",
        State.DEGRADED: "the process lives, and at least one check is seen to fail",
        State.CLOSING: "asked to close; killed when it does not end in time",
        State.UPDATING: "LiveUpdate is at work; left alone until its deadline",
        State.QUARANTINED: "the breaker is open: too many restarts; a person must release it",
        State.SUSPENDED: "closed by a person; the console asks instead of fighting",
        State.WRONG_IDENTITY: "another account, server or directory than registered; every act is stopped",
        State.CONFLICT: "more than one process runs the executable; no act is safe",
    }
)
"""One line for each state, for people."""

_ALIVE = (State.UNKNOWN, State.STARTING, State.HEALTHY, State.DEGRADED)
_ALL = tuple(State)


def _ways(trigger: Trigger, sources: Iterable[State], target: State) -> dict[tuple[State, Trigger], State]:
    return {(source, trigger): target for source in sources}


def _stay(trigger: Trigger, *states: State) -> dict[tuple[State, Trigger], State]:
    return {(state, trigger): state for state in states}


def _without(*states: State) -> tuple[State, ...]:
    return tuple(state for state in _ALL if state not in states)


TRANSITIONS: Mapping[tuple[State, Trigger], State] = MappingProxyType(
    {
        **_ways(Trigger.PROCESS_SEEN, _without(State.QUARANTINED, State.WRONG_IDENTITY), State.STARTING),
        **_stay(Trigger.PROCESS_SEEN, State.QUARANTINED, State.WRONG_IDENTITY),
        **_ways(Trigger.PROCESS_LOST, (*_ALIVE, State.CLOSING, State.CONFLICT, State.UPDATING), State.DOWN),
        **_stay(Trigger.PROCESS_LOST, State.DOWN, State.QUARANTINED, State.WRONG_IDENTITY),
        **_ways(
            Trigger.REST_SEEN,
            (*_ALIVE, State.CLOSING, State.CONFLICT, State.UPDATING, State.DOWN, State.SUSPENDED, State.STOPPED),
            State.STOPPED,
        ),
        **_stay(Trigger.REST_SEEN, State.QUARANTINED, State.WRONG_IDENTITY),
        **_ways(Trigger.WANTED, (State.UNKNOWN, State.STOPPED, State.SUSPENDED, State.UPDATING), State.DOWN),
        **_ways(Trigger.START_ISSUED, (State.DOWN,), State.STARTING),
        **_ways(Trigger.CLOSE_ISSUED, (*_ALIVE, State.QUARANTINED, State.WRONG_IDENTITY), State.CLOSING),
        **_ways(Trigger.ALL_WELL, _ALIVE, State.HEALTHY),
        **_ways(Trigger.SOMETHING_WRONG, _ALIVE, State.DEGRADED),
        **_ways(Trigger.NOT_ALL_KNOWN, _ALIVE, State.UNKNOWN),
        **_ways(Trigger.UPDATE_BEGAN, (*_ALIVE, State.DOWN, State.CLOSING, State.CONFLICT), State.UPDATING),
        **_ways(
            Trigger.CLOSED_BY_HAND,
            (*_ALIVE, State.DOWN, State.STOPPED, State.CLOSING, State.UPDATING, State.CONFLICT),
            State.SUSPENDED,
        ),
        **_ways(Trigger.BREAKER_OPENED, (*_ALIVE, State.DOWN, State.CONFLICT), State.QUARANTINED),
        **_ways(
            Trigger.IDENTITY_WRONG,
            (*_ALIVE, State.DOWN, State.CLOSING, State.QUARANTINED, State.CONFLICT),
            State.WRONG_IDENTITY,
        ),
        **_ways(Trigger.IDENTITY_RIGHT, (State.WRONG_IDENTITY,), State.UNKNOWN),
        **_ways(Trigger.TWO_PROCESSES, _ALL, State.CONFLICT),
        **_ways(Trigger.RELEASED, (State.QUARANTINED, State.SUSPENDED, State.WRONG_IDENTITY), State.UNKNOWN),
    }
)
"""(state, trigger) to next state. A pair that is not listed raises `InvalidTransition`."""


def next_state(state: State, trigger: Trigger) -> State:
    """The table's answer. Raises `InvalidTransition` for a pair that it does not list."""
    target = TRANSITIONS.get((state, trigger))
    if target is None:
        raise InvalidTransition(state, trigger)
    return target


def as_markdown() -> str:
    """The table as docs/states.md."""
    lines = [
        "# States of a terminal",
        "",
        "Printed from the table in `mt5console/core/watchdog/states.py` by",
        "`python -m mt5console.core.watchdog.states > docs/states.md`; a test holds them together.",
        "",
        "| state | meaning | leaves by |",
        "|---|---|---|",
    ]
    for state in State:
        exits = (
            f"{trigger} → {TRANSITIONS[state, trigger]}"
            for trigger in Trigger
            if (state, trigger) in TRANSITIONS and TRANSITIONS[state, trigger] is not state
        )
        lines.append(f"| `{state}` | {MEANING[state]} | {'; '.join(exits)} |")
    stays = ", ".join(f"`{state}` at {trigger}" for (state, trigger), target in TRANSITIONS.items() if target is state)
    lines += ["", f"Without a change: {stays}.", "", "Any other pair is a mistake in the program and raises."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
