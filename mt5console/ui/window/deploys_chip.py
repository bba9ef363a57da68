"""How many deployments go on, as a button of the top bar: one opens at once, several are listed. Hidden without any.

Must not know: how to deploy, or which dialog shows a deployment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.pictures import DeploymentPicture


class DeploysChip(QAbstractButton):
    """Signals:
    chosen: the user's id (or None) and the robot's id of a running deployment that a person wants to see.
    """

    chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("deployments_chip")
        self._running: tuple[DeploymentPicture, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("Deployments that go on now. Click to see their proof.")
        self.clicked.connect(self._on_clicked)
        look().changed.connect(self._on_look_changed)
        self.hide()

    @property
    def words(self) -> str:
        """What it says; empty while it is hidden."""
        return f"{len(self._running)} deploying" if self._running else ""

    def set_running(self, running: tuple[DeploymentPicture, ...]) -> None:
        """These go on now, oldest first."""
        self._running = running
        self.setAccessibleName(f"{len(running)} deployment{'' if len(running) == 1 else 's'} going on")
        self.setVisible(bool(running))
        self._on_look_changed()

    def menu(self) -> QMenu:
        """One entry for each deployment; the menu deletes itself when it has closed."""
        menu = QMenu("Deployments", self)
        menu.setObjectName("deployments_menu")
        for deployment in self._running:
            action = QAction(title_of(deployment), menu)
            action.setData((deployment.user_id, deployment.robot_id))
            action.triggered.connect(self._on_triggered)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def sizeHint(self) -> QSize:  # noqa: D102, N802 - Qt's name
        style = look()
        width = style.px(10 + 13 + 6 + 12) + int(style.metrics(FontRole.BASE).horizontalAdvance(self.words))
        return QSize(width + 2, int(style.metrics(FontRole.BASE).height()) + style.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        style, half = look(), self.height() / 2.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        surface = Role.HOVER if self.underMouse() else Role.RAISED
        width = 2.0 if self.hasFocus() else 1.0
        painter.setPen(QPen(style.colour(Role.ACCENT), width))
        painter.setBrush(style.colour(surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0), half - 1.0, half - 1.0)
        size = style.px(13)
        left = float(style.px(10))
        lamp = style.lamp("busy", size, self.devicePixelRatioF(), surface)
        painter.drawPixmap(QPointF(left, round(half - size / 2.0)), lamp)
        metrics = style.metrics(FontRole.BASE)
        painter.setFont(style.font(FontRole.BASE))
        painter.setPen(style.colour(Role.TEXT))
        baseline = half + (metrics.ascent() - metrics.descent()) / 2.0
        painter.drawText(QPointF(left + size + style.px(6), baseline), self.words)
        painter.end()

    def _on_clicked(self) -> None:
        if len(self._running) == 1:
            self.chosen.emit(self._running[0].user_id, self._running[0].robot_id)
        elif self._running:
            self.menu().popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _on_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(*action.data())

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()


def title_of(deployment: DeploymentPicture) -> str:
    """A deployment in a line: `Robot 301 on user_3`."""
    where = "" if deployment.user_id is None else f" on user_{deployment.user_id}"
    return f"Robot {deployment.robot_id}{where}"
