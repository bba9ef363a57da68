"""The small widgets: what they say, and that nothing is told by colour alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from mt5console.core.watchdog.policy import Policy
from mt5console.ui.theme.age_axis import height_of, stale_after_s
from mt5console.ui.theme.amounts import (
    age_words,
    count_words,
    memory_words,
    percent_words,
    rough_age_words,
    uptime_words,
)
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import STATES
from mt5console.ui.widgets.badge import Badge, money_badge
from mt5console.ui.widgets.lamp import LampLabel
from mt5console.ui.widgets.section import Section
from mt5console.ui.widgets.sparkline import Sparkline
from mt5console.ui.widgets.state_chip import StateChip
from mt5console.ui.widgets.toast import MOST_TOASTS, STAYS_MS, Toasts
from mt5console.ui.window.chip_row import ChipRow


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (-1.0, "0.0 s"),
        (0.84, "0.8 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 m 00 s"),
        (362.0, "6 m 02 s"),
        (7500.0, "2 h 05 m"),
        (273_600.0, "3 d 04 h"),
    ],
)
def test_ages_read_in_two_parts_at_most(seconds, words):
    assert age_words(seconds) == words


def test_other_amounts_carry_their_unit():
    assert (rough_age_words(41.9), rough_age_words(362), rough_age_words(8000)) == ("41 s", "6 min", "2 h")
    assert (uptime_words(None), uptime_words(14.2), uptime_words(400)) == ("–", "14 s", "6 m")
    assert (memory_words(None), memory_words(150 * 2**20), memory_words(3 * 2**30)) == ("–", "150 MB", "3.0 GB")
    assert (percent_words(None), percent_words(1.42), percent_words(37.6)) == ("–", "1.4 %", "38 %")
    assert (count_words(3, 5), count_words(None, 5)) == ("3/5", "–/5")


def test_a_second_and_a_minute_both_read_on_the_axis():
    assert height_of(0.0) == 0.0
    assert 0.2 < height_of(1.0) < 0.35
    assert 0.7 < height_of(60.0) < 0.85
    assert height_of(10_000.0) == 1.0


def test_the_stale_threshold_is_the_watchdogs():
    assert stale_after_s(False) == Policy.live().robot_stale_s
    assert stale_after_s(True) == Policy.simulated().robot_stale_s
    assert stale_after_s(None) == Policy.live().robot_stale_s


def test_a_lamp_says_its_word_and_its_kind(qtbot):
    label = LampLabel("IPC", "failing")
    qtbot.addWidget(label)
    assert label.accessibleName() == "IPC: failing"
    narrow = label.sizeHint().width()
    label.set_lamp("ok", "IPC answered")
    label.set_strong(True)
    assert (label.lamp, label.word, label.accessibleName()) == ("ok", "IPC answered", "IPC answered: well")
    assert label.sizeHint().width() > narrow
    assert not label.grab().isNull()


def test_an_account_of_unknown_kind_is_marked_as_real_money(qtbot):
    assert money_badge("real")[:2] == ("LIVE", Role.LIVE)
    assert money_badge("demo")[0] == "DEMO"
    assert money_badge("something new") == money_badge("unknown")
    badge = Badge()
    qtbot.addWidget(badge)
    badge.set_money("unknown")
    assert badge.text == "LIVE?"
    assert "real money" in badge.toolTip()
    assert not badge.grab().isNull()


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_chip_counts_a_state_and_can_be_pressed_with_the_keyboard(qtbot, state):
    chip = StateChip(state)
    qtbot.addWidget(chip)
    chip.set_count(12)
    assert chip.accessibleName() == f"12 {STATES[state].title.lower()}"
    with qtbot.waitSignal(chip.toggled, timeout=1000):
        qtbot.keyClick(chip, Qt.Key.Key_Space)
    assert chip.isChecked()
    assert chip.sizeHint().width() > 40
    assert not chip.grab().isNull()


def test_a_sparkline_shows_gaps_and_says_the_newest_age(qtbot):
    line = Sparkline()
    qtbot.addWidget(line)
    assert "nothing seen" in line.accessibleName()
    line.set_series([0.5, None, float("nan"), 0.8, 41.0], stale_after_s=15.0)
    assert line.accessibleName() == "Heartbeat age 41 s"
    line.resize(200, 24)
    stale = line.grab().toImage()
    line.set_series([0.5, 0.6, 0.7, 0.8, 0.9])
    assert line.grab().toImage() != stale
    line.set_series([None, None])
    assert line.accessibleName() == "Heartbeat age unknown"
    assert not line.grab().isNull()


def test_a_section_holds_its_contents_under_its_title(qtbot):
    section = Section("Checks")
    qtbot.addWidget(section)
    section.content.addWidget(QLabel("Process"))
    assert section.accessibleName() == "Checks"
    assert {label.text() for label in section.findChildren(QLabel)} == {"CHECKS", "Process"}
    assert not section.grab().isNull()


@pytest.fixture
def corner(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(800, 600)
    parent.show()
    yield Toasts(parent)
    parent.hide()


def test_good_news_goes_by_itself_and_bad_news_stays(corner):
    good = corner.tell("user_3 restarted; seen logged in after 4 s")
    bad = corner.tell("user_5 could not be restarted", "failing")
    assert corner.isVisible()
    assert good._timer.isActive()
    assert good._timer.interval() == STAYS_MS
    assert not bad._timer.isActive()
    good._timer.timeout.emit()
    assert corner.shown == (bad,)


def test_news_with_an_act_waits_for_a_person(corner, qtbot):
    news = corner.tell("Engine lost: starting it again", "warning", act="Details")
    assert not news._timer.isActive()
    with qtbot.waitSignal(news.acted, timeout=1000):
        qtbot.mouseClick(news.findChild(QPushButton, "toast_act"), Qt.MouseButton.LeftButton)
    assert corner.shown == ()
    assert not corner.isVisible()


def test_the_same_news_is_not_told_twice_and_the_stack_does_not_grow_for_ever(corner):
    for turn in range(MOST_TOASTS + 3):
        corner.tell(f"news {turn}")
    assert len(corner.shown) == MOST_TOASTS
    corner.tell("news 6")
    assert [toast.words for toast in corner.shown] == ["news 3", "news 4", "news 5", "news 6"]


def test_news_lies_in_the_corner_wherever_the_window_goes(corner):
    corner.tell("news")
    parent = corner.parentWidget()
    parent.resize(1000, 700)
    assert parent.width() - corner.geometry().right() < 30
    assert parent.height() - corner.geometry().bottom() < 30


def test_the_keyboard_walks_the_counts_worst_first_as_they_are_seen(qtbot):
    look().dress()
    chips = ChipRow()
    qtbot.addWidget(chips)
    chips.resize(900, 40)
    chips.show()
    chips.activateWindow()
    for counts in ({"down": 3}, {"healthy": 2, "down": 1}, {"healthy": 1, "degraded": 1, "down": 1}):
        chips.set_counts(counts)
    walked = [chips.findChild(QWidget, "count_down")]
    walked[0].setFocus()
    qtbot.waitUntil(walked[0].hasFocus)
    for _ in range(2):
        qtbot.keyClick(walked[-1], Qt.Key.Key_Tab)
        walked.append(chips.focusWidget())
    assert [one.objectName() for one in walked] == ["count_down", "count_degraded", "count_healthy"]
