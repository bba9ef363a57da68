"""The deploy dialog: choose robot and inputs, review what the engine finds, then watch the proof to its end.

The deployment belongs to the engine: closing the dialog hides it and asks nothing, and the proof goes on in the engine
and in the desk's threads. Must not know: threads, or how a robot is attached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.deploy_cancel import Cancelling
from mt5console.ui.dialogs.deploy_choice import Choice
from mt5console.ui.dialogs.deploy_frame import CHOICE, PROOF, REVIEW, DeployFrame
from mt5console.ui.dialogs.deploy_mending import MENDS, Mending
from mt5console.ui.dialogs.deploy_words import (
    ENDED,
    can_roll_back,
    next_steps,
    previous_inputs,
    previous_value,
    same_source,
    source_before,
    waiting_words,
)
from mt5console.ui.dialogs.errands import Errands
from mt5console.ui.pictures import (
    Answer,
    DeploymentPicture,
    OperationPicture,
    RegisteredRobotPicture,
    deployment_of,
)
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

TIMEOUT_S = 60.0
"""How long everything up to READY may take: the interfaces' default."""


class DeployDialog(DeployFrame):
    """One deployment from choice to proof; see the module.

    Signals:
        began: a deployment of a robot (int) was asked for from here.
        ended: a DeploymentPicture that has ended.
        journal_wanted: a user (int) whose journal a person wants to see.
        robot_wanted: a user (int) for whom a person wants to add a robot.
    """

    began = Signal(object)
    ended = Signal(object)
    journal_wanted = Signal(object)
    robot_wanted = Signal(object)

    def __init__(
        self, desk: EngineDesk, user_id: int | None, robot_id: int | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(desk, user_id, robot_id, parent)
        self._follows: str | None = None
        self._awaits_own = False
        self._errands = Errands(desk, self)
        self._mending = Mending(desk, self)
        self._mending.told.connect(self._on_mending_told)
        self._cancelling = Cancelling(desk, self)
        self._cancelling.changed.connect(self._on_cancelling_changed)
        self._connect_parts()
        desk.fleet_changed.connect(self._on_fleet_changed)
        desk.deployment_changed.connect(self._on_deployment_changed)
        self._on_fleet_changed(desk.fleet)
        self._begin()

    def _connect_parts(self) -> None:
        self._choice_page.read_with(self._errands)
        self._choice_page.robot_wanted.connect(self._on_robot_wanted)
        self._proof_page.step_chosen.connect(self._on_step_chosen)
        self._proof_page.ticked.connect(self._on_ticked)
        self._mend.clicked.connect(self._on_mend)
        self._again.clicked.connect(self._try_again)
        self._back.clicked.connect(self._on_back)
        self._forward.clicked.connect(self._on_review)
        self._deploy.clicked.connect(self._on_deploy)
        self._cancel.clicked.connect(self._on_cancel)

    # ---- choosing -----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._choice_page.say("Reading the registered robots …")
        self._show_page(CHOICE)
        known = self._desk.deployment_of(self._robot_id) if self._robot_id is not None else None
        if known is not None and known.status == "RUNNING":
            self.follow(known)
            return
        self._errands.read("robots", self._on_robots)
        if self._robot_id is not None:
            self._errands.read("deployments", self._on_kept_deployments, robot_id=self._robot_id, limit=1)

    def _on_robots(self, answer: Answer) -> None:
        if not answer.ok:
            self._choice_page.say(answer.error_text)
            return
        robots = [robot for robot in answer.value if isinstance(robot, RegisteredRobotPicture)]
        if self._user_id is not None:
            robots = [robot for robot in robots if robot.user_id == self._user_id]
        self._choice_page.set_robots(tuple(robots), self._robot_id)
        self._on_fleet_changed(self._desk.fleet)
        self._show_buttons()
        if self._pages.currentIndex() == CHOICE:
            self._choice_page.setFocus()

    def _on_kept_deployments(self, answer: Answer) -> None:
        """A deployment that another window, or this one in an earlier life, has begun."""
        newest = answer.value[0] if answer.ok and answer.value else None
        if not isinstance(newest, DeploymentPicture) or newest.status != "RUNNING":
            return
        if self._pages.currentIndex() == CHOICE:
            self.follow(newest)

    def _on_robot_wanted(self) -> None:
        if self._user_id is not None:
            self.robot_wanted.emit(self._user_id)
        self.close()

    # ---- reviewing ----------------------------------------------------------------------------------------------

    def _on_review(self) -> None:
        self._choice_page.commit_editor()
        self._choice_page.clear_errors()
        choice = self._choice_page.choice()
        if choice is not None:
            self._robot_id = choice.robot.robot_id
            self._look_at(choice)

    def _look_at(self, choice: Choice, proven_hash: str | None = None) -> None:
        """Register the inputs when they changed (nothing that runs is touched by that), then let the engine look.

        `proven_hash`: register the robot's proven source with this hash, too.
        """
        self._choice = choice
        self._review_page.show_asking()
        self._show_page(REVIEW)
        if not choice.inputs_changed:
            self._dry_run(choice)
            return
        source = {} if proven_hash is None else {"proven_hash": proven_hash}
        self._errands.read("add_robot", self._on_registered, **registration(choice), **source)

    def _on_registered(self, answer: Answer) -> None:
        choice = self._choice
        if choice is None or self._pages.currentIndex() != REVIEW:
            return
        if answer.ok and isinstance(answer.value, RegisteredRobotPicture):
            self._choice = Choice(
                robot=answer.value,
                symbol=choice.symbol,
                timeframe=choice.timeframe,
                inputs=answer.value.inputs,
                inputs_changed=False,
            )
            self._dry_run(self._choice)
        else:
            self._refuse_choice(answer.error_code, answer.error_text)

    def _dry_run(self, choice: Choice) -> None:
        arguments = {**self._arguments(choice), "dry_run": True}
        self._errands.ask("deploy", arguments, self._on_dry_run_refused, self._on_dry_run_seen)

    @staticmethod
    def _arguments(choice: Choice) -> dict[str, Any]:
        return {
            "robot_id": choice.robot.robot_id,
            "symbol": choice.symbol,
            "timeframe": choice.timeframe,
            "timeout_s": TIMEOUT_S,
        }

    def _on_dry_run_refused(self, answer: Answer) -> None:
        if not self._follows_other(answer):
            self._refuse_choice(answer.error_code, answer.error_text)

    def _follows_other(self, answer: Answer) -> bool:
        """Somebody else deploys this very robot: show that instead of a refusal."""
        known = self._desk.deployment_of(self._robot_id) if self._robot_id is not None else None
        if answer.error_code != "deployment_running" or known is None or known.status != "RUNNING":
            return False
        self.follow(known)
        return True

    def _on_dry_run_seen(self, operation: OperationPicture) -> None:
        if operation.is_running or self._pages.currentIndex() != REVIEW:
            return
        if operation.result is None:
            self._refuse_choice(operation.error_code, operation.error_text)
            return
        self._review_page.show_review(deployment_of(operation.result))
        self._show_buttons()

    def _refuse_choice(self, code: str, text: str) -> None:
        self._show_page(CHOICE)
        self._choice_page.show_error(code, text)

    def _on_back(self) -> None:
        self._errands.forget()
        self._show_page(CHOICE)
        self._begin_again()

    def _begin_again(self) -> None:
        """Choose once more, from what is registered now."""
        self._follows, self._awaits_own = None, False
        self._errands.read("robots", self._on_robots)

    # ---- deploying ----------------------------------------------------------------------------------------------

    def _on_deploy(self) -> None:
        choice, confirmed = self._choice, self._review_page.confirmed()
        if choice is None or confirmed is None:
            return
        self._follows, self._awaits_own = None, True
        self._cancelling.forget()
        self._proof_page.begin()
        self._show_page(PROOF)
        arguments = {**self._arguments(choice), **confirmed}
        self._errands.ask("deploy", arguments, self._on_deploy_refused, self._on_deploy_seen)
        self.began.emit(choice.robot.robot_id)

    def _on_deploy_refused(self, answer: Answer) -> None:
        self._awaits_own = False
        if self._follows_other(answer):
            return
        self._show_page(REVIEW)
        self._review_page.insist(answer.error_code)
        self.say(answer.error_text, Role.FAILING)

    def _on_deploy_seen(self, operation: OperationPicture) -> None:
        if operation.is_running:
            return
        if operation.result is not None:
            self._show_deployment(deployment_of(operation.result))
        else:
            self._show_page(REVIEW)
            self.say(operation.error_text, Role.FAILING)

    def follow(self, deployment: DeploymentPicture) -> None:
        """Show a deployment that goes on already, whoever began it."""
        self._robot_id = deployment.robot_id
        self._user_id = deployment.user_id if deployment.user_id is not None else self._user_id
        self._show_page(PROOF)
        self._show_deployment(deployment)
        self._on_fleet_changed(self._desk.fleet)

    @Slot(object)
    def _on_deployment_changed(self, deployment: DeploymentPicture) -> None:
        if self._pages.currentIndex() != PROOF or deployment.robot_id != self._robot_id:
            return
        ours = deployment.deployment_id == self._follows
        begins = self._awaits_own and deployment.status == "RUNNING"
        if ours or begins:
            self._show_deployment(deployment)

    def _show_deployment(self, deployment: DeploymentPicture) -> None:
        known = self._proof_page.deployment
        over = known is not None and known.deployment_id == deployment.deployment_id and known.status in ENDED
        if over:
            return
        if known is not None and known.deployment_id != deployment.deployment_id:
            self._cancelling.forget()
        self._follows, self._awaits_own = deployment.deployment_id, False
        self._proof_page.show_deployment(deployment, next_steps(deployment, can_roll_back=self._can_roll_back()))
        self._on_ticked()
        self._show_buttons()
        if deployment.status in ENDED:
            self._show_heading()
            self.say("")
            self.ended.emit(deployment)

    def _on_ticked(self) -> None:
        shown = self._proof_page.deployment
        if shown is not None and shown.status in ENDED:
            return
        if self._cancelling.words:
            self.say(self._cancelling.words, self._cancelling.role)
            return
        running = self._proof_page.running
        bounded = running is not None and running.name in _BOUNDED and self._choice is not None
        left = TIMEOUT_S - self._proof_page.elapsed_s() if bounded else None
        review = self._review_page.review
        has_previous = review is not None and review.first is False
        self.say(waiting_words(running, left, has_previous=has_previous))

    # ---- changing one's mind ------------------------------------------------------------------------------------

    def _on_cancel(self) -> None:
        shown = self._proof_page.deployment
        if shown is not None:
            self._cancelling.ask(shown, self._terminal())

    def _on_cancelling_changed(self) -> None:
        self._on_ticked()
        self._show_buttons()

    def _show_buttons(self) -> None:
        super()._show_buttons()
        self._cancel.setEnabled(not self._cancelling.is_asked)

    # ---- next steps ---------------------------------------------------------------------------------------------

    def _on_step_chosen(self, act: str) -> None:
        terminal = self._terminal()
        match act:
            case "show_error":
                self._proof_page.show_error_text()
            case "show_journal" if self._user_id is not None:
                self.journal_wanted.emit(self._user_id)
            case "try_again":
                self._try_again()
            case "roll_back":
                self._roll_back()
            case _ if act in MENDS and terminal is not None:
                self._mending.mend(act, terminal)

    def _on_mending_told(self, words: str, role: Role) -> None:
        self._mending_told = True
        self.say(words, role)

    def _on_mend(self) -> None:
        """The first next step of what stands in the way of the review."""
        step = self._blocking_step()
        terminal = self._terminal()
        if step is not None and terminal is not None:
            self._mending.mend(step.act, terminal)

    def _try_again(self) -> None:
        if self._choice is not None:
            self._look_at(self._choice)
        else:
            self._show_page(CHOICE)
            self._begin_again()

    def _can_roll_back(self) -> bool:
        return self._choice is not None and can_roll_back(self._review_page.review)

    def _roll_back(self) -> None:
        """Review a deployment of what ran before: inputs, symbol, timeframe, and its proven source."""
        choice, review = self._choice, self._review_page.review
        if choice is None or review is None:
            return
        before = Choice(
            robot=choice.robot,
            symbol=previous_value(review, "Symbol", choice.symbol),
            timeframe=previous_value(review, "Timeframe", choice.timeframe),
            inputs=previous_inputs(review, choice.inputs),
            inputs_changed=True,
        )
        self._look_at(before, None if same_source(review) else source_before(review))


_BOUNDED = frozenset({"preflight", "write", "compile", "detach", "desired", "attach", "ready"})
"""Stages that end before the deployment's time runs out."""


def registration(choice: Choice) -> dict[str, Any]:
    """The arguments that register a robot's new inputs and keep everything else of it, its source included."""
    return {
        "robot_id": choice.robot.robot_id,
        "user_id": choice.robot.user_id,
        "symbol": choice.robot.symbol,
        "timeframe": choice.robot.timeframe,
        "inputs": dict(choice.inputs),
        "replace": True,
    }
