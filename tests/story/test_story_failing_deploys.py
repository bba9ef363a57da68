"""Deployments that must fail: the right word, the right cause, the right exit code, and never two copies of a robot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mt5console.core.errors import Conflict
from tests.story.desk import Desk, Sampler, wait_for

SOURCES, ALGO, WRONG, AGENT, DOWN, LATE, KILLED = range(1, 8)
USERS = range(1, 8)
BROKEN, FAILING, MUTE, SEED, NO_SYMBOL = 101, 102, 103, 104, 105

HEAD = "#include <Mt5Console\\Heartbeat.mqh>\n"
REST = "void OnDeinit(const int reason) { Mt5ConsoleDeinit(reason); }\nvoid OnTimer() { Mt5ConsoleTimer(); }\n"
TICK = "void OnTick() {}\n"

SOURCE_OF = {
    BROKEN: HEAD
    + "int OnInit() { if(!Mt5ConsoleInit()) { return(INIT_FAILED); return(INIT_SUCCEEDED); }\n"
    + REST
    + TICK,
    FAILING: HEAD + 'int OnInit() { Print("no licence"); return(INIT_FAILED); }\n' + REST + TICK,
    MUTE: "int OnInit() { EventSetTimer(1); return(INIT_SUCCEEDED); }\nvoid OnTimer() {}\n" + TICK,
    SEED: (
        'int OnInit() { EventSetTimer(1); GlobalVariableSet("EA_READY_104", 1); return(INIT_SUCCEEDED); }\n'
        'void OnTimer() { int file = FileOpen("heartbeat_104.txt", FILE_WRITE | FILE_TXT);\n'
        "  FileWrite(file, TimeToString(TimeCurrent())); FileClose(file); }\n" + TICK
    ),
}


@pytest.fixture(scope="module")
def watched(shared_desk: Desk) -> Iterator[tuple[Desk, Sampler]]:
    """Seven users with running terminals and registered robots; two robots run: 701 and 301."""
    desk = shared_desk
    for user_id in USERS:
        desk.add_user(user_id)
    for robot_id, text in SOURCE_OF.items():
        desk.add_robot(robot_id, SOURCES, source_text=text, source_name=f"{robot_id}.mq5")
    desk.add_robot(NO_SYMBOL, SOURCES, symbol="EURUSD.x")
    for user_id in (ALGO, WRONG, AGENT, DOWN, KILLED):
        desk.add_robot(user_id * 100 + 1, user_id)
    desk.all_done("terminal_start", [{"user_id": user_id} for user_id in USERS])
    desk.all_done("terminal_stop", [{"user_id": DOWN}])
    with Sampler(desk, USERS) as sampler:
        ends = desk.all_done("deploy", [{"robot_id": KILLED * 100 + 1}, {"robot_id": WRONG * 100 + 1}])
        assert [ended["result"]["status"] for ended in ends] == ["SUCCESS", "SUCCESS"], ends
        yield desk, sampler


@pytest.fixture
def desk(watched: tuple[Desk, Sampler]) -> Desk:
    return watched[0]


def deployed(desk: Desk, robot_id: int, *options: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, shape and error line of `mt5console deploy`."""
    ended = desk.command("deploy", str(robot_id), *options)
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout), ended.stderr


def said(shape: dict[str, Any]) -> tuple[str, str]:
    """The word and the cause."""
    return shape["status"], shape["diagnosis"]["cause"]


def experts(desk: Desk, robot_id: int) -> list[str]:
    return [expert for expert in desk.charts(robot_id // 100) if expert.startswith(f"Robot_{robot_id}_")]


@pytest.fixture(scope="module")
def sources(watched: tuple[Desk, Sampler]) -> dict[int, tuple[int, dict[str, Any], str]]:
    """All bad sources of one terminal, deployed side by side."""
    desk, _ = watched
    with ThreadPoolExecutor(5) as pool:
        ends = {
            robot_id: pool.submit(deployed, desk, robot_id, "--timeout", "8") for robot_id in (*SOURCE_OF, NO_SYMBOL)
        }
        return {robot_id: end.result() for robot_id, end in ends.items()}


@pytest.mark.parametrize(
    ("robot_id", "cause", "evidence"),
    [
        pytest.param(BROKEN, "compile_error", "1 error", id="does not compile"),
        pytest.param(FAILING, "init_failed", "initializing of Robot_102_a", id="OnInit fails"),
        pytest.param(MUTE, "no_include", "neither READY nor a beat", id="no heartbeat"),
        pytest.param(NO_SYMBOL, "unknown_symbol", "EURUSD.x does not exist", id="unknown symbol"),
    ],
)
def test_what_cannot_run_is_failed_and_not_attached(
    desk: Desk, sources: dict[int, tuple[int, dict[str, Any], str]], robot_id: int, cause: str, evidence: str
) -> None:
    code, shape, line = sources[robot_id]
    assert (code, *said(shape)) == (4, "FAILED", cause), shape
    assert evidence in json.dumps(shape)
    assert shape["diagnosis"]["text"] in line
    assert shape["diagnosis"]["next_step"] in line
    assert experts(desk, robot_id) == []
    wait_for(lambda: desk.robot(robot_id)["state"] == "registered", "nothing under way for it any more")


def test_a_source_with_the_seeds_heartbeat_alone_is_partial_and_named(
    desk: Desk, sources: dict[int, tuple[int, dict[str, Any], str]]
) -> None:
    code, shape, _ = sources[SEED]
    assert (code, *said(shape)) == (3, "PARTIAL", "no_include"), shape
    assert experts(desk, SEED) == ["Robot_104_a"]
    assert [(i["kind"], i["robot_id"]) for i in desk.open_incidents() if i["user_id"] == SOURCES] == [
        ("robot_partial", SEED)
    ]


def test_algo_trading_that_is_off_is_found_before_anything_is_touched(desk: Desk) -> None:
    desk.fault(ALGO, "algo-off")
    wait_for(lambda: desk.terminal(ALGO)["trade_allowed"] is False, "the switch to be seen off")
    code, shape, _ = deployed(desk, 201)
    assert (code, *said(shape)) == (4, "FAILED", "algo_off")
    assert [stage["name"] for stage in shape["stages"]] == ["preflight"]
    assert desk.act("enable_algo", user_id=ALGO)["state"] == "done"


def test_a_wrong_account_is_no_place_to_deploy(desk: Desk) -> None:
    before = desk.robot(301)["deployment_id"]
    desk.fault(WRONG, "wrong-account")
    wait_for(lambda: desk.terminal(WRONG)["state"] == "wrong_identity", "the wrong account to be seen")
    code, shape, _ = deployed(desk, 301)
    assert (code, *said(shape)) == (4, "FAILED", "wrong_account")
    desk.fault(WRONG, "clear")
    desk.wait_healthy(WRONG)
    assert desk.robot(301)["deployment_id"] == before


def test_a_terminal_that_does_not_run_is_said_so(desk: Desk) -> None:
    code, shape, _ = deployed(desk, 501)
    assert (code, *said(shape)) == (4, "FAILED", "terminal_down")


def test_a_dead_agent_is_named_and_its_terminal_is_healed(desk: Desk) -> None:
    pid = desk.terminal(AGENT)["pid"]
    desk.fault(AGENT, "robot-stop", "agent")
    wait_for(lambda: any(entry["kind"] == "robot_removed" for entry in desk.journal(AGENT)), "the agent's end")
    ended = desk.act("deploy", robot_id=401)  # at once: later on, the watchdog would have mended it before
    assert (ended["exit_code"], *said(ended["result"])) == (4, "FAILED", "agent_dead"), ended
    wait_for(lambda: desk.terminal(AGENT)["pid"] not in (pid, None), "the restart that brings the agent back")
    desk.wait_healthy(AGENT)


def test_a_slot_that_the_terminal_has_not_indexed_needs_a_restart_and_is_never_restarted_secretly(desk: Desk) -> None:
    pid = desk.terminal(LATE)["pid"]
    desk.add_robot(601, LATE)
    code, shape, line = deployed(desk, 601)
    assert (code, *said(shape)) == (4, "FAILED", "restart_needed"), shape
    assert "terminal restart 6" in line
    assert desk.terminal(LATE)["pid"] == pid
    assert desk.command("terminal", "restart", str(LATE)).returncode == 0
    assert deployed(desk, 601)[0] == 0


def reached(desk: Desk, robot_id: int, stage: str) -> str:
    """Ask for a deployment and wait until this stage runs; gives the operation's id."""
    operation = desk.door.submit("deploy", {"robot_id": robot_id}, "test")
    door = desk.door

    def look() -> bool:
        newest = door.deployments(robot_id, 1)
        return bool(newest and newest[0]["stages"]) and (
            newest[0]["stages"][-1]["name"] == stage and newest[0]["stages"][-1]["outcome"] == "running"
        )

    wait_for(look, f"the stage {stage}")
    return str(operation["operation_id"])


def end_after_a_kill(desk: Desk, operation_id: str) -> dict[str, Any]:
    """Kill the engine, start it again, and give how the deployment ended."""
    desk.kill_engine()
    desk.start_engine()
    result: dict[str, Any] = desk.ended(operation_id)["result"]
    return result


def test_an_engine_killed_between_detach_and_attach_puts_the_proven_version_back(desk: Desk) -> None:
    before, pid = desk.robot(701)["deployment_id"], desk.terminal(KILLED)["pid"]
    shape = end_after_a_kill(desk, reached(desk, 701, "detach"))
    assert said(shape) == ("FAILED", "engine_interrupted"), shape
    desk.wait_healthy(KILLED)
    assert desk.robot(701)["deployment_id"] == before
    assert len(experts(desk, 701)) == 1
    assert desk.terminal(KILLED)["pid"] == pid


def test_a_second_deploy_is_refused_while_one_runs_and_a_killed_engine_goes_on_with_the_one(desk: Desk) -> None:
    running = reached(desk, 701, "proven")
    kept = len(desk.door.deployments(701, 50))
    with pytest.raises(Conflict, match="being deployed already"):
        desk.door.submit("deploy", {"robot_id": 701}, "test")
    assert desk.command("deploy", "701").returncode == 1
    assert len(desk.door.deployments(701, 50)) == kept
    shape = end_after_a_kill(desk, running)
    assert shape["status"] == "SUCCESS", shape
    assert desk.robot(701)["deployment_id"] == shape["deployment_id"]
    assert len(experts(desk, 701)) == 1


def test_through_all_of_it_no_robot_was_ever_on_two_charts(watched: tuple[Desk, Sampler]) -> None:
    watched[1].check()
