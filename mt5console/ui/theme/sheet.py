"""The small style sheet over the Fusion style: what a palette alone cannot say. Must not know: any one widget.

Buttons take a `kind` property: `primary`, `danger` or none. Labels take `kind`: `soft`, `faint`, `heading`, `title`.
"""

from __future__ import annotations

from mt5console.ui.theme.palette import Role, Theme

_SHEET = """
QToolTip { background: @raised; color: @text; border: 1px solid @line_strong; padding: 4px 6px; }
QPushButton { background: @raised; color: @text; border: 1px solid @line_strong; border-radius: 5px;
  padding: 4px 11px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @pressed; }
QPushButton:checked { background: @selected; border-color: @accent; color: @accent; }
QPushButton:disabled { color: @disabled; border-color: @line; background: @panel; }
QPushButton:focus { border-color: @accent; }
QPushButton[kind="primary"] { background: @accent_fill; color: @on_accent; border-color: @accent; }
QPushButton[kind="primary"]:focus { border: 2px solid @text; padding: 3px 10px; }
QPushButton[kind="primary"]:disabled { background: @panel; color: @disabled; border-color: @line; }
QPushButton[kind="danger"] { background: @danger_fill; color: @failing; border-color: @danger_line; }
QPushButton[kind="danger"]:hover { background: @danger_hover; }
QPushButton[kind="danger"]:focus { border-color: @failing; }
QPushButton[kind="danger"]:disabled { background: @panel; color: @disabled; border-color: @line; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 4px;
  color: @text_soft; }
QToolButton:hover { background: @hover; color: @text; }
QToolButton:checked { background: @raised; color: @text; }
QToolButton:focus { border-color: @accent; }
QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit { background: @sunken; color: @text;
  border: 1px solid @line_strong; border-radius: 5px; padding: 4px 7px; selection-background-color: @accent_fill;
  selection-color: @on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QDateTimeEdit:focus {
  border-color: @accent; }
QComboBox::drop-down { border: none; width: 18px; }
QMenu { background: @raised; color: @text; border: 1px solid @line_strong; padding: 4px; }
QMenu::item { padding: 5px 22px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selected; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QTabBar::tab { background: transparent; color: @text_soft; padding: 7px 11px; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:focus { color: @accent; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QHeaderView::section { background: @ground; color: @text_faint; border: none; border-bottom: 1px solid @line;
  padding: 5px 6px; }
QTableView, QListView, QTreeView { background: @panel; alternate-background-color: @sunken; border: none;
  gridline-color: @line; selection-background-color: @selected; selection-color: @text; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @line_strong; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @text_faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QLabel[kind="soft"] { color: @text_soft; }
QLabel[kind="faint"] { color: @text_faint; }
QLabel[kind="heading"] { color: @text_faint; font-weight: 600; }
QLabel[kind="title"] { font-size: 18px; font-weight: 600; }
QProgressBar { background: @sunken; border: 1px solid @line; border-radius: 3px; text-align: center; color: @text; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QSplitter::handle { background: @line; }
QDockWidget { color: @text; }
QStatusBar { background: @panel; color: @text_soft; }
"""


def style_sheet(theme: Theme) -> str:
    """The sheet in the theme's colours."""
    colours = {role.value: value for role, value in theme.colours.items()} | {
        "disabled": theme.mixed(Role.TEXT_FAINT, 0.7).name(),
        "danger_fill": theme.mixed(Role.FAILING, 0.10).name(),
        "danger_hover": theme.mixed(Role.FAILING, 0.20).name(),
        "danger_line": theme.mixed(Role.FAILING, 0.45).name(),
    }
    sheet = _SHEET
    for name in sorted(colours, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", colours[name])
    return sheet
