"""The main window: puts top bar, rail, fleet, dock and news together, and leads what they ask for to the desk.

Must not know: threads, sockets, files. What is heavy is loaded beside the GUI thread, after the first paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QWidget

from mt5console.ui.bridge.loader import ModuleLoader
from mt5console.ui.memory import resume_collections
from mt5console.ui.window.acts import TerminalActs
from mt5console.ui.window.after_paint import LATER
from mt5console.ui.window.dialogs import Dialogs, Showing
from mt5console.ui.window.frame import PAGE_NAMES, WindowFrame
from mt5console.ui.window.news import end_of, end_of_deployment, title_of
from mt5console.ui.window.remembered import Remembered
from mt5console.ui.window.tray import Tray

if TYPE_CHECKING:
    from collections.abc import Callable

    from mt5console.ui.bridge.desk import EngineDesk
    from mt5console.ui.bridge.first_run import FirstRunDesk
    from mt5console.ui.history import AgeHistory
    from mt5console.ui.models.commands_model import Command
    from mt5console.ui.pictures import (
        Answer,
        ConnectionPicture,
        DeploymentPicture,
        FleetPicture,
        IncidentPicture,
        OperationPicture,
    )
    from mt5console.ui.views.fleet_view import FleetView


ENGINE_END_MS = 5000
BUSY_KINDS = frozenset({"terminal_start", "terminal_stop", "terminal_restart", "reconnect", "release"})
"""Operations that keep a terminal busy: its card says so."""


class MainWindow(WindowFrame):
    """The console. `remembered`: layout and filters of the last run; `asks_on_quit`: whether the engine may be ended.
    `first_run`: reaches this machine for the wizard and the demo; None: neither is offered.

    Signals:
        painted: the first frame is on the screen.
        closed: the window has closed; `remembered_now` says what to keep.
    """

    painted = Signal()
    closed = Signal()

    def __init__(
        self,
        desk: EngineDesk,
        remembered: Remembered | None = None,
        *,
        asks_on_quit: bool = True,
        first_run: FirstRunDesk | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(remembered or Remembered(), read_only=desk.read_only, parent=parent)
        self._desk = desk
        self._first_run = first_run
        self._asks_on_quit = asks_on_quit and not desk.read_only
        self._history: AgeHistory | None = None
        self._awaited_user = self._remembered.selected_user
        self._has_painted = False
        self._may_close = False
        self._heartbeats_token = 0
        self._ending_token = 0
        self._mine: set[str] = set()
        self.acts = TerminalActs(desk, self)
        self.dialogs = Dialogs(desk, self, first_run)
        self.tray = Tray(self)
        self._loader = ModuleLoader(LATER, self)
        self._connect_parts()
        self._build_shortcuts()
        self._connect_desk()
        self._restore()

    # ---- building -----------------------------------------------------------------------------------------------

    def _connect_parts(self) -> None:
        self.top_bar.mode_asked.connect(self.set_watchdog_mode)
        self.top_bar.filter_changed.connect(self._on_filter_changed)
        self.top_bar.palette_asked.connect(self._on_palette_asked)
        self.top_bar.stop_all_asked.connect(self._on_stop_all_asked)
        self.top_bar.deployment_asked.connect(self._on_deployment_asked)
        self.rail.page_asked.connect(self.show_page)
        self.rail.theme_asked.connect(self.toggle_theme)
        self.fleet_page.live_only_changed.connect(self._on_filter_changed)
        self.fleet_page.add_user_asked.connect(self._on_add_user_asked)
        self.fleet_page.demo_asked.connect(self.open_demo)
        self.fleet_page.first_run_asked.connect(self._on_first_run_asked)
        self.fleet_page.view_built.connect(self._on_view_built)
        self.acts.taken_on.connect(self._on_taken_on)
        self.acts.refused.connect(self._on_refused)
        self.dialogs.refused.connect(self._on_refused)
        self.dialogs.journal_wanted.connect(self._on_journal_wanted)
        self.dialogs.deployments_changed.connect(self.top_bar.deploys.set_running)
        self.dialogs.deployment_ended.connect(self._on_deployment_ended)
        self.tray.clicked.connect(self._on_tray_clicked)
        self._loader.loaded.connect(self._on_loaded)

    def _build_shortcuts(self) -> None:
        for keys, does in (
            ("Ctrl+F", self._on_search_asked),
            ("Ctrl+K", self._on_palette_asked),
            ("Ctrl+Q", self.close),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(does)

    def _connect_desk(self) -> None:
        self._desk.fleet_changed.connect(self._on_fleet_changed)
        self._desk.connection_changed.connect(self._on_connection_changed)
        self._desk.incidents_changed.connect(self._on_incidents_changed)
        self._desk.operation_changed.connect(self._on_operation_changed)
        self._desk.answered.connect(self._on_answered)
        self.banner.set_connection(self._desk.connection)

    def _build_later(self) -> None:
        """What the first frame does without: the dock, the other pages, the rings of heartbeat ages."""
        from mt5console.ui.history import AgeHistory
        from mt5console.ui.views.incidents_view import IncidentsView
        from mt5console.ui.views.server_view import ServerView
        from mt5console.ui.views.terminal_dock import TerminalDock

        self._history = AgeHistory()
        self.fleet_view.set_history(self._history)
        dock = TerminalDock(self._desk)
        dock.act_asked.connect(self._on_act_asked)
        dock.dialog_asked.connect(self._on_dialog_asked)
        dock.menu_asked.connect(self._on_more_asked)
        dock.closed.connect(self._on_dock_closed)
        self._place_dock(dock)
        self.dialogs.follow_deployments()
        if self._first_run is not None:
            self._first_run.demo_told.connect(self._on_demo_told)
            self.fleet_page.offer_first_run()
        incidents = IncidentsView(self._desk)
        incidents.act_asked.connect(self._on_act_asked)
        incidents.dialog_asked.connect(self._on_dialog_asked)
        incidents.terminal_wanted.connect(self.show_terminal)
        self._pages.addWidget(incidents)
        self._pages.addWidget(ServerView(self._desk))
        if self._remembered.page in PAGE_NAMES:
            self.show_page(self._remembered.page)

    # ---- what is chosen in menus and the palette (menus.Doer) ---------------------------------------------------

    def commands(self) -> tuple[Command, ...]:
        """Every act, for the palette."""
        from mt5console.ui.window.menus import all_commands

        return all_commands(self._desk.fleet, self, read_only=self._read_only)

    def act(self, name: str, user_id: int, robot_id: int | None = None) -> None:
        """An act on a terminal or robot, confirmed first where it touches money."""
        self.acts.ask(name, user_id, robot_id)

    def open_dialog(self, name: str, user_id: int | None = None, robot_id: int | None = None) -> None:
        """A dialog by its name; see `menus.Doer`."""
        self.dialogs.open(name, user_id, robot_id)

    @property
    def offers_first_run(self) -> bool:
        """Whether the wizard and the demo can be opened from here."""
        return self._first_run is not None and not self._read_only

    @Slot()
    def open_demo(self) -> None:
        """Start the demo in a window of its own; a toast says so, and why when it does not come up."""
        if self._first_run is not None:
            self._first_run.open_demo()

    @Slot(object)
    def show_terminal(self, user_id: int) -> None:
        """Show one terminal: select its card and open the dock."""
        self.show_page("fleet")
        self.fleet_view.select(user_id)

    @Slot(str)
    def set_watchdog_mode(self, mode: str) -> None:
        """Ask the engine for another mode; the selector follows when it is so."""
        self.acts.ask_plainly("set_mode", {"mode": mode})

    # ---- what the desk says -------------------------------------------------------------------------------------

    @Slot(object)
    def _on_fleet_changed(self, fleet: FleetPicture) -> None:
        self.top_bar.set_fleet(fleet)
        self.banner.set_mode(fleet.mode, fleet.trouble)
        self.tray.set_fleet(fleet)
        self._on_incidents_changed(self._desk.incidents)
        if self._history is not None:
            self._history.note(fleet)
            self._ask_for_heartbeats(fleet)
        self.fleet_page.set_fleet(fleet)
        if self._dock is not None:
            self._dock.set_fleet(fleet)
        self._select_remembered(fleet)

    def _select_remembered(self, fleet: FleetPicture) -> None:
        """The terminal that was looked at last, once there is a picture of it."""
        user_id, self._awaited_user = self._awaited_user, 0
        if user_id and fleet.terminal(user_id) is not None:
            self.fleet_view.select(user_id)

    @Slot(object)
    def _on_connection_changed(self, picture: ConnectionPicture) -> None:
        self.banner.set_connection(picture)
        self.fleet_view.set_connected(picture.is_connected)

    @Slot(object)
    def _on_incidents_changed(self, incidents: tuple[IncidentPicture, ...]) -> None:
        now = self._desk.fleet.at_utc_s
        self.rail.set_open_incidents(sum(not one.is_silent(now) for one in incidents))
        self.tray.set_incidents(incidents, now)

    @Slot(object)
    def _on_operation_changed(self, operation: OperationPicture) -> None:
        self.activity.note(operation)
        if operation.user_id is not None and operation.kind in BUSY_KINDS:
            words = f"{title_of(operation)}: {operation.progress}" if operation.is_running else ""
            self.fleet_view.set_busy(operation.user_id, words)
        if operation.operation_id in self._mine and not operation.is_running:
            self._mine.discard(operation.operation_id)
            self.toasts.tell(*end_of(operation))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.token == self._heartbeats_token and answer.ok and self._history is not None:
            robots_of = {
                terminal.user_id: tuple(robot.robot_id for robot in terminal.robot_pictures)
                for terminal in self._desk.fleet.terminals
            }
            self._history.preload(robots_of, answer.value)
            self.fleet_view.history_changed()
        elif answer.token == self._ending_token and self._ending_token:
            self._finish()

    def _ask_for_heartbeats(self, fleet: FleetPicture) -> None:
        """The minutes before this window came, once."""
        if self._heartbeats_token or not fleet.terminals:
            return
        robot_ids = tuple(robot.robot_id for terminal in fleet.terminals for robot in terminal.robot_pictures)
        self._heartbeats_token = self._desk.read("fleet_heartbeats", robot_ids=robot_ids, seconds=300.0)

    # ---- what a person does -------------------------------------------------------------------------------------

    @Slot(object)
    def _on_view_built(self, view: FleetView) -> None:
        view.selected_changed.connect(self._on_selected_changed)
        view.deploy_asked.connect(self._on_deploy_asked)
        view.restart_asked.connect(self._on_restart_asked)
        view.stop_asked.connect(self._on_stop_asked)
        view.more_asked.connect(self._on_more_asked)
        self._on_filter_changed()
        view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_filter_changed(self) -> None:
        if self.fleet_page.has_view:
            bar = self.top_bar
            self.fleet_view.set_filter(bar.filter_text, bar.chips.states, self.fleet_page.live_only)

    @Slot(object)
    def _on_selected_changed(self, user_id: int) -> None:
        self._selected = user_id or None
        if user_id:
            self._open_dock(user_id)

    @Slot(object)
    def _on_deploy_asked(self, user_id: int) -> None:
        self.open_dialog("deploy", user_id)

    @Slot(object)
    def _on_restart_asked(self, user_id: int) -> None:
        self.act("restart", user_id)

    @Slot(object)
    def _on_stop_asked(self, user_id: int) -> None:
        self.act("stop", user_id)

    @Slot(object, QPoint)
    def _on_more_asked(self, user_id: int, where: QPoint) -> None:
        terminal = self._desk.fleet.terminal(user_id)
        if terminal is not None and not self._read_only:
            from mt5console.ui.window.menus import terminal_menu

            terminal_menu(terminal, self._desk.fleet.incidents, self, self).popup(where)

    @Slot(str, object, object)
    def _on_act_asked(self, name: str, user_id: int, robot_id: int | None) -> None:
        if name == "remove_robot":
            self.open_dialog(name, user_id, robot_id)
        else:
            self.act(name, user_id, robot_id)

    @Slot(str, object, object)
    def _on_dialog_asked(self, name: str, user_id: int, robot_id: int | None) -> None:
        self.open_dialog(name, user_id, robot_id)

    @Slot()
    def _on_dock_closed(self) -> None:
        self._selected = None
        self.fleet_view.select(None)
        self.fleet_view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_search_asked(self) -> None:
        self.show_page("fleet")
        self.top_bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top_bar.search.selectAll()

    @Slot()
    def _on_palette_asked(self) -> None:
        self.dialogs.open_palette(self.commands())

    @Slot(object)
    def _on_journal_wanted(self, user_id: int) -> None:
        self.show_terminal(user_id)
        if self._dock is not None:
            self._dock.show_page("journal")

    @Slot()
    def _on_add_user_asked(self) -> None:
        self.open_dialog("add_user")

    @Slot()
    def _on_first_run_asked(self) -> None:
        self.open_dialog("first_run")

    @Slot(str, bool)
    def _on_demo_told(self, words: str, failed: bool) -> None:
        self.toasts.tell(words, "failing" if failed else "busy")

    @Slot()
    def _on_stop_all_asked(self) -> None:
        self.open_dialog("stop_all")

    @Slot(object, object)
    def _on_deployment_asked(self, user_id: int | None, robot_id: int) -> None:
        self.open_dialog("deploy", user_id, robot_id)

    @Slot(object)
    def _on_deployment_ended(self, deployment: DeploymentPicture) -> None:
        toast = self.toasts.tell(*end_of_deployment(deployment), act="Show")
        toast.acted.connect(Showing(self.dialogs, deployment, toast).show)

    @Slot(str)
    def _on_taken_on(self, operation_id: str) -> None:
        self._mine.add(operation_id)
        operation = self._desk.operation(operation_id)
        if operation is not None:
            self._on_operation_changed(operation)

    @Slot(str)
    def _on_refused(self, words: str) -> None:
        self.toasts.tell(words, "failing")

    @Slot()
    def _on_tray_clicked(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()

    # ---- life ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self, self._on_painted)

    def do_first(self, errand: Callable[[], None]) -> None:
        """Do this beside the GUI thread right after the first frame; it must not raise."""
        self._loader.do_first(errand)

    @Slot()
    def _on_painted(self) -> None:
        self.painted.emit()
        self._loader.start()

    @Slot()
    def _on_loaded(self) -> None:
        resume_collections()
        if self._may_close:
            return
        self._build_later()
        self._desk.start()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102, N802 - Qt's name
        if not self._may_close:
            wanted = self._ask_quit()
            self._may_close = wanted == "keep"
            if wanted == "stop":
                self._ending_token = self._desk.end_engine()
                # An engine that does not answer must not keep the window.
                QTimer.singleShot(ENGINE_END_MS, self, self._finish)
        if not self._may_close:
            event.ignore()
            return
        self.tray.hide()
        self._loader.stop()
        event.accept()
        self.closed.emit()

    def _ask_quit(self) -> str:
        if not self._asks_on_quit:
            return "keep"
        from mt5console.ui.dialogs.quit_dialog import ask_quit

        return str(ask_quit(self, positions=sum(one.positions or 0 for one in self._desk.fleet.terminals)))

    @Slot()
    def _finish(self) -> None:
        if not self._may_close:
            self._may_close = True
            self.close()
