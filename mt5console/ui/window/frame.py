"""The main window's frame: top bar, rail, pages, dock and news in their places, and which of them are shown.

Must not know: the engine, acts, or what any of them says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from mt5console.ui.theme.icons import application_icon
from mt5console.ui.theme.look import look
from mt5console.ui.widgets.toast import Toasts
from mt5console.ui.window.banner import Banner
from mt5console.ui.window.fleet_page import FleetPage
from mt5console.ui.window.news import ActivityLine
from mt5console.ui.window.rail import Rail
from mt5console.ui.window.remembered import Remembered
from mt5console.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from mt5console.ui.views.fleet_view import FleetView
    from mt5console.ui.views.terminal_dock import TerminalDock

DOCK_WIDTH = 470
PAGE_NAMES = ("fleet", "incidents", "server")


class WindowFrame(QMainWindow):
    """Places everything; the subclass connects it. `remembered`: layout and filters of the last run."""

    def __init__(self, remembered: Remembered, *, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setWindowTitle("mt5console")
        self._read_only = read_only
        self._remembered = remembered
        self._dock: TerminalDock | None = None
        self._selected: int | None = None
        look().use_theme(remembered.theme)
        self._build()

    def _build(self) -> None:
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top_bar = TopBar(read_only=self._read_only, parent=centre)
        self.banner = Banner(centre)
        self.activity = ActivityLine(centre)
        column.addWidget(self.top_bar)
        column.addWidget(self.banner)
        column.addLayout(self._build_middle(centre), 1)
        column.addWidget(self.activity)
        self.setCentralWidget(centre)
        # Over the pages, so that news hide neither the dock nor the line of what is under way.
        self.toasts = Toasts(self._pages)
        self.setWindowIcon(application_icon(look().theme))
        self.setMinimumSize(look().px(960), look().px(560))
        self.resize(look().px(1440), look().px(900))

    def _build_middle(self, parent: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        self.rail = Rail(parent)
        row.addWidget(self.rail)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._pages = QStackedWidget(self._splitter)
        self.fleet_page = FleetPage(read_only=self._read_only, parent=self._pages)
        self._pages.addWidget(self.fleet_page)
        self._splitter.addWidget(self._pages)
        row.addWidget(self._splitter, 1)
        return row

    @property
    def fleet_view(self) -> FleetView:
        """The view of all terminals."""
        return self.fleet_page.view

    def _restore(self) -> None:
        if self._remembered.geometry:
            self.restoreGeometry(QByteArray(self._remembered.geometry))
        self.top_bar.set_filter(self._remembered.filter_text, frozenset(self._remembered.filter_states))
        self.fleet_page.set_mode(self._remembered.layout)
        self.rail.set_page("fleet")

    def _place_dock(self, dock: TerminalDock) -> None:
        self._dock = dock
        self._splitter.addWidget(dock)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        dock.hide()

    def _open_dock(self, user_id: int) -> None:
        if self._dock is None:
            return
        if self._dock.isHidden():
            width = self._remembered.dock_width or look().px(DOCK_WIDTH)
            self._dock.show()
            self._splitter.setSizes([max(1, self._splitter.width() - width), width])
        self._dock.show_user(user_id)

    def show_page(self, name: str) -> None:
        """Show a page of the rail."""
        index = PAGE_NAMES.index(name)
        if index < self._pages.count():
            self._pages.setCurrentIndex(index)
            self.rail.set_page(name)
            if self._dock is not None:
                # The dock belongs to the fleet; the other pages need the room.
                self._dock.setVisible(name == "fleet" and self._selected is not None)

    def toggle_theme(self) -> None:
        """Dark or light."""
        look().use_theme("light" if look().theme.is_dark else "dark")

    def remembered_now(self) -> Remembered:
        """What the next run should find again."""
        width = (
            self._dock.width() if self._dock is not None and not self._dock.isHidden() else self._remembered.dock_width
        )
        return Remembered(
            geometry=bytes(self.saveGeometry().data()),
            dock_width=width,
            theme=look().theme.name,
            layout=self.fleet_page.mode,
            filter_text=self.top_bar.filter_text,
            filter_states=tuple(sorted(self.top_bar.chips.states)),
            page=PAGE_NAMES[self._pages.currentIndex()],
            selected_user=self._selected or 0,
        )
