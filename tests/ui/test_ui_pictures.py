"""Pictures: what the engine says arrives whole; what it does not say, or says strangely, is unknown and never well."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.deployment.shape import deploy_shape
from mt5console.core.model.desired import Run
from mt5console.core.model.ids import Account, DeploymentId, RobotId, ServerId, TradeMode, UserId
from mt5console.core.model.records import DeploymentRecord, Incident, IncidentKind, Operation, OperationState, Stage
from mt5console.core.model.requests import Mode
from mt5console.core.model.snapshots import CheckView, FleetSnapshot, RobotView, TerminalView
from mt5console.runtime.shapes import incident_json, operation_json
from mt5console.ui.pictures import (
    ChangePicture,
    deployment_of,
    fleet_of,
    incident_of,
    journal_page_of,
    operation_of,
    registered_robot_of,
    terminal_of,
)

WELL = CheckView(ok=True, age_s=0.5, evidence="seen", changed_utc_s=10.0)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("user_id", "checks", "robots", "terminals", "watchdog", "state", "pid", "trade_mode", "at", "identity")


def terminal_view() -> TerminalView:
    robot = RobotView(
        robot_id=RobotId(301),
        symbol="XAUUSD",
        timeframe="M15",
        state="beating",
        ready=True,
        heartbeat_age_s=0.8,
        sequence=512,
        deployment_id=DeploymentId("d-1"),
        entries="allowed",
        errors=("no money",),
    )
    silent = RobotView(
        robot_id=RobotId(302),
        symbol="EURUSD",
        timeframe="H1",
        state="stale",
        ready=True,
        heartbeat_age_s=41.0,
        sequence=7,
        deployment_id=DeploymentId("d-2"),
        entries=None,
    )
    return TerminalView(
        user_id=UserId(3),
        account=Account(login=2**40, server="XM"),
        trade_mode=TradeMode.REAL,
        state="degraded",
        words="one robot is silent",
        desired=Run.RUNNING,
        pid=4711,
        started_utc_s=100.0,
        process=WELL,
        ipc=CheckView(ok=None, age_s=None, evidence=""),
        account_check=WELL,
        robots_check=CheckView(ok=False, age_s=41.0, evidence="302 silent"),
        robots=(robot, silent),
        restarts_in_window=1,
        restart_budget=5,
        incident="i-1",
        identity=(("login", "1", "2", False),),
        positions=2,
        trade_allowed=False,
        cpu_percent=1.5,
        rss_bytes=19_000_000,
        build=5000,
        stop_latched=True,
        maintenance_until_utc_s=2000.0,
        watch_only=False,
        directory="C:/mt5_users/user_3",
    )


def test_a_real_status_arrives_whole():
    snapshot = FleetSnapshot(
        sequence=9,
        utc_s=1234.5,
        server=ServerId("srv"),
        simulated=False,
        watchdog_running=True,
        mode=Mode.OBSERVE,
        check_interval_s=10.0,
        terminals=(terminal_view(),),
        incidents=(),
    )
    fleet = fleet_of(snapshot.as_status())
    assert (fleet.sequence, fleet.at_utc_s, fleet.server, fleet.simulated, fleet.mode) == (
        9,
        1234.5,
        "srv",
        False,
        "observe",
    )
    terminal = fleet.terminal(3)
    assert terminal is not None
    assert (terminal.name, terminal.login, terminal.account_server) == ("user_3", 2**40, "XM")
    assert [check.ok for _title, check in terminal.checks] == [True, None, True, False]
    assert (terminal.beating, terminal.expected, terminal.worst_age_s) == (1, 2, 41.0)
    assert terminal.counts_as_real
    assert terminal.identity[0].ok is False
    assert (terminal.positions, terminal.stop_latched, terminal.directory) == (2, True, "C:/mt5_users/user_3")
    assert terminal.robot(301).errors == ("no money",)
    assert fleet.terminal_of_robot(302) is terminal


def test_what_is_missing_is_unknown_and_never_well():
    terminal = terminal_of({"user_id": 4})
    assert all(check.ok is None for _title, check in terminal.checks)
    assert (terminal.state, terminal.trade_mode, terminal.pid) == ("unknown", "unknown", None)
    assert terminal.counts_as_real
    assert fleet_of({}).mode == "unknown"
    assert fleet_of({}).simulated is None
    assert not fleet_of({}).watchdog_running


@pytest.mark.parametrize("ok", [1, "true", "yes", {}, [True], 0.9])
def test_a_check_is_well_only_when_it_says_true(ok):
    assert terminal_of({"user_id": 1, "checks": {"ipc": {"ok": ok}}}).ipc.ok is None


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), json_values, max_size=8))
def test_whatever_stands_in_a_status_gives_a_picture(shape):
    fleet = fleet_of(shape)
    assert math.isfinite(fleet.at_utc_s)
    assert all(terminal.user_id for terminal in fleet.terminals)
    for make in (incident_of, deployment_of, operation_of, registered_robot_of):
        assert make(shape) == make(dict(shape))


def test_numbers_that_are_none_are_left_out():
    terminal = terminal_of(
        {"user_id": 1, "cpu_percent": math.nan, "rss_bytes": 1.5, "started_at": True, "pid": 10**400}
    )
    assert (terminal.cpu_percent, terminal.rss_bytes, terminal.started_utc_s) == (None, None, None)
    assert terminal_of({"user_id": 1, "cpu_percent": 10**400}).cpu_percent is None


def test_a_failed_deployment_arrives_with_its_diagnosis():
    record = DeploymentRecord(
        deployment_id=DeploymentId("d-9"),
        robot_id=RobotId(301),
        user_id=UserId(3),
        operation_id=None,
        kind="deploy",
        started_utc_s=1.0,
        ended_utc_s=None,
        outcome=None,
        ready_confirmed=True,
        heartbeat_confirmed=False,
        chart_opened=True,
        stages=(Stage(name="compile", outcome="passed", seconds=0.4, evidence="0 errors"),),
        diagnosis={
            "cause": "algo_off",
            "text": "t",
            "next_step": "n",
            "points": [{"point": "algo", "ok": None, "evidence": "e"}],
        },
        state={
            "changes": {
                "first_deployment": False,
                "symbol": {"old": "EURUSD", "new": "GBPUSD"},
                "slot": {"old": "a", "new": "a"},
                "inputs": [{"name": "Lots", "old": None, "new": "0.1"}],
                "detach": ["Robot_301_a on EURUSD,H1"],
            }
        },
    )
    picture = deployment_of(deploy_shape(record))
    assert (picture.status, picture.first, picture.detach) == (
        "DRY_RUN" if record.ended_utc_s else "RUNNING",
        False,
        ("Robot_301_a on EURUSD,H1",),
    )
    assert picture.stages[0].evidence == "0 errors"
    assert picture.diagnosis.points[0].ok is None
    assert picture.changes == (
        ChangePicture(what="Symbol", old="EURUSD", new="GBPUSD"),
        ChangePicture(what="Input Lots", old=None, new="0.1"),
    )


def test_an_operation_and_an_incident_arrive_whole_and_frozen():
    operation = operation_of(
        operation_json(
            Operation(
                operation_id="o-1",
                kind="terminal_restart",
                user_id=UserId(3),
                robot_id=None,
                actor="window",
                requested_utc_s=1.0,
                ended_utc_s=2.0,
                state=OperationState.FAILED,
                progress="closing",
                error={"code": "timeout", "text": "it did not close"},
                result={"a": 1},
                exit_code=1,
            )
        )
    )
    assert (operation.error_code, operation.error_text, operation.exit_code) == ("timeout", "it did not close", 1)
    assert not operation.is_running
    with pytest.raises(TypeError):
        operation.result["a"] = 2
    incident = incident_of(
        incident_json(
            Incident(
                incident_id="i-1",
                kind=IncidentKind.IPC_DEAD,
                user_id=UserId(3),
                robot_id=None,
                opened_utc_s=5.0,
                text="t",
                next_step="n",
                tried=("a", "b"),
            )
        )
    )
    assert (incident.kind, incident.tried, incident.cleared_utc_s) == ("ipc_dead", ("a", "b"), None)


def test_a_page_of_journals_keeps_its_cursor():
    page = journal_page_of(3, {"cursor": "c", "more": True, "lines": [{"time": "t", "log": "experts", "text": "x"}]})
    assert (page.cursor, page.more, page.lines[0].log, page.lines[0].text) == ("c", True, "experts", "x")
