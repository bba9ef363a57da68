"""The bar on top: which server, live or simulated, what the watchdog may do, counts by state, search, Stop all robots.

Must not know: the desk, or what happens when something is asked for.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.badge import Badge
from mt5console.ui.window.chip_row import ChipRow
from mt5console.ui.window.deploys_chip import DeploysChip

if TYPE_CHECKING:
    from mt5console.ui.pictures import FleetPicture

MODES = (("on", "Watchdog on", "On"), ("observe", "Observe only", "Observe"), ("off", "Off", "Off"))
"""The watchdog's modes: the engine's word, the title, and the title where room is scarce."""

NARROW = 1300
"""Below this width of the bar (at the usual text size) titles are always shortened; above it when counts need room."""

SAVED = 280
"""About what short titles save (at the usual text size)."""


class ModeSelector(QWidget):
    """What the watchdog may do. A click only asks; the button that is down is what the engine says.

    Signals:
        asked: the mode that was clicked.
    """

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("watchdog_mode")
        self.setAccessibleName("Watchdog mode")
        self._mode = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons: dict[str, QPushButton] = {}
        for mode, title, _short in MODES:
            button = QPushButton(title, self)
            button.setObjectName(f"mode_{mode}")
            button.setCheckable(True)
            button.setProperty("mode", mode)
            button.clicked.connect(self._on_clicked)
            self._buttons[mode] = button
            row.addWidget(button)
        self._buttons["on"].setToolTip("The watchdog heals terminals by itself.")
        self._buttons["observe"].setToolTip("The watchdog says what it would do, and does nothing.")
        self._buttons["off"].setToolTip("The watchdog neither heals nor raises incidents.")
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    @property
    def mode(self) -> str:
        """What the engine said last."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Show what the engine says."""
        self._mode = mode
        for name, button in self._buttons.items():
            button.setChecked(name == mode)

    def set_short(self, short: bool) -> None:
        """Use short titles."""
        for mode, title, brief in MODES:
            self._buttons[mode].setText(brief if short else title)

    def _on_clicked(self) -> None:
        button = self.sender()
        mode = str(button.property("mode")) if button is not None else ""
        self.set_mode(self._mode)
        if mode and mode != self._mode:
            self.asked.emit(mode)

    def _on_look_changed(self) -> None:
        theme = look().theme
        ok, warning = theme.mixed(Role.OK, 0.16).name(), theme.mixed(Role.WARNING, 0.16).name()
        line, radius = theme.colour(Role.LINE_STRONG).name(), look().px(5)
        plain = (
            f"QPushButton {{ border: 1px solid {line}; border-radius: 0; background: transparent; "
            f"color: {theme.colour(Role.TEXT_SOFT).name()}; margin-left: -1px; padding: 4px 9px; }}"
            f"QPushButton:hover {{ background: {theme.colour(Role.HOVER).name()}; }}"
            f"QPushButton:focus {{ border: 2px solid {theme.colour(Role.ACCENT).name()}; }}"
            f"#mode_on {{ border-top-left-radius: {radius}px; border-bottom-left-radius: {radius}px; margin-left: 0; }}"
            f"#mode_off {{ border-top-right-radius: {radius}px; border-bottom-right-radius: {radius}px; }}"
            f"#mode_on:checked {{ background: {ok}; color: {theme.colour(Role.OK).name()}; }}"
            f"#mode_observe:checked, #mode_off:checked {{ background: {warning}; "
            f"color: {theme.colour(Role.WARNING).name()}; }}"
        )
        self.setStyleSheet(plain)


class SearchField(QLineEdit):
    """Finds terminals by user, login, robot or symbol. Escape empties it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_field")
        self.setPlaceholderText("Find user, login, robot…")
        self.setAccessibleName("Find terminals by user, login, robot or symbol")
        self.setToolTip("Find terminals by user, login, robot or symbol (Ctrl+F)")
        self.setClearButtonEnabled(True)
        self._icon = self.addAction(look().icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        look().changed.connect(self._on_look_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102, N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
            return
        super().keyPressEvent(event)

    def _on_look_changed(self) -> None:
        self._icon.setIcon(look().icon("search"))


class TopBar(QWidget):
    """Signals:
    mode_asked: the mode that the watchdog should have.
    filter_changed: the search text and the frozenset of states to show (empty: all) are other ones.
    palette_asked, stop_all_asked: the buttons.
    deployment_asked: the user's id (or None) and the robot's id of a running deployment to show.
    """

    mode_asked = Signal(str)
    filter_changed = Signal()
    palette_asked = Signal()
    stop_all_asked = Signal()
    deployment_asked = Signal(object, object)

    def __init__(self, *, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._read_only = read_only
        self._is_narrow: bool | None = None
        self._server_name = ""
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(look().px(16), look().px(9), look().px(14), look().px(9))
        self._row.setSpacing(look().px(10))
        self._build_name()
        self._build_mode()
        self.chips = ChipRow(self)
        self.chips.states_changed.connect(self.filter_changed)
        self._row.addWidget(self.chips, 1)
        self.deploys = DeploysChip(self)
        self.deploys.chosen.connect(self.deployment_asked)
        self._row.addWidget(self.deploys)
        self.search = SearchField(self)
        self.search.textChanged.connect(self.filter_changed)
        self._row.addWidget(self.search)
        self._build_acts()
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    @property
    def filter_text(self) -> str:
        """What is searched for."""
        return self.search.text()

    def set_filter(self, text: str, states: frozenset[str]) -> None:
        """Put the filters back as they were."""
        self.chips.set_states(states)
        self.search.setText(text)

    def set_fleet(self, fleet: FleetPicture) -> None:
        """Show what holds for the whole fleet."""
        if self._server_name != fleet.server:
            self._server_name = fleet.server
            self._server.setText(fleet.server)
        if fleet.simulated is None:
            self._badge.set_badge("UNKNOWN", Role.UNKNOWN, "not known yet whether terminals are real")
        elif fleet.simulated and self._badge.text != "SIMULATED":
            self._badge.set_badge("SIMULATED", Role.ACCENT, "simulated terminals: no broker, no money")
        elif not fleet.simulated and self._badge.text != "LIVE":
            self._badge.set_badge("LIVE", Role.LIVE, "real terminals; accounts with real money are marked one by one")
        self._badge.setVisible(bool(fleet.server))
        self.mode.set_mode(fleet.mode)
        if self._read_only:
            title = next((title for mode, title, _ in MODES if mode == fleet.mode), "Watchdog unknown")
            self._mode_words.setText("Watchdog off" if fleet.mode == "off" else title)
        self.chips.set_counts(Counter(terminal.state for terminal in fleet.terminals))
        self._choose_titles()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102, N802 - Qt's name
        super().resizeEvent(event)
        self._choose_titles()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), look().colour(Role.LINE))
        painter.end()

    def _build_name(self) -> None:
        self._name = QLabel("mt5console", self)
        self._server = QLabel("", self)
        self._server.setProperty("kind", "soft")
        self._server.setObjectName("server_name")
        self._badge = Badge("", Role.UNKNOWN, self, large=True)
        self._badge.setObjectName("kind_badge")
        self._badge.hide()
        for widget in (self._name, self._server, self._badge):
            self._row.addWidget(widget)

    def _build_mode(self) -> None:
        self.mode = ModeSelector(self)
        self.mode.asked.connect(self.mode_asked)
        self._mode_words = QLabel("", self)
        self._mode_words.setProperty("kind", "soft")
        self._row.addWidget(self.mode)
        self._row.addWidget(self._mode_words)
        self.mode.setVisible(not self._read_only)
        self._mode_words.setVisible(self._read_only)

    def _build_acts(self) -> None:
        self._commands = QPushButton("Commands", self)
        self._commands.setObjectName("palette_button")
        self._commands.setToolTip("Every act, found by a few letters (Ctrl+K)")
        self._commands.clicked.connect(self.palette_asked)
        self.stop_all = QPushButton("Stop all robots…", self)
        self.stop_all.setObjectName("stop_all_button")
        self.stop_all.setProperty("kind", "danger")
        self.stop_all.setToolTip("Every robot on every terminal opens nothing more and is detached, with proof")
        self.stop_all.clicked.connect(self.stop_all_asked)
        self._row.addWidget(self._commands)
        self._row.addWidget(self.stop_all)
        self.stop_all.setVisible(not self._read_only)

    def _choose_titles(self) -> None:
        """Short titles where room is scarce; long ones again only when they surely fit."""
        wanted, room = self.chips.sizeHint().width(), self.chips.width()
        scarce = wanted > room - (look().px(SAVED) if self._is_narrow else 0)
        narrow = self.width() < look().px(NARROW) or scarce
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self._fit()

    def _fit(self) -> None:
        narrow = bool(self._is_narrow)
        self.mode.set_short(narrow)
        self._commands.setText("" if narrow else "Commands  Ctrl K")
        self._commands.setAccessibleName("Commands")
        self._commands.setIcon(look().icon("more") if narrow else look().icon("right"))
        self.stop_all.setText("Stop all…" if narrow else "Stop all robots…")
        self.stop_all.setAccessibleName("Stop all robots")
        self.search.setPlaceholderText("Find…" if narrow else "Find user, login, robot…")
        self.search.setFixedWidth(look().px(150 if narrow else 196))

    def _on_look_changed(self) -> None:
        self._name.setFont(look().font(FontRole.NAME))
        self._fit()
        self.update()
