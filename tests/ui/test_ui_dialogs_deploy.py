"""The deploy dialog before a desk that answers as the test says: choice, review, proof, ends, and being found again."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QListView, QPlainTextEdit, QPushButton, QWidget

from mt5console.core.deployment.rendering import describe_template
from mt5console.ui.dialogs.deploy_dialog import DeployDialog
from mt5console.ui.dialogs.deploy_registry import DeployRegistry
from mt5console.ui.dialogs.deploy_words import next_steps, previous_inputs, same_source
from mt5console.ui.models.stages_model import OUTCOME_ROLE
from mt5console.ui.pictures import (
    ConnectionPicture,
    DeploymentPicture,
    DiagnosisPicture,
    OperationPicture,
    PointPicture,
    RegisteredRobotPicture,
    RobotPicture,
    StagePicture,
    TerminalPicture,
    deployment_of,
)
from tests.fakes.fake_desk import FakeDesk

INPUTS = (("FastPeriod", "12"), ("RiskPercent", "0.5"))
ROBOT = RegisteredRobotPicture(
    robot_id=301, user_id=3, symbol="EURUSD", timeframe="H1", magic=301, inputs=INPUTS, source="template ma_cross"
)


def terminal(**fields: Any) -> TerminalPicture:
    plain: dict[str, Any] = {"trade_mode": "demo", "pid": 4711, "positions": 0}
    return TerminalPicture(user_id=3, name="user_3", login=700003, account_server="Demo-Server", **{**plain, **fields})


def dry_run(*, first: bool = False, problem: dict[str, Any] | None = None) -> dict[str, Any]:
    old = {"old": "12", "new": "14"}
    return {
        "robot_id": 301,
        "status": "DRY_RUN",
        "deployment_id": "d-dry",
        "kind": "deploy",
        "stages": [
            {"name": "preflight", "outcome": "passed", "seconds": 0.2, "evidence": "no stop latch; EURUSD exists"}
        ],
        "diagnosis": problem,
        "changes": {
            "first_deployment": first,
            "source_hash": {"old": None if first else "aa", "new": "aa"},
            "inputs": [] if first else [{"name": "FastPeriod", **old}],
            "detach": [] if first else ["Robot_301_a on EURUSD,H1"],
        },
    }


def deployment(status: str = "RUNNING", *names: str, cause: str = "", **fields: Any) -> DeploymentPicture:
    stages = [StagePicture(name=name, outcome="passed", seconds=0.5, evidence="seen") for name in names]
    if status == "RUNNING" and stages:
        stages[-1] = StagePicture(name=names[-1], outcome="running", seconds=0.0)
    points = (PointPicture(point="compiled successfully", ok=False, evidence="2 errors"),)
    diagnosis = (
        DiagnosisPicture(cause=cause, text="2 errors: a; b", next_step="mend it", points=points) if cause else None
    )
    return DeploymentPicture(
        deployment_id="d-2", robot_id=301, user_id=3, kind="deploy", status=status, stages=tuple(stages),
        diagnosis=diagnosis, **fields,
    )  # fmt: skip


class Person:
    """Somebody before the dialog, who finds things by their object names."""

    def __init__(self, qtbot: Any, desk: FakeDesk, dialog: DeployDialog) -> None:
        self.qtbot, self.desk, self.dialog = qtbot, desk, dialog
        dialog.show()

    def sees(self, kind: type[Any], name: str) -> Any:
        return self.dialog.findChild(kind, name)

    def clicks(self, name: str) -> None:
        button = self.sees(QPushButton, name)
        assert button is not None, name
        assert button.isVisible(), name
        assert button.isEnabled(), name
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def chooses(self) -> None:
        self.desk.answer("deployments", ())
        self.desk.answer("robots", (ROBOT,))

    def types(self, name: str, text: str) -> None:
        field = self.sees(QLineEdit, name)
        field.selectAll()
        self.qtbot.keyClicks(field, text)

    def reviews(self, shape: dict[str, Any] | None = None) -> None:
        self.clicks("review_button")
        self.desk.take("deploy", "op-dry")
        self.desk.tell(OperationPicture(operation_id="op-dry", kind="deploy", state="done", result=shape or dry_run()))

    def deploys(self) -> None:
        self.clicks("confirm_deploy_button")
        self.desk.take("deploy", "op-1", robot_id=301)

    def result(self) -> str:
        label = self.sees(QLabel, "deploy_result")
        return label.text() if label.isVisible() else ""

    def stages(self) -> dict[str, str]:
        model = self.sees(QListView, "deploy_stages").model()
        rows = range(model.rowCount())
        return {model.index(row, 0).data(): model.index(row, 0).data(OUTCOME_ROLE) for row in rows}


@pytest.fixture
def window(qtbot) -> QWidget:
    """What owns the dialogs, which delete themselves."""
    owner = QWidget()
    qtbot.addWidget(owner, before_close_func=close_dialogs)
    return owner


def close_dialogs(owner: QWidget) -> None:
    """A deployment that a test leaves running ticks no more."""
    for dialog in owner.findChildren(DeployDialog):
        dialog.close()


@pytest.fixture
def person(qtbot, window: QWidget) -> Person:
    desk = FakeDesk(terminal())
    return Person(qtbot, desk, DeployDialog(desk, 3, 301, window))


def test_from_choice_to_success_every_step_is_shown(person: Person) -> None:
    person.chooses()
    assert person.sees(QComboBox, "robot_choice").currentText().startswith("301")
    person.reviews()
    assert person.desk.last("deploy").arguments["dry_run"] is True
    assert "FastPeriod: 12 → 14" in person.sees(QLabel, "deploy_changes").text()
    assert person.sees(QListView, "preflight_points").model().rowCount() == 2
    person.deploys()
    asked = person.desk.last("deploy").arguments
    assert asked == {"robot_id": 301, "symbol": "EURUSD", "timeframe": "H1", "timeout_s": 60.0}
    person.desk.deploys(deployment("RUNNING", "preflight", "write", "compile"))
    assert person.stages()["Compile"] == "running"
    assert person.stages()["Proven"] == "waiting"
    assert person.sees(QPushButton, "hide_button").text() == "Hide"
    person.desk.deploys(deployment("SUCCESS", "preflight", "proven"))
    assert person.result() == "SUCCESS"
    assert person.sees(QPushButton, "hide_button").text() == "Close"


def test_changed_inputs_are_registered_with_the_source_kept_and_then_reviewed(person: Person) -> None:
    person.chooses()
    person.types("input_FastPeriod", "14")
    person.clicks("review_button")
    asked = person.desk.last("add_robot").arguments
    assert asked["inputs"] == {"FastPeriod": "14", "RiskPercent": "0.5"}
    assert asked["replace"] is True
    assert "template" not in asked
    assert "source_text" not in asked
    person.desk.answer("add_robot", ROBOT)
    assert person.desk.last("deploy").arguments["dry_run"] is True


def test_the_engine_says_what_the_inputs_are_and_what_was_typed_meanwhile_stays(person: Person) -> None:
    person.chooses()
    person.types("input_FastPeriod", "14")
    described = describe_template("ma_cross").inputs
    assert person.desk.last("robot_inputs").arguments == {"robot_id": 301}
    person.desk.answer("robot_inputs", (described, dict(INPUTS)))
    assert person.sees(QLineEdit, "input_FastPeriod").text() == "14"
    assert "Bars of the fast average" in person.sees(QLineEdit, "input_FastPeriod").accessibleName()
    person.types("input_FastPeriod", "many")
    assert not person.sees(QPushButton, "review_button").isEnabled()
    person.types("input_FastPeriod", "15")
    person.clicks("review_button")
    assert person.desk.last("add_robot").arguments["inputs"]["FastPeriod"] == "15"


def test_inputs_that_cannot_be_described_are_typed_as_plain_text(person: Person) -> None:
    person.chooses()
    person.desk.refuse("robot_inputs", "no_source", "robot 301's source is gone: give it again")
    assert "source is gone" in person.sees(QLabel, "inputs_summary").text()
    person.types("input_FastPeriod", "14")
    person.clicks("review_button")
    assert person.desk.last("add_robot").arguments["inputs"]["FastPeriod"] == "14"


def test_a_refused_input_is_told_beside_the_inputs(person: Person) -> None:
    person.chooses()
    person.types("input_FastPeriod", "many")
    person.clicks("review_button")
    person.desk.refuse("add_robot", "bad_input", "input FastPeriod wants a value of type int, not 'many'")
    note = person.sees(QLabel, "inputs_error")
    assert note.isVisible()
    assert "wants a value of type int" in note.text()


def test_what_stands_in_the_way_is_told_with_a_way_to_mend_it(person: Person) -> None:
    person.chooses()
    problem = {"cause": "algo_off", "text": "algo trading is off", "next_step": "switch it on", "points": []}
    person.reviews(dry_run(problem=problem))
    assert not person.sees(QPushButton, "confirm_deploy_button").isVisible()
    person.clicks("mend_button")
    assert person.desk.last("enable_algo").arguments == {"user_id": 3}
    person.desk.take("enable_algo", "op-algo")
    person.desk.tell(OperationPicture(operation_id="op-algo", kind="enable_algo", state="done"))
    assert "Seen to be done" in person.sees(QLabel, "dialog_news").text()
    person.clicks("check_again_button")
    assert [asked.what for asked in person.desk.asked].count("deploy") == 2


def test_a_real_account_is_marked_and_asks_for_its_login_and_its_positions(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal(trade_mode="real", positions=2))
    person = Person(qtbot, desk, DeployDialog(desk, 3, 301, window))
    person.chooses()
    person.reviews()
    button = person.sees(QPushButton, "confirm_deploy_button")
    assert button.text() == "Deploy LIVE"
    assert person.sees(QWidget, "money_badge").text == "LIVE"
    assert not button.isEnabled()
    qtbot.keyClicks(person.sees(QLineEdit, "confirm_live"), "700003")
    assert not button.isEnabled()
    person.sees(QCheckBox, "even_with_positions").click()
    person.deploys()
    asked = desk.last("deploy").arguments
    assert asked["confirm_live"] == 700003
    assert asked["even_with_positions"] is True


def test_a_refusal_that_wants_more_asks_for_more(person: Person) -> None:
    person.chooses()
    person.reviews()
    person.clicks("confirm_deploy_button")
    person.desk.refuse("deploy", "positions_open", "1 open position would lose the robot's guard")
    assert "lose the robot's guard" in person.sees(QLabel, "dialog_news").text()
    assert person.sees(QCheckBox, "even_with_positions").isVisible()
    person.sees(QCheckBox, "even_with_positions").click()
    person.deploys()
    assert person.desk.last("deploy").arguments["even_with_positions"] is True


def test_a_deployment_that_somebody_else_began_is_shown_instead_of_a_refusal(person: Person) -> None:
    person.chooses()
    person.reviews()
    person.desk.deploys(deployment("RUNNING", "preflight", "compile"))
    person.clicks("confirm_deploy_button")
    person.desk.refuse("deploy", "deployment_running", "robot 301 is being deployed already: wait for its end")
    assert person.stages()["Compile"] == "running"
    person.desk.deploys(deployment("SUCCESS", "proven"))
    assert person.result() == "SUCCESS"


def test_a_compile_error_is_shown_line_by_line_on_request(person: Person) -> None:
    person.chooses()
    person.reviews()
    person.deploys()
    person.desk.deploys(deployment("RUNNING", "preflight", "compile"))
    person.desk.deploys(deployment("FAILED", "preflight", cause="compile_error"))
    assert person.result() == "FAILED"
    points = person.sees(QListView, "deploy_points").model()
    assert points.index(0, 0).data(OUTCOME_ROLE) == "failed"
    person.clicks("next_show_error")
    assert person.sees(QPlainTextEdit, "compile_error").toPlainText() == "2 errors: a\nb"
    person.clicks("next_try_again")
    assert person.desk.last("deploy").arguments["dry_run"] is True


def test_the_inputs_before_a_partial_deployment_can_be_put_back(person: Person) -> None:
    person.chooses()
    person.reviews()
    person.deploys()
    person.desk.deploys(deployment("RUNNING", "preflight", "heartbeat"))
    person.desk.deploys(deployment("PARTIAL", "heartbeat", "pause", cause="no_heartbeat", ready_confirmed=True))
    assert person.result() == "PARTIAL"
    assert "entries are paused" in person.sees(QLabel, "deploy_meaning").text()
    person.clicks("next_roll_back")
    assert person.desk.last("add_robot").arguments["inputs"] == {"FastPeriod": "12", "RiskPercent": "0.5"}


def test_nothing_can_be_rolled_back_to_when_nothing_ran_before_or_the_source_is_another() -> None:
    assert not same_source(deployment_of(dry_run(first=True)))
    other = dry_run()
    other["changes"]["source_hash"] = {"old": "aa", "new": "bb"}
    assert not same_source(deployment_of(other))
    review = deployment_of(dry_run())
    assert same_source(review)
    assert previous_inputs(review, (("FastPeriod", "14"), ("RiskPercent", "0.5"))) == INPUTS
    ended = deployment("PARTIAL", cause="no_heartbeat")
    assert [step.act for step in next_steps(ended, can_roll_back=False)] == ["try_again"]


def test_news_of_an_older_dry_run_are_not_taken_for_the_deployment(person: Person) -> None:
    person.chooses()
    person.reviews()
    person.deploys()
    person.desk.deploys(deployment_of(dry_run()))
    assert person.result() == ""
    assert person.dialog.is_running


def test_beats_are_counted_while_the_heartbeat_is_awaited(person: Person, qtbot) -> None:
    person.chooses()
    person.reviews()
    person.deploys()
    person.desk.deploys(deployment("RUNNING", "ready", "heartbeat"))
    for sequence in (1, 2):
        beat = RobotPicture(robot_id=301, deployment_id="d-2", sequence=sequence, heartbeat_age_s=0.4)
        person.desk.shows(terminal(robot_pictures=(beat,)))
    model = person.sees(QListView, "deploy_stages").model()
    qtbot.waitUntil(lambda: model.running.evidence.startswith("2 of 3 beats seen"), timeout=2000)
    person.desk.deploys(deployment("SUCCESS", "ready"))


def test_without_robots_the_dialog_offers_to_add_one(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal())
    person = Person(qtbot, desk, DeployDialog(desk, 3, None, window))
    desk.answer("robots", ())
    with qtbot.waitSignal(person.dialog.robot_wanted) as told:
        person.clicks("add_robot_button")
    assert told.args == [3]


def test_a_hidden_deployment_goes_on_and_is_found_again(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal())
    registry = DeployRegistry(desk, window)
    person = Person(qtbot, desk, registry.open(3, 301))
    person.chooses()
    person.reviews()
    person.deploys()
    with qtbot.waitSignal(registry.running_changed) as told:
        desk.deploys(deployment("RUNNING", "preflight", "compile"))
    assert [one.robot_id for one in told.args[0]] == [301]
    person.clicks("hide_button")
    assert not person.dialog.isVisible()
    desk.deploys(deployment("RUNNING", "preflight", "compile", "attach"))
    assert registry.find_running(301) is person.dialog
    assert registry.open(3, 301) is person.dialog
    assert person.dialog.isVisible()
    assert person.stages()["Attach"] == "running"
    person.dialog.close()
    with qtbot.waitSignal(registry.ended):
        desk.deploys(deployment("SUCCESS", "proven"))
    assert registry.running() == ()
    assert registry.find_running(301) is None
    assert registry.open(3, 301) is person.dialog
    assert person.result() == "SUCCESS"


def test_a_new_window_finds_a_deployment_that_goes_on(qtbot, window: QWidget) -> None:
    desk = FakeDesk(terminal())
    registry = DeployRegistry(desk, window)
    desk.connection_changed.emit(ConnectionPicture(state="connected"))
    desk.answer("deployments", (deployment("RUNNING", "preflight", "compile"),))
    assert [one.deployment_id for one in registry.running()] == ["d-2"]
    person = Person(qtbot, desk, registry.open(3, 301))
    desk.answer("deployments", (deployment("RUNNING", "preflight", "compile"),))
    assert person.stages()["Compile"] == "running"
    desk.deploys(deployment("FAILED", "compile", cause="compile_error"))
    assert person.result() == "FAILED"
