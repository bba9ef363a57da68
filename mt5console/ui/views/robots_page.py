"""The robots of one terminal: a table, acts on the chosen one, and its heartbeat ages as a large graph.

The graph is made when the page is first shown. Must not know: engines, threads; what is asked for goes out as signals.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mt5console.ui.models import robots_model
from mt5console.ui.models.robots_model import LAMP_ROLE, SERIES_ROLE, RobotAges, RobotsModel, robot_words
from mt5console.ui.pictures import RobotPicture
from mt5console.ui.theme.age_axis import STALE_AFTER_LIVE_S, stale_after_s
from mt5console.ui.theme.amounts import NOTHING
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import LAMP_ROLES
from mt5console.ui.views.age_chart import AgeChart
from mt5console.ui.views.sight import Sight
from mt5console.ui.widgets.sparkline import paint_sparkline
from mt5console.ui.widgets.words import Words

Index = QModelIndex | QPersistentModelIndex

WIDTHS = {
    robots_model.ROBOT: 74,
    robots_model.STATE: 104,
    robots_model.CHART: 116,
    robots_model.NOW: 66,
    robots_model.SEQUENCE: 84,
    robots_model.ENTRIES: 84,
    robots_model.DEPLOYMENT: 110,
}
"""Columns in pixels of the drawings; the graph's takes what is left."""

GOES_WHEN_NARROW = (robots_model.DEPLOYMENT, robots_model.SEQUENCE, robots_model.ENTRIES, robots_model.STATE)
"""Columns that give way, in this order; the line below the table has all of it for the chosen robot."""

LEAST_GRAPH = 88
MOST_ROWS_SHARE = 0.4
"""The table takes at most so much of the page's height; the graph has the rest."""


class RobotDelegate(QStyledItemDelegate):
    """Paints the lamp before a robot's number, and its graph."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.stale_s = STALE_AFTER_LIVE_S

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        style = look()
        area = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, style.colour(Role.SELECTED))
        if index.column() == robots_model.GRAPH:
            pad = style.px(5)
            paint_sparkline(
                painter, QRectF(area.adjusted(pad, pad, -pad, -pad)), index.data(SERIES_ROLE), self.stale_s, style
            )
            return
        left = style.px(10) if index.column() == robots_model.ROBOT else style.px(6)
        lamp = index.data(LAMP_ROLE)
        if index.column() == robots_model.ROBOT:
            size = style.px(13)
            device = painter.device()
            ratio = device.devicePixelRatioF() if device is not None else 1.0
            top = area.top() + (area.height() - size) // 2
            painter.drawPixmap(QPointF(area.left() + left, top), style.lamp(lamp, size, ratio))
            left += size + style.px(6)
        soft = index.column() in (robots_model.CHART, robots_model.SEQUENCE, robots_model.DEPLOYMENT)
        role = LAMP_ROLES[lamp] if index.column() == robots_model.STATE else Role.TEXT_SOFT if soft else Role.TEXT
        painter.setFont(style.font(FontRole.BASE))
        painter.setPen(style.colour(role))
        inner = area.adjusted(left, 0, -style.px(6), 0)
        words = style.metrics(FontRole.BASE).elidedText(index.data(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), words)


class RobotsPage(QWidget):
    """The dock's second page.

    Signals:
        act_asked: an act's name and a robot's id: deploy, pause_entries, resume_entries, remove_robot.
        robot_focused: the id of the robot whose graph is shown; its past may be read now.
    """

    act_asked = Signal(str, object)
    robot_focused = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, read_only: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName("Robots")
        self._read_only = read_only
        self._sight: Sight | None = None
        self._ages = RobotAges()
        self._robot_id: int | None = None
        self.model = RobotsModel(self)
        self.chart: AgeChart | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._empty = Words("No robot is registered for this terminal yet.", Role.TEXT_SOFT, parent=self)
        self._empty.setContentsMargins(look().px(16), look().px(14), look().px(16), look().px(14))
        self._column.addWidget(self._empty)
        self.table = self._build_table()
        self._column.addWidget(self.table)
        self._column.addWidget(self._build_detail(), 1)
        self._column.addStretch(0)
        look().changed.connect(self._fit)

    def _build_table(self) -> QTableView:
        table = QTableView(self)
        table.setObjectName("robots_table")
        table.setAccessibleName("Robots of this terminal")
        table.setModel(self.model)
        self._delegate = RobotDelegate(table)
        table.setItemDelegate(self._delegate)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(look().px(40))
        header.setSectionResizeMode(robots_model.GRAPH, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        return table

    def _build_detail(self) -> QWidget:
        detail = QWidget(self)
        self._detail = detail
        self._detail_column = QVBoxLayout(detail)
        self._detail_column.setContentsMargins(look().px(16), look().px(10), look().px(16), look().px(12))
        self._detail_column.setSpacing(look().px(6))
        self._title = Words("", Role.TEXT, FontRole.STRONG, detail, wraps=False)
        self._facts = Words("", Role.TEXT_SOFT, FontRole.SMALL, detail)
        self._errors = Words("", Role.FAILING, FontRole.SMALL, detail)
        row = QHBoxLayout()
        row.setSpacing(look().px(6))
        self.deploy = _button("Deploy…", "robot_deploy_button", detail, self._on_deploy)
        self.pause = _button("Pause entries", "robot_pause_button", detail, self._on_pause)
        self.remove = _button("Remove…", "robot_remove_button", detail, self._on_remove)
        for button in (self.deploy, self.pause, self.remove):
            button.setVisible(not self._read_only)
            row.addWidget(button)
        row.addStretch(1)
        for widget in (self._title, self._facts, self._errors):
            self._detail_column.addWidget(widget)
        self._detail_column.addLayout(row)
        return detail

    # ---- what is shown ------------------------------------------------------------------------------------------

    @property
    def robot_id(self) -> int | None:
        """The robot that is chosen."""
        return self._robot_id

    def show_sight(self, sight: Sight, ages: RobotAges) -> None:
        """Show a terminal's robots as they are seen now."""
        another = self._sight is None or self._sight.terminal.user_id != sight.terminal.user_id
        self._sight, self._ages = sight, ages
        self._delegate.stale_s = stale_after_s(sight.fleet.simulated)
        self.model.set_robots(sight.terminal.robot_pictures, ages, sight.late_s)
        self._empty.setVisible(self.model.rowCount() == 0)
        self.table.setVisible(self.model.rowCount() > 0)
        if another:
            self._robot_id = None
            self._fit()
        self._keep_selection()
        self._show_detail()

    def focus_robot(self, robot_id: int) -> None:
        """Choose a robot."""
        row = self.model.row_of(robot_id)
        if row is not None:
            self.table.selectRow(row)

    def refresh_chart(self) -> None:
        """Show the chosen robot's graph again, after its past was read."""
        self._show_detail()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The graph is made now, and not before; in a turn of its own, because that takes a while."""
        super().showEvent(event)
        if self.chart is None:
            QTimer.singleShot(0, self, self._make_chart)
        self._fit()

    def _make_chart(self) -> None:
        if self.chart is None:
            self.chart = AgeChart(self)
            self._detail_column.insertWidget(self._detail_column.indexOf(self._errors) + 1, self.chart, 1)
            QTimer.singleShot(0, self, self._show_detail)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Columns give way when there is little room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        style, header = look(), self.table.horizontalHeader()
        self.table.verticalHeader().setDefaultSectionSize(style.px(30))
        room = self.width() - style.px(LEAST_GRAPH) - sum(style.px(width) for width in WIDTHS.values())
        for column in GOES_WHEN_NARROW:
            self.table.setColumnHidden(column, room < 0)
            room += style.px(WIDTHS[column]) if room < 0 else 0
        for column, width in WIDTHS.items():
            header.resizeSection(column, style.px(width))
        wanted = header.sizeHint().height() + max(1, self.model.rowCount()) * style.px(30) + 2
        self.table.setFixedHeight(min(wanted, max(style.px(120), round(self.height() * MOST_ROWS_SHARE))))

    def _keep_selection(self) -> None:
        row = self.model.row_of(self._robot_id)
        if row is None and self.model.rowCount():
            row = 0
        if row is not None and not self.table.selectionModel().isRowSelected(row, QModelIndex()):
            self.table.selectRow(row)

    def _robot(self) -> RobotPicture | None:
        row = self.model.row_of(self._robot_id)
        return None if row is None else self.model.robot(row)

    def _show_detail(self) -> None:
        robot, sight = self._robot(), self._sight
        self._detail.setVisible(robot is not None)
        if robot is None or sight is None:
            return
        self._title.say(f"Robot {robot.robot_id}  {robot.symbol} {robot.timeframe}")
        is_off = robot.state == "suspended"
        # What it said last of itself would read as if it still ran.
        now = ("on no chart",) if is_off else ("READY" if robot.ready else "not READY", f"entries {_entries(robot)}")
        parts = (
            robot_words(robot.state),
            *now,
            f"sequence {NOTHING if robot.sequence is None else robot.sequence}",
            f"deployment {robot.deployment_id or NOTHING}",
        )
        self._facts.say("  ·  ".join(parts))
        self._errors.say("\n".join(robot.errors))
        self._errors.setVisible(bool(robot.errors))
        self.pause.setText("Resume entries…" if robot.entries == "paused" else "Pause entries")
        self.pause.setEnabled(robot.may_pause)
        if self.chart is not None and self.isVisible():
            ages, stale_s = self._ages, stale_after_s(sight.fleet.simulated)
            self.chart.set_series(ages.points(robot.robot_id), ages.marks(robot.robot_id), sight.now_utc_s, stale_s)

    # ---- what a person does -------------------------------------------------------------------------------------

    def _on_selection_changed(self, chosen: QItemSelection, _left: QItemSelection) -> None:
        rows = chosen.indexes()
        robot = self.model.robot(rows[0].row()) if rows else None
        if robot is None or robot.robot_id == self._robot_id:
            return
        self._robot_id = robot.robot_id
        self.robot_focused.emit(robot.robot_id)
        self._show_detail()

    def _on_deploy(self) -> None:
        self._ask("deploy")

    def _on_pause(self) -> None:
        robot = self._robot()
        self._ask("resume_entries" if robot is not None and robot.entries == "paused" else "pause_entries")

    def _on_remove(self) -> None:
        self._ask("remove_robot")

    def _ask(self, act: str) -> None:
        if self._robot_id is not None:
            self.act_asked.emit(act, self._robot_id)


def _entries(robot: RobotPicture) -> str:
    return (robot.entries or "unknown").replace("_", " ")


def _button(text: str, name: str, parent: QWidget, does: object) -> QPushButton:
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.clicked.connect(does)
    return button
