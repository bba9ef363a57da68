"""The palette's matching: what a few letters find, and in which order."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.ui.models.commands_model import COMMAND_ROLE, MARKS_ROLE, Command, CommandsModel, matches

pytestmark = pytest.mark.usefixtures("qapp")


def nothing() -> None:
    """What a command does where it does not matter."""


def command(title: str, detail: str = "") -> Command:
    return Command(title=title, detail=detail, run=nothing)


FLEET = [
    command(f"{act} user_{user}", f"10069000{user} @ XMGlobal-MT5 5")
    for user in range(1, 13)
    for act in ("Deploy to", "Restart", "Stop", "Show")
]


def titles(query: str, commands: list[Command] | None = None) -> list[str]:
    return [match.command.title for match in matches(query, FLEET if commands is None else commands)]


def test_no_words_find_everything_in_its_order() -> None:
    assert titles("  ") == [entry.title for entry in FLEET]


def test_a_beginning_and_a_number_find_the_one_act() -> None:
    assert titles("res 3")[0] == "Restart user_3"


def test_letters_that_begin_words_find_the_act() -> None:
    assert titles("du7") == ["Deploy to user_7"]


def test_a_whole_number_beats_a_number_that_begins_with_it() -> None:
    assert titles("show 1")[0] == "Show user_1"
    assert set(titles("show user_1")) >= {"Show user_1", "Show user_10", "Show user_12"}


def test_a_login_in_the_detail_is_found_behind_titles() -> None:
    found = titles("100690004")
    assert {title.split()[-1] for title in found} == {"user_4"}
    mixed = [command("Show 55", ""), command("Show other", "55")]
    assert titles("55", mixed) == ["Show 55", "Show other"]


def test_a_word_that_is_nowhere_finds_nothing() -> None:
    assert titles("restart xyzzy") == []


@given(st.text(alphabet=string.ascii_lowercase + " 0123456789_", max_size=12))
def test_what_is_found_holds_every_letter_and_marks_are_the_letters(query: str) -> None:
    for match in matches(query, FLEET):
        text = f"{match.command.title} {match.command.detail}".casefold()
        assert all(letter in text for letter in query.replace(" ", ""))
        assert list(match.marks) == sorted(set(match.marks))
        assert all(0 <= place < len(match.command.title) for place in match.marks)
        marked = {match.command.title[place].casefold() for place in match.marks}
        assert marked <= set(query)


@given(st.sampled_from(FLEET))
def test_a_command_is_found_first_by_its_own_title(entry: Command) -> None:
    assert titles(entry.title)[0] == entry.title


def test_the_model_shows_what_was_found(qtmodeltester) -> None:
    model = CommandsModel(FLEET)
    qtmodeltester.check(model)
    model.set_query("stop 12")
    assert model.command(0) == FLEET[46]
    assert model.index(0).data(COMMAND_ROLE).title == "Stop user_12"
    assert model.index(0).data(MARKS_ROLE)
    assert model.command(99) is None
