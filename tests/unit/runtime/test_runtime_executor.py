"""Commands become acts in lanes: none waits behind what has nothing to do with it, and each one's end is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest

from mt5console.core.errors import StorageFailed
from mt5console.core.model.commands import Command, SetStopLatch, StartTerminal, WipeStartIni
from mt5console.core.model.facts import ActDone, ActFailed, Fact
from mt5console.core.model.ids import Account, UserId
from mt5console.runtime.executor import Executor
from mt5console.runtime.lanes import Lanes

ACCOUNT = Account(login=5001, server="Demo-Server")


def start(user_id: int) -> StartTerminal:
    return StartTerminal(
        user_id=UserId(user_id), act_id=f"start-{user_id}", account=ACCOUNT, reason="asked for", keep_experts=()
    )


def latch(user_id: int) -> SetStopLatch:
    return SetStopLatch(user_id=UserId(user_id), act_id=f"latch-{user_id}", latched=True)


class Hands:
    """Terminal acts of which each start hangs until it is let go, and a wipe does what the test wants."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.hanging: Queue[Command] = Queue()
        self.wiping: Callable[[], str] = lambda: "wiped"

    def start(self, command: StartTerminal) -> None:
        self.hanging.put(command)
        self.let_go.wait(60)

    def latch(self, command: SetStopLatch) -> str:
        return "stop latch written"

    def wipe(self, command: WipeStartIni) -> str:
        return self.wiping()


class Bench:
    def __init__(self) -> None:
        self.hands, self.said = Hands(), Queue[Fact]()
        self.lanes = (Lanes(2, "acts"), Lanes(1, "probes"), Lanes(1, "latches"))
        nobody: Any = SimpleNamespace()
        hands: Any = self.hands
        self.execute = Executor(hands, nobody, lambda _: None, *self.lanes, self.said.put)

    def end(self) -> None:
        self.hands.let_go.set()
        for lanes in self.lanes:
            lanes.close(wait=True)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.end()


def test_a_stop_latch_waits_behind_no_start_that_hangs(bench: Bench) -> None:
    bench.execute([start(1), start(2)])
    hanging = [bench.hands.hanging.get(timeout=30) for _ in range(2)]
    assert len(hanging) == 2, "every thread for acts is held"
    bench.execute([latch(1), latch(3)])
    told = [bench.said.get(timeout=30) for _ in range(2)]
    assert [(type(fact), fact.act_id) for fact in told if isinstance(fact, ActDone)] == [
        (ActDone, "latch-1"),
        (ActDone, "latch-3"),
    ]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (StorageFailed("disk_full", "there is no room"), "disk_full", "there is no room"),
        (OSError(5, "Input/output error"), "os_error", "WipeStartIni: Input/output error"),
        (ValueError("secret"), "internal", "WipeStartIni: this is a mistake in mt5console itself (ValueError)"),
    ],
)
def test_whatever_breaks_an_act_its_end_is_told(bench: Bench, error: Exception, code: str, words: str) -> None:
    def break_it() -> str:
        raise error

    bench.hands.wiping = break_it
    bench.execute([WipeStartIni(user_id=UserId(1), act_id="wipe-1", reason="logged in")])
    assert bench.said.get(timeout=30) == ActFailed(user_id=UserId(1), act_id="wipe-1", code=code, text=words)
