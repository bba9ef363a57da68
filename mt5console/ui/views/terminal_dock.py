"""One terminal beside the grid: its head, and Health, Robots, Timeline, Journal and Settings as pages.

Reads through the desk; acts and dialogs go out as signals, to whoever confirms them. Must not know: threads, sockets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QPainter, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.models.robots_model import KEPT_S, ChartMark, RobotAges
from mt5console.ui.models.timeline_model import DecisionsModel, StateLog
from mt5console.ui.pictures import Answer, DecisionPicture, DeploymentPicture, FleetPicture, OperationPicture
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.decision_feed import DecisionFeed
from mt5console.ui.views.dock_header import DockHeader
from mt5console.ui.views.health_panel import HealthPanel
from mt5console.ui.views.journal_page import JournalPage
from mt5console.ui.views.robots_page import RobotsPage
from mt5console.ui.views.settings_page import SettingsPage
from mt5console.ui.views.sight import Sight
from mt5console.ui.views.timeline_page import TimelinePage

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

TICK_MS = 1000
PAGES = ("health", "robots", "timeline", "journal", "settings")
HEALTH, ROBOTS, TIMELINE, JOURNAL, SETTINGS = range(len(PAGES))
DEPLOYMENTS_MARKED = 20


class TerminalDock(QWidget):
    """One user's terminal.

    Signals:
        act_asked: an act's name, the user's id, a robot's id or None; confirmed and carried out by the window.
        dialog_asked: a dialog's name, the user's id, a robot's id or None.
        menu_asked: the user's id, and where the menu of all acts should open.
        closed: a person has closed the dock.
    """

    act_asked = Signal(str, object, object)
    dialog_asked = Signal(str, object, object)
    menu_asked = Signal(object, QPoint)
    closed = Signal()

    def __init__(self, desk: EngineDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("terminal_dock")
        self.setAccessibleName("Terminal")
        self._desk = desk
        self._errands = Errands(desk, self)
        self._feed = DecisionFeed(desk, self)
        self._feed.changed.connect(self._on_decisions)
        self._fleet = FleetPicture()
        self._user_id: int | None = None
        self._ages = RobotAges()
        self._states = StateLog()
        self._states.note(desk.fleet)
        self._operation: OperationPicture | None = None
        self._since = QElapsedTimer()
        self.decisions = DecisionsModel(self)
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        desk.operation_changed.connect(self._on_operation_changed)
        desk.deployment_changed.connect(self._on_deployment_changed)
        look().changed.connect(self.update)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        self.header = DockHeader(self, read_only=self._desk.read_only)
        self.header.act_asked.connect(self._on_header_act)
        self.header.more_asked.connect(self._on_more_asked)
        self.header.close_asked.connect(self._on_close_asked)
        column.addWidget(self.header)
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("dock_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)
        self._build_holders()
        self.tabs.currentChanged.connect(self._on_tab_changed)
        column.addWidget(self.tabs, 1)
        self.setMinimumWidth(look().px(400))
        shortcut = QShortcut(QKeySequence("Escape"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._on_close_asked)

    def _build_holders(self) -> None:
        """A tab for each page. The pages follow in turns of their own, so that no turn takes long."""
        self._pages: dict[int, QWidget] = {}
        self._holders: list[QVBoxLayout] = []
        for name in PAGES:
            holder = QWidget(self.tabs)
            self._holders.append(QVBoxLayout(holder))
            self._holders[-1].setContentsMargins(0, 0, 0, 0)
            self.tabs.addTab(holder, name.capitalize())
        self._build_next()

    def _build_next(self) -> None:
        left = [index for index in range(len(PAGES)) if index not in self._pages]
        if left:
            self._page(left[0])
            QTimer.singleShot(0, self, self._build_next)

    def _page(self, index: int) -> QWidget:
        """A page, built now if it was not yet."""
        if index not in self._pages:
            holder = self._holders[index]
            self._pages[index] = page = self._build_page(index, holder.parentWidget() or self)
            holder.addWidget(page)
            page.show()
        return self._pages[index]

    def _build_page(self, index: int, parent: QWidget) -> QWidget:
        read_only = self._desk.read_only
        if index == HEALTH:
            return HealthPanel(parent)
        if index == ROBOTS:
            robots = RobotsPage(parent, read_only=read_only)
            robots.act_asked.connect(self._on_robot_act)
            robots.robot_focused.connect(self._on_robot_focused)
            return robots
        if index == TIMELINE:
            return TimelinePage(self.decisions, parent)
        if index == JOURNAL:
            journal = JournalPage(parent)
            journal.wanted.connect(self._on_journal_wanted)
            return journal
        settings = SettingsPage(parent, read_only=read_only)
        settings.act_asked.connect(self._on_header_act)
        settings.dialog_asked.connect(self._on_settings_dialog)
        settings.maintenance_asked.connect(self._on_maintenance_asked)
        return settings

    @property
    def health(self) -> HealthPanel:
        """The page of checks, identity and facts."""
        return cast("HealthPanel", self._page(HEALTH))

    @property
    def robots(self) -> RobotsPage:
        """The page of robots."""
        return cast("RobotsPage", self._page(ROBOTS))

    @property
    def timeline(self) -> TimelinePage:
        """The page of state bands and decisions."""
        return cast("TimelinePage", self._page(TIMELINE))

    @property
    def journal(self) -> JournalPage:
        """The page of journals."""
        return cast("JournalPage", self._page(JOURNAL))

    @property
    def settings(self) -> SettingsPage:
        """The page of settings."""
        return cast("SettingsPage", self._page(SETTINGS))

    # ---- what is shown ------------------------------------------------------------------------------------------

    @property
    def user_id(self) -> int | None:
        """Whose terminal is shown; None before the first."""
        return self._user_id

    def show_user(self, user_id: int) -> None:
        """Show this user's terminal; its past is read now."""
        if user_id == self._user_id:
            return
        self._user_id = user_id
        self._errands.forget()
        self._ages = RobotAges()
        self._operation = self._running_operation(user_id)
        self.header.say_operation(self._operation)
        self.decisions.set_decisions((), 0.0)
        self.health.show_decisions((), 0.0)
        self.journal.begin_anew()
        self._feed.show_user(user_id)
        terminal = self._fleet.terminal(user_id)
        if terminal is not None:
            self._ages.note(terminal, self._fleet.at_utc_s)
            robot_ids = tuple(robot.robot_id for robot in terminal.robot_pictures)
            if robot_ids:
                self._errands.read("fleet_heartbeats", self._on_heartbeats, robot_ids=robot_ids, seconds=float(KEPT_S))
        self._show()

    def show_page(self, name: str) -> None:
        """Show a page: health, robots, timeline, journal or settings."""
        self._page(PAGES.index(name))
        self.tabs.setCurrentIndex(PAGES.index(name))

    def set_fleet(self, fleet: FleetPicture) -> None:
        """A new picture came."""
        self._fleet = fleet
        self._states.note(fleet)
        self._since.start()
        terminal = None if self._user_id is None else fleet.terminal(self._user_id)
        if terminal is None:
            return
        self._ages.note(terminal, fleet.at_utc_s)
        if self.isVisible():
            self._feed.note(terminal)
            self._show()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ages go on counting while somebody looks."""
        super().showEvent(event)
        self._timer.start()
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The panel's ground, and a line at its left edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.fillRect(0, 0, 1, self.height(), look().colour(Role.LINE))
        painter.end()

    def _sight(self) -> Sight | None:
        terminal = None if self._user_id is None else self._fleet.terminal(self._user_id)
        if terminal is None:
            return None
        late_s = self._since.elapsed() / 1000.0 if self._since.isValid() else 0.0
        return Sight(fleet=self._fleet, terminal=terminal, late_s=late_s)

    def _show(self) -> None:
        """Show head and the page that is seen; the others are brought up to date when they are chosen."""
        sight = self._sight()
        if sight is None:
            return
        self.header.show_sight(sight)
        count = len(sight.terminal.robot_pictures)
        self.tabs.setTabText(ROBOTS, f"Robots {count}" if count else "Robots")
        page = self.tabs.currentIndex()
        if page == HEALTH:
            self.health.show_sight(sight, self._ages)
        elif page == ROBOTS:
            self.robots.show_sight(sight, self._ages)
        elif page == TIMELINE:
            self.timeline.show_sight(sight, self._states.seen(sight.terminal.user_id))
        elif page == SETTINGS:
            self.settings.show_sight(sight)

    def _running_operation(self, user_id: int) -> OperationPicture | None:
        mine = [operation for operation in self._desk.running_operations() if self._is_mine(operation, user_id)]
        return mine[-1] if mine else None

    def _is_mine(self, operation: OperationPicture, user_id: int) -> bool:
        if operation.user_id == user_id:
            return True
        terminal = self._fleet.terminal(user_id)
        robot_id = operation.robot_id
        return terminal is not None and robot_id is not None and terminal.robot(robot_id) is not None

    # ---- what the desk says -------------------------------------------------------------------------------------

    @Slot()
    def _on_tick(self) -> None:
        # Pictures come twice a second; only when they stay away do ages have to be counted here.
        if self._since.isValid() and self._since.elapsed() > TICK_MS:
            self._show()

    @Slot(object)
    def _on_decisions(self, decisions: tuple[DecisionPicture, ...]) -> None:
        sight = self._sight()
        now_utc_s = sight.now_utc_s if sight is not None else self._fleet.at_utc_s
        self.decisions.set_decisions(decisions, now_utc_s)
        self.health.show_decisions(decisions, now_utc_s)
        starts = [
            ChartMark(utc_s=one.at_utc_s, kind="restart", words=one.decided)
            for one in decisions
            if "StartTerminal" in one.acts and one.at_utc_s is not None
        ]
        self._ages.tell(None, "restart", starts)

    @Slot(object)
    def _on_operation_changed(self, operation: OperationPicture) -> None:
        if self._user_id is None or not self._is_mine(operation, self._user_id):
            return
        self._feed.stir()
        known = self._operation
        is_newer = known is None or not known.is_running or operation.is_running
        if is_newer or known is None or operation.operation_id == known.operation_id:
            self._operation = operation
            self.header.say_operation(operation)

    @Slot(object)
    def _on_deployment_changed(self, deployment: DeploymentPicture) -> None:
        if deployment.user_id == self._user_id:
            self._feed.stir()

    def _on_heartbeats(self, answer: Answer) -> None:
        if answer.ok:
            for robot_id, series in answer.value.items():
                self._ages.preload(robot_id, series)
            self._show()

    def _on_deployments(self, answer: Answer) -> None:
        if not answer.ok:
            return
        for robot_id in {one.robot_id for one in answer.value if one.robot_id is not None}:
            marks = [
                ChartMark(
                    utc_s=one.started_utc_s, kind="deployment", words=f"deployment {one.deployment_id}: {one.status}"
                )
                for one in answer.value
                if one.robot_id == robot_id and one.started_utc_s is not None
            ]
            self._ages.tell(robot_id, "deployment", marks)
        self.robots.refresh_chart()

    def _on_journal(self, answer: Answer) -> None:
        if answer.ok:
            self.journal.take(answer.value)
        else:
            self.journal.refuse(answer.error_text)

    # ---- what a person does -------------------------------------------------------------------------------------

    @Slot(int)
    def _on_tab_changed(self, _page: int) -> None:
        self._show()

    @Slot(bool)
    def _on_journal_wanted(self, fresh: bool) -> None:
        if self._user_id is not None:
            self._errands.read("journal", self._on_journal, user_id=self._user_id, fresh=fresh)

    @Slot(object)
    def _on_robot_focused(self, robot_id: int) -> None:
        self._errands.read("deployments", self._on_deployments, robot_id=robot_id, limit=DEPLOYMENTS_MARKED)

    @Slot(str)
    def _on_header_act(self, name: str) -> None:
        sight = self._sight()
        if sight is None:
            return
        user_id = sight.terminal.user_id
        if name == "deploy":
            self.dialog_asked.emit("deploy", user_id, None)
        elif name in ("pause_entries", "resume_entries"):
            wanted = "open" if name == "pause_entries" else "paused"
            for robot in sight.terminal.robot_pictures:
                if robot.may_pause and robot.entries == wanted:
                    self.act_asked.emit(name, user_id, robot.robot_id)
        else:
            self.act_asked.emit(name, user_id, None)

    @Slot(str, object)
    def _on_robot_act(self, name: str, robot_id: int) -> None:
        if name == "deploy":
            self.dialog_asked.emit("deploy", self._user_id, robot_id)
        else:
            self.act_asked.emit(name, self._user_id, robot_id)

    @Slot(str)
    def _on_settings_dialog(self, name: str) -> None:
        if name == "set_password":
            self._open_password()
        else:
            self.dialog_asked.emit(name, self._user_id, None)

    def _open_password(self) -> None:
        from mt5console.ui.dialogs.password_dialog import PasswordDialog

        sight = self._sight()
        if sight is not None:
            PasswordDialog(self._desk, sight.terminal, self.window()).open()

    @Slot(object)
    def _on_maintenance_asked(self, until_utc_s: float | None) -> None:
        self._desk.ask("maintenance", {"user_id": self._user_id, "until_utc_s": until_utc_s})

    @Slot(QPoint)
    def _on_more_asked(self, where: QPoint) -> None:
        self.menu_asked.emit(self._user_id, where)

    @Slot()
    def _on_close_asked(self) -> None:
        self.hide()
        self.closed.emit()
