"""The engine dies, hangs, or finds what it stored torn: nothing is done twice, nothing living is touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.engine_kills import KillRun
from mt5console.core.engine import Engine, Remembered
from mt5console.core.history.store import StateStore
from mt5console.core.model.commands import StartTerminal
from mt5console.core.model.desired import DesiredUser, Run
from mt5console.core.model.facts import Fact, ProcessAbsent, ProcessExited, ProcessSeen
from mt5console.core.model.ids import Account, Now, ServerId, UserId
from mt5console.core.model.records import SaveUser
from mt5console.core.watchdog.policy import Policy
from mt5console.platforms import process_host
from tests.story.desk import Desk, place, wait_for

SEED = 20261122
USER = UserId(1)


@pytest.mark.timeout(400)
def test_a_dozen_kills_under_load_lose_nothing_and_repeat_nothing() -> None:
    tally = KillRun(SEED).run(12, settle_every=12)
    assert tally.rounds == 12
    assert tally.adopted >= 12
    assert tally.terminal_deaths >= 1
    assert sum(tally.deployments.values()) >= 6
    assert tally.samples > 100


# ---- between the commit and the act -------------------------------------------------------------------------------


def _engine(store: StateStore, generation: int, now: Now) -> Engine:
    stored = store.load()
    remembered = Remembered(users=stored.users, robots=stored.robots, watches=stored.watches)
    policy = Policy.simulated()
    return Engine(remembered, server=ServerId("here"), simulated=True, policy=policy, generation=generation, now=now)


def _starts(engine: Engine, store: StateStore, fact: Fact, now: Now) -> list[StartTerminal]:
    """What an engine starts within ten seconds of a fact; every step is committed, nothing is carried out."""
    found: list[StartTerminal] = []
    for tick in range(40):
        step = engine.step([fact] if tick == 0 else [], Now(mono_s=now.mono_s + tick / 4, utc_s=now.utc_s + tick / 4))
        store.commit(step.changes)
        found += [command for command in step.commands if isinstance(command, StartTerminal)]
    return found


def test_a_start_that_was_stored_and_never_done_is_done_once_and_charged_once(tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state.db")
    account = Account(login=700001, server="Demo-Server")
    store.commit([SaveUser(user=DesiredUser(user_id=USER, account=account, directory="/x/user_1", run=Run.RUNNING))])
    first = _engine(store, 1, Now(mono_s=100.0, utc_s=1000.0))
    died = Now(mono_s=150.0, utc_s=1050.0)
    first.step([ProcessSeen(user_id=USER, pid=7, started_utc_s=990.0, adopted=True)], Now(mono_s=101.0, utc_s=1001.0))
    committed = _starts(first, store, ProcessExited(user_id=USER, pid=7, exit_code=-9), died)
    assert len(committed) == 1
    # The engine dies here: its intent is stored, nothing was started.
    later = Now(mono_s=5.0, utc_s=1065.0)
    second = _engine(store, 2, later)
    replayed = _starts(second, store, ProcessAbsent(user_id=USER), later)
    assert [command.act_id for command in replayed] == [committed[0].act_id]
    assert second.snapshot(Now(mono_s=16.0, utc_s=1076.0)).terminals[0].restarts_in_window == 1
    # And once more; the third engine finds the process that the second one had started before it died.
    third = _engine(store, 3, later)
    seen = ProcessSeen(user_id=USER, pid=8, started_utc_s=1066.0, adopted=True)
    step = third.step([seen], later)
    assert not [command for command in step.commands if isinstance(command, StartTerminal)]
    terminal = third.snapshot(later).terminals[0]
    assert (terminal.pid, terminal.restarts_in_window) == (8, 1)
    store.close()


# ---- what is stored is torn ---------------------------------------------------------------------------------------


def _content(root: Path) -> dict[str, bytes]:
    """Every file of a base directory; the lock and the engine's own log aside."""
    kept = [path for path in root.rglob("*") if path.is_file() and path.name not in ("engine.lock", "engine.log")]
    return {str(path.relative_to(root)): path.read_bytes() for path in kept}


@pytest.mark.parametrize("damage", ["half", "zeros", "text"])
def test_a_torn_state_file_is_named_and_left_alone(desk: Desk, damage: str) -> None:
    desk.add_user(1)
    desk.stop_engine()
    path = desk.layout.state_db
    whole = path.read_bytes()
    pieces = {"half": whole[: len(whole) // 2], "zeros": bytes(len(whole)), "text": b"not a database\n" * 100}
    path.write_bytes(pieces[damage])
    before = _content(desk.root)
    for words in (("watchdog", "run"), ("status",), ("terminal", "start", "1")):
        ended = desk.command(*words)
        assert ended.returncode == 1, (words, ended)
        assert ended.stdout == ""
        line = [line for line in ended.stderr.splitlines() if line.startswith("mt5console: ")]
        assert len(line) == 1, ended.stderr
        assert "state.db is damaged" in line[0]
    assert _content(desk.root) == before


# ---- a dead engine's traces, a living engine's silence ------------------------------------------------------------


def test_what_a_killed_engine_left_behind_misleads_nobody(desk: Desk) -> None:
    desk.up(1)
    pid = desk.terminal()["pid"]
    desk.kill_engine()
    assert desk.layout.api.exists()
    status = desk.command("status")
    assert status.returncode == 0, status.stderr
    answer = json.loads(status.stdout)
    assert answer["watchdog"]["running"] is False
    assert answer["terminals"][0]["pid"] == pid
    token = desk.command("api", "token")
    assert (token.returncode, token.stdout) == (1, "")
    added = desk.command(
        "user", "add", "2", "--login", "700002", "--server", "Demo-Server", "--password-stdin", input="x-1\n"
    )
    assert added.returncode == 0, added.stderr
    assert "nobody watches" in added.stderr
    desk.start_engine()
    wait_for(lambda: desk.terminal()["pid"] == pid, "the same process, watched again")
    desk.wait_healthy()
    assert desk.terminal()["restarts_in_window"] == 0


@pytest.mark.timeout(240)
def test_a_silent_engine_is_never_worked_around_and_the_stop_reaches_the_robots_all_the_same(desk: Desk) -> None:
    desk.up(1)
    assert desk.robot(101)["entries"] == "open"
    assert desk.process is not None
    desk.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        ended = desk.command("terminal", "stop", "1")
        assert (ended.returncode, ended.stdout) == (5, ""), ended
        assert "does not answer" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert time.monotonic() - began < 15
        second = desk.command("watchdog", "run")
        assert (second.returncode, second.stdout) == (5, ""), second
        status = desk.command("status")
        assert status.returncode == 0, status.stderr
        assert json.loads(status.stdout)["watchdog"]["running"] is False
        assert "does not answer" in status.stderr
        stopped = desk.command("stop-all", "--word", "STOP")
        assert (stopped.returncode, stopped.stdout) == (5, ""), stopped
        assert "stop latch" in stopped.stderr
        assert desk.user_layout().stop_latch.is_file()
        path = desk.user_layout().heartbeat(101)
        wait_for(lambda: b'"stopped"' in path.read_bytes(), "a robot that has read the latch", 10)
    finally:
        desk.process.send_signal(signal.SIGCONT)
    wait_for(lambda: desk.robot(101)["entries"] == "stopped", "an engine that goes on and sees the robot stopped")


def test_a_second_engine_is_told_who_watches(desk: Desk) -> None:
    ended = desk.command("watchdog", "run")
    assert (ended.returncode, ended.stdout) == (5, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "watches" in ended.stderr
    assert desk.door.status()["watchdog"]["running"]


# ---- the demo -----------------------------------------------------------------------------------------------------

DEMO = (sys.executable, "-m", "mt5console", "demo", "--users", "1", "--robots", "1", "--headless", "--json")


@contextmanager
def _demo(*words: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A demo in a directory of its own; nothing of it is left, whatever happens."""
    parent = Path(tempfile.mkdtemp(prefix="mt5demo-", dir=place()))
    root = parent / "demo"
    process = subprocess.Popen(
        [*DEMO, *words, "--base-dir", str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, root
        assert not root.exists()
        assert _processes_under(parent) == []
        assert list(parent.iterdir()) == []
    finally:
        process.kill()
        process.wait(timeout=10)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
        host = process_host()
        for ref in host.find_under(parent):
            host.kill(ref)
        host.close()
        subprocess.run(["rm", "-rf", str(parent)], check=False)


def _processes_under(place: Path) -> list[int]:
    """Terminals, engines and probes that have to do with a directory."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(place) in (entry / "cmdline").read_text("utf-8", "replace"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _robot_beats(root: Path) -> bool:
    return (root / "user_1/MQL5/Files/mt5console/robots/101/heartbeat.json").is_file()


def _engine_pid(api: Path) -> int | None:
    try:
        return int(json.loads(api.read_text("utf-8"))["pid"])
    except FileNotFoundError:
        return None


def test_a_demo_takes_no_directory_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    ended = subprocess.run([*DEMO, "--base-dir", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_demo_starts_its_killed_engine_again_and_ends_well() -> None:
    with _demo("--seconds", "4") as (process, root):
        api = root / ".mt5console" / "api.json"
        wait_for(lambda: _robot_beats(root), "a robot that beats", 60)
        before = json.loads(api.read_text("utf-8"))
        os.kill(before["pid"], signal.SIGKILL)
        wait_for(lambda: _engine_pid(api) not in (None, before["pid"]), "another engine", 30)
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, (out[-2000:], err)
        report = json.loads(out)
        assert report["engine_restarts"] == 1
        assert [entry["status"] for entry in report["deployments"]] == ["SUCCESS"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_told_to_end_leaves_nothing(number: signal.Signals) -> None:
    with _demo("--seconds", "60") as (process, root):
        wait_for(lambda: _robot_beats(root), "a robot that beats", 60)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode not in (0, None)
        assert out == ""
        assert "Traceback" not in err
