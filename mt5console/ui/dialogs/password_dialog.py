"""Replaces a user's password in the keyring; the watchdog uses it by its own rules. Must not know: keyrings.

The value leaves the field at once, in a type that will not show itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mt5console.core.credentials import Secret
from mt5console.ui.dialogs.errands import UNSURE, Errands
from mt5console.ui.dialogs.field_form import FieldForm
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.pictures import Answer, TerminalPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

_MEANS = (
    "The password goes to this computer's keyring and nowhere else. A terminal whose login was refused, or waited "
    "for a password, is logged in with it by the watchdog; any other uses it at its next login."
)
_NOT_CHANGED = "Nothing was changed. Type the password again."
_NOT_KNOWN = "Whether the keyring has it is not known. Type the password again: to set it twice does no harm."


class PasswordDialog(FramedDialog):
    """Asks for the new password of one user's account.

    Signals:
        changed: the keyring has taken it; carries the user's id.
    """

    changed = Signal(object)

    def __init__(self, desk: EngineDesk, terminal: TerminalPicture, parent: QWidget | None = None) -> None:
        super().__init__("password_dialog", f"New password · {terminal.name}", _MEANS, parent)
        self._user_id = terminal.user_id
        self._errands = Errands(desk, self)
        self._form = FieldForm(self)
        self._password = QLineEdit(self._form)
        self._password.setObjectName("password_field")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._form.add_field("password", f"Password of {terminal.login}@{terminal.account_server}", self._password)
        self.body.addWidget(self._form)
        self.body.addStretch(1)
        cancel = self.add_button("cancel_button", "Cancel")
        self._set = self.add_button("set_password_button", "Set password", "primary", default=True)
        cancel.clicked.connect(self.close)
        self._set.clicked.connect(self._on_set)
        self._password.textChanged.connect(self._on_typed)
        self.setMinimumWidth(self.em(40))
        self._on_typed("")

    def _on_typed(self, text: str) -> None:
        self._set.setEnabled(bool(text))

    def _on_set(self) -> None:
        password = Secret(self._password.text())
        self._password.clear()
        self._form.clear_errors()
        self.say("Handing it to the keyring …")
        self._errands.read("set_password", self._on_answer, user_id=self._user_id, password=password)

    def _on_answer(self, answer: Answer) -> None:
        if answer.ok:
            self.changed.emit(self._user_id)
            self.accept()
            return
        self._form.show_error("password", answer.error_text)
        self.say(_NOT_KNOWN if answer.error_code in UNSURE else _NOT_CHANGED, Role.FAILING)
        self._password.setFocus()
