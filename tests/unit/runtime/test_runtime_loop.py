"""The loop: what is decided is stored first and carried out after; a broken store stops every act."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mt5console.core.engine import Engine, Remembered, Step
from mt5console.core.model.commands import Command
from mt5console.core.model.desired import DesiredUser, Run
from mt5console.core.model.facts import ProcessAbsent
from mt5console.core.model.ids import Account, ServerId, UserId
from mt5console.core.model.records import Change
from mt5console.core.watchdog.policy import Policy
from mt5console.runtime.loop import EngineLoop
from tests.fakes.clock import FakeClock

WAIT_S = 10.0
USER = DesiredUser(
    user_id=UserId(1), account=Account(login=5, server="Demo-Server"), directory="/base/user_1", run=Run.RUNNING
)


class Diary:
    """A store and an executor that write down in which order they were called."""

    def __init__(self, store_fails: bool = False) -> None:
        self.lines: list[str] = []
        self.acted = threading.Event()
        self._store_fails = store_fails

    def commit(self, changes: Sequence[Change]) -> None:
        if self._store_fails:
            self.acted.set()
            raise OSError("the disk is gone")
        self.lines.append("stored")

    def execute(self, commands: Sequence[Command]) -> None:
        self.lines += [type(command).__name__ for command in commands]
        self.acted.set()

    def on_step(self, step: Step) -> None:
        return None


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
    loop = EngineLoop(engine, clock, diary, diary.on_step, 0.02)
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


def test_nothing_is_carried_out_that_could_not_be_stored() -> None:
    diary = Diary(store_fails=True)
    loop = loop_of(diary)
    loop.post(ProcessAbsent(user_id=UserId(1)))
    loop.start()
    assert diary.acted.wait(WAIT_S)
    loop.stop()
    assert diary.lines == []
    assert isinstance(loop.broken, OSError)


def test_readers_see_the_engine_between_two_steps() -> None:
    loop = loop_of(Diary())
    loop.start()
    assert loop.read(lambda engine: tuple(engine.users)) == (1,)
    loop.stop()
    assert loop.broken is None
