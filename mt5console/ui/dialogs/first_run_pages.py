"""The first run's other pages: this machine, the first user, agent and login, what comes next.

Must not know: the engine, or how anything is looked at.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mt5console.ui.bridge.first_run import MachinePicture
from mt5console.ui.bridge.first_run_access import Point
from mt5console.ui.dialogs.first_run_page import FirstRunPage, fill
from mt5console.ui.dialogs.labels import Rule
from mt5console.ui.dialogs.user_form import UserForm
from mt5console.ui.models.first_run_model import point_rows, start_rows
from mt5console.ui.models.stages_model import RUNNING, StageRow
from mt5console.ui.pictures import TerminalPicture
from mt5console.ui.theme.fonts import FontRole
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.widgets.words import Words

SIMULATED_SERVER = "Demo-Server"
_SIMULATED_USER = (
    f"The simulated broker takes any new login and password on {SIMULATED_SERVER}. The password goes to the keyring "
    "and is not shown, stored or sent anywhere else."
)
_LIVE_USER = (
    "A user owns one terminal in a directory of its own, logged in to one account. Begin with a demo account. The "
    "password goes to this machine's keyring and is not shown, stored or sent anywhere else."
)


class MachinePage(FirstRunPage):
    """First step: what the doctor finds that matters for terminals."""

    def __init__(self, base: str, parent: QWidget | None = None) -> None:
        words = f"What a terminal needs of this machine, looked at now. The base directory is {base}."
        super().__init__("first_run_machine", "This machine", words, parent)
        self._points = self.add_points("machine_points", "What was found of this machine")

    def set_machine(self, machine: MachinePicture) -> None:
        """What was found so far."""
        rows = point_rows(machine.points)
        if not machine.ended:
            rows = (*rows, _row("look", "Looking", RUNNING, "the next point is looked at"))
        elif machine.words:
            rows = (*rows, _row("broken", "The look itself", "failed", machine.words))
        fill(self._points, rows)


class UserPage(FirstRunPage):
    """Third step: the first user, or the one that is there."""

    def __init__(self, *, simulated: bool, parent: QWidget | None = None) -> None:
        super().__init__("first_run_user", "The first user", _SIMULATED_USER if simulated else _LIVE_USER, parent)
        self.form = UserForm(self, first=True)
        self.form.suggest(1, SIMULATED_SERVER if simulated else "")
        self.rows.addSpacing(look().px(4))
        self.rows.addWidget(self.form)
        self._points = self.add_points("user_points", "The first user")

    def set_terminal(self, terminal: TerminalPicture | None, warnings: tuple[str, ...]) -> None:
        """The user that is there now."""
        self.form.setVisible(terminal is None)
        if terminal is None:
            fill(self._points, ())
            return
        self.explain(f"{terminal.name} is registered; its terminal lies in {terminal.directory or 'its directory'}.")
        only = " (only watched: no robot may be deployed)" if terminal.watch_only else ""
        rows = [_row("user", terminal.name, "passed", f"{terminal.login}@{terminal.account_server}{only}")]
        rows += [_row("warning", "Warned of", "warned", warning) for warning in warnings]
        fill(self._points, tuple(rows))


class StartPage(FirstRunPage):
    """Fourth step: the agent is compiled, the terminal started, the login seen, the agent heard.

    Signals:
        robot_wanted: a robot is to be registered before the start.
        password_wanted: another password is to be stored.
    """

    robot_wanted = Signal()
    password_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        words = (
            "The console's agent is compiled by the terminal's own MetaEditor, the terminal is started and logged in, "
            "and both are seen. A robot that is registered before the start needs no restart for its first deployment."
        )
        super().__init__("first_run_start", "Agent and login", words, parent)
        row = QHBoxLayout()
        row.setSpacing(look().px(8))
        self._robot = _button("register_first_button", "Register a robot first…", self)
        self._robot.clicked.connect(self.robot_wanted)
        self._password = _button("new_password_button", "Store another password…", self)
        self._password.clicked.connect(self.password_wanted)
        row.addWidget(self._robot)
        row.addWidget(self._password)
        row.addStretch(1)
        self.rows.addLayout(row)
        self._points = self.add_points("start_points", "How the first terminal comes up")

    def show_start(
        self,
        terminal: TerminalPicture | None,
        *,
        progress: str,
        failure: str,
        agent: Point | None,
        wants_password: bool,
    ) -> None:
        """Where it stands; see `first_run_model.start_rows`."""
        lives = terminal is not None and terminal.pid is not None
        can_register = terminal is not None and not lives and not progress and not terminal.watch_only
        self._robot.setVisible(can_register)
        self._password.setVisible(wants_password)
        fill(self._points, start_rows(terminal, progress, failure, agent))


class DonePage(FirstRunPage):
    """Last step: what to do next.

    Signals:
        deploy_wanted: a robot is to be deployed.
    """

    deploy_wanted = Signal()

    def __init__(self, base: str, *, simulated: bool, parent: QWidget | None = None) -> None:
        words = "The first terminal is up, logged in and watched. From here on everything is in the window."
        super().__init__("first_run_done", "What comes next", words, parent)
        self._command = f'mt5console --base-dir "{base}"' if " " in base else f"mt5console --base-dir {base}"
        self._command += " --simulate" if simulated else ""
        self._blocks = QVBoxLayout()
        self._blocks.setSpacing(look().px(10))
        self.rows.addSpacing(look().px(8))
        self.rows.addLayout(self._blocks)
        self._deploy = _button("first_deploy_button", "Deploy a robot…", self)
        self._deploy.clicked.connect(self.deploy_wanted)
        self._add(
            "A first robot, with proof",
            "Register it, then deploy it: compiled, attached, beating, proven. One that was registered after its "
            "terminal's start needs a restart of the terminal first; the dialog offers it.",
            button=self._deploy,
        )
        self._add(
            "At every logon",
            "Starts the engine, and with it every terminal that should run, when this account logs on.",
            "autostart install",
        )
        self._last = self._add("", "", "")
        self._simulated = simulated
        self.add_stretch()

    def set_terminal(self, terminal: TerminalPicture | None) -> None:
        """Whose terminal it is about."""
        user_id = terminal.user_id if terminal is not None else 1
        self._deploy.setEnabled(terminal is not None and not terminal.watch_only)
        title, words, command = self._last
        if self._simulated:
            title.say("A fault, to see it heal")
            words.say("Kills the simulated terminal; the watchdog starts it again and says why.")
            command.say(f"{self._command} sim fault {user_id} crash")
        else:
            title.say("On a demo account: the field test")
            words.say("Starts, kills and heals this terminal with a robot that opens nothing, and reports what held.")
            command.say(f"{self._command} doctor --field-test {user_id}")

    def _add(
        self, title: str, words: str, command: str | None = None, *, button: QPushButton | None = None
    ) -> tuple[Words, Words, Words]:
        block = QVBoxLayout()
        block.setSpacing(look().px(3))
        parts = (
            Words(title, Role.TEXT, FontRole.STRONG, self),
            Words(words, Role.TEXT_SOFT, FontRole.BASE, self),
            Words("" if command is None else f"{self._command} {command}", Role.TEXT, FontRole.MONO, self),
        )
        parts[2].setVisible(command is not None)
        parts[2].setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        for part in parts:
            block.addWidget(part)
        if button is not None:
            row = QHBoxLayout()
            row.setContentsMargins(0, look().px(4), 0, 0)
            row.addWidget(button)
            row.addStretch(1)
            block.addLayout(row)
        if self._blocks.count():
            self._blocks.addWidget(Rule(self))
        self._blocks.addLayout(block)
        return parts


def _button(name: str, text: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.setAutoDefault(False)
    return button


def _row(name: str, title: str, outcome: str, evidence: str) -> StageRow:
    return StageRow(name=name, title=title, outcome=outcome, seconds=None, evidence=evidence)
