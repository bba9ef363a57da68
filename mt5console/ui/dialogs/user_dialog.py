"""Adding a user: one account with a terminal directory of its own. The password goes to the keyring and nowhere else.

Must not know: keyrings, or how a directory is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mt5console.core.credentials import Secret
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.field_form import ANYWHERE, FieldForm, field_of
from mt5console.ui.dialogs.fields import TickBox, number_field, whole_number
from mt5console.ui.dialogs.frame import FramedDialog
from mt5console.ui.pictures import Answer, UserPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

_MEANS = (
    "A user owns one terminal in a directory of its own, logged in to one account. The password goes to this machine's "
    "keyring and is not shown, stored or sent anywhere else."
)

ERROR_FIELDS = {
    "bad_user_id": "user_id",
    "user_exists": "user_id",
    "user_unfinished": "user_id",
    "directory_exists": "user_id",
    "bad_login": "login",
    "account_taken": "login",
    "bad_server": "server",
    "bad_password": "password",
    "no_password": "password",
    "keyring_failed": "password",
    "over_capacity": "over_capacity",
}
"""The field that a refusal concerns, by its code."""


class UserDialog(FramedDialog):
    """Adds a user.

    Signals:
        added: the UserPicture of the new user.
    """

    added = Signal(object)

    def __init__(self, desk: EngineDesk, parent: QWidget | None = None) -> None:
        super().__init__("user_dialog", "Add a user", _MEANS, parent)
        self._errands = Errands(desk, self)
        self._form = FieldForm(self)
        self._id = number_field("user_id_field", self._form)
        self._login = number_field("login_field", self._form)
        self._server = QLineEdit(self._form)
        self._server.setObjectName("server_field")
        self._password = QLineEdit(self._form)
        self._password.setObjectName("password_field")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._watch_only = TickBox(self._form)
        self._watch_only.setObjectName("watch_only_field")
        self._over = TickBox(self._form)
        self._over.setObjectName("over_capacity_field")
        self._form.add_field("user_id", "User id", self._id, "a positive whole number that nobody here has yet")
        self._form.add_field("login", "Login", self._login, "the account's number at the broker")
        self._form.add_field("server", "Server", self._server, "as the terminal's login window shows it")
        self._form.add_field("password", "Password", self._password)
        watch = "no robot may be deployed; somebody else may trade the same account"
        self._form.add_field("watch_only", "Only watch this account", self._watch_only, watch)
        over = "about ten terminals per server are recommended; more may slow every robot here"
        self._form.add_field("over_capacity", "Add even beyond the recommended load", self._over, over)
        self.body.addWidget(self._form)
        self.body.addStretch(1)
        self._cancel = self.add_button("cancel_button", "Cancel")
        self._add = self.add_button("add_user_button", "Add user", "primary", default=True)
        self._cancel.clicked.connect(self.close)
        self._add.clicked.connect(self._on_add)
        taken = {terminal.user_id for terminal in desk.fleet.terminals}
        self._id.setText(str(max(taken, default=0) + 1))
        for field in (self._id, self._login, self._server, self._password):
            field.textChanged.connect(self._on_typed)
        self.setMinimumWidth(self.em(44))
        self._login.setFocus()
        self._on_typed("")

    def _on_typed(self, _text: str) -> None:
        fields = (self._id, self._login, self._server, self._password)
        self._add.setEnabled(all(field.text().strip() for field in fields))

    def _on_add(self) -> None:
        user_id, login = whole_number(self._id), whole_number(self._login)
        if user_id is None or login is None:
            return
        # The value leaves the field at once, in a type that will not show itself.
        password = Secret(self._password.text())
        self._password.clear()
        self._form.clear_errors()
        self._form.setEnabled(False)
        self._add.setEnabled(False)
        self.say("Making the terminal's directory …")
        self._errands.read(
            "add_user",
            self._on_answer,
            user_id=user_id,
            login=login,
            server=self._server.text().strip(),
            password=password,
            watch_only=self._watch_only.isChecked(),
            over_capacity=self._over.isChecked(),
        )

    def _on_answer(self, answer: Answer) -> None:
        self._form.setEnabled(True)
        self._on_typed("")
        if not answer.ok:
            field = field_of(answer.error_code, answer.error_text, ERROR_FIELDS)
            self._form.show_error(field, answer.error_text)
            self.say("Nothing was added. Type the password again.", Role.FAILING)
            if field == ANYWHERE:
                self._password.setFocus()
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
