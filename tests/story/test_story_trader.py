"""The trader's story: from nothing to a robot that is proven to run, through a crash, to a new version and an end."""

from __future__ import annotations

import pytest

from tests.story.desk import Desk, wait_for


@pytest.fixture(scope="module")
def fleet(shared_desk: Desk) -> Desk:
    """Three users: 1 has a robot, 2 and 3 have two."""
    shared_desk.up(1, 2, 3, more=(202, 302))
    return shared_desk


def test_a_robot_is_deployed_with_proof_and_beats(fleet: Desk) -> None:
    (shape,) = fleet.door.deployments(101, 10)
    assert shape["status"] == "SUCCESS"
    assert shape["ready_confirmed"]
    assert shape["heartbeat_confirmed"]
    assert shape["chart_opened"]
    assert shape["diagnosis"] is None
    names = [stage["name"] for stage in shape["stages"]]
    assert names == [
        "preflight",
        "write",
        "compile",
        "detach",
        "desired",
        "attach",
        "ready",
        "heartbeat",
        "proven",
        "promote",
    ]
    robot = fleet.robot(101)
    assert robot["deployment_id"] == shape["deployment_id"]
    assert robot["heartbeat_age"] < 3
    assert fleet.user_layout().proven_source(101).is_file()
    assert not fleet.user_layout().start_ini.exists()


def test_a_killed_terminal_is_replaced_and_its_robots_are_proven_back(fleet: Desk) -> None:
    before = {robot_id: fleet.robot(robot_id)["deployment_id"] for robot_id in (201, 202)}
    pid = fleet.kill_terminal(2)
    wait_for(lambda: fleet.terminal(2)["pid"] not in (None, pid), "a replacement")
    assert len(fleet.processes(2)) == 1
    fleet.wait_healthy(2)
    assert {robot_id: fleet.robot(robot_id)["deployment_id"] for robot_id in before} == before
    assert fleet.terminal(2)["restarts_in_window"] == 1
    assert fleet.acts_of(2)["StartTerminal"] == 2


def test_a_second_version_replaces_the_first_in_the_other_slot(fleet: Desk) -> None:
    first = fleet.robot(301)["deployment_id"]
    shape = fleet.deploy(301)
    assert shape["status"] == "SUCCESS"
    assert fleet.robot(301)["deployment_id"] == shape["deployment_id"] != first
    slots = {robot["robot_id"]: robot["slot"] for robot in fleet.door.robots()}
    assert slots[301] == "b"
    assert slots[302] == "a"


def test_a_restart_by_a_person_is_seen_to_be_done(fleet: Desk) -> None:
    pid = fleet.terminal(3)["pid"]
    charged = fleet.terminal(2)["restarts_in_window"]
    ended = fleet.act("terminal_restart", user_id=3)
    assert ended["state"] == "done", ended
    assert fleet.terminal(3)["pid"] != pid
    fleet.wait_healthy(3)
    assert fleet.terminal(2)["restarts_in_window"] == charged


def test_a_stopped_terminal_stays_stopped_until_it_is_started(fleet: Desk) -> None:
    ended = fleet.act("terminal_stop", user_id=3)
    assert ended["state"] == "done", ended
    assert fleet.processes(3) == []
    assert fleet.terminal(3)["state"] == "stopped"
    fleet.start(3)
    fleet.wait_healthy(3)


def test_stop_all_detaches_every_robot_with_proof_and_resume_puts_them_back(fleet: Desk) -> None:
    ended = fleet.act("stop_all", word="STOP")
    assert ended["state"] == "done", ended
    assert all(entry["stopped"] for entry in ended["result"]["terminals"])
    refused = fleet.command("deploy", "201")
    assert refused.returncode == 6, refused.stderr
    for user_id in (1, 2, 3):
        assert fleet.act("resume", user_id=user_id, word="START")["state"] == "done"
    for user_id in (1, 2, 3):
        fleet.wait_healthy(user_id)


def test_a_removed_robot_is_seen_gone_and_forgotten(fleet: Desk) -> None:
    fleet.wait_idle(302)
    ended = fleet.act("robot_remove", robot_id=302)
    assert ended["state"] == "done", ended
    assert 302 not in [robot["robot_id"] for robot in fleet.door.robots()]
    fleet.wait_healthy(3)
    assert not any(chart for chart in fleet.charts(3) if chart.startswith("Robot_302_"))
