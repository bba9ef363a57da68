"""The fleet as people use it: worst first, found, pressed, walked with keys, and never jumping."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from mt5console.ui.history import AgeHistory
from mt5console.ui.theme.age_axis import STALE_AFTER_LIVE_S
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import DARK, Role
from mt5console.ui.theme.states import severity
from mt5console.ui.views.card_facts import FRESH_S, FactsBook
from mt5console.ui.views.card_layout import BUTTONS, Grid, card_grid, card_shape
from mt5console.ui.views.fleet_keys import moved
from mt5console.ui.views.fleet_order import arrange
from mt5console.ui.views.fleet_view import FleetView
from mt5console.ui.views.graph_raster import GraphRaster
from mt5console.ui.views.table_layout import columns_for
from tests.fakes.fleet_pictures import (
    ALL_STATES,
    NOW_UTC_S,
    burning_fleet,
    fleet_of_states,
    healthy_fleet,
    one_second_later,
    past_of,
    terminal,
)


@pytest.fixture
def view(qtbot):
    shown = FleetView()
    qtbot.addWidget(shown)
    shown.resize(1230, 700)
    shown.show()
    yield shown
    shown.hide()


def with_history(view: FleetView, fleet) -> AgeHistory:
    history = AgeHistory()
    for picture in past_of(fleet, 120):
        history.note(picture)
    view.set_fleet(fleet)
    view.set_history(history)
    return history


def changed(fleet, user_id: int, **parts):
    """The fleet with one terminal changed."""
    terminals = tuple(replace(one, **parts) if one.user_id == user_id else one for one in fleet.terminals)
    return replace(fleet, terminals=terminals, sequence=fleet.sequence + 1)


def press(view: FleetView, qtbot, user_id: int, button: str) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.button_rect(user_id, button).center())


# ---- order and search


def test_sick_terminals_come_first_and_the_rest_by_user(view):
    view.set_fleet(fleet_of_states(["healthy", "degraded", "healthy", "quarantined", "stopped"]))
    assert view.shown == (4, 2, 1, 3, 5)


@given(st.lists(st.sampled_from(ALL_STATES), max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_is_by_severity_and_the_same_whatever_order_they_come_in(states, dice):
    terminals = list(fleet_of_states(states, robots=0).terminals)
    order = arrange(terminals)
    dice.shuffle(terminals)
    assert arrange(terminals) == order
    severities = [severity(one.state) for one in order]
    assert severities == sorted(severities, reverse=True)
    for before, after in pairwise(order):
        assert before.state != after.state or before.user_id < after.user_id


def test_a_card_keeps_its_place_while_only_its_numbers_change(view):
    fleet = burning_fleet(20)
    view.set_fleet(fleet)
    before, dice = view.shown, random.Random(3)
    for _ in range(5):
        fleet = one_second_later(fleet, dice)
        view.set_fleet(fleet)
        assert view.shown == before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("user_3", (3,)),
        ("USER_3", (3,)),
        ("100690026", (2,)),
        ("301", (3,)),
        ("robot_100", (1,)),
        ("xauusd icmarkets", (1, 4)),
        ("quarantined", (2,)),
        ("nothing like it", ()),
        ("", (2, 1, 3, 4, 5)),
    ],
)
def test_search_finds_user_login_server_robot_symbol_and_state(view, text, found):
    view.set_fleet(fleet_of_states(["healthy", "quarantined", "healthy", "healthy", "healthy"], robots=2))
    view.set_filter(text)
    assert view.shown == found


def test_states_and_real_money_filter_and_the_count_is_told(view, qtbot):
    view.set_fleet(fleet_of_states(["healthy", "degraded", "down", "healthy"]))
    with qtbot.waitSignal(view.shown_changed) as told:
        view.set_filter("", {"degraded", "down"})
    assert (view.shown, told.args) == ((3, 2), [2, 4])
    view.set_filter("", (), live_only=True)
    assert view.shown == (3, 2)
    view.set_filter("")
    assert view.shown == (3, 2, 1, 4)


# ---- what a card says


def facts_of(picture, **parts):
    return FactsBook().facts_of(picture, NOW_UTC_S, STALE_AFTER_LIVE_S, **parts)


@pytest.mark.parametrize("state", ALL_STATES)
def test_every_state_is_said_in_words_with_a_lamp(state):
    still = facts_of(terminal(4, state)).still
    assert still.title
    assert still.title in still.spoken
    assert (still.lamp == "ok") == (state == "healthy")
    assert state == "healthy" or still.words


def test_an_incident_is_said_before_the_states_own_words():
    assert facts_of(replace(terminal(4, "degraded"), incident="Robot 1107 is silent")).still.words.startswith(
        "Robot 1107"
    )


def test_unknown_checks_and_numbers_are_never_shown_as_well():
    picture = replace(terminal(4, "unknown"), cpu_percent=None, rss_bytes=None, restarts_in_window=None)
    facts = facts_of(picture)
    assert {lamp for _, lamp in facts.still.lamps} == {"unknown"}
    assert (facts.cpu, facts.memory, facts.worst, facts.beat) == ("–", "–", "–", "no beat seen")
    assert "–" in facts.still.restarts_words
    assert facts.still.badges[-1][0] == "LIVE?"


def test_some_silent_robots_warn_and_all_silent_fail():
    assert facts_of(terminal(4, "degraded", robots=3)).still.lamps[3] == ("Robots 2/3", "warning")
    assert facts_of(terminal(4, "quarantined", robots=3)).still.lamps[3] == ("Robots 0/3", "failing")


def test_silence_is_said_in_its_colour_and_ages_grow_while_nothing_new_comes():
    picture = terminal(4, "degraded")
    assert (facts_of(picture).beat, facts_of(picture).beat_role) == ("silent for 41 s", Role.WARNING)
    assert facts_of(picture, elapsed_s=FRESH_S).beat == "silent for 41 s"
    assert facts_of(picture, elapsed_s=20.0).beat == "silent for 1 min"


def test_a_robot_that_was_taken_off_by_hand_hides_no_beat_of_the_others():
    picture = terminal(4, robots=2)
    gone = replace(picture.robot_pictures[0], state="suspended", heartbeat_age_s=7200.0)
    other = replace(picture.robot_pictures[1], heartbeat_age_s=0.4)
    picture = replace(picture, robot_pictures=(gone, other))
    facts = facts_of(picture)
    assert (facts.still.robots, facts.beat, facts.worst) == ("1/1", "0.4 s", "0.4 s")
    history = AgeHistory()
    history.note(replace(fleet_of_states(["healthy"]), terminals=(picture,)))
    assert history.series(4)[1][-1] == pytest.approx(0.4)


def test_the_same_news_gives_the_same_still_facts_and_other_news_others():
    book, picture = FactsBook(), terminal(4)
    first = book.facts_of(picture, NOW_UTC_S, 15.0)
    again = book.facts_of(replace(picture, cpu_percent=9.0), NOW_UTC_S + 1, 15.0)
    assert again.still is first.still
    assert again.cpu == "9.0 %"
    assert book.facts_of(replace(picture, stop_latched=True), NOW_UTC_S, 15.0).still is not first.still


# ---- mouse


def test_pressing_a_painted_button_asks_for_its_act_and_chooses_nothing(view, qtbot):
    view.set_fleet(burning_fleet(12))
    with qtbot.waitSignal(view.restart_asked) as asked:
        press(view, qtbot, 3, "restart")
    assert asked.args == [3]
    with qtbot.waitSignal(view.deploy_asked) as asked:
        press(view, qtbot, 5, "deploy")
    assert asked.args == [5]
    with qtbot.waitSignal(view.more_asked) as asked:
        press(view, qtbot, 8, "more")
    assert asked.args[0] == 8
    assert view.selected is None


def test_a_press_that_is_let_go_elsewhere_asks_for_nothing(view, qtbot):
    view.set_fleet(healthy_fleet(4))
    asked = []
    view.restart_asked.connect(asked.append)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=view.button_rect(1, "restart").center())
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=view.button_rect(2, "restart").center())
    assert asked == []


def test_a_click_on_a_card_chooses_it_and_a_double_click_opens_it(view, qtbot):
    view.set_fleet(healthy_fleet(4))
    middle = view.button_rect(2, "deploy").center() - QPoint(0, 90)
    with qtbot.waitSignal(view.selected_changed) as chosen:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert (chosen.args, view.selected) == ([2], 2)
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert opened.args == [2]


def test_cards_do_not_change_places_under_a_pointer_that_is_about_to_press(view, qtbot):
    fleet = healthy_fleet(6)
    view.set_fleet(fleet)
    qtbot.mouseMove(view.viewport(), view.button_rect(1, "restart").center())
    view._point_at(view.button_rect(1, "restart").center())
    sick = changed(fleet, 5, state="quarantined")
    view.set_fleet(sick)
    assert view.shown == (1, 2, 3, 4, 5, 6)
    view._set_hover(None, None)
    view.set_fleet(sick)
    assert view.shown == (5, 1, 2, 3, 4, 6)


def test_the_menu_comes_where_the_mouse_asks_for_it(view, qtbot):
    view.set_fleet(healthy_fleet(4))
    at = view.button_rect(3, "deploy").center() - QPoint(0, 90)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
    with qtbot.waitSignal(view.more_asked) as asked:
        QApplication.sendEvent(view.viewport(), event)
    assert asked.args == [3, view.viewport().mapToGlobal(at)]


def test_pointing_at_a_card_tells_each_checks_evidence(view):
    view.set_fleet(burning_fleet(12))
    words = view.hint_at(view.button_rect(5, "deploy").center())
    assert "Degraded" in words
    assert "IPC: no answer within 5 s" in words
    assert view.hint_at(QPoint(2, 2)) == ""


# ---- keyboard


def test_arrows_walk_the_grid_and_keys_act_on_the_chosen_card(view, qtbot):
    view.set_fleet(healthy_fleet(9))
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.selected == 1
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.selected == 5
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.selected == 9
    for key, signal in (
        (Qt.Key.Key_D, view.deploy_asked),
        (Qt.Key.Key_R, view.restart_asked),
        (Qt.Key.Key_M, view.more_asked),
        (Qt.Key.Key_Return, view.opened),
    ):
        with qtbot.waitSignal(signal) as asked:
            qtbot.keyClick(view, key)
        assert asked.args[0] == 9


def test_tab_walks_a_cards_buttons_and_space_presses_the_focused_one(view, qtbot):
    view.set_fleet(healthy_fleet(3))
    view.select(2)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    with qtbot.waitSignal(view.restart_asked) as asked:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert asked.args == [2]
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    with qtbot.waitSignal(view.opened):
        qtbot.keyClick(view, Qt.Key.Key_Space)


def test_focus_can_be_seen(view, qtbot):
    view.set_fleet(healthy_fleet(3))
    view.activateWindow()
    view.select(2)
    view.clearFocus()
    without = view.viewport().grab().toImage()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus, timeout=2000)
    with_focus = view.viewport().grab().toImage()
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert with_focus != without
    assert view.viewport().grab().toImage() != with_focus


def test_shortcuts_of_the_window_pass_through(view, qtbot):
    view.set_fleet(healthy_fleet(3))
    view.select(1)
    asked = []
    view.deploy_asked.connect(asked.append)
    qtbot.keyClick(view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert asked == []


@given(
    st.integers(1, 200).flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count - 1))),
    st.integers(1, 7),
    st.integers(1, 9),
    st.sampled_from(
        (
            *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
            *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
        )
    ),
)
def test_no_key_leads_out_of_the_grid(place, columns, rows, key):
    count, index = place
    assert 0 <= moved(index, key, columns, rows, count) < count


# ---- stand-ins


def test_cards_and_buttons_are_found_by_name_and_press_like_the_painted_ones(view, qtbot):
    view.set_fleet(burning_fleet(6))
    card = view.findChild(QWidget, "terminal_3")
    for name, signal in (
        ("deploy_button", view.deploy_asked),
        ("restart_button", view.restart_asked),
        ("stop_button", view.stop_asked),
    ):
        button = card.findChild(QPushButton, name)
        assert button.isVisible()
        assert button.accessibleName().endswith("user_3")
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args == [3]
    assert "Down" in card.accessibleName()


def test_a_stand_in_lies_over_its_painted_card_and_says_what_changes(view):
    fleet = healthy_fleet(6)
    view.set_fleet(fleet)
    card = view.findChild(QWidget, "terminal_2")
    button = card.findChild(QPushButton, "restart_button")
    assert button.geometry().translated(card.pos()) == view.button_rect(2, "restart")
    view.set_fleet(changed(fleet, 2, stop_latched=True))
    assert "stop latched" in view.findChild(QWidget, "terminal_2").accessibleName()


def test_only_cards_in_sight_have_stand_ins_and_any_card_can_be_brought_into_sight(view, qtbot):
    view.set_fleet(healthy_fleet(100))
    named = [one for one in view.findChildren(QWidget) if one.objectName().startswith("terminal_")]
    assert 6 <= len(named) <= 20
    assert view.findChild(QWidget, "terminal_97") is None
    card = view.card(97)
    assert card.objectName() == "terminal_97"
    assert view.viewport().rect().contains(card.geometry())
    with qtbot.waitSignal(view.deploy_asked) as asked:
        card.findChild(QPushButton, "deploy_button").click()
    assert asked.args == [97]
    assert view.card(1234) is None


def test_stand_ins_paint_nothing(view):
    view.set_fleet(healthy_fleet(4))
    with_them = view.viewport().grab().toImage()
    for card in [one for one in view.findChildren(QWidget) if one.objectName().startswith("terminal_")]:
        card.hide()
    assert view.viewport().grab().toImage() == with_them


# ---- under way, read only, lost


def test_an_act_under_way_is_said_and_takes_no_second_one(view, qtbot):
    view.set_fleet(healthy_fleet(3))
    asked = []
    view.restart_asked.connect(asked.append)
    view.set_busy(2, "closing the terminal, 3 s")
    press(view, qtbot, 2, "restart")
    card = view.findChild(QWidget, "terminal_2")
    assert asked == []
    assert "closing the terminal" in card.accessibleName()
    assert not card.findChild(QPushButton, "restart_button").isEnabled()
    view.set_busy(2, "")
    press(view, qtbot, 2, "restart")
    assert asked == [2]


def test_a_wall_screen_has_no_buttons(view, qtbot):
    view.set_read_only(True)
    view.set_fleet(healthy_fleet(3))
    view.select(1)
    asked = []
    view.restart_asked.connect(asked.append)
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert asked == []
    assert view.button_rect(1, "restart") is None
    assert not view.findChild(QWidget, "terminal_1").findChild(QPushButton, "restart_button").isVisible()


def test_without_an_engine_what_is_shown_fades(view):
    view.set_fleet(healthy_fleet(3))
    fresh = view.viewport().grab().toImage()
    view.set_connected(False)
    assert view.viewport().grab().toImage() != fresh
    view.set_connected(True)
    assert view.viewport().grab().toImage() == fresh


def test_no_timer_runs_behind_a_hidden_window(view):
    assert view._timer.isActive()
    view.hide()
    assert not view._timer.isActive()


# ---- painting


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("mode", ["cards", "table"])
@pytest.mark.parametrize("count", [0, 1, 12])
def test_fleets_of_every_size_are_painted_in_both_modes_and_themes(view, theme, mode, count):
    look().use_theme(theme)
    try:
        view.set_mode(mode)
        with_history(view, burning_fleet(count))
        image = view.viewport().grab().toImage()
        assert len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}) > 1
    finally:
        look().use_theme("dark")


@pytest.mark.parametrize("mode", ["cards", "table"])
def test_a_frame_of_news_alone_equals_a_whole_frame(view, mode):
    """What is kept and partly painted must show what painting everything anew would show."""
    fleet, dice = burning_fleet(14), random.Random(5)
    view.set_mode(mode)
    history = with_history(view, fleet)
    QApplication.processEvents()
    for _ in range(4):
        fleet = one_second_later(fleet, dice)
        history.note(fleet)
        view.set_fleet(fleet)
        QApplication.processEvents()
    partly = view.grab().toImage()
    view._frame.forget()
    view._frame.forget_graphs()
    assert view.grab().toImage() == partly


@pytest.mark.parametrize("width", [300, 440, 620, 900, 1230])
@pytest.mark.parametrize("mode", ["cards", "table"])
def test_narrow_views_are_painted_too(view, mode, width):
    view.resize(width, 500)
    view.set_mode(mode)
    with_history(view, burning_fleet(14))
    view.select(5)
    assert not view.grab().isNull()
    assert view.viewport().rect().contains(view._place(view._index[5]).topLeft())


def test_a_change_of_size_of_everything_is_followed(view):
    view.set_fleet(healthy_fleet(3))
    before = view.button_rect(1, "deploy").height()
    look().use_scale(1.5)
    try:
        assert view.button_rect(1, "deploy").height() > before
    finally:
        look().use_scale(1.0)


def test_the_chosen_card_stays_in_sight_between_cards_and_table(view):
    view.set_fleet(healthy_fleet(100))
    view.select(77)
    for mode in ("table", "cards"):
        view.set_mode(mode)
        assert view.viewport().rect().contains(view.button_rect(77, "deploy"))


# ---- geometry


@given(st.integers(200, 4000), st.integers(100, 3000), st.integers(0, 300))
@settings(max_examples=60, deadline=None)
def test_items_lie_beside_each_other_and_are_found_where_they_lie(qapp, width, height, count):
    grid = card_grid(width, height, count, look())
    rects = [grid.rect(index) for index in range(count)]
    for index, rect in enumerate(rects):
        middle = rect.center()
        assert grid.index_at(middle.x(), middle.y(), count) == index
        if index:
            assert not rect.intersects(rects[index - 1])
    if rects:
        assert grid.height(count) >= rects[-1].bottom()
    seen = grid.visible(0, height, count)
    for index, rect in enumerate(rects):
        if rect.intersects(QRect(0, 0, width, height)):
            assert index in seen


@pytest.mark.parametrize("width", [366, 420, 640])
@pytest.mark.parametrize("spare", [0, 80])
def test_a_cards_parts_lie_inside_it_and_apart(qapp, width, spare):
    shape, card = card_shape(width, look(), spare), QRect(0, 0, width, 1000)
    buttons = [shape.buttons[name] for name in BUTTONS]
    for index, rect in enumerate(buttons):
        assert card.contains(rect)
        assert rect.bottom() < shape.height
        assert not rect.intersects(shape.graph)
        assert all(not rect.intersects(other) for other in buttons[index + 1 :])
    assert shape.name_base < shape.state_base < shape.lamps_base < shape.graph.top()


@pytest.mark.parametrize("width", [440, 500, 800, 1100, 1440, 2560])
def test_columns_of_the_table_fit_and_do_not_overlap(qapp, width):
    columns = list(columns_for(width, look()).values())
    for before, after in pairwise(columns):
        assert before.left + before.width <= after.left
    assert len(columns) == 13 or width < 1300
    assert columns[-1].left + columns[-1].width <= width
    assert {"state", "user", "graph", "worst"} <= set(columns_for(width, look()))


def test_a_gap_between_items_belongs_to_none():
    grid = Grid(columns=2, item_width=100, item_height=50, gap=10, margin=5, top=5)
    assert grid.index_at(106, 20, 4) is None
    assert grid.index_at(50, 57, 4) is None
    assert grid.index_at(120, 70, 4) == 3
    assert grid.index_at(120, 70, 3) is None


# ---- graphs


def raster_of(history: AgeHistory, width: int = 400) -> GraphRaster:
    raster = GraphRaster()
    raster.set_history(history)
    raster.configure(width, 46, 15.0, DARK, 1.35)
    return raster


def shown(raster: GraphRaster, user_id: int) -> QImage:
    from PySide6.QtGui import QPainter

    image = QImage(raster.width, raster.height, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    assert raster.blit(painter, user_id, QRect(0, 0, raster.width, raster.height), 1.0)
    painter.end()
    return image


@pytest.mark.parametrize("width", [97, 180, 300, 401, 733])
def test_adding_a_seconds_columns_gives_what_drawing_all_anew_gives(qapp, width):
    fleet, history, dice = burning_fleet(12), AgeHistory(), random.Random(9)
    for picture in past_of(fleet, 200):
        history.note(picture)
    grown, users = raster_of(history, width), [one.user_id for one in fleet.terminals]
    grown.show(users)
    for turn in range(7):
        fleet = one_second_later(fleet, dice)
        if turn != 3:
            history.note(fleet)
            grown.show(users)
    anew = raster_of(history, width)
    anew.show(users)
    for user_id in users:
        assert shown(grown, user_id) == shown(anew, user_id), user_id


def test_a_stale_beat_changes_the_lines_colour_and_wanted_rest_is_grey(qapp):
    fleet, history = fleet_of_states(["healthy", "down", "stopped"]), AgeHistory()
    for picture in past_of(fleet, 200):
        history.note(picture)
    raster = raster_of(history)
    raster.show([1, 2, 3], resting=[3])
    colours = {user_id: set() for user_id in (1, 2, 3)}
    for user_id, found in colours.items():
        image = shown(raster, user_id)
        found.update(image.pixelColor(390, y).name() for y in range(46))
    assert DARK.colour(Role.OK).name() in colours[1]
    assert DARK.colour(Role.FAILING).name() in colours[2]
    assert DARK.colour(Role.UNKNOWN).name() in colours[3]
    raster.show([1, 2, 3])
    assert DARK.colour(Role.FAILING).name() in {shown(raster, 3).pixelColor(390, y).name() for y in range(46)}


def test_time_before_anything_was_seen_is_left_empty(qapp):
    fleet, history = healthy_fleet(1), AgeHistory()
    for picture in past_of(fleet, 60):
        history.note(picture)
    raster = raster_of(history)
    raster.show([1])
    image = shown(raster, 1)
    ground = DARK.colour(Role.SUNKEN).rgb()
    assert all(image.pixel(100, y) == ground for y in range(46))
    assert any(image.pixel(395, y) != ground for y in range(46))


def test_a_terminal_that_was_never_noted_is_drawn_empty_and_many_find_room(qapp):
    fleet, history = healthy_fleet(3), AgeHistory()
    history.note(fleet)
    raster = raster_of(history)
    raster.show([1, 77])
    raster.show(list(range(1, 130)))
    assert {shown(raster, 77).pixel(390, y) for y in range(46)} == {DARK.colour(Role.SUNKEN).rgb()}


def test_the_history_that_is_filled_in_later_is_drawn(view):
    fleet, history = healthy_fleet(2), AgeHistory()
    history.note(fleet)
    view.set_fleet(fleet)
    view.set_history(history)
    before = view.viewport().grab().toImage()
    past = [(NOW_UTC_S - back, 3.0) for back in range(200)]
    history.preload({1: [100]}, {100: past})
    view.history_changed()
    assert view.viewport().grab().toImage() != before
