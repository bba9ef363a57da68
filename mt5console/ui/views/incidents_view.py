"""The page of incidents: open ones by cause at the left, the chosen one in full at the right; cleared ones on request.

Reads through the desk; acts and dialogs go out as signals. Must not know: threads, sockets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QElapsedTimer,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.fields import TickBox
from mt5console.ui.models import incidents_model
from mt5console.ui.models.incidents_model import CLEARED, LAMP_ROLE, STRONG_ROLE, IncidentsModel
from mt5console.ui.pictures import Answer, FleetPicture, IncidentPicture, OperationPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.views.incident_detail import IncidentDetail
from mt5console.ui.widgets.words import Words

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

Index = QModelIndex | QPersistentModelIndex
TICK_MS = 1000
CLEARED_SHOWN = 200


class IncidentDelegate(QStyledItemDelegate):
    """Paints lamp and words; causes heavier than their incidents."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """All rows are of one height."""
        return QSize(look().px(40), int(look().metrics(FontRole.BASE).height()) + look().px(13))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        style, area, strong = look(), QRect(option.rect), bool(index.data(STRONG_ROLE))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, style.colour(Role.SELECTED))
        left = style.px(4)
        if index.column() == incidents_model.INCIDENT:
            size = style.px(13)
            device = painter.device()
            ratio = device.devicePixelRatioF() if device is not None else 1.0
            top = area.top() + (area.height() - size) // 2
            if strong:
                painter.drawPixmap(QPointF(area.left() + left, top), style.lamp(index.data(LAMP_ROLE), size, ratio))
                left += size + style.px(7)
        font = FontRole.STRONG if strong else FontRole.BASE
        role = Role.TEXT if strong or index.column() == incidents_model.INCIDENT else Role.TEXT_SOFT
        painter.setFont(style.font(font))
        painter.setPen(style.colour(role))
        inner = area.adjusted(left, 0, -style.px(8), 0)
        words = style.metrics(font).elidedText(index.data() or "", Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), words)


class IncidentsView(QWidget):
    """Signals:
    act_asked: an act's name, the user's id, a robot's id or None; confirmed and carried out by the window.
    dialog_asked: a dialog's name, the user's id, a robot's id or None.
    terminal_wanted: the id of the user whose terminal a person wants to see.
    """

    act_asked = Signal(str, object, object)
    dialog_asked = Signal(str, object, object)
    terminal_wanted = Signal(object)

    def __init__(self, desk: EngineDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("incidents_view")
        self.setAccessibleName("Incidents")
        self._desk = desk
        self._errands = Errands(desk, self)
        self._open: tuple[IncidentPicture, ...] = desk.incidents
        self._cleared: tuple[IncidentPicture, ...] = ()
        self._at_utc_s = desk.fleet.at_utc_s
        self._since = QElapsedTimer()
        self._chosen: str | None = None
        self.model = IncidentsModel(self)
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._show)
        desk.fleet_changed.connect(self._on_fleet_changed)
        desk.incidents_changed.connect(self._on_incidents_changed)
        look().changed.connect(self._on_look_changed)
        self._show()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_head())
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(self._build_list())
        self.detail = IncidentDetail(self, read_only=self._desk.read_only)
        self.detail.act_asked.connect(self._on_act_asked)
        self.detail.acknowledged.connect(self._on_acknowledged)
        self.detail.silenced.connect(self._on_silenced)
        self.detail.terminal_wanted.connect(self.terminal_wanted)
        self._split.addWidget(self.detail)
        self._split.setStretchFactor(0, 5)
        self._split.setStretchFactor(1, 4)
        self._empty = Words("", Role.TEXT_SOFT, FontRole.NAME, self)
        self._empty.setObjectName("no_incidents")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._split, 1)
        column.addWidget(self._empty, 1)

    def _build_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(look().px(16), look().px(12), look().px(16), look().px(10))
        head.setSpacing(look().px(10))
        head.addWidget(Words("Incidents", Role.TEXT, FontRole.TITLE, self, wraps=False))
        self.count = Words("", Role.TEXT_SOFT, parent=self, wraps=False)
        self.news = Words("", Role.TEXT_SOFT, parent=self, wraps=False)
        self.news.setObjectName("incidents_news")
        self.show_cleared = TickBox("Show cleared", self)
        self.show_cleared.setObjectName("show_cleared")
        self.show_cleared.toggled.connect(self._on_show_cleared)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addWidget(self.news)
        head.addWidget(self.show_cleared)
        return head

    def _build_list(self) -> QTreeView:
        tree = QTreeView(self)
        self.tree = tree
        tree.setObjectName("incidents_list")
        tree.setAccessibleName("Incidents by cause")
        tree.setModel(self.model)
        tree.setItemDelegate(IncidentDelegate(tree))
        tree.setUniformRowHeights(True)
        tree.setRootIsDecorated(True)
        tree.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(incidents_model.INCIDENT, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        tree.selectionModel().currentChanged.connect(self._on_current_changed)
        tree.doubleClicked.connect(self._on_double_clicked)
        return tree

    # ---- what is shown ------------------------------------------------------------------------------------------

    def choose(self, incident_id: str) -> None:
        """Show an incident in full."""
        self._chosen = incident_id
        self._restore_chosen()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ages go on counting while somebody looks."""
        super().showEvent(event)
        self._timer.start()
        self._fit()
        self._read_cleared()
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the columns in proportion."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The page's ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.end()

    def _now(self) -> float:
        return self._at_utc_s + (self._since.elapsed() / 1000.0 if self._since.isValid() else 0.0)

    def _show(self) -> None:
        now = self._now()
        known = {one.incident_id for one in self._open}
        cleared = tuple(one for one in self._cleared if one.incident_id not in known)
        moved = self.model.set_incidents((*self._open, *cleared), now)
        count = len(self._open)
        self.count.say("none open" if not count else f"{count} open")
        nothing = count == 0 and not cleared
        self._split.setVisible(not nothing)
        self._empty.setVisible(nothing)
        seen = (
            "Nothing is wrong that the engine knows of."
            if self._at_utc_s
            else "Not known yet: no news from the engine."
        )
        self._empty.say(seen, Role.TEXT_SOFT)
        if moved:
            self._expand()
            self._restore_chosen()
        self._show_detail(self.model.incident(self.tree.currentIndex()))

    def _show_detail(self, incident: IncidentPicture | None) -> None:
        user_id = None if incident is None else incident.user_id
        terminal = None if user_id is None else self._desk.fleet.terminal(user_id)
        self.detail.show_incident(incident, self._now(), terminal)

    def _expand(self) -> None:
        for row in range(self.model.rowCount()):
            self.tree.setExpanded(self.model.index(row, 0), self.model.group_key(row) != CLEARED or not self._open)

    def _restore_chosen(self) -> None:
        wanted = self.model.index_of(self._chosen) if self._chosen is not None else QModelIndex()
        if not wanted.isValid() and self.model.rowCount():
            wanted = self.model.index(0, 0, self.model.index(0, 0))
        if wanted.isValid():
            self.tree.expand(wanted.parent())
            self.tree.setCurrentIndex(wanted)

    def _fit(self) -> None:
        header, style = self.tree.header(), look()
        header.resizeSection(incidents_model.WHERE, style.px(164))
        header.resizeSection(incidents_model.AGE, style.px(104))
        self.tree.setIndentation(style.px(18))

    # ---- what the desk says -------------------------------------------------------------------------------------

    @Slot(object)
    def _on_fleet_changed(self, fleet: FleetPicture) -> None:
        self._at_utc_s = fleet.at_utc_s
        self._since.start()
        if self.isVisible() and self.detail.incident is not None:
            # Which act is possible follows from the terminal's state.
            self._show_detail(self.model.incident(self.tree.currentIndex()))

    @Slot(object)
    def _on_incidents_changed(self, incidents: tuple[IncidentPicture, ...]) -> None:
        ended = {one.incident_id for one in self._open} - {one.incident_id for one in incidents}
        self._open = incidents
        if ended and self.isVisible():
            self._read_cleared()
        self._show()

    def _read_cleared(self) -> None:
        if self.show_cleared.isChecked():
            self._errands.read("incidents", self._on_all_incidents, include_cleared=True)

    def _on_all_incidents(self, answer: Answer) -> None:
        if answer.ok:
            over = [one for one in answer.value if one.cleared_utc_s is not None]
            self._cleared = tuple(over[:CLEARED_SHOWN])
            self._show()
        else:
            self.news.say(answer.error_text, Role.FAILING)

    # ---- what a person does -------------------------------------------------------------------------------------

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        incident = self.model.incident(current)
        if incident is not None:
            self._chosen = incident.incident_id
        self._show_detail(incident)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        incident = self.model.incident(index)
        if incident is not None and incident.user_id is not None:
            self.terminal_wanted.emit(incident.user_id)

    def _on_show_cleared(self, on: bool) -> None:
        if on:
            self._read_cleared()
        else:
            self._cleared = ()
            self._show()

    @Slot(str, object)
    def _on_act_asked(self, act: str, incident: IncidentPicture) -> None:
        if act == "redeploy":
            self.dialog_asked.emit("deploy", incident.user_id, incident.robot_id)
        elif act == "set_password":
            self._open_password(incident.user_id)
        else:
            self.act_asked.emit(act, incident.user_id, None)

    def _open_password(self, user_id: int | None) -> None:
        from mt5console.ui.dialogs.password_dialog import PasswordDialog

        terminal = None if user_id is None else self._desk.fleet.terminal(user_id)
        if terminal is not None:
            PasswordDialog(self._desk, terminal, self.window()).open()

    @Slot(object, str)
    def _on_acknowledged(self, incident: IncidentPicture, reason: str) -> None:
        self.news.say("Acknowledging …", Role.TEXT_SOFT)
        arguments = {"incident_id": incident.incident_id, "reason": reason}
        self._errands.ask("acknowledge", arguments, self._on_not_acknowledged, self._on_acknowledgement)

    @Slot(object, float)
    def _on_silenced(self, incident: IncidentPicture, seconds: float) -> None:
        until = self._now() + seconds if seconds else None
        self.news.say("Silencing …" if seconds else "Lifting the silence …", Role.TEXT_SOFT)
        arguments = {"incident_id": incident.incident_id, "until_utc_s": until}
        self._errands.ask("silence", arguments, self._on_not_acknowledged, self._on_silence_seen)

    def _on_silence_seen(self, operation: OperationPicture) -> None:
        if operation.state == "done":
            self.news.say(f"{operation.progress.capitalize() or 'Done'}.", Role.OK)
        elif not operation.is_running:
            self.news.say(operation.error_text or "It was not silenced.", Role.FAILING)

    def _on_not_acknowledged(self, answer: Answer) -> None:
        self.news.say(answer.error_text, Role.FAILING)

    def _on_acknowledgement(self, operation: OperationPicture) -> None:
        if operation.state == "done":
            self.news.say("Acknowledged.", Role.OK)
            self.detail.reason.clear()
        elif not operation.is_running:
            self.news.say(operation.error_text or "It was not acknowledged.", Role.FAILING)

    def _on_look_changed(self) -> None:
        self._fit()
        self.update()
