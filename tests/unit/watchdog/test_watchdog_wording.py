"""The decision trace reads as sentences: trigger, decision, reason with numbers, what comes next."""

from __future__ import annotations

from mt5console.core.model.commands import CloseTerminal, StartTerminal
from mt5console.core.model.facts import ProcessesConflict, RobotErrorSeen, StorageSeen
from mt5console.core.model.ids import RobotId
from mt5console.core.model.observed import JournalKind, ProbeProblem, RobotError
from mt5console.core.model.requests import RestartTerminalRequest
from mt5console.core.watchdog.wording import fact_words


def test_why_it_restarted_has_an_answer(play) -> None:
    play.healthy()
    pid = play.watch.pid
    play >> play.exited(-9) << StartTerminal
    down, start = play.decisions
    assert down.trigger == f"process {pid} ended, exit code -9"
    assert (down.decided, down.next) == ("terminal is down", "started at once")
    assert "exit code -9 is no clean end" in down.why
    assert (start.decided, start.why) == ("start the terminal", "restart 1 of 5 within 600 s")
    assert start.next == "agent and login are awaited"


def test_a_request_names_who_asked(play) -> None:
    play.healthy() >> play.asked(RestartTerminalRequest(user_id=play.watch.user.user_id)) << CloseTerminal
    assert {decision.trigger for decision in play.decisions} == {"ops asked: restart terminal"}


def test_facts_in_words(play) -> None:
    play >> play.seen(7)
    user_id = play.watch.user.user_id
    error = RobotErrorSeen(user_id=user_id, robot_id=RobotId(1), error=RobotError(utc_s=0.0, code=1, text="x"))
    words = {
        None: "time passed",
        play.seen(7): "process 7 was found",
        play.absent(): "no process was found",
        play.absent(updater=True): "no process was found, LiveUpdate's program was",
        play.exited(None): "process 7 ended, exit code unknown",
        ProcessesConflict(user_id=user_id, pids=(1, 2)): "2 processes were found",
        play.agent(): "the agent spoke (login 100690024, link up)",
        play.answer(): "IPC answered (login 100690024)",
        play.probe_failed(ProbeProblem.HUNG): "IPC failed: hung: no answer",
        play.journal(JournalKind.EXITED, "shutdown with 0"): "journal: shutdown with 0",
        StorageSeen(user_id=user_id, free_bytes=1): "a trial write worked",
        StorageSeen(user_id=user_id, free_bytes=1, error="full"): "a trial write failed: full",
        error: "robot error seen",
    }
    assert {fact: fact_words(fact) for fact in words} == words
