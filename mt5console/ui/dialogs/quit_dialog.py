"""Quitting the window: whether somebody goes on watching. Must not know: engines."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

Quit = Literal["keep", "stop", "cancel"]

_MEANS = "Terminals and robots go on in either case."
_WATCHED = (
    "While the watchdog watches, a dead terminal is started again and its robots are proven back. Without it nobody "
    "does that until a window or `mt5console watchdog run` is started, or the entry at logon, if there is one, starts "
    "it again: on Windows within five minutes."
)


class QuitDialog(FramedDialog):
    """Three ways: keep watching (the default), stop watching, stay. `answer` tells which."""

    def __init__(self, parent: QWidget | None = None, *, positions: int = 0) -> None:
        super().__init__("quit_dialog", "Quit and go on watching?", _MEANS, parent)
        self.answer: Quit = "cancel"
        self.body.addWidget(Words(_WATCHED, Role.TEXT_SOFT, parent=self))
        if positions:
            held = f"{positions} position{' is' if positions == 1 else 's are'} open."
            self.body.addWidget(Words(held, Role.WARNING, parent=self))
        stay = self.add_button("cancel_button", "Stay")
        stop = self.add_button("stop_watching_button", "Stop watching and quit", "danger")
        keep = self.add_button("keep_watching_button", "Keep watching and quit", "primary", default=True)
        stay.clicked.connect(self.reject)
        stop.clicked.connect(self._on_stop)
        keep.clicked.connect(self._on_keep)
        self.setMinimumWidth(self.em(54))
        keep.setFocus()

    def _on_keep(self) -> None:
        self.answer = "keep"
        self.accept()

    def _on_stop(self) -> None:
        self.answer = "stop"
        self.accept()


def ask_quit(parent: QWidget | None, *, positions: int = 0) -> Quit:
    """What the person wants. Waits in a loop of its own: the one question that the window ends with."""
    dialog = QuitDialog(parent, positions=positions)
    dialog.exec()
    return dialog.answer
