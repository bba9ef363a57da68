"""The journals of one terminal: new lines as they come, filtered and searched.

Asks for lines by a signal and is given them. Must not know: engines, files, threads.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QLinearGradient,
    QPainter,
    QPixmap,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mt5console.ui.dialogs.fields import ChoiceBox
from mt5console.ui.models import journal_model
from mt5console.ui.models.journal_model import JournalFilter, JournalModel
from mt5console.ui.pictures import JournalLinePicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

ASK_EVERY_MS = 1000

FILTERS = (
    ("All lines", JournalFilter()),
    ("Problems", JournalFilter(problems=True)),
    ("Terminal", JournalFilter(log="terminal")),
    ("Experts", JournalFilter(log="experts")),
)


_SELECTED = QStyle.StateFlag.State_Selected


class JournalDelegate(QStyledItemDelegate):
    """Paints a cell's words and nothing else: a style sheet's own items take several times as long."""

    def __init__(self, model: JournalModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._on_look_changed()
        look().changed.connect(self._on_look_changed)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        words, role = self._model.painted(index.row(), index.column())
        area = option.rect
        if _SELECTED in option.state:
            painter.fillRect(area, self._selected)
        # The painter has the table's font already; setting it for every cell would cost more than all the rest.
        painter.setPen(self._colours[role])
        left = self._first if index.column() == journal_model.TIME else self._pad
        room = area.width() - left - self._pad
        painter.drawText(area.left() + left, area.top() + (area.height() + self._rise) // 2, words)
        if index.column() != journal_model.TIME and len(words) * self._wide > room:
            # It may not fit. A fade costs a third of measuring and shortening, and nothing is seen of it over no words.
            fade = self._fades[_SELECTED in option.state]
            painter.drawPixmap(area.right() + 1 - fade.width(), area.top(), fade.width(), area.height(), fade)

    def _on_look_changed(self) -> None:
        style = look()
        metrics = QFontMetrics(style.font(FontRole.BASE))
        self._wide = metrics.horizontalAdvance("W")
        self._rise = metrics.ascent() - metrics.descent()
        self._pad, self._first = style.px(6), style.px(16)
        self._selected = style.colour(Role.SELECTED)
        self._fades = (_fade(style.colour(Role.PANEL), style.px(28)), _fade(self._selected, style.px(28)))
        self._colours = {role: style.colour(role) for role in Role}


def _fade(ground: QColor, width: int) -> QPixmap:
    """From nothing at the left to the ground at the right."""
    pixmap = QPixmap(width, 1)
    pixmap.fill(Qt.GlobalColor.transparent)
    clear = QColor(ground)
    clear.setAlpha(0)
    gradient = QLinearGradient(0.0, 0.0, width, 0.0)
    gradient.setColorAt(0.0, clear)
    gradient.setColorAt(1.0, ground)
    painter = QPainter(pixmap)
    painter.fillRect(pixmap.rect(), gradient)
    painter.end()
    return pixmap


class JournalPage(QWidget):
    """The dock's fourth page. Lines are asked for only while it is shown.

    Signals:
        wanted: new lines may be read; True: the newest, from anew.
    """

    wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("journal_view")
        self.setAccessibleName("Journal")
        self.model = JournalModel(self)
        self._is_fresh = False
        self._is_waiting = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, look().px(8), 0, 0)
        column.setSpacing(look().px(8))
        column.addLayout(self._build_bar())
        self.table = self._build_table()
        column.addWidget(self.table, 1)
        column.addWidget(self._build_whole())
        column.addLayout(self._build_foot())
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_EVERY_MS)
        self._timer.timeout.connect(self._ask)
        for keys, does in (
            (QKeySequence.StandardKey.FindNext, self._on_next),
            (QKeySequence.StandardKey.FindPrevious, self._on_previous),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)
        look().changed.connect(self._fit)
        self._say_count()

    def _build_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(look().px(12), 0, look().px(12), 0)
        bar.setSpacing(look().px(6))
        self.search = QLineEdit(self)
        self.search.setObjectName("journal_search")
        self.search.setPlaceholderText("Find in the journal")
        self.search.setAccessibleName("Find in the journal; Enter goes to the next line")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._on_search_changed)
        self.filter = ChoiceBox(self)
        self.filter.setObjectName("journal_filter")
        self.filter.setAccessibleName("Which lines are shown")
        for title, _ in FILTERS:
            self.filter.addItem(title)
        self.filter.addItem("Matching lines")
        self.filter.currentIndexChanged.connect(self._on_filter_changed)
        self.follow = QPushButton("Follow", self)
        self.follow.setObjectName("journal_follow")
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.follow.setToolTip("Keep the newest line in view")
        self.follow.toggled.connect(self._on_follow_toggled)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.filter)
        bar.addWidget(self.follow)
        return bar

    def _build_table(self) -> QTableView:
        table = QTableView(self)
        table.setObjectName("journal_table")
        table.setAccessibleName("Journal lines, newest last")
        table.setModel(self.model)
        table.setItemDelegate(JournalDelegate(self.model, table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(journal_model.TEXT, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.verticalScrollBar().sliderMoved.connect(self._on_scrolled)
        table.verticalScrollBar().actionTriggered.connect(self._on_scrolled)
        table.viewport().installEventFilter(self)
        table.installEventFilter(self)
        return table

    def _build_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(look().px(16), 0, look().px(16), look().px(8))
        self.count = Words("", Role.TEXT_FAINT, FontRole.SMALL, self, wraps=False)
        self.count.setObjectName("journal_count")
        foot.addWidget(self.count)
        foot.addStretch(1)
        return foot

    def _build_whole(self) -> Words:
        self.whole = Words("", Role.TEXT, parent=self)
        self.whole.setObjectName("journal_line")
        self.whole.setAccessibleName("The chosen line in full")
        self.whole.setContentsMargins(look().px(16), 0, look().px(16), 0)
        self.whole.hide()
        self.table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.model.modelReset.connect(self._on_current_changed)
        return self.whole

    def _on_current_changed(self, *_rows: object) -> None:
        """Long lines are cut off in the table; the chosen one is written out below it."""
        line = self.model.line(self.table.currentIndex().row())
        self.whole.setVisible(line is not None)
        if line is not None:
            self.whole.say(f"{line.time.replace('T', ' ')}  {line.log} log, {line.category}\n{line.text}")

    # ---- lines --------------------------------------------------------------------------------------------------

    def begin_anew(self) -> None:
        """Another terminal is shown: forget the lines, and ask for its own when the page is seen."""
        self.model.clear()
        self._is_fresh = False
        self._is_waiting = False
        self._say_count()
        if self.isVisible():
            self._ask()

    def take(self, lines: Sequence[JournalLinePicture]) -> None:
        """New lines, oldest first, possibly none."""
        self._is_waiting = False
        self._is_fresh = True
        if self.model.append(lines) and self.follow.isChecked():
            self.table.scrollToBottom()
        if lines:
            self._say_count()

    def refuse(self, words: str) -> None:
        """Lines could not be read; it is tried again."""
        self._is_waiting = False
        self.count.say(words, Role.WARNING)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for lines from now on."""
        super().showEvent(event)
        self._fit()
        self._timer.start()
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nobody looks: ask for nothing."""
        super().hideEvent(event)
        self._timer.stop()

    def _ask(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self.wanted.emit(not self._is_fresh)

    # ---- looking ------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The log's and the source's columns give way when there is little room."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter in the search field goes on; a wheel or a key in the table ends following."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._go(forward=not back)
                return True
        elif watched is self.table.viewport() and event.type() == QEvent.Type.Wheel:
            QTimer.singleShot(0, self._on_scrolled)
        elif watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.matches(QKeySequence.StandardKey.Copy):
                self._copy()
                return True
            QTimer.singleShot(0, self._on_scrolled)
        return False

    def _fit(self) -> None:
        style, header = look(), self.table.horizontalHeader()
        self.table.setFont(style.font(FontRole.BASE))
        self.table.verticalHeader().setDefaultSectionSize(int(style.metrics(FontRole.BASE).height()) + style.px(6))
        narrow = self.width() < style.px(620)
        self.table.setColumnHidden(journal_model.LOG, narrow)
        self.table.setColumnHidden(journal_model.SOURCE, self.width() < style.px(520))
        clock = style.metrics(FontRole.BASE).horizontalAdvance("00:00:00.000")
        header.resizeSection(journal_model.TIME, int(clock) + style.px(26))
        header.resizeSection(journal_model.LOG, style.px(74))
        header.resizeSection(journal_model.SOURCE, style.px(96 if narrow else 150))

    def _is_at_end(self) -> bool:
        bar = self.table.verticalScrollBar()
        return bar.value() >= bar.maximum()

    def _on_scrolled(self, *_what: object) -> None:
        self.follow.setChecked(self._is_at_end())

    def _on_follow_toggled(self, on: bool) -> None:
        if on:
            self.table.scrollToBottom()

    def _on_filter_changed(self, index: int) -> None:
        wanted = FILTERS[index][1] if index < len(FILTERS) else JournalFilter(text=self.search.text())
        self.model.set_filter(wanted)
        if self.follow.isChecked():
            self.table.scrollToBottom()
        self._say_count()

    def _on_search_changed(self, _text: str) -> None:
        if self.filter.currentIndex() == len(FILTERS):
            self._on_filter_changed(len(FILTERS))
        else:
            self._go(forward=False, again=False)
        self._say_count()

    def _on_next(self) -> None:
        self._go(forward=True)

    def _on_previous(self) -> None:
        self._go(forward=False)

    def _go(self, *, forward: bool, again: bool = True) -> None:
        """Go to the next line that holds what is looked for; a new search begins at the newest line."""
        current = self.table.currentIndex().row()
        last = self.model.rowCount() - 1
        start = last if current < 0 or not again else current + (1 if forward else -1)
        row = self.model.find(self.search.text(), start % max(1, last + 1), forward=forward)
        if row is not None:
            self.follow.setChecked(False)
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _copy(self) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        lines = [line for row in rows if (line := self.model.line(row)) is not None]
        QApplication.clipboard().setText(
            "\n".join(f"{one.time}\t{one.log}\t{one.category}\t{one.text}" for one in lines)
        )

    def _say_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        words = f"{shown:,} of {total:,} lines" if shown != total else f"{total:,} lines"
        if self.search.text().strip():
            words += f"  ·  {len(self.model.matches(self.search.text())):,} match"
        self.count.say(words if total else "No lines were read yet.", Role.TEXT_FAINT)
