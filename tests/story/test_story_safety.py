"""What must not happen by accident: real money, open positions, a person's own hands, and the stop that stands."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from mt5console.simulation.broker import broker_of
from tests.story.desk import Desk, Sampler, wait_for

REAL, REAL_POSITIONS, DEMO_POSITIONS, DEAD, HAND = range(1, 6)
REALS = (REAL, REAL_POSITIONS, DEAD)
USERS = range(1, 6)


def login_of(user_id: int) -> int:
    return 700000 + user_id


@pytest.fixture(scope="module")
def watched(shared_desk: Desk) -> Iterator[tuple[Desk, Sampler]]:
    """Three users with real money, two without; each has a robot that runs. Three of them hold positions."""
    desk = shared_desk
    for user_id in USERS:
        desk.add_user(user_id, server="Real-Server" if user_id in REALS else "Demo-Server")
        desk.add_robot(user_id * 100 + 1, user_id)
    desk.all_done("terminal_start", [{"user_id": user_id} for user_id in USERS])
    with Sampler(desk, USERS) as sampler:
        wanted = [{"robot_id": user_id * 100 + 1, "confirm_live": login_of(user_id)} for user_id in USERS]
        for ended in desk.all_done("deploy", wanted):
            assert ended["result"]["status"] == "SUCCESS", ended["result"]
        broker = broker_of(desk.root)
        for user_id in (REAL_POSITIONS, DEMO_POSITIONS, DEAD):
            server = "Real-Server" if user_id in REALS else "Demo-Server"
            broker.open_position(login_of(user_id), server, "EURUSD", 0.1, magic=user_id * 100 + 1)
            wait_for(lambda user_id=user_id: desk.terminal(user_id)["positions"] == 1, "the position to be seen")
        yield desk, sampler


@pytest.fixture
def desk(watched: tuple[Desk, Sampler]) -> Desk:
    return watched[0]


ACTS = [
    ("terminal", "restart", "{user}"),
    ("terminal", "stop", "{user}"),
    ("deploy", "{robot}"),
    ("robot", "remove", "{robot}"),
]


def words(act: tuple[str, ...], user_id: int) -> list[str]:
    return [word.format(user=user_id, robot=user_id * 100 + 1) for word in act]


@pytest.mark.parametrize("act", ACTS, ids=" ".join)
def test_real_money_needs_its_login_repeated_and_nothing_changes_without_it(desk: Desk, act: tuple[str, ...]) -> None:
    before, version = desk.terminal(REAL)["pid"], desk.robot(101)["deployment_id"]
    kept = len(desk.door.deployments(101, 50))
    assert desk.terminal(REAL)["trade_mode"] == "real"
    for options in ([], ["--live", "700099"]):
        refused = desk.command(*words(act, REAL), *options)
        assert refused.returncode == 6, refused
        assert refused.stdout == ""
        assert f"--live {login_of(REAL)}" in refused.stderr
    assert (desk.terminal(REAL)["pid"], desk.robot(101)["deployment_id"]) == (before, version)
    assert len(desk.door.deployments(101, 50)) == kept
    assert desk.is_well(REAL)


@pytest.mark.parametrize("act", ACTS, ids=" ".join)
@pytest.mark.parametrize("user_id", [REAL_POSITIONS, DEMO_POSITIONS], ids=["real", "demo"])
def test_open_positions_need_a_word_of_their_own(desk: Desk, user_id: int, act: tuple[str, ...]) -> None:
    before, version = desk.terminal(user_id)["pid"], desk.robot(user_id * 100 + 1)["deployment_id"]
    refused = desk.command(*words(act, user_id), "--live", str(login_of(user_id)))
    assert refused.returncode == 6, refused
    assert "--even-with-positions" in refused.stderr
    assert desk.terminal(user_id)["pid"] == before
    assert desk.robot(user_id * 100 + 1)["deployment_id"] == version


def test_with_both_words_it_is_done(desk: Desk) -> None:
    before = desk.terminal(REAL_POSITIONS)["pid"]
    options = ("--live", str(login_of(REAL_POSITIONS)), "--even-with-positions")
    done = desk.command("terminal", "restart", str(REAL_POSITIONS), *options)
    assert done.returncode == 0, done
    assert desk.terminal(REAL_POSITIONS)["pid"] != before
    desk.wait_healthy(REAL_POSITIONS)
    done = desk.command("terminal", "restart", str(REAL), "--live", str(login_of(REAL)))
    assert done.returncode == 0, done
    desk.wait_healthy(REAL)


def test_a_frozen_terminal_with_positions_waits_for_a_person_where_money_is_real(desk: Desk) -> None:
    pids = {user_id: desk.terminal(user_id)["pid"] for user_id in (REAL_POSITIONS, DEMO_POSITIONS)}
    for user_id in pids:
        desk.fault(user_id, "freeze")
    wait_for(lambda: "needs_person" in desk.incidents_of(REAL_POSITIONS), "the call for a person")
    assert "waits for a person" in desk.trace(REAL_POSITIONS)
    assert "1 open positions" in desk.trace(REAL_POSITIONS)
    # The same on a demo account is restarted meanwhile, so time enough has passed for both.
    wait_for(lambda: desk.terminal(DEMO_POSITIONS)["pid"] not in (pids[DEMO_POSITIONS], None), "the demo's restart")
    desk.wait_healthy(DEMO_POSITIONS)
    assert desk.processes(REAL_POSITIONS) == [pids[REAL_POSITIONS]]
    options = ("--live", str(login_of(REAL_POSITIONS)), "--even-with-positions")
    assert desk.command("terminal", "restart", str(REAL_POSITIONS), *options).returncode == 0
    desk.wait_healthy(REAL_POSITIONS)


def test_a_dead_terminal_with_positions_is_started_first_wherever_its_money_is(desk: Desk) -> None:
    pid = desk.kill_terminal(DEAD)
    wait_for(lambda: desk.terminal(DEAD)["pid"] not in (pid, None), "a replacement", 10)
    desk.wait_healthy(DEAD)
    assert desk.terminal(DEAD)["positions"] == 1
    assert "needs_person" not in desk.incidents_of(DEAD, include_cleared=True)


def test_a_second_process_that_somebody_starts_ends_by_itself_and_nothing_happens(desk: Desk) -> None:
    pid = desk.terminal(HAND)["pid"]
    directory = desk.layout.user(HAND)
    second = subprocess.run([directory / "terminal64", "/portable"], cwd=directory, timeout=20, check=False)
    assert second.returncode == 0
    wait_for(lambda: any(e["kind"] == "second_instance" for e in desk.journal(HAND)), "its word in the journal")
    # A look that falls into its short life sees two: every act is stopped until the next look sees one again.
    wait_for(lambda: desk.is_well(HAND) and desk.terminal(HAND)["pid"] == pid, "the first one, alone and well")
    assert desk.acts_of(HAND) == {"StartTerminal": 1}


def test_a_terminal_that_a_person_closed_is_not_fought_over(desk: Desk) -> None:
    os.kill(desk.terminal(HAND)["pid"], signal.SIGTERM)
    wait_for(lambda: desk.terminal(HAND)["state"] == "suspended", "the close to be taken for what it is")
    assert desk.incidents_of(HAND) == ["closed_by_hand"]
    assert "clean shutdown that nobody asked" in desk.trace(HAND)
    desk.stop_engine()
    desk.start_engine()
    wait_for(lambda: desk.terminal(HAND)["state"] == "suspended", "the same in the next engine's life")
    assert desk.processes(HAND) == []
    assert desk.acts_of(HAND) == {"StartTerminal": 1}
    assert desk.command("terminal", "start", str(HAND)).returncode == 0
    desk.wait_healthy(HAND)


def test_the_stop_stands_over_restarts_of_terminal_and_engine_until_it_is_lifted(desk: Desk) -> None:
    desk.wait_idle(*(user_id * 100 + 1 for user_id in USERS))
    wrong = desk.command("stop-all", "--word", "stop")
    assert wrong.returncode == 2
    stopped = desk.command("stop-all", "--word", "STOP")
    assert stopped.returncode == 0, stopped
    pid = desk.kill_terminal(HAND)
    desk.kill_engine()
    desk.start_engine()
    wait_for(lambda: desk.terminal(HAND)["pid"] not in (pid, None), "the terminal's restart under the stop")
    wait_for(lambda: desk.is_well(HAND), "a terminal that is well without its robots")
    assert all(entry["stop_latched"] for entry in desk.door.status()["terminals"])
    assert desk.user_layout(HAND).stop_latch.exists()
    assert not [expert for user_id in USERS for expert in desk.charts(user_id) if expert.startswith("Robot_")]
    assert desk.command("deploy", "501").returncode == 6
    assert desk.command("resume", str(HAND), "--word", "start").returncode in (2, 6)
    assert desk.command("resume", str(REAL), "--word", "START").returncode == 6, "real money needs its login"
    assert desk.command("resume", str(HAND), "--word", "START").returncode == 0
    wait_for(lambda: desk.robot(501)["state"] == "beating", "the robot that is put back")
    assert desk.terminal(REAL)["stop_latched"]
    assert not desk.user_layout(HAND).stop_latch.exists()


def test_through_all_of_it_no_directory_held_two_terminals_and_no_robot_two_charts(
    watched: tuple[Desk, Sampler],
) -> None:
    sampler = watched[1]
    # A second process that somebody starts is there for the moment in which it finds the first.
    sampler.crowded = [seen for seen in sampler.crowded if not seen.startswith(f"user {HAND}:")]
    sampler.check()
