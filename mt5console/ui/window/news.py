"""Progress and ends of what was asked for: a line at the window's foot while it runs, news in the corner at its end.

Must not know: who asked, or how an operation is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import Lamp
from mt5console.ui.widgets.lamp import LampLabel

if TYPE_CHECKING:
    from mt5console.ui.pictures import DeploymentPicture, OperationPicture

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "terminal_start": "Start",
        "terminal_stop": "Stop",
        "terminal_restart": "Restart",
        "deploy": "Deployment",
        "deploy_cancel": "Cancel of the deployment",
        "robot_remove": "Removal",
        "reconnect": "Reconnect",
        "stop_all": "Stop all robots",
        "resume": "Lift of the stop",
        "set_mode": "Watchdog mode",
        "maintenance": "Maintenance",
        "release": "Release",
        "enable_algo": "Algo trading",
        "pause": "Entries",
        "acknowledge": "Acknowledgement",
        "silence": "Silence",
    }
)
"""Operations by the engine's kind."""


def title_of(operation: OperationPicture) -> str:
    """What an operation is, and about whom: `Restart of user_3`, `Deployment of robot 301`."""
    title = TITLES.get(operation.kind, operation.kind.replace("_", " ").capitalize())
    if operation.robot_id is not None:
        return f"{title} of robot {operation.robot_id}"
    return title if operation.user_id is None else f"{title} of user_{operation.user_id}"


def end_of(operation: OperationPicture) -> tuple[str, Lamp]:
    """What was seen to happen, in a line, and how well that is."""
    if operation.state == "done":
        status = operation.result.get("status") if operation.result is not None else None
        lamp: Lamp = "warning" if status == "PARTIAL" else "failing" if status == "FAILED" else "ok"
        words = f"{title_of(operation)}: {operation.progress or 'done'}"
        return words, lamp
    why = operation.error_text or operation.progress or "it did not say why"
    return f"{title_of(operation)} {'refused' if operation.state == 'refused' else 'failed'}: {why}", "failing"


_END_LAMPS: Mapping[str, Lamp] = MappingProxyType({"SUCCESS": "ok", "PARTIAL": "warning", "FAILED": "failing"})


def end_of_deployment(deployment: DeploymentPicture) -> tuple[str, Lamp]:
    """How a deployment has ended, in a line, and how well that is."""
    why = f": {deployment.diagnosis.text}" if deployment.diagnosis is not None else ""
    words = f"Deployment of robot {deployment.robot_id}: {deployment.status}{why}"
    return words, _END_LAMPS.get(deployment.status, "unknown")


class ActivityLine(QWidget):
    """What runs now, newest first in words, the others counted. Hidden while nothing runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activity_line")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(look().px(16), look().px(5), look().px(16), look().px(5))
        row.setSpacing(look().px(8))
        row.addWidget(LampLabel("", "busy", self))
        self._label = QLabel("", self)
        self._label.setProperty("kind", "soft")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._label, 1)
        self._running: dict[str, OperationPicture] = {}
        self._told = ""
        self.hide()

    @property
    def words(self) -> str:
        """What it says now; empty while it is hidden."""
        return self._label.text() if not self.isHidden() else ""

    def tell(self, words: str) -> None:
        """What goes on apart from operations; empty when that has ended."""
        self._told = words
        self._show()

    def note(self, operation: OperationPicture) -> None:
        """An operation has begun, went on or ended."""
        self._running.pop(operation.operation_id, None)
        if operation.is_running:
            self._running[operation.operation_id] = operation
        self._show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour(Role.PANEL))
        painter.fillRect(QRect(0, 0, self.width(), 1), look().colour(Role.LINE))
        painter.end()

    def _show(self) -> None:
        parts = [self._told] if self._told else []
        if self._running:
            newest = next(reversed(self._running.values()))
            parts.append(f"{title_of(newest)}: {newest.progress}")
            if len(self._running) > 1:
                parts.append(f"{len(self._running) - 1} more under way")
        words = "  ·  ".join(parts)
        self._label.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
