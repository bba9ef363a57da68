"""The first-run wizard: the machine, the template, the first user, the first terminal up, and what comes next.

Each step is done because of what is seen, so it can be left and taken up again: it begins at the first open one. Its
acts are the window's ordinary ones. Must not know: threads, keyrings, or how anything is copied or started.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from mt5console.ui.bridge.first_run import CopyPicture, FirstRunDesk, MachinePicture
from mt5console.ui.bridge.first_run_access import Point, TemplateState
from mt5console.ui.dialogs.confirm_live import ask_act
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.dialogs.first_run_frame import FirstRunFrame
from mt5console.ui.dialogs.password_dialog import PasswordDialog
from mt5console.ui.dialogs.robot_dialog import RobotDialog
from mt5console.ui.models.first_run_model import Seen, Step
from mt5console.ui.pictures import Answer, IncidentPicture, OperationPicture, TerminalPicture, UserPicture
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

STARTS = frozenset({"terminal_start", "terminal_restart"})
CONFIRMABLE = frozenset({"live_not_confirmed", "positions_open"})
"""Refusals that a person can answer by confirming more."""
NEW_PASSWORD = "new_password"
"""Stands for a failure's code once another password was stored."""
ABOUT_PASSWORDS = frozenset({"auth_failed", "no_secret"})


class FirstRunDialog(FirstRunFrame):
    """The wizard; see the module.

    Signals:
        deploy_wanted: the user (int) on whose terminal a first robot is to be deployed.
    """

    deploy_wanted = Signal(object)

    def __init__(self, desk: EngineDesk, here: FirstRunDesk, parent: QWidget | None = None) -> None:
        super().__init__(here, parent)
        self._desk, self._here = desk, here
        self._errands = Errands(desk, self)
        self._accepted = False
        self._placed = False
        self._awaits_user = False
        self._warnings: tuple[str, ...] = ()
        self._progress, self._failure, self._failure_code = "", "", ""
        self._agent: Point | None = None
        self._connect_parts()
        self._find_running_start()
        self._machine_page.set_machine(here.machine)
        if here.template is not None:
            self._template_page.set_state(here.template)
        self._template_page.set_copy(here.copy)
        here.look_at_machine()
        if not here.simulated:
            here.look_at_template()
        self._look()

    def _connect_parts(self) -> None:
        here, desk = self._here, self._desk
        here.machine_changed.connect(self._on_machine_changed)
        here.template_changed.connect(self._on_template_changed)
        here.folders_found.connect(self._template_page.set_found)
        here.folder_judged.connect(self._template_page.set_folder)
        here.copy_changed.connect(self._on_copy_changed)
        here.programs_seen.connect(self._on_programs_seen)
        desk.fleet_changed.connect(self._on_fleet_changed)
        desk.operation_changed.connect(self._on_operation_changed)
        self._template_page.folder_chosen.connect(here.judge)
        self._template_page.changed.connect(self._show_buttons)
        self._user_page.form.typed.connect(self._show_buttons)
        self._start_page.robot_wanted.connect(self._on_robot_wanted)
        self._start_page.password_wanted.connect(self._on_password_wanted)
        self._done_page.deploy_wanted.connect(self._on_deploy_wanted)
        self._forward.clicked.connect(self._on_forward)
        self._again.clicked.connect(self._on_again)
        self._back.clicked.connect(self._on_back)
        self._cancel_copy.clicked.connect(here.cancel_copy)

    # ---- what is seen -----------------------------------------------------------------------------------------------

    def _seen(self) -> Seen:
        return Seen(
            machine=self._here.machine,
            accepted=self._accepted,
            template=self._here.template,
            terminal=self._terminal(),
            start_failed=bool(self._failure),
        )

    def _terminal(self) -> TerminalPicture | None:
        """The first user's terminal."""
        return min(self._desk.fleet.terminals, key=lambda one: one.user_id, default=None)

    @Slot(object)
    def _on_machine_changed(self, machine: MachinePicture) -> None:
        self._machine_page.set_machine(machine)
        self._look()

    @Slot(object)
    def _on_template_changed(self, template: TemplateState) -> None:
        self._template_page.set_state(template)
        self._look()

    @Slot(object)
    def _on_copy_changed(self, copy: CopyPicture) -> None:
        self._template_page.set_copy(copy)
        self._look()

    @Slot(object, object)
    def _on_programs_seen(self, user_id: int, agent: Point) -> None:
        terminal = self._terminal()
        if terminal is not None and terminal.user_id == user_id:
            self._agent = agent
            self._show_start()

    @Slot(object)
    def _on_fleet_changed(self, _fleet: object) -> None:
        if self._awaits_user and self._terminal() is not None:
            self._awaits_user = False
            self._show_step(Step.USER if self._warnings else Step.START)
        self._look()

    def _look(self) -> None:
        """Show what is seen; once enough is known, begin at the first step that is not done."""
        seen = self._seen()
        if not self._placed and seen.machine.ended and seen.template is not None:
            self._placed = True
            if seen.is_begun:
                self._show_step(seen.first_open)
        self._user_page.set_terminal(seen.terminal, self._warnings)
        self._done_page.set_terminal(seen.terminal)
        self._show_start()
        self._show_steps(self._seen())
        self._show_buttons()

    # ---- the buttons ------------------------------------------------------------------------------------------------

    def _show_buttons(self) -> None:
        seen = self._seen()
        page = self._template_page
        self._cancel_copy.setVisible(self._step == Step.TEMPLATE and page.copies)
        match self._step:
            case Step.MACHINE:
                ended = seen.machine.ended
                fails = ended and not seen.machine.is_fit
                self._offer(
                    "Go on anyway" if fails else "Continue", "" if fails else "primary", enabled=ended, again=ended
                )
            case Step.TEMPLATE if page.chooses:
                fit = page.folder is not None and page.folder.is_fit and not page.copies
                self._offer("Copy as the template", enabled=fit, again=page.folder is not None and not page.copies)
            case Step.TEMPLATE:
                self._offer("Continue", enabled=seen.is_done(Step.TEMPLATE))
            case Step.USER:
                there = seen.terminal is not None
                can_add = self._user_page.form.is_filled and self._user_page.form.isEnabled()
                self._offer("Continue" if there else "Add user", enabled=there or can_add)
            case Step.START:
                self._offer_start(seen)
            case _:
                self._offer("Finish")

    def _offer_start(self, seen: Seen) -> None:
        if seen.is_done(Step.START):
            self._offer("Continue")
        elif self._progress:
            self._offer("Starting …", enabled=False)
        else:
            self._offer("Try again" if self._failure else "Start the terminal", enabled=seen.terminal is not None)

    def _on_forward(self) -> None:
        match self._step:
            case Step.MACHINE:
                self._accepted = True
                self._go_on(Step.TEMPLATE)
            case Step.TEMPLATE if self._template_page.chooses:
                folder = self._template_page.folder
                if folder is not None:
                    self._here.make_template(folder.path)
            case Step.TEMPLATE:
                self._go_on(Step.USER)
            case Step.USER if self._terminal() is None:
                self._add_user()
            case Step.USER:
                self._go_on(Step.START)
            case Step.START if self._seen().is_done(Step.START):
                self._go_on(Step.DONE)
            case Step.START:
                self._start()
            case _:
                self.accept()

    def _go_on(self, step: Step) -> None:
        self._show_step(step)
        self._look()

    def _on_back(self) -> None:
        self._go_on(Step(max(0, self._step - 1)))

    def _on_again(self) -> None:
        if self._step == Step.MACHINE:
            self._here.look_at_machine()
        else:
            self._template_page.look_again()

    # ---- the first user ---------------------------------------------------------------------------------------------

    def _add_user(self) -> None:
        form = self._user_page.form
        if not form.is_filled:
            return
        wanted = form.take()
        form.setEnabled(False)
        self._show_buttons()
        self.say("Making the terminal's directory …")
        self._errands.read("add_user", self._on_user_answer, **wanted)

    def _on_user_answer(self, answer: Answer) -> None:
        form = self._user_page.form
        form.setEnabled(True)
        if not answer.ok:
            self.say(form.refuse(answer), Role.FAILING)
            self._show_buttons()
            return
        if isinstance(answer.value, UserPicture):
            self._warnings = answer.value.warnings
        self._awaits_user = True
        self.say("Added; waiting until the engine shows it …")
        self._on_fleet_changed(None)

    # ---- the first terminal -----------------------------------------------------------------------------------------

    def _start(self, insist: str = "") -> None:
        """Start it; one that runs and failed is restarted, which a person confirms as everywhere in the window.

        `insist`: the code with which the engine refused it before.
        """
        terminal = self._terminal()
        if terminal is None:
            return
        act = "restart" if terminal.pid is not None and (self._failure or insist) else "start"
        ask_act(self, terminal, act, partial(self._ask_start, f"terminal_{act}", insist), insist=insist)

    def _ask_start(self, kind: str, insist: str, confirmed: dict[str, Any]) -> None:
        terminal = self._terminal()
        if terminal is None:
            return
        self._progress, self._failure, self._failure_code = "asked for", "", ""
        wanted = {"user_id": terminal.user_id, **confirmed}
        self._errands.ask(kind, wanted, partial(self._on_start_refused, insist), self._on_operation_changed)
        self.say("")
        self._look()

    def _on_start_refused(self, insist: str, answer: Answer) -> None:
        self._end_start(answer.error_code, answer.error_text)
        if answer.error_code in CONFIRMABLE and not insist:
            self._start(answer.error_code)

    @Slot(object)
    def _on_operation_changed(self, operation: OperationPicture) -> None:
        """The course of a start, whoever asked for it."""
        terminal = self._terminal()
        if operation.kind not in STARTS or terminal is None or operation.user_id != terminal.user_id:
            return
        if operation.is_running:
            self._progress, self._failure, self._failure_code = operation.progress or "under way", "", ""
        elif operation.state != "done":
            self._end_start(operation.error_code, operation.error_text or operation.progress)
            return
        else:
            self._progress = f"{operation.progress}; agent and IPC are awaited"
        self._here.look_at_programs(terminal.user_id)
        self._look()

    def _end_start(self, code: str, words: str) -> None:
        self._progress, self._failure, self._failure_code = "", words, code
        terminal = self._terminal()
        if terminal is not None:
            self._here.look_at_programs(terminal.user_id)
        self._look()

    def _find_running_start(self) -> None:
        """A start that goes on already, asked for here before or by somebody else."""
        for operation in self._desk.running_operations():
            self._on_operation_changed(operation)

    def _show_start(self) -> None:
        terminal = self._terminal()
        if terminal is not None and terminal.state == "healthy":
            was_awaited = bool(self._progress or self._failure)
            self._progress, self._failure, self._failure_code = "", "", ""
            if was_awaited or self._agent is None:
                self._here.look_at_programs(terminal.user_id)
                self._agent = self._agent or Point(title="Agent", ok=None, evidence="its record is read")
        elif terminal is not None and self._progress:
            self._note_incident(terminal)
        self._start_page.show_start(
            terminal,
            progress=self._progress,
            failure=self._failure,
            agent=self._agent,
            wants_password=self._failure_code in ABOUT_PASSWORDS,
        )
        if self._step == Step.START:
            self._say_start(terminal)

    def _note_incident(self, terminal: TerminalPicture) -> None:
        """A start that was done but led nowhere: the incident says why, and what to do."""
        if not self._progress.endswith("are awaited"):
            return
        found: IncidentPicture | None = next(
            (one for one in self._desk.incidents if one.user_id == terminal.user_id), None
        )
        if found is not None:
            self._progress, self._failure, self._failure_code = "", f"{found.text}; {found.next_step}", found.kind

    def _say_start(self, terminal: TerminalPicture | None) -> None:
        if terminal is not None and terminal.state == "healthy":
            self.say("The login is seen, and the agent speaks.", Role.OK)
        elif self._failure_code == NEW_PASSWORD:
            self.say("The keyring has the new password. Try again now.")
        elif self._failure:
            self.say("It did not come up: the list says why, and what to do.", Role.FAILING)
        elif self._progress:
            self.say("It goes on when you leave.")

    def _on_password_wanted(self) -> None:
        terminal = self._terminal()
        if terminal is None:
            return
        dialog = PasswordDialog(self._desk, terminal, self)
        dialog.changed.connect(self._on_password_changed)
        dialog.open()

    @Slot(object)
    def _on_password_changed(self, _user_id: int) -> None:
        self._failure_code = NEW_PASSWORD
        self._look()

    def _on_robot_wanted(self) -> None:
        terminal = self._terminal()
        if terminal is not None:
            RobotDialog(self._desk, terminal.user_id, self).open()

    def _on_deploy_wanted(self) -> None:
        terminal = self._terminal()
        if terminal is not None:
            self.deploy_wanted.emit(terminal.user_id)
        self.accept()
