"""Changing one's mind: a running deployment is cancelled, and a proven source that was replaced is registered again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mt5console.core.errors import NotFound
from tests.story.desk import Desk, wait_for

ROBOT = 101
BROKEN = "#include <Mt5Console\\Heartbeat.mqh>\nint OnInit( { return(INIT_SUCCEEDED); }\n"


@pytest.fixture(scope="module")
def desk(shared_desk: Desk) -> Desk:
    """One user with one proven robot."""
    shared_desk.up(1)
    return shared_desk


def experts(desk: Desk) -> list[str]:
    return [expert for expert in desk.charts(1) if expert.startswith(f"Robot_{ROBOT}_")]


def reaches(desk: Desk, stage: str) -> dict[str, Any]:
    """The newest deployment of the robot, once it has passed this stage."""

    def look() -> dict[str, Any] | None:
        (newest,) = desk.door.deployments(ROBOT, 1)
        passed = {one["name"] for one in newest["stages"] if one["outcome"] == "passed"}
        return newest if newest["status"] == "RUNNING" and stage in passed else None

    found: dict[str, Any] = wait_for(look, f"a deployment that has passed {stage}")
    return found


def test_a_deployment_that_is_cancelled_after_its_attach_leaves_the_version_before_it_proven(desk: Desk) -> None:
    before = desk.robot(ROBOT)["deployment_id"]
    deploy = desk.door.submit("deploy", {"robot_id": ROBOT}, "test")
    going = reaches(desk, "attach")
    ended = desk.command("deploy", str(ROBOT), "--cancel")
    shape = json.loads(ended.stdout)
    assert ended.returncode == 0, ended.stderr
    assert shape["deployment_id"] == going["deployment_id"] != before
    assert (shape["status"], shape["diagnosis"]["cause"]) == ("FAILED", "cancelled")
    assert desk.ended(deploy["operation_id"])["exit_code"] == 4

    def is_back() -> bool:
        robot = desk.robot(ROBOT)
        return robot["deployment_id"] == before and robot["state"] == "beating"

    wait_for(is_back, "the version before it, beating")
    assert experts(desk) == ["Robot_101_a"]
    assert desk.incidents_of(1) == []


def test_with_nothing_under_way_a_cancel_is_refused_in_a_line(desk: Desk) -> None:
    desk.wait_idle(ROBOT)
    ended = desk.command("deploy", str(ROBOT), "--cancel")
    assert ended.returncode == 1
    assert "not being deployed" in ended.stderr
    assert ended.stdout == ""


def test_a_proven_source_is_registered_again_by_its_hash_and_no_other(desk: Desk) -> None:
    proven = desk.door.deployments(ROBOT, 10)[-1]
    assert proven["status"] == "SUCCESS"
    desk.add_robot(ROBOT, 1, source_text=BROKEN, source_name="Broken.mq5", replace=True)
    review = desk.deploy(ROBOT, dry_run=True)
    hashes = review["changes"]["source_hash"]
    assert hashes["old"] != hashes["new"]
    with pytest.raises(NotFound, match="not kept as proven"):
        desk.add_robot(ROBOT, 1, proven_hash="0" * 64, replace=True)
    assert desk.deploy(ROBOT)["diagnosis"]["cause"] == "compile_error"
    desk.add_robot(ROBOT, 1, proven_hash=hashes["old"], replace=True)
    back = desk.deploy(ROBOT, dry_run=True)["changes"]["source_hash"]
    assert back["old"] == back["new"] == hashes["old"]
    assert desk.deploy(ROBOT)["status"] == "SUCCESS"
