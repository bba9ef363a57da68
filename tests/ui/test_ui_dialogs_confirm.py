"""What has to be confirmed before an act may touch money: the same that the engine would refuse without."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QWidget

from mt5console.core.deployment.safety import refusal
from mt5console.core.model.desired import DesiredUser
from mt5console.core.model.ids import Account, RobotId, TradeMode, UserId
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import AgentStatus, PositionSeen
from mt5console.core.model.requests import (
    EnableAlgoRequest,
    PauseRequest,
    ReleaseRequest,
    Request,
    RestartTerminalRequest,
    ResumeRequest,
    StopTerminalRequest,
)
from mt5console.ui.dialogs.confirm_live import ACTS, ConfirmDialog, ask_act, needed, positions_words
from mt5console.ui.pictures import TerminalPicture

LOGIN = 700001


def terminal(**fields: Any) -> TerminalPicture:
    plain: dict[str, Any] = {"trade_mode": "demo", "pid": 4711, "positions": 0}
    return TerminalPicture(user_id=1, name="user_1", login=LOGIN, account_server="Real-Server", **{**plain, **fields})


def test_safe_acts_never_ask() -> None:
    assert needed(terminal(), "restart").nothing
    assert needed(terminal(trade_mode="contest"), "stop").nothing
    for act in ("start", "reconnect", "pause_entries"):
        assert needed(terminal(trade_mode="real", positions=3), act).nothing
    assert needed(terminal(trade_mode="real", pid=None, positions=None), "restart").nothing


@pytest.mark.parametrize("mode", ["real", "unknown"])
def test_real_money_and_money_of_an_unknown_kind_ask_for_the_login(mode: str) -> None:
    for act in ("restart", "stop", "enable_algo", "resume_entries", "resume", "release", "deploy", "remove_robot"):
        assert needed(terminal(trade_mode=mode), act).login


def test_open_positions_are_counted_and_unknown_ones_are_not_taken_for_none() -> None:
    assert "2 positions are open" in (needed(terminal(positions=2), "restart").positions or "")
    assert "not known" in (needed(terminal(trade_mode="real", positions=None), "restart").positions or "")
    assert needed(terminal(trade_mode="real", positions=0), "restart").positions is None
    assert positions_words(1).startswith("1 position is open")


def test_a_first_deployment_replaces_nothing_and_asks_for_no_positions() -> None:
    assert needed(terminal(positions=2), "deploy", replaces=False).nothing
    assert not needed(terminal(positions=2), "deploy", replaces=True).nothing


def test_what_the_engine_insists_on_is_asked_for() -> None:
    assert needed(terminal(), "restart", insist="live_not_confirmed").login
    assert needed(terminal(), "restart", insist="positions_open").positions is not None


REQUESTS: dict[str, Any] = {
    "restart": lambda **given: RestartTerminalRequest(user_id=UserId(1), **given),
    "stop": lambda **given: StopTerminalRequest(user_id=UserId(1), **given),
    "enable_algo": lambda **given: EnableAlgoRequest(user_id=UserId(1), **given),
    "release": lambda **given: ReleaseRequest(user_id=UserId(1), **given),
    "resume": lambda **given: ResumeRequest(user_id=UserId(1), word="START", **given),
    "resume_entries": lambda **given: PauseRequest(robot_id=RobotId(1), paused=False, **given),
}


@pytest.mark.parametrize(
    ("act", "mode", "pid", "positions"),
    list(product(REQUESTS, ["demo", "contest", "real", "unknown"], [None, 4711], [0, 2])),
)
def test_what_was_confirmed_here_the_engine_does_not_refuse(
    act: str, mode: str, pid: int | None, positions: int
) -> None:
    known = engine_view(mode, pid, positions)
    wanted = needed(terminal(trade_mode=mode, pid=pid, positions=positions), act)
    given: dict[str, Any] = {"confirm_live": LOGIN} if wanted.login else {}
    if wanted.positions is not None:
        given["even_with_positions"] = True
    request: Request = REQUESTS[act](**given)
    assert refusal(request, known) is None


def engine_view(mode: str, pid: int | None, positions: int) -> TerminalKnown:
    held = tuple(
        PositionSeen(ticket=number, symbol="EURUSD", magic=1, volume=0.1, profit=0.0) for number in range(positions)
    )
    account = Account(login=LOGIN, server="Real-Server")
    agent = AgentStatus(
        sequence=5,
        utc_s=10.0,
        started_utc_s=1.0,
        agent_version="1",
        build=5430,
        data_path="x",
        login=LOGIN,
        server="Real-Server",
        trade_mode=TradeMode(mode),
        connected=True,
        trade_allowed=True,
        account_trade_allowed=True,
        account_trade_expert=True,
        positions=held,
    )
    return TerminalKnown(
        user=DesiredUser(user_id=UserId(1), account=account, directory="/x"),
        state="healthy",
        pid=pid,
        identity_ok=True,
        blocked="",
        trade_mode=TradeMode(mode),
        agent=agent,
        agent_age_s=0.5,
        readies={},
        beats={},
        beat_ages_s={},
        errors={},
        robots=(),
    )


def test_the_dialog_confirms_only_with_the_login_and_the_positions(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = ConfirmDialog(terminal(trade_mode="real", positions=2), "restart", window)
    dialog.open()
    confirm = dialog.findChild(QPushButton, "confirm_button")
    assert confirm.text() == "Restart (LIVE)"
    assert not confirm.isEnabled()
    qtbot.keyClicks(dialog.findChild(QLineEdit, "confirm_live"), "700002")
    dialog.findChild(QCheckBox, "even_with_positions").click()
    assert not confirm.isEnabled()
    dialog.findChild(QLineEdit, "confirm_live").clear()
    qtbot.keyClicks(dialog.findChild(QLineEdit, "confirm_live"), str(LOGIN))
    assert confirm.isEnabled()
    with qtbot.waitSignal(dialog.confirmed) as told:
        confirm.click()
    assert told.args == [{"confirm_live": LOGIN, "even_with_positions": True}]


def test_a_safe_act_goes_at_once_and_a_dangerous_one_waits_for_its_word(qtbot) -> None:
    gone: list[dict[str, Any]] = []
    assert ask_act(None, terminal(), "restart", gone.append) is None
    assert gone == [{}]
    window = QWidget()
    qtbot.addWidget(window)
    dialog = ask_act(window, terminal(positions=1), "restart", gone.append)
    assert dialog is not None
    assert gone == [{}]
    dialog.findChild(QCheckBox, "even_with_positions").click()
    dialog.findChild(QPushButton, "confirm_button").click()
    assert gone == [{}, {"even_with_positions": True}]


def test_every_act_that_can_ask_says_what_it_means() -> None:
    assert all(act.means or not act.touches_money or name == "deploy" for name, act in ACTS.items())
