"""The table of states: complete, without dead ends, and the page that is printed from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mt5console.core.watchdog.states import (
    MEANING,
    TRANSITIONS,
    InvalidTransition,
    State,
    Trigger,
    as_markdown,
    next_state,
)

PAGE = Path(__file__).parents[3] / "docs" / "states.md"
PAIRS = [(state, trigger) for state in State for trigger in Trigger]


@pytest.mark.parametrize(("state", "trigger"), PAIRS, ids=lambda part: str(part))
def test_each_pair_is_listed_or_raises(state: State, trigger: Trigger) -> None:
    listed = TRANSITIONS.get((state, trigger))
    if listed is not None:
        assert next_state(state, trigger) is listed
        return
    with pytest.raises(InvalidTransition, match=f"'{state}' by '{trigger}'") as raised:
        next_state(state, trigger)
    assert (raised.value.state, raised.value.trigger) == (state, trigger)


def test_every_state_is_reachable_from_unknown() -> None:
    reached, edge = {State.UNKNOWN}, {State.UNKNOWN}
    while edge:
        edge = {target for (source, _), target in TRANSITIONS.items() if source in edge} - reached
        reached |= edge
    assert reached == set(State)


@pytest.mark.parametrize("state", State)
def test_every_state_has_an_exit_and_a_meaning(state: State) -> None:
    assert any(source is state and target is not state for (source, _), target in TRANSITIONS.items())
    assert MEANING[state]


@pytest.mark.parametrize("trigger", Trigger)
def test_every_trigger_is_used(trigger: Trigger) -> None:
    assert any(used is trigger for _, used in TRANSITIONS)


def test_only_a_start_command_or_a_process_leads_to_starting() -> None:
    ways = {trigger for (_, trigger), target in TRANSITIONS.items() if target is State.STARTING}
    assert ways == {Trigger.PROCESS_SEEN, Trigger.START_ISSUED}


def test_quarantine_is_left_only_by_a_person_or_a_graver_matter() -> None:
    ways = {
        trigger: target
        for (source, trigger), target in TRANSITIONS.items()
        if source is State.QUARANTINED and target is not source
    }
    assert ways == {
        Trigger.RELEASED: State.UNKNOWN,
        Trigger.CLOSE_ISSUED: State.CLOSING,
        Trigger.IDENTITY_WRONG: State.WRONG_IDENTITY,
        Trigger.TWO_PROCESSES: State.CONFLICT,
    }


def test_the_page_is_printed_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown()
