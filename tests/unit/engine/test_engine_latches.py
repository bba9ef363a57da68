"""Stop latches: none counts as written before its act has said so, and each is tried again until it is."""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.engine import Remembered
from mt5console.core.model.commands import Announce, SetStopLatch
from mt5console.core.model.facts import ActDone, ActFailed, ProcessAbsent
from mt5console.core.model.ids import UserId
from mt5console.core.model.records import Operation, OperationState, SaveUser
from mt5console.core.model.requests import ResumeRequest, StopAllRequest
from tests.unit.engine.test_engine_step import USER, World, of_type, world

ONE = UserId(1)


def stopped() -> tuple[World, SetStopLatch, Operation]:
    w = world()
    w.step(ProcessAbsent(user_id=ONE))
    step, operation = w.ask(StopAllRequest(word="STOP"))
    (latch,) = of_type(step.commands, SetStopLatch)
    return w, latch, operation


def failed(latch: SetStopLatch) -> ActFailed:
    return ActFailed(user_id=ONE, act_id=latch.act_id, code="no_permission", text="another program holds it")


def test_stop_all_is_done_once_the_latch_is_written() -> None:
    w, latch, operation = stopped()
    w.step(seconds=1.0)
    assert w.operations[operation.operation_id].state is OperationState.RUNNING
    w.step(ActDone(user_id=ONE, act_id=latch.act_id, evidence="stop latch written"))
    assert w.operations[operation.operation_id].state is OperationState.DONE


def test_a_latch_that_cannot_be_written_is_named_told_once_and_tried_again() -> None:
    w, latch, operation = stopped()
    step = w.step(failed(latch))
    ended = w.operations[operation.operation_id]
    assert (ended.state, ended.exit_code) == (OperationState.FAILED, 1)
    assert "NO STOP LATCH yet for users 1 (another program holds it)" in ended.progress
    assert [line.level for line in of_type(step.commands, Announce)] == ["error"]
    (again,) = of_type(w.step(seconds=6.0).commands, SetStopLatch)
    assert of_type(w.step(failed(again)).commands, Announce) == []
    (third,) = of_type(w.step(seconds=6.0).commands, SetStopLatch)
    w.step(ActDone(user_id=ONE, act_id=third.act_id, evidence="stop latch written"))
    assert of_type(w.step(seconds=60.0).commands, SetStopLatch) == []


def test_a_latch_that_a_dead_engine_stored_and_perhaps_never_wrote_is_written_by_the_next() -> None:
    heir = World(Remembered(users=(replace(USER, stop_latched=True),)))
    latches = of_type(heir.step(ProcessAbsent(user_id=ONE)).commands, SetStopLatch)
    assert [(latch.user_id, latch.latched) for latch in latches] == [(ONE, True)]


def test_a_stop_that_is_lifted_is_not_written_again() -> None:
    w, latch, _ = stopped()
    w.step(failed(latch))
    step, _ = w.ask(ResumeRequest(user_id=ONE, word="START", confirm_live=500))
    assert [lifted.latched for lifted in of_type(step.commands, SetStopLatch)] == [False]
    assert [change.user.stop_latched for change in of_type(step.changes, SaveUser)] == [False]
    assert of_type(w.step(seconds=60.0).commands, SetStopLatch) == []
