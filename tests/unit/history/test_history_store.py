"""The state store on a real disk: what is committed comes back, torn files are named, a kill loses no word given."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.history import upkeep
from mt5console.core.history.store import StateStore
from mt5console.core.model.desired import DesiredRobot, DesiredUser, Run
from mt5console.core.model.ids import Account, DeploymentId, OperationId, RobotId, Timeframe, UserId
from mt5console.core.model.records import (
    Decision,
    DeploymentRecord,
    Incident,
    IncidentKind,
    Operation,
    OperationState,
    Outcome,
    SaveMode,
    SaveRobot,
    SaveUser,
    SaveWatch,
    Stage,
)

USER = DesiredUser(user_id=UserId(1), account=Account(login=7001, server="Demo-Server"), directory="/base/user_1")
ROBOT = DesiredRobot(
    robot_id=RobotId(123),
    user_id=UserId(1),
    symbol="EURUSD",
    timeframe=Timeframe.H1,
    magic=123,
    inputs=(("Lots", "0.1"),),
)


def decision(number: int, user_id: int | None = 1) -> Decision:
    return Decision(
        utc_s=float(number),
        user_id=None if user_id is None else UserId(user_id),
        before="running",
        after="restarting",
        trigger=f"trigger {number}",
        decided="restart",
        why="the process ended",
    )


def deployment(name: str, started: float, ended: float | None = None, robot_id: int = 123) -> DeploymentRecord:
    return DeploymentRecord(
        deployment_id=DeploymentId(name),
        robot_id=RobotId(robot_id),
        user_id=UserId(1),
        operation_id=None,
        kind="deploy",
        started_utc_s=started,
        ended_utc_s=ended,
        outcome=None if ended is None else Outcome.SUCCESS,
        ready_confirmed=ended is not None,
        heartbeat_confirmed=False,
        chart_opened=False,
        stages=(Stage(name="compile", outcome="passed", seconds=0.4, evidence="0 errors"),),
        diagnosis=None,
        state={"step": "attach", "tries": [1, 2]},
    )


def incident(name: str, opened: float, cleared: float | None = None) -> Incident:
    return Incident(
        incident_id=name,
        kind=IncidentKind.ROBOT_STALE,
        user_id=UserId(1),
        robot_id=RobotId(123),
        opened_utc_s=opened,
        text="Robot 123 is silent.",
        next_step="Redeploy it.",
        cleared_utc_s=cleared,
    )


def operation(name: str, state: OperationState = OperationState.RUNNING, requested: float = 1.0) -> Operation:
    return Operation(
        operation_id=OperationId(name),
        kind="deploy",
        user_id=UserId(1),
        robot_id=RobotId(123),
        actor="test",
        requested_utc_s=requested,
        ended_utc_s=None,
        state=state,
        progress="compiling",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ünï #1?" / "state.db"


@pytest.fixture
def store(path: Path) -> Iterator[StateStore]:
    opened = StateStore(path)
    yield opened
    opened.close()


def test_what_a_dead_engine_committed_is_what_the_next_one_takes_up(store: StateStore, path: Path) -> None:
    running, ended = deployment("d1", 10.0), deployment("d2", 11.0, 12.0)
    store.commit([SaveUser(user=USER), SaveRobot(robot=ROBOT), SaveWatch(user_id=UserId(1), state={"spent": [1.5]})])
    store.commit([running, ended, incident("i1", 5.0), incident("i0", 4.0, cleared=6.0), SaveMode(mode="observe")])
    store.commit([operation("o1"), operation("o2", OperationState.DONE), decision(1)])
    store.close()

    with closing(StateStore(path)) as again:
        stored = again.load()
    assert stored.users == (USER,)
    assert stored.robots == (ROBOT,)
    assert stored.watches == {UserId(1): {"spent": [1.5]}}
    assert stored.running_deployments == (running,)
    assert stored.open_incidents == (incident("i1", 5.0),)
    assert stored.running_operations == (operation("o1"),)
    assert stored.mode == "observe"


def test_a_new_file_is_empty_and_nobody_has_set_a_mode(store: StateStore) -> None:
    stored = store.load()
    assert (stored.users, stored.robots, stored.watches, stored.mode) == ((), (), {}, None)
    assert store.deployment(DeploymentId("none")) is None
    assert store.operation(OperationId("none")) is None


def test_saving_again_replaces(store: StateStore) -> None:
    store.commit([SaveUser(user=USER), operation("o1"), incident("i1", 5.0), deployment("d1", 10.0)])
    done = replace(operation("o1"), state=OperationState.DONE, ended_utc_s=9.0, result={"status": "SUCCESS"})
    stopped = replace(USER, run=Run.RUNNING, stop_latched=True)
    store.commit([SaveUser(user=stopped), done, incident("i1", 5.0, cleared=8.0), deployment("d1", 10.0, 12.0)])
    stored = store.load()
    assert stored.users == (stopped,)
    assert (stored.running_operations, stored.open_incidents, stored.running_deployments) == ((), (), ())
    assert store.operation(OperationId("o1")) == done
    assert store.incidents(include_cleared=True, limit=9) == (incident("i1", 5.0, cleared=8.0),)
    kept = store.deployment(DeploymentId("d1"))
    assert kept is not None
    assert kept.outcome is Outcome.SUCCESS
    assert kept.state == {}


def test_lists_are_newest_first_and_limited(store: StateStore) -> None:
    store.commit([decision(1), decision(2, user_id=2), decision(3), decision(4, user_id=None)])
    store.commit([deployment(f"d{n}", float(n), n + 1.0, robot_id=120 + n % 2) for n in range(6)])
    store.commit([incident(f"i{n}", float(n), cleared=None if n % 2 else 9.0) for n in range(4)])
    assert [d.utc_s for d in store.decisions(UserId(1), 10)] == [3.0, 1.0]
    assert [d.utc_s for d in store.decisions(None, 3)] == [4.0, 3.0, 2.0]
    assert [d.deployment_id for d in store.deployments(RobotId(121), 2)] == ["d5", "d3"]
    assert [d.deployment_id for d in store.deployments(None, 3)] == ["d5", "d4", "d3"]
    assert [i.incident_id for i in store.incidents(include_cleared=False, limit=9)] == ["i3", "i1"]
    assert [i.incident_id for i in store.incidents(include_cleared=True, limit=3)] == ["i3", "i2", "i1"]


def test_a_batch_that_cannot_be_stored_changes_nothing(store: StateStore) -> None:
    store.commit([SaveUser(user=USER)])
    with pytest.raises(TypeError):
        store.commit(
            [SaveUser(user=replace(USER, run=Run.RUNNING)), SaveWatch(user_id=UserId(1), state={"x": object()})]
        )
    assert store.load().users == (USER,)
    store.commit([SaveMode(mode="on")])
    assert store.load().mode == "on"


def test_forgetting_a_user_forgets_its_robots_and_memory_but_keeps_the_trace(store: StateStore) -> None:
    other = replace(ROBOT, robot_id=RobotId(5), user_id=UserId(2))
    store.commit([SaveUser(user=USER), SaveRobot(robot=ROBOT), SaveRobot(robot=other)])
    store.commit([SaveWatch(user_id=UserId(1), state={}), decision(1), deployment("d1", 1.0)])
    store.forget_user(UserId(1))
    stored = store.load()
    assert (stored.users, stored.robots, stored.watches) == ((), (other,), {})
    assert stored.running_deployments == ()
    assert len(store.decisions(UserId(1), 9)) == 1
    store.forget_robot(RobotId(5))
    assert store.load().robots == ()


def test_each_engine_gets_a_larger_generation(store: StateStore, path: Path) -> None:
    first = store.generation_next()
    store.close()
    with closing(StateStore(path)) as again:
        assert [again.generation_next(), again.generation_next()] == [first + 1, first + 2]


def test_readers_see_commits_beside_a_running_writer_and_cannot_write(store: StateStore, path: Path) -> None:
    with closing(StateStore(path, read_only=True)) as reader:
        assert reader.load().users == ()
        store.commit([SaveUser(user=USER)])
        assert reader.load().users == (USER,)
        with pytest.raises(StorageFailed) as refused:
            reader.commit([SaveMode(mode="off")])
    assert refused.value.code == "no_permission"
    assert store.load().mode is None


def test_a_reader_of_a_closed_store_sees_it_and_of_a_missing_one_sees_nothing(path: Path) -> None:
    with closing(StateStore(path, read_only=True)) as reader:
        assert reader.load().users == ()
    assert not path.exists()
    with closing(StateStore(path)) as writer:
        writer.commit([SaveUser(user=USER)])
    with closing(StateStore(path, read_only=True)) as reader:
        assert reader.load().users == (USER,)


def test_decisions_are_bounded_per_user(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "KEPT_DECISIONS_PER_USER", 50)
    store.commit([decision(0, user_id=2)])
    for start in range(0, 1000, 100):
        store.commit([decision(start + n) for n in range(100)])
    kept = store.decisions(UserId(1), 2000)
    assert kept[0].utc_s == 999.0
    assert 50 <= len(kept) <= 50 + upkeep.EVERY
    assert len(store.decisions(UserId(2), 9)) == 1


def test_old_operations_go_but_a_running_one_stays(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "KEPT_OPERATIONS", 20)
    store.commit([operation("oldest", requested=0.0)])
    store.commit([operation(f"o{n}", OperationState.DONE, requested=1.0 + n) for n in range(600)])
    assert store.operation(OperationId("oldest")) is not None
    assert store.operation(OperationId("o0")) is None
    assert store.operation(OperationId("o599")) is not None


def _torn_variants() -> dict[str, bytes]:
    return {"empty": b"", "text": b"not a database at all, sorry\n" * 40, "zeros": b"\0" * 8192}


@pytest.mark.parametrize("content", _torn_variants().values(), ids=_torn_variants().keys())
@pytest.mark.parametrize("read_only", [False, True])
def test_a_torn_file_is_named_and_left_as_it_is(path: Path, content: bytes, read_only: bool) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StorageFailed) as torn:
        StateStore(path, read_only=read_only)
    assert torn.value.code == "state_torn"
    assert str(path) in torn.value.text
    assert "\n" not in torn.value.text
    assert path.read_bytes() == content


def test_a_file_cut_in_the_middle_is_torn(path: Path) -> None:
    with closing(StateStore(path)) as store:
        store.commit([decision(n) for n in range(500)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 // 4096 * 4096])
    with pytest.raises(StorageFailed) as torn:
        StateStore(path)
    assert torn.value.code == "state_torn"


def test_a_record_that_is_no_record_is_torn(store: StateStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as foreign, foreign:
        foreign.execute("INSERT INTO users VALUES (1, '{\"user_id\": 1}')")
    with pytest.raises(StorageFailed) as torn:
        store.load()
    assert torn.value.code == "state_torn"


def test_a_missing_file_with_its_wal_left_is_torn(path: Path) -> None:
    path.parent.mkdir()
    path.with_name("state.db-wal").write_bytes(b"left over")
    with pytest.raises(StorageFailed) as torn:
        StateStore(path)
    assert torn.value.code == "state_torn"


def test_a_file_of_a_newer_program_is_refused_and_untouched(path: Path) -> None:
    StateStore(path).close()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(StorageFailed) as refused:
        StateStore(path)
    assert refused.value.code == "state_newer"


def test_a_full_disk_is_named_and_the_old_state_stays(store: StateStore) -> None:
    store.commit([SaveUser(user=USER)])
    store._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StorageFailed) as full:
        store.commit([SaveMode(mode="on"), *(decision(n) for n in range(2000))])
    assert full.value.code == "disk_full"
    stored = store.load()
    assert (stored.users, stored.mode) == ((USER,), None)


def test_a_commit_of_a_few_rows_is_quick(store: StateStore) -> None:
    best = 1.0
    for number in range(300):
        began = time.perf_counter()
        store.commit([decision(number), SaveWatch(user_id=UserId(1), state={"spent": [1.0, 2.0]})])
        best = min(best, time.perf_counter() - began)
    assert best < 0.002


WRITER = """
import sys
from pathlib import Path
from mt5console.core.history.store import StateStore
from mt5console.core.model.ids import UserId
from mt5console.core.model.records import Decision, SaveWatch

store = StateStore(Path(sys.argv[1]))
print("generation", store.generation_next(), flush=True)
number = int(sys.argv[2])
while True:
    number += 1
    text = str(number)
    decision = Decision(utc_s=number, user_id=UserId(1), before="", after="", trigger=text, decided="", why="x" * 300)
    store.commit([decision, SaveWatch(user_id=UserId(1), state={"number": number})])
    print(number, flush=True)
"""


def test_a_killed_engine_never_loses_what_it_had_committed_nor_half_of_it(path: Path, tmp_path: Path) -> None:
    script = tmp_path / "writer.py"
    script.write_text(textwrap.dedent(WRITER), encoding="utf-8")
    acknowledged, generation = 0, 0
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    for kill_after in (0, 1, 7, 60, 333):
        writer = subprocess.Popen(
            [sys.executable, str(script), str(path), str(acknowledged)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert writer.stdout is not None
        lines = []
        try:
            for line in writer.stdout:
                lines.append(line)
                if len(lines) > kill_after:
                    break
        finally:
            os.kill(writer.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            lines += writer.stdout.read().splitlines()
            writer.stdout.close()
            writer.wait(30)
        numbers = [int(line) for line in lines if line.strip().isdigit()]
        acknowledged = max([acknowledged, *numbers])
        with closing(StateStore(path)) as store:
            stored = store.load().watches.get(UserId(1), {"number": 0})["number"]
            newest = store.decisions(UserId(1), 1)
            latest_generation = store.generation_next()
        assert stored >= acknowledged
        assert (int(newest[0].utc_s) if newest else 0) == stored, "a transaction is whole or not there"
        assert latest_generation > generation
        acknowledged, generation = stored, latest_generation


def test_a_kill_while_the_file_is_first_made_leaves_none_or_a_whole_one(path: Path, tmp_path: Path) -> None:
    leftover = path.with_name("state.db.4711.new")
    path.parent.mkdir()
    leftover.write_bytes(b"half made")
    with closing(StateStore(path)) as store:
        store.commit([SaveUser(user=USER)])
        assert store.load().users == (USER,)
    assert not leftover.exists()
