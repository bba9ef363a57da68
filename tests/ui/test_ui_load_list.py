"""What each terminal costs: the heaviest first, shares of the longest bar, and nothing claimed of what does not run."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from mt5console.ui.pictures import TerminalPicture
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.load_list import LoadList, load_rows

LIGHT = TerminalPicture(
    user_id=1, name="user_1", pid=11, rss_bytes=100 << 20, cpu_percent=4.0, started_utc_s=900.0, build=5430
)
HEAVY = replace(LIGHT, user_id=2, name="user_2", rss_bytes=200 << 20, cpu_percent=1.0)
RESTING = TerminalPicture(user_id=3, name="user_3")


def test_the_heaviest_comes_first_and_what_does_not_run_last() -> None:
    rows = load_rows((RESTING, LIGHT, HEAVY), 1000.0)
    assert [row.name for row in rows] == ["user_2", "user_1", "user_3"]
    assert [row.memory for row in rows] == [1.0, 0.5, 0.0]
    assert [row.cpu for row in rows] == [0.25, 1.0, 0.0]
    assert rows[1].up == "1 m"
    assert (rows[2].memory_words, rows[2].cpu_words, rows[2].up, rows[2].build) == ("not running", "–", "–", "–")


def test_an_idle_fleet_has_short_bars_and_not_full_ones() -> None:
    idle = replace(LIGHT, cpu_percent=0.1)
    assert load_rows((idle,), 1000.0)[0].cpu < 0.2


def test_bars_are_as_long_as_their_shares_and_are_spoken(qtbot) -> None:
    look().dress()
    listed = LoadList()
    qtbot.addWidget(listed)
    listed.set_rows(load_rows((LIGHT, HEAVY), 1000.0))
    listed.resize(1000, listed.sizeHint().height())
    listed.show()
    image = listed.grab().toImage()
    line = listed.sizeHint().height() // 3
    accent = look().colour(Role.ACCENT)
    half = (1000 - look().px(110) - 2 * look().px(92)) // 2 + look().px(110)
    lengths = [
        sum(QColor(image.pixel(QPoint(x, place * line + line // 2))) == accent for x in range(half)) for place in (1, 2)
    ]
    assert lengths[0] > 100
    assert abs(lengths[1] - lengths[0] / 2) <= 2
    assert listed.accessibleName() == "Terminals, heaviest first: user_2 200 MB, 1.0 %; user_1 100 MB, 4.0 %"
