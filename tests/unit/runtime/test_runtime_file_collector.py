"""What the file collector tells of a robot's files: each piece of news once, in the order in which it came."""

import os
import threading
import time
from dataclasses import replace

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.model.facts import HeartbeatSeen, ReadySeen, RobotErrorSeen
from mt5console.core.model.ids import DeploymentId, RobotId, UserId
from mt5console.core.model.observed import Entries, Heartbeat, Ready, RobotError
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.platforms.clock import SystemClock
from mt5console.platforms.files import LocalFileStore
from mt5console.runtime.file_collector import FileCollector
from mt5console.runtime.targets import Targets

ROBOT = RobotId(101)


class SickFiles(LocalFileStore):
    """A disk that cannot read some files, as one with a bad block, or a system that has no more handles."""

    def __init__(self):
        self.sick = set()
        self.hangs, self.may_read = threading.Event(), threading.Event()
        self.may_read.set()

    def read(self, path, limit=None):
        if not self.may_read.is_set():
            self.hangs.set()
            self.may_read.wait(10.0)
        if path in self.sick:
            raise StorageFailed("write_failed", f"{path} could not be read: Input/output error")
        return super().read(path, limit)


class RobotWorld:
    """One robot's files as a robot leaves them, and the facts that came of them."""

    def __init__(self, root):
        self.files = SickFiles()
        self.passes = 0
        self.layout = TerminalLayout(root)
        self.layout.robot(ROBOT).mkdir(parents=True)
        self.facts = []
        self.targets = targets = Targets()
        targets.put_user(UserId(1), root, "terminal64")
        targets.set_robots(UserId(1), frozenset((ROBOT,)))
        self.collector = FileCollector(
            targets, self.files, SystemClock(), self.facts.append, lambda *_: None, period_s=0.01, on_pass=self._passed
        )

    def _passed(self):
        self.passes += 1

    def put(self, path, data):
        beside = path.with_name(path.name + ".new")
        beside.write_bytes(data)
        os.replace(beside, path)

    def beat(self, sequence, deployment_id):
        beat = Heartbeat(
            robot_id=ROBOT,
            deployment_id=DeploymentId(deployment_id),
            sequence=sequence,
            utc_s=time.time(),
            tick_ms=0,
            ticks=0,
            last_quote_utc_s=None,
            trade_allowed=True,
            entries=Entries.OPEN,
        )
        self.put(self.layout.heartbeat(ROBOT), protocol.encode_heartbeat(beat))

    def ready(self, deployment_id):
        ready = Ready(
            robot_id=ROBOT,
            deployment_id=DeploymentId(deployment_id),
            inputs_hash="0" * 64,
            chart_id=7,
            symbol="EURUSD",
            timeframe="H1",
            utc_s=time.time(),
        )
        self.put(self.layout.ready(ROBOT), protocol.encode_ready(ready))

    def told(self):
        """What was told, in short words, in order."""
        words = []
        for fact in tuple(self.facts):
            match fact:
                case HeartbeatSeen(beat=beat):
                    words.append(f"beat {beat.sequence} of {beat.deployment_id or 'nobody'}")
                case ReadySeen(ready=ready):
                    words.append(f"ready {ready.deployment_id}")
                case RobotErrorSeen(error=error):
                    words.append(f"error {error.code}")
                case _:
                    words.append(type(fact).__name__)
        return words

    def wait(self, *words):
        """Until exactly these were told."""
        deadline = time.monotonic() + 5.0
        while self.told() != list(words) and time.monotonic() < deadline:
            time.sleep(0.005)
        assert self.told() == list(words)


@pytest.fixture
def world(tmp_path):
    robot = RobotWorld(tmp_path / "user_1")
    robot.collector.start()
    yield robot
    robot.collector.stop()


def test_a_beat_is_told_once_and_ready_before_it(world):
    world.ready("d1")
    world.wait("ready d1")
    world.beat(1, "d1")
    world.wait("ready d1", "beat 1 of d1")
    world.beat(2, "d1")
    world.wait("ready d1", "beat 1 of d1", "beat 2 of d1")


def test_a_new_deployment_of_a_beating_robot_is_told_ready_first(world):
    world.ready("d1")
    world.beat(1, "d1")
    world.wait("ready d1", "beat 1 of d1")
    # The collector is kept from looking in between: both files change before its next pass of the robot.
    world.collector.stop()
    world.ready("d2")
    world.beat(1, "d2")
    world.collector.collect(world.targets.all()[0])
    world.wait("ready d1", "beat 1 of d1", "ready d2", "beat 1 of d2")


def test_an_error_of_a_robot_that_beats_on_is_told(world):
    world.ready("d1")
    world.beat(1, "d1")
    world.wait("ready d1", "beat 1 of d1")
    line = protocol.encode_error(RobotError(utc_s=1.0, code=4756, text="no money"))
    world.put(world.layout.robot_errors(ROBOT), line)
    world.wait("ready d1", "beat 1 of d1", "error 4756")
    world.put(world.layout.robot_errors(ROBOT), line + line.replace(b"4756", b"4107"))
    world.wait("ready d1", "beat 1 of d1", "error 4756", "error 4107")


def test_the_seeds_heartbeat_counts_by_its_changes(world):
    world.put(world.layout.legacy_heartbeat(ROBOT), b"2026.01.02 03:04:05\r\n")
    world.wait("beat 1 of nobody")
    world.put(world.layout.legacy_heartbeat(ROBOT), b"2026.01.02 03:04:06\r\n")
    world.wait("beat 1 of nobody", "beat 2 of nobody")


def test_a_torn_beat_is_no_news_and_the_next_one_is(world):
    world.put(world.layout.heartbeat(ROBOT), b'{"protocol":1,"robot_id":101,')
    world.beat(5, "d1")
    world.wait("beat 5 of d1")


def test_a_file_that_cannot_be_read_blinds_nobody_and_is_read_once_it_can_be(world, tmp_path, caplog):
    """The collector sees for the whole fleet: without it every terminal would look frozen."""
    other = TerminalLayout(tmp_path / "user_2")
    other.robot(RobotId(202)).mkdir(parents=True)
    world.targets.put_user(UserId(2), tmp_path / "user_2", "terminal64")
    world.targets.set_robots(UserId(2), frozenset((RobotId(202),)))
    world.files.sick.add(world.layout.heartbeat(ROBOT))
    world.beat(1, "d1")
    deadline = time.monotonic() + 5.0
    while not caplog.records and time.monotonic() < deadline:
        time.sleep(0.005)
    beat = protocol.decode_heartbeat(world.layout.heartbeat(ROBOT).read_bytes())
    world.put(
        other.heartbeat(RobotId(202)), protocol.encode_heartbeat(replace(beat, robot_id=RobotId(202), sequence=9))
    )
    world.wait("beat 9 of d1")
    assert ["Input/output error" in record.message for record in caplog.records] == [True]
    world.files.sick.clear()
    world.wait("beat 9 of d1", "beat 1 of d1")


def test_a_pass_is_told_when_it_has_ended_and_none_while_a_directory_hangs(world):
    world.files.may_read.clear()
    world.beat(1, "d1")
    assert world.files.hangs.wait(5.0)
    before = world.passes
    assert world.told() == []
    world.files.may_read.set()
    deadline = time.monotonic() + 5.0
    while world.passes == before and time.monotonic() < deadline:
        time.sleep(0.005)
    assert world.passes > before
    assert world.told() == ["beat 1 of d1"]
