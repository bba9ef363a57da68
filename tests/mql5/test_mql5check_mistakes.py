"""Planted mistakes: the checker refuses each at its line, and accepts the same program put right."""

from pathlib import Path

import pytest

from tests.mql5.mistakes.bodies import BODIES
from tests.mql5.mistakes.classes import CLASSES
from tests.mql5.mistakes.constructs import CONSTRUCTS
from tests.mql5.mistakes.form import FORM
from tests.mql5.mistakes.naming import NAMES
from tests.mql5.mistakes.values import TYPES
from tools.mql5check.check import check_text

ALL = (*FORM, *CONSTRUCTS, *NAMES, *TYPES, *BODIES, *CLASSES)
WHERE = Path(__file__).parent / "Planted.mq5"

by_name = pytest.mark.parametrize("mistake", ALL, ids=[mistake.name for mistake in ALL])


@by_name
def test_a_planted_mistake_is_refused_at_its_line(mistake):
    found = check_text(mistake.wrong, WHERE)
    told = [(error.line, error.text) for error in found]
    assert any(line == mistake.line and mistake.fragment in text for line, text in told), told
    assert all(error.path == str(WHERE) and error.column >= 1 for error in found)


@by_name
def test_the_program_put_right_is_accepted(mistake):
    assert [str(error) for error in check_text(mistake.right, WHERE)] == []


def test_the_table_names_many_kinds_and_none_twice():
    names = [mistake.name for mistake in ALL]
    assert len(names) >= 100
    assert len(set(names)) == len(names)
