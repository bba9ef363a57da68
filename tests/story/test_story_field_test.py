"""The field test as a desk lives it: on a demo account everything is tried and reported, on any other nothing is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mt5console.app import open_door
from mt5console.core.errors import EXIT_FAILED, EXIT_REFUSED
from mt5console.doctor.assumptions import ASSUMPTIONS
from mt5console.doctor.field_test import FOLDER, run
from tests.story.desk import PASSWORD, Desk, wait_for


def field_test(desk: Desk, user_id: int) -> dict[str, Any]:
    """The report, after it was looked through for secrets."""
    report, places = run(lambda: open_door(desk.root, True, acting=True), desk.root, True, user_id, beat_seconds=6.0)
    written = "".join(place.read_text("utf-8") for place in places)
    for secret in (PASSWORD, str(700000 + user_id), "Demo-Server", str(desk.root)):
        assert secret not in written
    assert json.loads(places[0].read_text("utf-8")) == report
    return report


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in report["assumptions"]}


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["outcome"] for step in report["steps"]}


@pytest.mark.timeout(240)
def test_on_a_simulated_terminal_all_that_can_be_seen_holds_and_nothing_stays_behind(desk: Desk) -> None:
    desk.up(1)
    report = field_test(desk, 1)
    assert set(outcomes(report).values()) == {"passed"}, report["steps"]
    unseen = {one.id for one in ASSUMPTIONS if not one.step} | {"A34", "A39"}
    assert {name for name, verdict in verdicts(report).items() if verdict == "not seen"} == unseen
    assert {name for name, verdict in verdicts(report).items() if verdict == "did not hold"} == set()
    assert report["ok"] is True
    assert report["about"]["left_behind"] == ""
    # The desk is as it was: its own robot beats, the test's robot is gone, the terminal runs.
    assert [robot["robot_id"] for robot in desk.door.robots()] == [101]
    wait_for(lambda: desk.is_well(1) and desk.robot(101)["heartbeat_age"] is not None, "the desk's own robot", 60)
    assert not [name for name in desk.charts(1) if "990000" in name]


@pytest.mark.timeout(240)
def test_what_does_not_hold_is_named_and_what_hangs_on_it_is_skipped(desk: Desk) -> None:
    desk.add_user(1)
    desk.start(1)
    desk.wait_healthy(1)
    desk.act("terminal_stop", user_id=1)
    desk.fault(1, "robot-init-fail", "9900001")
    report = field_test(desk, 1)
    ended = outcomes(report)
    assert (ended["agent"], ended["deploy"], ended["heartbeat"], ended["replace"]) == (
        "passed",
        "failed",
        "skipped",
        "skipped",
    )
    found = verdicts(report)
    assert found["A16"] != "held"
    assert found["A18"] == "not seen"
    assert found["A26"] == "held"
    assert report["ok"] is False
    # It was stopped before, and is again, without the test's robot.
    assert desk.door.robots() == []
    wait_for(lambda: desk.processes(1) == [], "the terminal stopped again")


def test_a_real_account_is_refused_before_anything_is_done(desk: Desk) -> None:
    desk.add_user(1, server="Real-Server")
    desk.start(1)
    wait_for(lambda: desk.terminal(1)["trade_mode"] == "real", "the account's kind")
    pid = desk.terminal(1)["pid"]
    refused = desk.command("doctor", "--field-test", "1", "--consent")
    assert (refused.returncode, refused.stdout) == (EXIT_REFUSED, "")
    assert "demo account" in refused.stderr
    assert desk.terminal(1)["pid"] == pid
    assert desk.door.robots() == []
    assert not (desk.layout.console / FOLDER).exists()


def test_an_account_that_was_never_seen_counts_as_real(desk: Desk) -> None:
    desk.add_user(1)
    refused = desk.command("doctor", "--field-test", "1", "--consent")
    assert refused.returncode == EXIT_REFUSED
    assert "terminal start 1" in refused.stderr
    assert desk.processes(1) == []


def test_without_consent_nothing_is_done(desk: Desk) -> None:
    desk.add_user(1)
    desk.start(1)
    wait_for(lambda: desk.terminal(1)["trade_mode"] == "demo", "the account's kind")
    pid = desk.terminal(1)["pid"]
    refused = desk.command("doctor", "--field-test", "1")
    assert (refused.returncode, refused.stdout) == (EXIT_REFUSED, "")
    assert "--consent" in refused.stderr
    assert desk.terminal(1)["pid"] == pid


def test_a_user_that_nobody_knows_is_told(desk: Desk) -> None:
    ended = desk.command("doctor", "--field-test", "9", "--consent")
    assert ended.returncode == EXIT_FAILED
    assert "user 9 is not registered" in ended.stderr
