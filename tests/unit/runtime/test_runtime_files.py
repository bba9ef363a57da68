"""The file collector: what terminals write becomes facts once, whole, and with its true age."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mt5console.core.model.facts import (
    AgentReplied,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    ReadySeen,
    RobotErrorSeen,
)
from mt5console.core.model.ids import DeploymentId, RobotId, TradeMode, UserId
from mt5console.core.model.observed import AgentStatus, Heartbeat, Ready, RobotError
from mt5console.core.terminal.encoding import encode
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import (
    ReplyFile,
    encode_error,
    encode_heartbeat,
    encode_ready,
    encode_reply,
    encode_status,
)
from mt5console.platforms.files import LocalFileStore
from mt5console.runtime.file_collector import FileCollector
from mt5console.runtime.targets import Targets
from tests.fakes.clock import FakeClock

USER, ROBOT = UserId(1), RobotId(7)


class World:
    """One user's directory on a real disk, a hand-driven clock, and the facts that were posted."""

    def __init__(self, root: Path) -> None:
        self.layout = TerminalLayout(root)
        self.clock = FakeClock()
        self.facts: list[Fact] = []
        self.beats: list[tuple[int, float]] = []
        self.targets = Targets()
        self.targets.put_user(USER, root, "terminal64")
        self.targets.set_robots(USER, frozenset({ROBOT}))
        self.files = LocalFileStore()
        self.collector = FileCollector(
            self.targets,
            self.files,
            self.clock,
            self.facts.append,
            lambda robot_id, _utc_s, age_s: self.beats.append((robot_id, age_s)),
            1.0,
        )

    def look(self) -> list[Fact]:
        """One pass; gives the facts of it."""
        self.facts.clear()
        (target,) = self.targets.all()
        self.collector.collect_replies(target)
        self.collector.collect(target)
        return list(self.facts)

    def write(self, path: Path, data: bytes) -> None:
        """Write now, by the hand-driven clock: it is the machine's, so the file's time is by it."""
        self.files.write_atomic(path, data)
        os.utime(path, (self.clock.utc_s, self.clock.utc_s))

    def beat(self, sequence: int, robot_id: RobotId = ROBOT, ahead_s: float = 0.0) -> bytes:
        return encode_heartbeat(
            Heartbeat(
                robot_id=robot_id,
                deployment_id=DeploymentId("d-1"),
                sequence=sequence,
                utc_s=self.clock.utc_s + ahead_s,
                tick_ms=1,
                ticks=1,
                last_quote_utc_s=None,
                trade_allowed=True,
            )
        )

    def status(self, ahead_s: float = 0.0) -> AgentStatus:
        return AgentStatus(
            sequence=1,
            utc_s=self.clock.utc_s + ahead_s,
            started_utc_s=self.clock.utc_s + ahead_s,
            agent_version="1",
            build=5260,
            data_path=str(self.layout.root),
            login=1,
            server="Demo-Server",
            trade_mode=TradeMode.DEMO,
            connected=True,
            trade_allowed=True,
            account_trade_allowed=True,
            account_trade_expert=True,
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "user_1")


def test_a_heartbeat_is_told_once_with_its_age_and_recorded(world: World) -> None:
    world.write(world.layout.heartbeat(ROBOT), world.beat(1))
    world.clock.advance(2.5)
    (fact,) = world.look()
    assert isinstance(fact, HeartbeatSeen)
    assert (fact.beat.sequence, fact.age_s) == (1, 2.5)
    assert world.beats == [(ROBOT, 2.5)]
    assert world.look() == []
    world.write(world.layout.heartbeat(ROBOT), world.beat(2))
    assert [fact.beat.sequence for fact in world.look() if isinstance(fact, HeartbeatSeen)] == [2]


def test_half_written_and_foreign_files_are_no_news(world: World) -> None:
    world.write(world.layout.heartbeat(ROBOT), world.beat(1)[:20])
    world.write(world.layout.ready(ROBOT), b"\xff\xfe\x00")
    world.write(world.layout.agent_status, b"[1, 2, 3]")
    assert world.look() == []
    world.write(world.layout.heartbeat(ROBOT), world.beat(1, RobotId(8)))
    assert world.look() == []


def test_the_clock_that_went_back_makes_no_negative_age(world: World) -> None:
    world.write(world.layout.heartbeat(ROBOT), world.beat(1))
    world.clock.jump_utc(-3600)
    (fact,) = world.look()
    assert isinstance(fact, HeartbeatSeen)
    assert fact.age_s == 0.0


def test_the_seeds_one_line_heartbeat_counts_only_without_the_protocols(world: World) -> None:
    world.write(world.layout.legacy_heartbeat(ROBOT), b"2026.01.02 03:04:05\r\n")
    (fact,) = world.look()
    assert isinstance(fact, HeartbeatSeen)
    assert fact.beat.legacy
    assert world.look() == []
    world.write(world.layout.legacy_heartbeat(ROBOT), b"2026.01.02 03:04:06\r\n")
    (second,) = world.look()
    assert isinstance(second, HeartbeatSeen)
    assert second.beat.sequence == 2
    world.write(world.layout.heartbeat(ROBOT), world.beat(9))
    world.write(world.layout.legacy_heartbeat(ROBOT), b"2026.01.02 03:04:07\r\n")
    assert [fact.beat.legacy for fact in world.look() if isinstance(fact, HeartbeatSeen)] == [False]


@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0, 10_800.0])
def test_metatraders_own_clock_makes_nothing_older_or_younger_and_is_told_once(
    world: World, caplog: pytest.LogCaptureFixture, ahead_s: float
) -> None:
    for sequence in (1, 2, 3):
        world.write(world.layout.heartbeat(ROBOT), world.beat(sequence, ahead_s=ahead_s))
        world.write(world.layout.agent_status, encode_status(world.status(ahead_s)))
        world.clock.advance(1.5)
        ages = [fact.age_s for fact in world.look() if isinstance(fact, HeartbeatSeen | AgentStatusSeen)]
        assert ages == [1.5, 1.5]
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert f"{ahead_s:+.0f} s" in told[0]


def test_a_file_that_was_left_behind_is_as_old_as_its_time_says(world: World) -> None:
    world.write(world.layout.agent_status, encode_status(world.status()))
    world.clock.advance(7200.0)
    (fact,) = world.look()
    assert isinstance(fact, AgentStatusSeen)
    assert fact.age_s == 7200.0
    assert fact.status.utc_s == world.clock.utc_s - 7200.0


def test_a_clock_that_writes_like_this_machines_is_not_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.write(world.layout.heartbeat(ROBOT), world.beat(1, ahead_s=-2.0))
    world.look()
    assert caplog.records == []


def test_status_ready_and_errors_become_facts(world: World) -> None:
    ready = Ready(
        robot_id=ROBOT,
        deployment_id=DeploymentId("d-1"),
        inputs_hash="ab",
        chart_id=5,
        symbol="EURUSD",
        timeframe="H1",
        utc_s=world.clock.utc_s,
    )
    world.write(world.layout.agent_status, encode_status(world.status()))
    world.write(world.layout.ready(ROBOT), encode_ready(ready))
    first = encode_error(RobotError(utc_s=1.0, code=4756, text="order refused"))
    world.write(world.layout.robot_errors(ROBOT), first + b'{"protocol":1,"utc":')
    kinds = [type(fact) for fact in world.look()]
    assert kinds == [AgentStatusSeen, ReadySeen, RobotErrorSeen]
    second = encode_error(RobotError(utc_s=2.0, code=4757, text="again"))
    world.write(world.layout.robot_errors(ROBOT), first + second)
    (fact,) = world.look()
    assert isinstance(fact, RobotErrorSeen)
    assert fact.error.text == "again"


def test_a_reply_is_taken_only_when_it_is_awaited_and_only_once(world: World) -> None:
    reply = ReplyFile(id="c-1", ok=True, code="done", text="", utc_s=1.0, result=(("chart_id", "5"),))
    world.write(world.layout.replies / "c-1.json", encode_reply(reply))
    assert world.look() == []
    world.targets.await_reply(USER, "c-1")
    (fact,) = world.look()
    assert isinstance(fact, AgentReplied)
    assert fact.value("chart_id") == "5"
    assert world.look() == []


def test_lines_from_before_this_engine_are_history_and_not_news(world: World) -> None:
    began = datetime.fromtimestamp(world.clock.utc_s)
    day = world.layout.journals / f"{began:%Y%m%d}.log"
    earlier, later = began - timedelta(seconds=30), began + timedelta(seconds=30)
    lines = [
        f"AA\t0\t{when:%H:%M:%S}.000\tTerminal\tstopped with {code}\n" for code, when in ((1, earlier), (2, later))
    ]
    world.write(day, encode("".join(lines)))
    told = [fact.entry.text for fact in world.look() if isinstance(fact, JournalSeen)]
    assert told == ["stopped with 2"]
