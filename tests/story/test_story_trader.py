"""The trader's story: from nothing to a robot that is proven to run, through a crash, to a new version."""

from __future__ import annotations

from tests.story.desk import Desk, wait_for


def test_a_robot_is_deployed_with_proof_and_beats(desk: Desk) -> None:
    desk.add_user(1)
    desk.add_robot(101, 1)
    desk.start(1)
    shape = desk.deploy(101)
    assert shape["status"] == "SUCCESS"
    assert shape["ready_confirmed"]
    assert shape["heartbeat_confirmed"]
    assert shape["chart_opened"]
    assert shape["diagnosis"] is None
    assert [stage["name"] for stage in shape["stages"]][-1] in ("proven", "promote")
    robot = desk.robot(101)
    assert robot["deployment_id"] == shape["deployment_id"]
    assert robot["heartbeat_age"] < 3
    assert desk.user_layout().proven_source(101).is_file()
    assert not desk.user_layout().start_ini.exists()


def test_a_killed_terminal_is_replaced_and_its_robots_are_proven_back(desk: Desk) -> None:
    robots = desk.up(robots=2)
    before = {robot_id: desk.robot(robot_id)["deployment_id"] for robot_id in robots}
    pid = desk.kill_terminal()
    wait_for(lambda: desk.terminal()["pid"] not in (None, pid), "a replacement")
    assert len(desk.processes()) == 1
    desk.wait_healthy()
    assert {robot_id: desk.robot(robot_id)["deployment_id"] for robot_id in robots} == before
    assert desk.terminal()["restarts_in_window"] == 1
    assert any("StartTerminal" in entry["acts"] for entry in desk.door.decisions(1, 100))


def test_a_second_version_replaces_the_first_in_the_other_slot(desk: Desk) -> None:
    desk.up()
    first = desk.robot(101)["deployment_id"]
    shape = desk.deploy(101)
    assert shape["status"] == "SUCCESS"
    assert desk.robot(101)["deployment_id"] == shape["deployment_id"] != first
    slots = {robot["robot_id"]: robot["slot"] for robot in desk.door.robots()}
    assert slots == {101: "b"}


def test_a_restart_by_a_person_is_seen_to_be_done(desk: Desk) -> None:
    desk.up()
    pid = desk.terminal()["pid"]
    ended = desk.act("terminal_restart", user_id=1)
    assert ended["state"] == "done", ended
    assert desk.terminal()["pid"] != pid
    desk.wait_healthy()


def test_a_stopped_terminal_stays_stopped(desk: Desk) -> None:
    desk.up()
    ended = desk.act("terminal_stop", user_id=1)
    assert ended["state"] == "done", ended
    assert desk.processes() == []
    assert desk.terminal()["state"] == "stopped"
    desk.start(1)
    desk.wait_healthy()


def test_stop_all_detaches_every_robot_with_proof_and_resume_puts_them_back(desk: Desk) -> None:
    desk.up(1)
    desk.up(2)
    ended = desk.act("stop_all", word="STOP")
    assert ended["state"] == "done", ended
    assert all(entry["stopped"] for entry in ended["result"]["terminals"])
    refused = desk.command("deploy", "101")
    assert refused.returncode == 6, refused.stderr
    for user_id in (1, 2):
        assert desk.act("resume", user_id=user_id, word="START")["state"] == "done"
    desk.wait_healthy(1)
    desk.wait_healthy(2)


def test_a_removed_robot_is_seen_gone_and_forgotten(desk: Desk) -> None:
    desk.up(robots=2)
    ended = desk.act("robot_remove", robot_id=101)
    assert ended["state"] == "done", ended
    assert [robot["robot_id"] for robot in desk.door.robots()] == [102]
    desk.wait_healthy()
