"""What the window shows agrees with what `mt5console status` says of the same moment, and nothing is cut or overlaps.

A real engine with a healthy, a half-dead and a stopped terminal. Words are read where screen readers read them, lamps
and graphs in the picture itself, and the status by the command line.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from mt5console.app import window_access
from mt5console.ui.bridge.desk import EngineDesk
from mt5console.ui.main_window import MainWindow
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of
from mt5console.ui.views.card_layout import LAMP_SHARES
from mt5console.ui.views.card_proxy import InvisibleButton
from tests.story.desk import Desk, place

SOON_MS = 20_000
HEALTHY, HALF, STOPPED = 1, 2, 3
SIZES = ((1280, 720), (1440, 900), (2560, 1440))
CHECKS = ("process", "ipc", "account", "robots")
OF_LAMPS = (Role.OK, Role.WARNING, Role.FAILING, Role.UNKNOWN)


@pytest.fixture(scope="module")
def story() -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="mt5agree-", dir=place()))
    desk = Desk(root / "base")
    try:
        desk.start_engine()
        desk.up(HEALTHY, HALF, STOPPED, more=(202,))
        desk.all_done("terminal_stop", [{"user_id": STOPPED}])
        desk.fault(HALF, "robot-freeze", "201")
        yield desk
    finally:
        desk.end()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def window(story: Desk, qtbot: Any) -> Iterator[MainWindow]:
    look().dress()
    desk = EngineDesk(window_access(story.layout, None))
    shown = MainWindow(desk, asks_on_quit=False)
    shown.resize(1440, 900)
    shown.show()
    qtbot.waitUntil(lambda: len(desk.fleet.terminals) == 3, timeout=SOON_MS)
    yield shown
    shown.close()
    assert desk.stop(2000)
    shown.deleteLater()
    QCoreApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete)


def status(story: Desk) -> dict[int, dict[str, Any]]:
    """`mt5console status --json`, by user."""
    ran = story.command("status")
    assert ran.returncode == 0, ran.stderr
    return {entry["user_id"]: entry for entry in json.loads(ran.stdout)["terminals"]}


def essence(terminals: dict[int, dict[str, Any]]) -> dict[int, tuple[Any, ...]]:
    """What must be the same before and after looking for the look to count."""
    return {
        user_id: (one["state"], [one["checks"][name]["ok"] for name in CHECKS], one["incident"], one["words"])
        for user_id, one in terminals.items()
    }


def role_of(ok: bool | None) -> Role:
    return Role.UNKNOWN if ok is None else Role.OK if ok else Role.FAILING


def seen_role(image: QImage, area: QRect) -> Role | None:
    """Which lamp's colour an area of the picture holds most of."""
    counts = dict.fromkeys(OF_LAMPS, 0)
    for x in range(max(0, area.left()), min(image.width(), area.right() + 1)):
        for y in range(max(0, area.top()), min(image.height(), area.bottom() + 1)):
            for role in OF_LAMPS:
                counts[role] += _near(image.pixelColor(x, y), look().colour(role))
    best = max(counts, key=lambda role: counts[role])
    return best if counts[best] else None


def _near(one: QColor, other: QColor) -> bool:
    parts = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return all(abs(a - b) <= 12 for a, b in parts)


class Look:
    """One picture of the window with what it says, taken in one turn of the event loop."""

    def __init__(self, window: MainWindow, user_ids: tuple[int, ...]) -> None:
        self.image = window.grab().toImage()
        self.cards: dict[int, QRect] = {}
        self.spoken: dict[int, str] = {}
        for user_id in user_ids:
            card = window.findChild(QWidget, f"terminal_{user_id}")
            assert card is not None
            self.cards[user_id] = QRect(card.mapTo(window, QPoint(0, 0)), card.size())
            self.spoken[user_id] = card.accessibleName()

    def lamp(self, user_id: int, place: int) -> Role | None:
        """The colour of the lamp of one check, by where its share of the card begins."""
        card, px = self.cards[user_id], look().px
        left = card.left() + px(15) + round(LAMP_SHARES[place] * (card.width() - px(28)))
        line = round(look().metrics(FontRole.BASE).height())
        top = card.top() + px(10) + round(look().metrics(FontRole.NAME).height()) + px(6) + line + px(6)
        return seen_role(self.image, QRect(left, top - px(3), px(14), line + px(6)))


@pytest.mark.slow
def test_lamps_words_and_counts_are_those_of_the_status_of_the_same_moment(
    story: Desk, window: MainWindow, qtbot: Any
) -> None:
    sick = {"state": "degraded"}
    qtbot.waitUntil(lambda: window._desk.fleet.terminal(HALF).state == sick["state"], timeout=90_000)
    qtbot.waitUntil(lambda: window._desk.fleet.terminal(HEALTHY).state == "healthy", timeout=SOON_MS)
    for _ in range(10):
        before = status(story)
        qtbot.wait(1200)
        shown = Look(window, (HEALTHY, HALF, STOPPED))
        after = status(story)
        if essence(before) == essence(after):
            break
    else:
        pytest.fail(f"the fleet never stood still: {essence(after)}")
    states = {one["state"] for one in after.values()}
    assert len(states) == 3, "the fleet was meant to be of three kinds"
    for user_id, one in after.items():
        spoken = shown.spoken[user_id]
        assert spoken.startswith(f"user_{user_id}, {one['login']} @ {one['account_server']}")
        assert look_of(one["state"]).title in spoken
        beating = sum(robot["state"] == "beating" for robot in one["robots"])
        expected = sum(robot["state"] not in ("registered", "suspended") for robot in one["robots"])
        assert (f"Robots {beating}/{expected}" if expected else "No robots") in spoken
        for place_, name in enumerate(CHECKS):
            wanted = role_of(one["checks"][name]["ok"])
            if name == "robots" and wanted is Role.FAILING and beating:
                wanted = Role.WARNING
            assert shown.lamp(user_id, place_) is wanted, (user_id, name, spoken)


@pytest.mark.slow
def test_a_beating_robots_graph_runs_below_the_stale_line_and_a_silent_ones_above(
    story: Desk, window: MainWindow, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: window._desk.fleet.terminal(HALF).state == "degraded", timeout=90_000)
    qtbot.waitUntil(lambda: _line_at_the_end(window, HALF, Role.WARNING) is not None, timeout=SOON_MS)
    well, sick = _line_at_the_end(window, HEALTHY, Role.OK), _line_at_the_end(window, HALF, Role.WARNING)
    assert well is not None
    assert sick is not None
    assert sick < well, "an older heartbeat stands higher"


def _line_at_the_end(window: MainWindow, user_id: int, role: Role) -> float | None:
    """How far down the card the graph's line ends, None when it has another colour."""
    shown = Look(window, (user_id,))
    card = shown.cards[user_id]
    xs = range(card.right() - look().px(13) - 14, card.right() - look().px(13))
    middle = range(card.top() + card.height() // 3, card.bottom() - look().px(46))
    found = [y for y in middle for x in xs if _near(shown.image.pixelColor(x, y), look().colour(role))]
    return None if not found else sum(found) / len(found) - card.top()


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("page", ["fleet", "incidents", "server"])
def test_nothing_is_cut_and_nothing_overlaps(window: MainWindow, qtbot: Any, size: tuple[int, int], page: str) -> None:
    window.resize(*size)
    window.show_page(page)
    if page == "fleet":
        window.fleet_view.select(HALF)
    qtbot.waitUntil(lambda: window.size().toTuple() == size, timeout=SOON_MS)
    cut: list[str] = []

    def nothing_is_cut() -> bool:
        # New words are laid out in the turn after they were said.
        cut[:] = [_told(one) for one in _texts(window) if _is_cut(one)]
        return not cut

    try:
        qtbot.waitUntil(nothing_is_cut, timeout=5000)
    except qtbot.TimeoutError:
        pytest.fail(f"cut: {cut}")
    texts = _texts(window)
    assert len(texts) > 10
    tops = [one for one in texts if one.parentWidget() is window.top_bar]
    for one in tops:
        for other in tops:
            assert one is other or not one.geometry().intersects(other.geometry()), (_told(one), _told(other))
    cards = [one.geometry() for one in _cards(window)]
    for place_, card in enumerate(cards):
        assert not any(card.intersects(other) for other in cards[place_ + 1 :])
        assert 0 <= card.left() <= card.right() < window.fleet_view.viewport().width()


def _texts(window: MainWindow) -> list[Any]:
    return [one for one in window.findChildren(QWidget) if _writes(one) and not one.visibleRegion().isEmpty()]


def _cards(window: MainWindow) -> list[QWidget]:
    view = window.fleet_view.viewport()
    return [one for one in view.children() if isinstance(one, QWidget) and one.objectName().startswith("terminal_")]


def _writes(one: QWidget) -> bool:
    """Labels and buttons with words that Qt lays out; lines that may be shortened say so by their own class."""
    if isinstance(one, QLabel):
        return bool(one.text()) and one.objectName() not in MAY_BE_SHORTENED
    return isinstance(one, QAbstractButton) and bool(one.text()) and not isinstance(one, InvisibleButton)


MAY_BE_SHORTENED = frozenset({"dock_activity"})


def _is_cut(one: QWidget) -> bool:
    """Whether it has less room than its words need."""
    if isinstance(one, QLineEdit):
        return False
    if isinstance(one, QLabel) and one.wordWrap():
        return one.height() < one.heightForWidth(one.width()) - 1
    wanted = one.sizeHint()
    ignores = one.sizePolicy().horizontalPolicy() is one.sizePolicy().Policy.Ignored
    return (one.width() < wanted.width() - 1 and not ignores) or one.height() < wanted.height() - 1


def _told(one: QWidget) -> str:
    text = one.text() if isinstance(one, QLabel | QAbstractButton) else ""
    return f"{type(one).__name__} {one.objectName()} {text!r} {one.size().toTuple()} needs {one.sizeHint().toTuple()}"
