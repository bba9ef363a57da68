"""Words in the theme's roles and fonts, and rows of facts with their names. Must not know: what they say.

Setting the same words again costs nothing: pages set all their words at every picture.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role


class Words(QLabel):
    """Plain text in a role; wraps unless told not to, is never taken for markup, and can be selected with the mouse.

    `times`: how much larger than its font's usual size.
    """

    def __init__(
        self,
        text: str = "",
        role: Role = Role.TEXT,
        font: FontRole = FontRole.BASE,
        parent: QWidget | None = None,
        *,
        wraps: bool = True,
        times: float = 1.0,
    ) -> None:
        super().__init__(text, parent)
        self._role = role
        self._font_role = font
        self._times = times
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def say(self, text: str, role: Role | None = None) -> None:
        """Show these words, in another role if one is given."""
        if text != self.text():
            self.setText(text)
        if role is not None:
            self.set_role(role)

    def set_role(self, role: Role) -> None:
        """Write in another role from now on."""
        if role != self._role:
            self._role = role
            self._on_look_changed()

    def _on_look_changed(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, look().colour(self._role))
        self.setPalette(palette)
        font = look().font(self._font_role)
        if self._times != 1.0:
            font = QFont(font)
            font.setPixelSize(round(font.pixelSize() * self._times))
        self.setFont(font)


class Line(QWidget):
    """One line of text that is shortened in its middle when there is no room; the tooltip has all of it."""

    def __init__(
        self,
        role: Role = Role.TEXT,
        font: FontRole = FontRole.BASE,
        parent: QWidget | None = None,
        *,
        right: bool = False,
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._role = role
        self._font_role = font
        self._right = right
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        look().changed.connect(self._on_look_changed)

    @property
    def text(self) -> str:
        """All of its text."""
        return self._text

    def say(self, text: str, role: Role | None = None) -> None:
        """Show this text, in another role if one is given."""
        if text == self._text and role in (None, self._role):
            return
        self._text = text
        self._role = role or self._role
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the text."""
        metrics = look().metrics(self._font_role)
        return QSize(int(metrics.horizontalAdvance(self._text)) + 2, int(metrics.height()) + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a few letters."""
        return QSize(look().px(24), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint what there is room for."""
        metrics = look().metrics(self._font_role)
        words = metrics.elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width())
        left = self.width() - metrics.horizontalAdvance(words) if self._right else 0.0
        painter = QPainter(self)
        painter.setFont(look().font(self._font_role))
        painter.setPen(look().colour(self._role))
        painter.drawText(QPointF(left, (self.height() + metrics.ascent() - metrics.descent()) / 2.0), words)
        painter.end()

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()


class Facts(QWidget):
    """Facts with their names, in columns: `CPU 1.4 %`. Names are given once, values come with every picture."""

    def __init__(self, names: tuple[str, ...], columns: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, Line] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look().px(10))
        grid.setVerticalSpacing(look().px(5))
        rows = -(-len(names) // columns)
        for place, name in enumerate(names):
            row, column = place % rows, 2 * (place // rows)
            title = Words(name, Role.TEXT_SOFT, parent=self, wraps=False)
            value = Line(Role.TEXT, parent=self)
            grid.addWidget(title, row, column)
            grid.addWidget(value, row, column + 1)
            grid.setColumnStretch(column + 1, 1)
            self._values[name] = value

    def say(self, name: str, value: str, role: Role = Role.TEXT) -> None:
        """Show a fact's value."""
        line = self._values[name]
        line.say(value, role)
        line.setAccessibleName(f"{name}: {value}")

    def value(self, name: str) -> str:
        """What a fact says now."""
        return self._values[name].text
