"""The theme: words can be read on every surface, lamps are told apart by shape, every engine state has a look."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPalette

from mt5console.core.watchdog.states import State
from mt5console.ui.theme.fonts import FAMILY, FontRole
from mt5console.ui.theme.icons import ICONS, application_icon, icon, icon_pixmap
from mt5console.ui.theme.lamps import paint_lamp
from mt5console.ui.theme.look import Look, look
from mt5console.ui.theme.palette import DARK, LIGHT, SURFACES, TEXT_ROLES, Role, contrast, luminance, qt_palette
from mt5console.ui.theme.sheet import style_sheet
from mt5console.ui.theme.states import LAMP_ROLES, STATES, lamp_of, look_of, severity, title_of, worst_first

LEAST_CONTRAST = 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_words_in_every_role_can_be_read_on_every_surface(theme, role, surface):
    assert contrast(theme.colour(role), theme.colour(surface)) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_main_buttons_words_can_be_read(theme):
    assert contrast(theme.colour(Role.ON_ACCENT), theme.colour(Role.ACCENT_FILL)) >= LEAST_CONTRAST


def test_contrast_is_that_of_the_standard():
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)
    assert luminance(QColor("white")) == pytest.approx(1.0)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_role_has_a_colour_and_the_sheet_names_no_unknown_one(theme):
    assert set(theme.colours) == set(Role)
    assert "@" not in style_sheet(theme)


def test_a_tint_lies_between_its_colours():
    assert DARK.mixed(Role.OK, 0.0) == DARK.colour(Role.PANEL)
    assert DARK.mixed(Role.OK, 1.0) == DARK.colour(Role.OK)


def test_disabled_words_differ_from_enabled_ones(qapp):
    palette = qt_palette(DARK)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled != palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text)


def test_every_state_of_the_engine_has_a_look_of_its_own():
    assert set(STATES) == {state.value for state in State}
    assert len({state.severity for state in STATES.values()}) == len(STATES)
    assert len({state.title for state in STATES.values()}) == len(STATES)


def test_only_the_healthy_state_shows_the_lamp_of_health():
    assert [name for name, state in STATES.items() if state.lamp == "ok" or state.role is Role.OK] == ["healthy"]


def test_a_state_that_is_not_known_is_shown_as_unknown_and_never_as_well():
    assert look_of("something new") is STATES["unknown"]
    assert title_of("something new") == "Unknown"
    assert lamp_of(None) == "unknown"
    assert (lamp_of(True), lamp_of(False)) == ("ok", "failing")


def test_sick_terminals_come_before_well_ones():
    assert worst_first(["healthy", "stopped", "degraded", "quarantined"]) == [
        "quarantined",
        "degraded",
        "healthy",
        "stopped",
    ]
    assert severity("down") > severity("starting") > severity("healthy")


def silhouette(kind) -> frozenset[tuple[int, int]]:
    """Which pixels a lamp covers, whatever their colour."""
    image = QImage(24, 24, QImage.Format.Format_RGB32)
    image.fill(DARK.colour(Role.PANEL))
    painter = QPainter(image)
    paint_lamp(painter, QRectF(0, 0, 24, 24), kind, DARK)
    painter.end()
    ground = image.pixel(0, 23)
    return frozenset((x, y) for x in range(24) for y in range(24) if image.pixel(x, y) != ground)


def test_lamps_are_told_apart_by_shape_alone(qapp):
    shapes = {kind: silhouette(kind) for kind in LAMP_ROLES}
    for kind, shape in shapes.items():
        assert len(shape) > 60, kind
        for other, another in shapes.items():
            if other != kind and {kind, other} != {"resting", "busy"}:
                assert len(shape ^ another) > 40, (kind, other)


@pytest.mark.parametrize("name", sorted(ICONS))
def test_an_icon_draws_within_its_square(qapp, name):
    image = icon_pixmap(name, QColor("white"), 24).toImage()
    edge = [image.pixelColor(at, 0).alpha() + image.pixelColor(0, at).alpha() for at in range(24)]
    drawn = sum(image.pixelColor(x, y).alpha() > 0 for x in range(24) for y in range(24))
    assert drawn > 8
    assert max(edge) < 64


def test_icons_come_for_buttons_and_for_the_tray(qapp):
    assert not icon("deploy", DARK).pixmap(20, 20).isNull()
    assert {size.width() for size in application_icon(DARK, Role.FAILING).availableSizes()} >= {16, 32, 256}


def test_figures_are_of_one_width_in_every_size(qapp):
    for role in FontRole:
        if role is not FontRole.MONO:
            metrics = QFontMetricsF(look().font(role))
            assert metrics.horizontalAdvance("1111") == pytest.approx(metrics.horizontalAdvance("8888")), role


def test_the_shipped_typeface_is_used(qapp):
    assert look().font(FontRole.BASE).family() == FAMILY


def test_there_is_one_look_and_it_tells_when_it_changes(qapp, qtbot):
    assert look() is look()
    fresh = Look()
    with qtbot.waitSignal(fresh.changed, timeout=1000):
        fresh.use_theme("light")
    assert fresh.theme is LIGHT
    before = fresh.px(20)
    with qtbot.waitSignal(fresh.changed, timeout=1000):
        fresh.use_scale(1.5)
    assert fresh.px(20) == 30 > before
    fresh.use_theme("system")
    fresh.use_scale(1.0)
    look().dress()
    assert qapp.palette().color(QPalette.ColorRole.Base) == look().colour(Role.PANEL)
    assert qapp.font().family() == FAMILY
    assert "QPushButton" in qapp.styleSheet()
