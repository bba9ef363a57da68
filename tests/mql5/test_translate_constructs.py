"""Constructs of the subset, side by side in one program, mean in C++ what they mean in MQL5."""

from pathlib import Path

import pytest

from tests.mql5.small_workshop import Workshop

SOURCE = (Path(__file__).parent / "good" / "Constructs.mq5").read_text(encoding="utf-8")
SHOWN = """\
23 11 12
7.5 8.5 x KIND_NONE true
255,0,0 -1
44 5 1 true true
42
3.0 1.875
t!3.0 2024.01.01 00:00:00
falsebnone31.0
42949672961 268435455 b true
36001 2024.01.01 01:00:00 true 2024.01.01 01:00:00
true0.0true 3 3
yes 5 0.333 OnStart true
has next
no more
6 -5 1 6 true true
00.00.00
44 -56 0.1 1e-05 100000000.0 123456789.125
x1
y
z 3
  2.2
"""


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


def test_every_construct_does_what_mql5_does(shop):
    told = shop.run(SOURCE, "start")
    assert (told.misuse, told.critical) == ([], [])
    assert "\n".join(told.prints) + "\n" == SHOWN


def test_none_of_them_makes_the_compiler_complain(shop):
    assert shop.compile(SOURCE).messages == ()
