"""The page of assumptions and what the field test can report are one list."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from mt5console.doctor import field_story
from mt5console.doctor.assumptions import ASSUMPTIONS, NO_STEP
from mt5console.doctor.field_order import NEEDS, ORDER
from mt5console.doctor.field_report import Record, Redaction, report_json
from mt5console.doctor.field_story import Story

PAGE = (Path(__file__).parents[2] / "docs" / "assumptions.md").read_text("utf-8")
FIRST_TABLE, _, SECOND_TABLE = PAGE.partition("## What would show the rest")


def rows(text: str) -> dict[str, list[str]]:
    """The page's rows by their id: the cells behind it."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if re.match(r"\| A\d+ \|", line):
            name, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert name not in found, f"{name} stands twice"
            found[name] = cells
    return found


def test_the_report_names_exactly_the_ids_of_the_page() -> None:
    report = report_json(Record(), {}, Redaction(login=1, server="s", base=Path("/b")))
    assert [one["id"] for one in report["assumptions"]] == list(rows(FIRST_TABLE))
    assert len(report["assumptions"]) >= 20


def test_the_page_and_the_report_name_the_same_step() -> None:
    told = {one.id: one.step or "–" for one in ASSUMPTIONS}
    assert {name: cells[-1] for name, cells in rows(FIRST_TABLE).items()} == told


def test_each_says_what_follows_and_what_catches_it() -> None:
    for name, cells in rows(FIRST_TABLE).items():
        assert len(cells) == 4, name
        assert all(len(cell) > 10 for cell in cells[:3]), name


def test_what_the_field_test_cannot_show_has_a_way_by_hand() -> None:
    assert list(rows(SECOND_TABLE)) == [one.id for one in ASSUMPTIONS if one.step == NO_STEP]


def test_every_step_is_one_of_the_story_and_shows_what_it_says() -> None:
    assert {one.step for one in ASSUMPTIONS} - {NO_STEP} == set(ORDER)
    assert set(NEEDS) <= set(ORDER)
    for name in ORDER:
        assert callable(getattr(Story, name))


def test_every_id_with_a_step_is_looked_at_somewhere_in_the_story_and_no_other() -> None:
    named = set(re.findall(r'"(A\d+)"', inspect.getsource(field_story)))
    assert named == {one.id for one in ASSUMPTIONS if one.step != NO_STEP}


def test_an_id_that_is_not_on_the_page_cannot_be_reported() -> None:
    with pytest.raises(KeyError):
        Record().saw("A999", True, "")
