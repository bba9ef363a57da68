"""Adding a user: one account with a terminal directory of its own. The password goes to the keyring and nowhere else.

Must not know: keyrings, or how a directory is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.dialogs.user_form import UserForm
from mt5console.ui.pictures import Answer, UserPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

_MEANS = (
    "A user owns one terminal in a directory of its own, logged in to one account. The password goes to this machine's "
    "keyring and is not shown, stored or sent anywhere else."
)


class UserDialog(FramedDialog):
    """Adds a user.

    Signals:
        added: the UserPicture of the new user.
    """

    added = Signal(object)

    def __init__(self, desk: EngineDesk, parent: QWidget | None = None) -> None:
        super().__init__("user_dialog", "Add a user", _MEANS, parent)
        self._errands = Errands(desk, self)
        self._form = UserForm(self)
        self.body.addWidget(self._form)
        self.body.addStretch(1)
        self._cancel = self.add_button("cancel_button", "Cancel")
        self._add = self.add_button("add_user_button", "Add user", "primary", default=True)
        self._cancel.clicked.connect(self.close)
        self._add.clicked.connect(self._on_add)
        taken = {terminal.user_id for terminal in desk.fleet.terminals}
        self._form.suggest(max(taken, default=0) + 1)
        self._form.typed.connect(self._add.setEnabled)
        self.setMinimumWidth(self.em(44))
        self._form.begin()
        self._add.setEnabled(self._form.is_filled)

    def _on_add(self) -> None:
        if not self._form.is_filled:
            return
        wanted = self._form.take()
        self._form.setEnabled(False)
        self._add.setEnabled(False)
        self.say("Making the terminal's directory …")
        self._errands.read("add_user", self._on_answer, **wanted)

    def _on_answer(self, answer: Answer) -> None:
        self._form.setEnabled(True)
        self._add.setEnabled(self._form.is_filled)
        if not answer.ok:
            self.say(self._form.refuse(answer), Role.FAILING)
            return
        self.added.emit(answer.value)
        if isinstance(answer.value, UserPicture) and answer.value.warnings:
            self._show_warnings(answer.value)
        else:
            self.accept()

    def _show_warnings(self, user: UserPicture) -> None:
        """The user was added; what the engine warned of is read before the dialog goes."""
        self._form.setVisible(False)
        self._add.setVisible(False)
        self._cancel.setText("Close")
        self.set_heading(f"user_{user.user_id} was added", "\n".join(user.warnings))
        self.say("")
