"""Fields that the dialogs type and tick in, drawn to be seen on dark ground too. Must not know: their meaning."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QRegularExpression, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLineEdit, QScrollArea, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

_BOX = 15
_DIGITS = QRegularExpression("[0-9]{0,19}")


class TickBox(QCheckBox):
    """A checkbox whose box is seen, and whose tick is a tick."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Box and words."""
        metrics = look().metrics(FontRole.BASE)
        words = int(metrics.horizontalAdvance(self.text())) + look().px(8) if self.text() else 0
        return QSize(look().px(_BOX + 4) + words, max(look().px(_BOX + 4), int(metrics.height())))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802 - Qt's name
        """All of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint box, tick, focus and words."""
        theme, size = look().theme, float(look().px(_BOX))
        enabled = self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1.5, (self.height() - size) / 2 + 0.5, size, size)
        edge = Role.ACCENT if self.hasFocus() or (self.isChecked() and enabled) else Role.TEXT_FAINT
        painter.setPen(QPen(theme.colour(edge if enabled else Role.LINE_STRONG), 2.0 if self.hasFocus() else 1.2))
        painter.setBrush(theme.colour(Role.ACCENT_FILL if self.isChecked() and enabled else Role.SUNKEN))
        painter.drawRoundedRect(box, 3, 3)
        if self.isChecked():
            painter.setPen(QPen(theme.colour(Role.ON_ACCENT if enabled else Role.TEXT_FAINT), size / 8))
            left, top = box.left(), box.top()
            corners = [QPointF(left + size * x, top + size * y) for x, y in ((0.24, 0.52), (0.43, 0.71), (0.77, 0.31))]
            painter.drawPolyline(QPolygonF(corners))
        painter.setFont(look().font(FontRole.BASE))
        painter.setPen(theme.colour(Role.TEXT if enabled else Role.TEXT_FAINT))
        words = self.rect().adjusted(look().px(_BOX + 10), 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())


class ChoiceBox(QComboBox):
    """A drop-down list that shows that it is one."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the field, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look().colour(Role.TEXT_SOFT if self.isEnabled() else Role.TEXT_FAINT), 1.5))
        half = look().px(4)
        right, middle = self.width() - look().px(12), self.height() / 2
        painter.drawPolyline(
            QPolygonF(
                [
                    QPointF(right - half, middle - half / 2),
                    QPointF(right, middle + half / 2),
                    QPointF(right + half, middle - half / 2),
                ]
            )
        )


def number_field(name: str, parent: QWidget) -> QLineEdit:
    """A field for an id, a login or a magic number: digits without grouping, too large for a spin box."""
    field = QLineEdit(parent)
    field.setObjectName(name)
    field.setValidator(QRegularExpressionValidator(_DIGITS, field))
    return field


def whole_number(field: QLineEdit) -> int | None:
    """The number that is typed, None when there is none."""
    text = field.text().strip()
    return int(text) if text.isascii() and text.isdigit() else None


def word_field(name: str, title: str, parent: QWidget) -> QLineEdit:
    """A field for a word that has to be typed on purpose."""
    field = QLineEdit(parent)
    field.setObjectName(name)
    field.setAccessibleName(title)
    field.setMaximumWidth(field.fontMetrics().horizontalAdvance("M" * 14))
    return field


def scrolled(inside: QWidget, parent: QWidget) -> QScrollArea:
    """What may be higher than the dialog, on the dialog's own ground."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    inside.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
