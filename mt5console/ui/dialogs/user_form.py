"""The fields of a new user, and where a refusal of each stands. The password leaves its field as a Secret, at once.

Must not know: who asks the engine, or what comes after.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mt5console.core.credentials import Secret
from mt5console.ui.dialogs.errands import UNSURE
from mt5console.ui.dialogs.field_form import ANYWHERE, FieldForm, field_of
from mt5console.ui.dialogs.fields import TickBox, number_field, whole_number
from mt5console.ui.pictures import Answer

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

_NOT_ADDED = "Nothing was added. Type the password again."
_NOT_KNOWN = "Whether it was added is not known: see whether the fleet shows it before you add it again."


class UserForm(FieldForm):
    """Id, login, server, password, watch-only. `first`: nobody is here yet, and no load to go beyond.

    Signals:
        typed: whether everything that is needed is typed.
    """

    typed = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, first: bool = False) -> None:
        super().__init__(parent)
        self._id = number_field("user_id_field", self)
        self._login = number_field("login_field", self)
        self._server = QLineEdit(self)
        self._server.setObjectName("server_field")
        self._password = QLineEdit(self)
        self._password.setObjectName("password_field")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._watch_only = TickBox(self)
        self._watch_only.setObjectName("watch_only_field")
        self._over: TickBox | None = None
        self.add_field("user_id", "User id", self._id, "a positive whole number that nobody here has yet")
        self.add_field("login", "Login", self._login, "the account's number at the broker")
        self.add_field("server", "Server", self._server, "as the terminal's login window shows it")
        self.add_field("password", "Password", self._password)
        watch = "no robot may be deployed; somebody else may trade the same account"
        self.add_field("watch_only", "Only watch this account", self._watch_only, watch)
        if not first:
            self._over = TickBox(self)
            self._over.setObjectName("over_capacity_field")
            over = "about ten terminals per server are recommended; more may slow every robot here"
            self.add_field("over_capacity", "Add even beyond the recommended load", self._over, over)
        for field in self._needed:
            field.textChanged.connect(self._on_typed)

    @property
    def _needed(self) -> tuple[QLineEdit, ...]:
        return (self._id, self._login, self._server, self._password)

    @property
    def is_filled(self) -> bool:
        """Whether everything that is needed is typed."""
        numbers = whole_number(self._id) is not None and whole_number(self._login) is not None
        return numbers and all(field.text().strip() for field in self._needed)

    def suggest(self, user_id: int, server: str = "") -> None:
        """Offer an id that is free, and a server when there is but one."""
        self._id.setText(str(user_id))
        if server and not self._server.text():
            self._server.setText(server)

    def begin(self) -> None:
        """Put the cursor where typing begins."""
        self._login.setFocus()

    def take(self) -> dict[str, Any]:
        """The arguments of `add_user`. The password's value leaves the field, in a type that will not show itself."""
        password = Secret(self._password.text())
        self._password.clear()
        self.clear_errors()
        return {
            "user_id": whole_number(self._id),
            "login": whole_number(self._login),
            "server": self._server.text().strip(),
            "password": password,
            "watch_only": self._watch_only.isChecked(),
            "over_capacity": self._over is not None and self._over.isChecked(),
        }

    def refuse(self, answer: Answer) -> str:
        """Say beside its field why the user was refused; gives what that means, for the dialog's foot."""
        field = field_of(answer.error_code, answer.error_text, ERROR_FIELDS)
        self.show_error(field, answer.error_text)
        if field == ANYWHERE:
            self._password.setFocus()
        return _NOT_KNOWN if answer.error_code in UNSURE else _NOT_ADDED

    def _on_typed(self, _text: str) -> None:
        self.typed.emit(self.is_filled)
