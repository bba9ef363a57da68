"""The fault table, row by row: who sees it, what the watchdog does and says about it, and how it must end.

One fleet, a user for each fault. Those that heal by themselves are all begun together, as a bad morning would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from mt5console.core.credentials import Secret
from mt5console.simulation.broker import broker_of
from tests.story.desk import PASSWORD, Desk, Sampler, wait_for

CRASH, FREEZE, IPC_DEAD, UPDATE, PROFILE_LOSS, PROFILE_STALE, LOGOUT, SLOW = range(1, 9)
LINK, CLOSED, IPC, DISK, ALGO, ROBOTS, AUTH, WRONG, INIT, MOVED = range(9, 19)
FLEET = range(1, 19)


class Healing(NamedTuple):
    """A fault that must be healed without a person: what the trace must tell, which acts it may cost.

    `seen`: the incident that tells of it, None where there need be none. `charged`: restarts of the budget.
    """

    user_id: int
    fault: str
    told: tuple[str, ...]
    acts: dict[str, int]
    charged: int
    seen: str | None = None
    same_process: bool = False


HEALING = (
    Healing(CRASH, "crash", ("terminal is down", "put robot 101 back"), {"StartTerminal": 2}, 1, "terminal_down"),
    Healing(
        FREEZE,
        "freeze",
        ("is silent for", "close pid", "kill pid"),
        {"CloseTerminal": 1, "KillTerminal": 1, "StartTerminal": 2},
        1,
        "terminal_frozen",
    ),
    Healing(
        IPC_DEAD,
        "ipc-hang",
        ("replace the probe", "try 3 of 3", "did not bring IPC back"),
        {"ReattachProbe": 3, "CloseTerminal": 1, "StartTerminal": 2},
        1,
        "ipc_dead",
    ),
    Healing(UPDATE, "live-update", ("left to LiveUpdate", "came back by itself"), {"StartTerminal": 1}, 0),
    Healing(PROFILE_LOSS, "profile-loss", ("put robot 501 back",), {"StartTerminal": 2}, 1, "terminal_down"),
    Healing(PROFILE_STALE, "profile-stale", ("start settled",), {"StartTerminal": 2}, 1, "terminal_down"),
    Healing(
        LOGOUT,
        "logout",
        ("log in again", "account is back"),
        {"LogInAgain": 1, "StartTerminal": 1},
        0,
        "logged_out",
        same_process=True,
    ),
)


class Morning(NamedTuple):
    """The fleet with its faults begun. `pids` and `versions`: of before; `slow_start`: a restart under way."""

    desk: Desk
    sampler: Sampler
    pids: dict[int, int]
    versions: dict[int, str]
    slow_start: dict[str, Any]


@pytest.fixture(scope="module")
def morning(shared_desk: Desk) -> Iterator[Morning]:
    """All terminals up, each with a proven robot; then everything that heals by itself breaks at once."""
    desk = shared_desk
    desk.up(*FLEET, more=(ROBOTS * 100 + 2,))
    terminals = desk.door.status()["terminals"]
    pids = {entry["user_id"]: entry["pid"] for entry in terminals}
    versions = {robot["robot_id"]: robot["deployment_id"] for entry in terminals for robot in entry["robots"]}
    with Sampler(desk, FLEET) as sampler:
        for healing in HEALING:
            desk.fault(healing.user_id, healing.fault)
        desk.fault(LINK, "disconnect")
        desk.fault(CLOSED, "market-closed")
        desk.fault(SLOW, "slow-start", "8")
        slow_start = desk.door.submit("terminal_restart", {"user_id": SLOW}, "test")
        yield Morning(desk, sampler, pids, versions, slow_start)


@pytest.fixture
def desk(morning: Morning) -> Desk:
    return morning.desk


def test_a_closed_market_is_no_incident_and_beats_go_on(morning: Morning) -> None:
    desk = morning.desk
    begun = desk.robot(CLOSED * 100 + 1)["sequence"]
    limit = 10  # more beats than the seconds after which silence would be an incident
    wait_for(lambda: desk.robot(CLOSED * 100 + 1)["sequence"] > begun + limit, "beats through a closed market")
    assert desk.is_well(CLOSED)
    desk.fault(CLOSED, "clear")
    assert desk.incidents_of(CLOSED, include_cleared=True) == []
    assert desk.terminal(CLOSED)["pid"] == morning.pids[CLOSED]


def test_ipc_that_hangs_for_a_while_is_healed_by_a_new_probe(morning: Morning) -> None:
    desk = morning.desk
    desk.fault(IPC, "ipc-hang")
    wait_for(lambda: desk.acts_of(IPC)["ReattachProbe"], "a replaced probe")
    assert desk.terminal(IPC)["checks"]["ipc"]["ok"] is False
    desk.fault(IPC, "clear")
    desk.wait_healthy(IPC)
    assert "the agent is fresh, so the terminal lives" in desk.trace(IPC)
    assert desk.terminal(IPC)["pid"] == morning.pids[IPC]


def test_a_lost_broker_link_is_waited_for_then_logged_in_again(morning: Morning) -> None:
    desk = morning.desk
    wait_for(lambda: desk.acts_of(LINK)["LogInAgain"], "a login after the wait")
    assert "broker_disconnected" in desk.incidents_of(LINK)
    desk.fault(LINK, "clear")
    desk.wait_healthy(LINK)
    trace = desk.trace(LINK)
    # A login that waits for its link holds the probe: nobody takes that for dead IPC.
    assert desk.acts_of(LINK) == {"StartTerminal": 1, "LogInAgain": 1}, trace
    assert trace.index("waits for the link") < trace.index("log in again") < trace.index("account is back")
    assert desk.terminal(LINK)["pid"] == morning.pids[LINK]


def test_a_full_disk_is_an_incident_that_no_restart_answers_and_no_neighbour_feels(morning: Morning) -> None:
    desk = morning.desk
    desk.fault(DISK, "disk-full")
    wait_for(lambda: "disk_full" in desk.incidents_of(DISK), "the incident of a full disk")
    wait_for(lambda: "not restarted" in desk.trace(DISK), "the word that no restart mends it")
    assert "which a restart does not mend" in desk.trace(DISK)
    assert desk.is_well(CLOSED)
    desk.fault(DISK, "clear")
    desk.wait_healthy(DISK)
    assert desk.terminal(DISK)["pid"] == morning.pids[DISK]
    assert desk.acts_of(DISK)["StartTerminal"] == 1


def test_algo_trading_that_was_switched_off_is_named_and_one_click_away(morning: Morning) -> None:
    desk = morning.desk
    desk.fault(ALGO, "algo-off")
    wait_for(lambda: desk.incidents_of(ALGO) == ["algo_off"], "the incident of the switch")
    (incident,) = [found for found in desk.open_incidents() if found["user_id"] == ALGO]
    assert "switch is off" in incident["text"]
    assert "a person switches it on" in desk.door.decisions(ALGO, 1)[0]["next"]
    killed = desk.kill_terminal(ALGO)
    wait_for(lambda: desk.terminal(ALGO)["pid"] not in (None, killed), "another process")
    wait_for(lambda: desk.terminal(ALGO)["checks"]["ipc"]["ok"], "a terminal that answers again")
    assert desk.terminal(ALGO)["checks"]["account"]["evidence"] == "algo trading is switched off"
    assert "algo_off" in desk.incidents_of(ALGO), "a restart is nobody's wish to switch it on"
    ended = desk.act("enable_algo", user_id=ALGO)
    assert ended["state"] == "done", ended
    desk.wait_healthy(ALGO)


def test_robots_that_stop_or_freeze_are_an_alert_and_one_deploy_heals_each(morning: Morning) -> None:
    desk = morning.desk
    stopped, frozen = ROBOTS * 100 + 1, ROBOTS * 100 + 2
    desk.fault(ROBOTS, "robot-stop", str(stopped))
    desk.fault(ROBOTS, "robot-freeze", str(frozen))

    def alerts() -> dict[int, str]:
        return {i["robot_id"]: i["kind"] for i in desk.open_incidents() if i["user_id"] == ROBOTS}

    wait_for(lambda: set(alerts()) == {stopped, frozen}, "an incident for each robot")
    assert alerts()[stopped] in ("removed_by_hand", "robot_missing")
    assert alerts()[frozen] == "robot_stale"
    trace = desk.trace(ROBOTS)
    assert f"alert for robot {stopped}" in trace
    assert f"alert for robot {frozen}" in trace
    own = [found for found in desk.door.deployments(None, 500) if found["robot_id"] in (stopped, frozen)]
    for ended in desk.all_done("deploy", [{"robot_id": stopped}, {"robot_id": frozen}]):
        assert ended["result"]["status"] == "SUCCESS", ended["result"]
    after = [found for found in desk.door.deployments(None, 500) if found["robot_id"] in (stopped, frozen)]
    assert len(after) == len(own) + 2, "nobody but the person deployed"
    desk.wait_healthy(ROBOTS)
    assert desk.terminal(ROBOTS)["pid"] == morning.pids[ROBOTS]


def test_a_robot_on_another_timeframe_opens_nothing_and_a_person_is_told(morning: Morning) -> None:
    desk, robot_id = morning.desk, MOVED * 100 + 1
    desk.fault(MOVED, "robot-moved", str(robot_id))
    wait_for(lambda: desk.incidents_of(MOVED) == ["robot_drifted"], "the incident of a robot that was moved")
    (incident,) = [found for found in desk.open_incidents() if found["user_id"] == MOVED]
    assert "is on EURUSD,M5, not on EURUSD,H1" in incident["text"]
    moved = desk.robot(robot_id)
    assert (moved["state"], moved["entries"]) == ("drifted", "not_desired")
    assert any("it was meant for EURUSD,H1" in text for text in moved["errors"])
    assert desk.terminal(MOVED)["checks"]["robots"]["ok"] is False
    deploy = desk.command("deploy", str(robot_id))
    assert deploy.returncode == 0, (deploy.returncode, deploy.stderr)
    desk.wait_healthy(MOVED)
    assert desk.robot(robot_id)["entries"] == "open"
    assert desk.terminal(MOVED)["pid"] == morning.pids[MOVED]


def test_a_robot_removed_by_hand_stays_off_its_chart_through_a_stop_and_a_start_until_it_is_deployed(
    morning: Morning,
) -> None:
    desk, robot_id = morning.desk, DISK * 100 + 1
    desk.wait_healthy(DISK)
    desk.fault(DISK, "robot-stop", str(robot_id))
    wait_for(lambda: desk.incidents_of(DISK) == ["removed_by_hand"], "the question about the removed robot")
    assert f"robot {robot_id} suspended" in desk.trace(DISK)
    for act in ("stop", "start"):
        assert desk.command("terminal", act, str(DISK)).returncode == 0
    wait_for(lambda: desk.incidents_of(DISK) == ["removed_by_hand"], "the same question after the start")
    assert desk.robot(robot_id)["state"] == "suspended"
    assert f"put robot {robot_id} back" not in desk.trace(DISK)
    desk.fault(DISK, "clear")
    assert desk.command("deploy", str(robot_id)).returncode == 0
    desk.wait_healthy(DISK)


def test_a_refused_password_is_tried_once_and_then_waits_for_a_person(morning: Morning) -> None:
    desk = morning.desk

    def refusals() -> int:
        return sum(entry["kind"] == "authorization_failed" for entry in desk.journal(AUTH))

    desk.fault(AUTH, "auth-fail")
    desk.fault(AUTH, "logout")
    wait_for(lambda: "auth_failed" in desk.incidents_of(AUTH), "the incident of a refused login")
    assert "no further login" in desk.trace(AUTH)
    tried = refusals()
    assert tried == 1
    begun = desk.robot(AUTH * 100 + 1)["sequence"]
    # Longer than the spacing of logins: a blind retry would have come by then.
    wait_for(lambda: desk.robot(AUTH * 100 + 1)["sequence"] > begun + 6, "beats of a robot that goes on")
    assert refusals() == tried
    assert desk.acts_of(AUTH)["LogInAgain"] == 1
    desk.fault(AUTH, "clear")
    desk.door.set_password(AUTH, Secret(PASSWORD))
    desk.wait_healthy(AUTH)
    assert "password stored: logins are allowed again" in desk.trace(AUTH)
    assert "auth_failed" not in desk.incidents_of(AUTH)
    assert refusals() == tried
    assert desk.terminal(AUTH)["pid"] == morning.pids[AUTH]


def test_a_robot_whose_oninit_fails_is_a_failed_deployment_and_the_version_before_is_back(morning: Morning) -> None:
    desk = morning.desk
    robot_id = INIT * 100 + 1
    desk.fault(INIT, "robot-init-fail", str(robot_id))
    deploy = desk.command("deploy", str(robot_id))
    assert deploy.returncode == 4, (deploy.returncode, deploy.stderr)
    shape = json.loads(deploy.stdout)
    assert (shape["status"], shape["diagnosis"]["cause"]) == ("FAILED", "init_failed"), shape
    assert "initializing of Robot_1701_b" in str(shape["diagnosis"]["points"])
    desk.fault(INIT, "clear")
    desk.wait_healthy(INIT)
    assert desk.robot(robot_id)["deployment_id"] == morning.versions[robot_id]
    assert desk.terminal(INIT)["pid"] == morning.pids[INIT]


def test_a_wrong_account_stops_every_act_and_a_person_is_called(morning: Morning) -> None:
    desk = morning.desk
    login, robot_id = 700000 + WRONG, WRONG * 100 + 1
    broker = broker_of(desk.root)
    magic = next(robot["magic"] for robot in desk.door.robots() if robot["robot_id"] == robot_id)
    broker.open_position(login, "Demo-Server", "EURUSD", 0.1, magic=magic)
    desk.fault(WRONG, "wrong-account")
    wait_for(lambda: desk.terminal(WRONG)["state"] == "wrong_identity", "a wrong identity")
    wait_for(lambda: desk.incidents_of(WRONG) == ["wrong_identity"], "its incident")
    assert "every act stopped" in desk.trace(WRONG)
    # Nobody may act there, and nobody has to: the robot sees for itself whose account it is.
    wait_for(lambda: desk.robot(robot_id)["entries"] == "not_desired", "a robot that opens nothing there")
    acts = desk.acts_of(WRONG)
    restart = desk.command("terminal", "restart", str(WRONG), "--even-with-positions")
    assert restart.returncode in (1, 6), (restart.returncode, restart.stderr)
    deploy = desk.command("deploy", str(robot_id), "--even-with-positions")
    assert deploy.returncode == 4, (deploy.returncode, deploy.stderr)
    assert desk.door.deployments(robot_id, 1)[0]["diagnosis"]["cause"] == "wrong_account"
    assert desk.acts_of(WRONG) == acts
    assert desk.processes(WRONG) == [morning.pids[WRONG]]
    assert len(broker.positions(login, "Demo-Server")) == 1
    desk.fault(WRONG, "clear")
    desk.wait_healthy(WRONG)
    assert desk.terminal(WRONG)["pid"] == morning.pids[WRONG]
    assert desk.robot(robot_id)["deployment_id"] == morning.versions[robot_id]


def test_a_slow_start_is_waited_for(morning: Morning) -> None:
    desk = morning.desk
    ended = desk.ended(morning.slow_start["operation_id"])
    assert ended["state"] == "done", ended
    assert ended["ended_at"] - ended["requested_at"] >= 8
    desk.wait_healthy(SLOW)
    desk.fault(SLOW, "clear")
    assert desk.acts_of(SLOW) == {"StartTerminal": 2, "CloseTerminal": 1}
    assert desk.incidents_of(SLOW, include_cleared=True) == []


@pytest.mark.parametrize("healing", HEALING, ids=lambda healing: healing.fault)
def test_it_is_healed_and_its_trace_says_how(morning: Morning, healing: Healing) -> None:
    desk, user_id = morning.desk, healing.user_id
    wait_for(lambda: any(word in desk.trace(user_id) for word in healing.told), "the fault to be noticed")
    wait_for(lambda: healing.told[-1] in desk.trace(user_id), f"“{healing.told[-1]}” in the trace", 90)
    desk.wait_healthy(user_id, 90)
    trace = desk.trace(user_id)
    for words in healing.told:
        assert words in trace
    acts = desk.acts_of(user_id)
    assert {name: acts[name] for name in healing.acts} == healing.acts, trace
    assert desk.terminal(user_id)["restarts_in_window"] == healing.charged
    if healing.seen is not None:
        assert healing.seen in desk.incidents_of(user_id, include_cleared=True)
    robot_id = user_id * 100 + 1
    assert desk.robot(robot_id)["deployment_id"] == morning.versions[robot_id]
    assert (desk.terminal(user_id)["pid"] == morning.pids[user_id]) is healing.same_process
    # Also where it was not us who started it: its common.ini says so.
    assert desk.terminal(user_id)["trade_allowed"] is True
    assert "algo_off" not in desk.incidents_of(user_id, include_cleared=True)


@pytest.fixture
def calm(morning: Morning) -> Morning:
    """The same fleet once all is well again, whichever tests came before."""
    for user_id in (LINK, CLOSED, SLOW):
        morning.desk.fault(user_id, "clear")
    morning.desk.ended(morning.slow_start["operation_id"])
    for user_id in FLEET:
        morning.desk.wait_healthy(user_id, 120)
    wait_for(lambda: not morning.desk.open_incidents(), "a fleet without incidents")
    return morning


def test_many_lost_links_at_once_are_one_incident_and_nobody_is_restarted(calm: Morning) -> None:
    desk = calm.desk
    pids = {user_id: desk.terminal(user_id)["pid"] for user_id in FLEET}
    logins = {user_id: desk.acts_of(user_id)["LogInAgain"] for user_id in FLEET}
    for user_id in FLEET:
        desk.fault(user_id, "disconnect")

    def is_one() -> bool:
        found = desk.open_incidents()
        everybody = all(entry["incident"] for entry in desk.door.status()["terminals"])
        return everybody and [(i["kind"], i["user_id"]) for i in found] == [("broker_disconnected", None)]

    wait_for(is_one, "one incident for all")
    for user_id in FLEET:
        desk.fault(user_id, "clear")
    wait_for(lambda: not desk.open_incidents(), "the end of the outage")
    for user_id in FLEET:
        desk.wait_healthy(user_id)
    assert {user_id: desk.terminal(user_id)["pid"] for user_id in FLEET} == pids
    assert {user_id: desk.acts_of(user_id)["LogInAgain"] for user_id in FLEET} == logins


def test_through_all_of_it_no_directory_ever_held_two_processes_and_no_robot_two_charts(calm: Morning) -> None:
    calm.sampler.check()
    assert calm.desk.open_incidents() == []
