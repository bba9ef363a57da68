"""Both journals page by page: nothing told twice, nothing lost, whatever is written between two pages."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.journal import format_line
from mt5console.core.terminal.journal_page import journal_page

DAY = date(2026, 1, 2)


class World:
    """Two folders that somebody writes journals into."""

    def __init__(self, root: Path) -> None:
        self.journals, self.experts = root / "logs", root / "MQL5" / "Logs"
        self.journals.mkdir(parents=True)
        self.experts.mkdir(parents=True)

    def write(self, text: str, second: int, *, experts: bool = False, day: date = DAY, category: str = "Terminal"):
        folder = self.experts if experts else self.journals
        at = datetime(day.year, day.month, day.day, 3, second // 60 % 60, second % 60)
        self.write_raw(format_line(at, 0, category, text) + "\r\n", folder, day)

    @staticmethod
    def write_raw(text: str, folder: Path, day: date = DAY) -> None:
        path = folder / f"{day:%Y%m%d}.log"
        with path.open("ab") as file:
            if file.tell() == 0:
                file.write(b"\xff\xfe")
            file.write(text.encode("utf-16-le"))

    def page(self, after: str = "", limit: int = 500):
        return journal_page(self.journals, self.experts, after, limit)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def texts(page) -> list[str]:
    return [line["text"] for line in page.lines]


def test_both_journals_are_one_story_by_time(world):
    world.write("one", 1)
    world.write("two", 2, experts=True, category="Robot_1 (EURUSD,H1)")
    world.write("three", 3)
    page = world.page()
    assert [(line["text"], line["log"]) for line in page.lines] == [
        ("one", "terminal"),
        ("two", "experts"),
        ("three", "terminal"),
    ]
    assert not page.more


def test_the_first_page_has_the_newest_lines_and_the_next_only_what_came_since(world):
    for second in range(20):
        world.write(f"line {second}", second)
    page = world.page(limit=5)
    assert texts(page) == [f"line {second}" for second in range(15, 20)]
    assert texts(world.page(page.cursor)) == []
    world.write("later", 30)
    assert texts(world.page(page.cursor)) == ["later"]


def test_a_half_line_waits_until_it_is_whole(world):
    page = world.page()
    whole = format_line(datetime(2026, 1, 2, 3, 0, 0), 0, "Terminal", "whole")
    world.write_raw(whole[:20], world.journals)
    page = world.page(page.cursor)
    assert texts(page) == []
    world.write_raw(whole[20:] + "\r\n", world.journals)
    assert texts(world.page(page.cursor)) == ["whole"]


def test_a_new_day_follows_the_rest_of_the_old_one(world):
    world.write("first", 1)
    page = world.page()
    world.write("old day's rest", 2)
    world.write("new day", 0, day=date(2026, 1, 3))
    old = world.page(page.cursor)
    assert (texts(old), old.more) == (["old day's rest"], True)
    assert texts(world.page(old.cursor)) == ["new day"]


def test_a_morning_with_few_lines_shows_the_evening_before(world):
    world.write("yesterday", 1)
    world.write("today", 1, day=date(2026, 1, 3))
    assert texts(world.page()) == ["yesterday", "today"]


def test_a_journal_that_did_not_exist_is_told_from_its_beginning(world):
    cursor = world.page().cursor
    assert cursor == "-,-"
    world.write("hello", 1, experts=True, category="Robot_1 (EURUSD,H1)")
    assert texts(world.page(cursor)) == ["hello"]


def test_a_replaced_file_is_read_anew(world):
    for second in range(5):
        world.write(f"old {second}", second)
    cursor = world.page().cursor
    (world.journals / "20260102.log").unlink()
    world.write("new", 9)
    assert texts(world.page(cursor)) == ["new"]


def test_a_line_is_understood_by_those_before_its_page(world):
    world.write("MetaTrader 5 build 5000 started for Broker", 1)
    cursor = world.page().cursor
    world.write("MetaTrader 5 build 5000 started for Broker", 5)
    assert [line["kind"] for line in world.page(cursor).lines] == ["unclean_exit", "started"]


@pytest.mark.parametrize("cursor", ["x", "20260102:1", "20261399:5,-", "-,-,-", "20260102:-1,-"])
def test_a_cursor_that_is_none_is_refused(world, cursor):
    with pytest.raises(UsageInvalid):
        world.page(cursor)


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=6), max_size=6))
def test_every_line_is_told_exactly_once(tmp_path_factory, batches):
    world = World(tmp_path_factory.mktemp("journals"))
    cursor, told, written, number, day_now = world.page().cursor, [], [], 0, 0
    for batch in batches:
        for experts, day in batch:
            day_now = max(day_now, day)
            text = f"line {number}"
            world.write(text, number, experts=experts, day=date(2026, 1, 2 + day_now), category="Terminal")
            written.append(text)
            number += 1
        more = True
        while more:
            page = world.page(cursor)
            told += texts(page)
            cursor, more = page.cursor, page.more
    assert sorted(told) == sorted(written)
