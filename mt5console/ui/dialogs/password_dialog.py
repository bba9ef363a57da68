"""Another password for a known user: straight to the keyring, and then the terminal may try to log in once more.

Must not know: keyrings, or how a login is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mt5console.core.credentials import Secret
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.field_form import FieldForm
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.pictures import Answer, TerminalPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

_MEANS = (
    "The password goes to this machine's keyring and is not shown, stored or sent anywhere else. The terminal uses it "
    "at its next login; release it, or start it, for one more try now."
)


class PasswordDialog(FramedDialog):
    """Signals:
    stored: the id of the user whose password is another one now.
    """

    stored = Signal(object)

    def __init__(self, desk: EngineDesk, terminal: TerminalPicture, parent: QWidget | None = None) -> None:
        title = f"Set password · {terminal.name}"
        super().__init__("password_dialog", title, _MEANS, parent)
        self.add_money_badge(terminal.trade_mode)
        self._errands = Errands(desk, self)
        self._user_id = terminal.user_id
        self._form = FieldForm(self)
        self._password = QLineEdit(self._form)
        self._password.setObjectName("new_password_field")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.textChanged.connect(self._on_typed)
        account = f"{terminal.login}@{terminal.account_server}"
        self._form.add_field("password", "Password", self._password, f"of {account}, as the broker gave it")
        self.body.addWidget(self._form)
        self.body.addStretch(1)
        self._cancel = self.add_button("cancel_button", "Cancel")
        self._store = self.add_button("store_password_button", "Store password", "primary", default=True)
        self._cancel.clicked.connect(self.reject)
        self._store.clicked.connect(self._on_store)
        self.setMinimumWidth(self.em(40))
        self._on_typed("")

    def _on_typed(self, _text: str) -> None:
        self._store.setEnabled(bool(self._password.text()))

    def _on_store(self) -> None:
        password = Secret(self._password.text())
        self._password.clear()
        self._store.setEnabled(False)
        self.say("Storing …")
        self._errands.read("set_password", self._on_answer, user_id=self._user_id, password=password)

    def _on_answer(self, answer: Answer) -> None:
        if answer.ok:
            self.stored.emit(self._user_id)
            self.accept()
            return
        self._form.show_error("password", answer.error_text)
        self.say("Nothing was stored. Type the password again.", Role.FAILING)
        self._password.setFocus()
