"""One field for one input, by its kind: tick box, choice, date, colour, number, text. Must not know: forms or files.

A field shows what the model holds and tells the model what is typed. The mouse wheel never changes a value: scrolling
past a field must not touch what trades.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QEvent, QObject, Qt, QTimeZone
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QColorDialog, QDateTimeEdit, QHBoxLayout, QLineEdit, QPushButton, QWidget

from mt5console.core.deployment.inputs.description import InputSpec, Kind
from mt5console.core.deployment.inputs.values import wants
from mt5console.ui.dialogs.fields import ChoiceBox, TickBox
from mt5console.ui.models.inputs_model import InputsModel
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

MOMENT_FORMAT = "yyyy.MM.dd HH:mm:ss"
_PLAIN_MOMENT = (
    "QDateTimeEdit::up-button, QDateTimeEdit::down-button { width: 0; border: none; }"
    " QLineEdit { border: none; padding: 0; background: transparent; }"
)
_EARLIEST, _LATEST = 0, 32535215999


def field_for(spec: InputSpec, model: InputsModel, parent: QWidget) -> QWidget:
    """The field of an input; its object name is `input_<name>`, its accessible name the title and the name."""
    field = _made(spec, model, parent)
    named = field.focusProxy() or field
    named.setObjectName(f"input_{spec.name}")
    named.setAccessibleName(spec.name if spec.title == spec.name else f"{spec.title} ({spec.name})")
    named.setAccessibleDescription(wants(spec))
    field.setToolTip(f"{spec.name}: {wants(spec)}")
    return field


def _made(spec: InputSpec, model: InputsModel, parent: QWidget) -> QWidget:
    value = model.value(spec.name)
    if spec.kind is Kind.FLAG and value is not None:
        return FlagField(spec, model, parent)
    if spec.kind is Kind.CHOICE:
        return ChoiceField(spec, model, parent)
    if spec.kind is Kind.MOMENT and value is not None:
        return MomentField(spec, model, parent)
    if spec.kind is Kind.COLOUR:
        return ColourField(spec, model, parent)
    return LineField(spec, model, parent)


class FlagField(TickBox):
    """Yes or no."""

    def __init__(self, spec: InputSpec, model: InputsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._model = spec.name, model
        self.show_value()
        self.toggled.connect(self._on_toggled)

    def show_value(self) -> None:
        """Ticked when true."""
        self.setChecked(self._model.value(self._name) == "true")
        self.setText("yes" if self.isChecked() else "no")

    def _on_toggled(self, ticked: bool) -> None:
        self._model.type_text(self._name, "true" if ticked else "false")
        self.setText("yes" if ticked else "no")


class ChoiceField(ChoiceBox):
    """One member of an enumeration, by its comment or its name."""

    def __init__(self, spec: InputSpec, model: InputsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._model = spec.name, model
        for option in spec.options:
            self.addItem(option.title, str(option.value))
            self.setItemData(self.count() - 1, option.name, Qt.ItemDataRole.ToolTipRole)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.show_value()
        self.currentIndexChanged.connect(self._on_chosen)
        self.installEventFilter(_still(self))

    def show_value(self) -> None:
        """The member that stands for the value; a number without a member is shown as such."""
        value = self._model.value(self._name)
        place = self.findData(value) if value is not None else -1
        if place < 0 and value is not None:
            self.addItem(f"{value} (no member)", value)
            place = self.count() - 1
        self.blockSignals(True)
        self.setCurrentIndex(place)
        self.blockSignals(False)

    def _on_chosen(self, _place: int) -> None:
        data = self.currentData()
        if data is not None:
            self._model.type_text(self._name, str(data))


class MomentField(QDateTimeEdit):
    """A date and a time of day, as the terminal's clock shows them."""

    def __init__(self, spec: InputSpec, model: InputsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._model = spec.name, model
        self.setTimeZone(QTimeZone.utc())
        self.setDisplayFormat(MOMENT_FORMAT)
        self.setDateTimeRange(_moment(_EARLIEST), _moment(_LATEST))
        # Under a style sheet the line inside draws a second frame, and without buttons it gets no room at all.
        self.setStyleSheet(_PLAIN_MOMENT)
        self.lineEdit().setTextMargins(look().px(6), 0, 0, 0)
        self.setMaximumHeight(look().px(28))
        self.show_value()
        self.dateTimeChanged.connect(self._on_changed)
        self.installEventFilter(_still(self))

    def show_value(self) -> None:
        """The value's moment."""
        value = self._model.value(self._name)
        if value is not None and value.isdigit():
            self.blockSignals(True)
            self.setDateTime(_moment(int(value)))
            self.blockSignals(False)

    def _on_changed(self, moment: QDateTime) -> None:
        self._model.type_text(self._name, str(moment.toSecsSinceEpoch()))


class LineField(QLineEdit):
    """A number or a text; the arrow keys count whole numbers up and down."""

    def __init__(self, spec: InputSpec, model: InputsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._spec, self._model = spec, model
        if spec.default is None and model.value(spec.name) is None:
            self.setPlaceholderText(spec.default_text or "as the source says")
        self.show_value()
        self.textEdited.connect(self._on_edited)

    def show_value(self) -> None:
        """What the model holds, unless it is just that."""
        if self.text() != self._model.text(self._spec.name):
            self.setText(self._model.text(self._spec.name))
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Count with the arrow keys."""
        steps = {Qt.Key.Key_Up.value: 1, Qt.Key.Key_Down.value: -1}
        value = self._model.value(self._spec.name)
        if self._spec.kind is Kind.WHOLE and event.key() in steps and value is not None:
            low, high = self._spec.low or 0, self._spec.high or 0
            self.setText(str(min(high, max(low, int(value) + steps[event.key()]))))
            self._on_edited(self.text())
            event.accept()
            return
        super().keyPressEvent(event)

    def _on_edited(self, text: str) -> None:
        self._model.type_text(self._spec.name, text)


class ColourField(QWidget):
    """A colour by its name or its parts, and the colour itself, which opens a choice of colours."""

    def __init__(self, spec: InputSpec, model: InputsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._spec, self._model = spec, model
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look().px(8))
        self._line = LineField(spec, model, self)
        self._swatch = Swatch(self)
        self._swatch.setAccessibleName(f"Choose a colour for {spec.title}")
        self._swatch.clicked.connect(self._on_swatch)
        row.addWidget(self._line, 1)
        row.addWidget(self._swatch)
        self.setFocusProxy(self._line)
        self.show_value()

    def show_value(self) -> None:
        """The colour's name, and the colour."""
        self._line.show_value()
        value = self._model.value(self._spec.name)
        number = int(value) if value is not None and value.isdigit() else None
        shown = number is not None and number <= 0xFFFFFF
        self._swatch.set_colour(
            QColor(number & 255, number >> 8 & 255, number >> 16 & 255) if shown and number is not None else None
        )

    def _on_swatch(self) -> None:
        chooser = QColorDialog(self._swatch.colour or QColor(0, 0, 0), self)
        chooser.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.colorSelected.connect(self.choose)
        chooser.open()

    def choose(self, colour: QColor) -> None:
        """Take this colour."""
        self._model.type_text(self._spec.name, f"{colour.red()},{colour.green()},{colour.blue()}")
        self.show_value()


class Swatch(QPushButton):
    """A small field of one colour; crossed out when there is none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.colour: QColor | None = None
        self.setAutoDefault(False)
        self.setFixedSize(look().px(34), look().px(26))

    def set_colour(self, colour: QColor | None) -> None:
        """Show this colour, or none."""
        self.colour = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the colour in a frame that shows the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = Role.ACCENT if self.hasFocus() else Role.LINE_STRONG
        painter.setPen(QPen(look().colour(edge), 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(self.colour if self.colour is not None else look().colour(Role.SUNKEN))
        box = self.rect().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, 3, 3)
        if self.colour is None:
            painter.drawLine(box.topLeft(), box.bottomRight())


class _Stillness(QObject):
    """Passes the wheel on to the form that scrolls."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _still(field: QWidget) -> QObject:
    return _Stillness(field)


def _moment(seconds: int) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(seconds, QTimeZone.utc())
