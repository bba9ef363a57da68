"""The loop: what is decided is stored first and carried out after; a store that refuses is waited for, a broken one
stops every act."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import pytest

from mt5console.core.engine import Engine, Remembered, Step
from mt5console.core.errors import StorageFailed
from mt5console.core.model.commands import Command
from mt5console.core.model.desired import DesiredUser, Run
from mt5console.core.model.facts import ProcessAbsent, Requested
from mt5console.core.model.ids import Account, OperationId, ServerId, UserId
from mt5console.core.model.records import Change, Operation
from mt5console.core.model.requests import Mode, SetModeRequest
from mt5console.core.watchdog.policy import Policy
from mt5console.runtime.loop import EngineLoop
from tests.fakes.clock import FakeClock

WAIT_S = 10.0
USER = DesiredUser(
    user_id=UserId(1), account=Account(login=5, server="Demo-Server"), directory="/base/user_1", run=Run.RUNNING
)


class Diary:
    """A store and an executor that write down in which order they were called."""

    def __init__(self, *failures: Exception, always: Exception | None = None) -> None:
        self.lines: list[str] = []
        self.stored: list[Change] = []
        self.acted = threading.Event()
        self.failed = threading.Event()
        self.may_store = threading.Event()
        self.may_store.set()
        self._failures = list(failures)
        self._always = always

    def commit(self, changes: Sequence[Change]) -> None:
        if self._failures or self._always is not None or not self.may_store.is_set():
            self.lines.append("refused")
            self.failed.set()
            raise self._failures.pop(0) if self._failures else self._always or busy()
        self.lines.append("stored")
        self.stored += changes

    def execute(self, commands: Sequence[Command]) -> None:
        self.lines += [type(command).__name__ for command in commands]
        self.acted.set()

    def on_step(self, step: Step) -> None:
        return None


def busy() -> StorageFailed:
    return StorageFailed("state_busy", "state.db is held by another program.")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    deadline, pause = threading.Event(), threading.Timer(WAIT_S, lambda: deadline.set())
    pause.start()
    while not condition() and not deadline.is_set():
        deadline.wait(0.002)
    pause.cancel()
    assert condition()


def loop_of(diary: Diary) -> EngineLoop:
    clock = FakeClock()
    engine = Engine(
        Remembered(users=(USER,)),
        server=ServerId("srv"),
        simulated=True,
        policy=Policy.simulated(),
        generation=1,
        now=clock.now(),
    )
    loop = EngineLoop(engine, clock, diary, diary.on_step, 0.02, pauses_s=(0.01,))
    loop.execute = diary.execute
    return loop


def test_a_start_is_stored_before_it_is_carried_out() -> None:
    diary = Diary()
    loop = loop_of(diary)
    loop.post(ProcessAbsent(user_id=UserId(1)))
    loop.start()
    assert diary.acted.wait(WAIT_S)
    loop.stop()
    assert diary.lines[0] == "stored"
    assert "StartTerminal" in diary.lines


@pytest.mark.parametrize("error", [OSError("the disk is gone"), StorageFailed("state_torn", "it is damaged")])
def test_nothing_is_carried_out_that_could_never_be_stored(error: Exception) -> None:
    diary = Diary(always=error)
    loop = loop_of(diary)
    loop.post(ProcessAbsent(user_id=UserId(1)))
    loop.start()
    until(lambda: loop.broken is not None)
    loop.stop()
    assert diary.lines == ["refused"]
    assert loop.broken is error


@pytest.mark.parametrize("code", ["disk_full", "state_busy", "write_failed", "no_permission"])
def test_a_store_that_refuses_for_now_is_waited_for_and_nothing_is_done_before_or_twice(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    diary = Diary(*(StorageFailed(code, "not now") for _ in range(3)))
    loop = loop_of(diary)
    loop.post(ProcessAbsent(user_id=UserId(1)))
    with caplog.at_level(logging.INFO):
        loop.start()
        assert diary.acted.wait(WAIT_S)
        loop.stop()
    assert loop.broken is None
    assert diary.lines[:4] == ["refused", "refused", "refused", "stored"]
    assert diary.lines.count("StartTerminal") == 1
    told = [record.levelname for record in caplog.records if "store its state" in record.getMessage()]
    assert told == ["ERROR", "INFO"]


def test_what_keeps_the_engine_waiting_can_be_read_and_is_forgotten_after() -> None:
    diary = Diary()
    diary.may_store.clear()
    loop = loop_of(diary)
    loop.post(ProcessAbsent(user_id=UserId(1)))
    loop.start()
    until(lambda: loop.trouble != "")
    assert "held by another program" in loop.trouble
    assert loop.read(lambda engine: tuple(engine.users)) == (1,)
    diary.may_store.set()
    assert diary.acted.wait(WAIT_S)
    until(lambda: loop.trouble == "")
    loop.stop()


def request(name: str, mode: Mode) -> Requested:
    return Requested(operation_id=OperationId(name), request=SetModeRequest(mode=mode), actor="test")


def test_what_comes_in_meanwhile_is_decided_after_but_what_was_withdrawn_is_not() -> None:
    diary = Diary()
    diary.may_store.clear()
    loop = loop_of(diary)
    loop.post(request("decided", Mode.OBSERVE))
    loop.start()
    assert diary.failed.wait(WAIT_S)
    loop.post(request("waits", Mode.OFF))
    loop.post(request("given-up", Mode.ON))
    assert loop.withdraw(OperationId("given-up"))
    assert not loop.withdraw(OperationId("decided"))
    diary.may_store.set()
    until(lambda: any(isinstance(change, Operation) and change.operation_id == "waits" for change in diary.stored))
    loop.stop()
    asked = {change.operation_id for change in diary.stored if isinstance(change, Operation)}
    assert asked == {"decided", "waits"}
    assert loop.read(lambda engine: engine.mode) is Mode.OFF


def test_an_end_does_not_wait_for_the_store() -> None:
    diary = Diary(always=busy())
    loop = loop_of(diary)
    loop.post(ProcessAbsent(user_id=UserId(1)))
    loop.start()
    assert diary.failed.wait(WAIT_S)
    loop.stop()
    assert set(diary.lines) == {"refused"}
    assert isinstance(loop.broken, StorageFailed)


def test_readers_see_the_engine_between_two_steps() -> None:
    loop = loop_of(Diary())
    loop.start()
    assert loop.read(lambda engine: tuple(engine.users)) == (1,)
    loop.stop()
    assert loop.broken is None
