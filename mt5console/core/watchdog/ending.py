"""What follows from the end of a process, and from the lack of one: rest, restart, update, a person's close.

Must not know: how a start is issued (starting.py).
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.desired import Run
from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog.memory import ExitSeen
from mt5console.core.watchdog.process import EndKind, classify_end, wait_before_next_start
from mt5console.core.watchdog.states import TRANSITIONS, State, Trigger
from mt5console.core.watchdog.turn import Turn


def judge_end(turn: Turn) -> None:
    """Conclude from a process's end what it was, once it can be told."""
    end = turn.watch.exit
    if end is None:
        return
    if turn.watch.identity_wrong and turn.watch.identity_released:
        turn.keep(identity_wrong="", identity_released=False)
        turn.clear(IncidentKind.WRONG_IDENTITY, "its process ended, after a person released it")
        if turn.watch.state is State.WRONG_IDENTITY:
            turn.move(Trigger.RELEASED)
    if turn.watch.identity_wrong:
        _ended_wrong(turn, end)
    elif turn.watch.asked in ("stop", "restart", "recover") or turn.watch.closing is not None:
        _ended_as_asked(turn, end)
    elif turn.watch.user.run is not Run.RUNNING:
        turn.put(exit=None)
        rest(turn, end.evidence)
    elif turn.watch.ladder.quarantined:
        turn.put(exit=None)
        turn.move(Trigger.PROCESS_LOST)
        turn.explain(
            "left alone", f"{end.evidence}; quarantined: {turn.watch.ladder.quarantined}", "a person releases it"
        )
    else:
        _ended_unasked(turn, end)


def _ended_wrong(turn: Turn, end: ExitSeen) -> None:
    """A terminal with a wrong identity ended: held until a person released it."""
    turn.put(exit=None, closing=None)
    if turn.watch.state is not State.WRONG_IDENTITY:
        turn.move(Trigger.IDENTITY_WRONG)
    if turn.watch.asked:
        turn.keep(asked="")
    turn.explain(
        "not started",
        f"{end.evidence}; before that its identity was wrong: {turn.watch.identity_wrong}",
        "a person releases it",
    )


def _ended_as_asked(turn: Turn, end: ExitSeen) -> None:
    before, asked = turn.watch.state, turn.watch.asked
    turn.put(exit=None, closing=None)
    if asked in ("restart", "recover") and turn.watch.user.run is Run.RUNNING:
        turn.keep(asked="start" if asked == "restart" else "")
        turn.move(Trigger.PROCESS_LOST)
        wait_before_next_start(turn)
        turn.explain("closed, will be started", end.evidence, "started when pacing allows", before=before)
        return
    turn.keep(asked="")
    rest(turn, end.evidence)


def rest(turn: Turn, evidence: str) -> None:
    """No process, and none is wanted."""
    before = turn.watch.state
    turn.move(Trigger.REST_SEEN)
    turn.put(updating_since_mono_s=None)
    for kind, robot_id in sorted(turn.watch.open, key=str):
        if kind is not IncidentKind.DISK_FULL:
            turn.clear(kind, "the terminal was stopped as wanted", robot_id)
    if before is not turn.watch.state and before is not State.UNKNOWN:
        turn.say("info", f"MT5 terminal stopped ({turn.who})")
        turn.explain("stopped", evidence, before=before)


def _ended_unasked(turn: Turn, end: ExitSeen) -> None:
    kind, why = classify_end(turn, end)
    if turn.watch.state not in (State.DOWN, State.UPDATING):
        turn.move(Trigger.PROCESS_LOST)
    match kind:
        case EndKind.WAIT:
            turn.explain_once("end:wait", "waits to tell a crash from a close", f"{end.evidence}; {why}")
        case EndKind.UPDATE:
            turn.put(exit=None)
            begin_update(turn, f"{end.evidence}; {why}")
        case EndKind.BY_HAND:
            turn.put(exit=None)
            _suspend(turn, end, why)
        case EndKind.SHUTDOWN | EndKind.CRASH:
            turn.put(exit=None)
            _crashed(turn, end, kind, why)


def begin_update(turn: Turn, why: str) -> None:
    """LiveUpdate is at work: leave it alone until its deadline."""
    before = turn.watch.state
    if before is State.UPDATING:
        return
    turn.move(Trigger.UPDATE_BEGAN)
    turn.put(updating_since_mono_s=turn.now.mono_s)
    turn.say("info", f"MT5 terminal is being updated ({turn.who}); left alone")
    turn.explain("left to LiveUpdate", why, f"until {turn.policy.update_deadline_s:.0f} s have passed", before=before)


def watch_update(turn: Turn) -> None:
    """An update that did not bring the terminal back by its deadline is an incident and a restart by policy."""
    since = turn.watch.updating_since_mono_s
    if turn.watch.state is not State.UPDATING or since is None:
        return
    if turn.now.mono_s - since < turn.policy.update_deadline_s:
        return
    turn.put(updating_since_mono_s=None)
    turn.move(Trigger.PROCESS_LOST)
    turn.open(
        IncidentKind.UPDATE_STUCK,
        f"LiveUpdate did not bring the terminal of {turn.who} back within {turn.policy.update_deadline_s:.0f} s",
        "it is started by the watchdog",
    )
    turn.say("warning", f"MT5 update did not finish in time ({turn.who})")
    turn.explain(
        "update given up",
        f"no terminal {turn.policy.update_deadline_s:.0f} s after the update began",
        "started when budget and pacing allow",
        before=State.UPDATING,
    )


def _suspend(turn: Turn, end: ExitSeen, why: str) -> None:
    """A person closed it: do not fight, ask."""
    turn.keep(user=replace(turn.watch.user, run=Run.SUSPENDED))
    before = turn.watch.state
    turn.move(Trigger.CLOSED_BY_HAND)
    turn.open(
        IncidentKind.CLOSED_BY_HAND,
        f"the terminal of {turn.who} was closed by hand; its robots do not run",
        "start it again, or stop it for good; the watchdog does not fight a person",
    )
    turn.say("warning", f"MT5 terminal was closed by hand ({turn.who}); it is not started again until somebody asks")
    turn.explain("suspended", f"{end.evidence}; {why}", "a person starts it again or stops it", before=before)


def _crashed(turn: Turn, end: ExitSeen, kind: EndKind, why: str) -> None:
    wait_before_next_start(turn)
    if kind is EndKind.SHUTDOWN:
        turn.put(ladder=replace(turn.watch.ladder, not_before_mono_s=turn.now.mono_s + turn.policy.shutdown_wait_s))
    announce_down(turn, end.evidence)
    wait_s = turn.watch.ladder.not_before_mono_s - turn.now.mono_s
    later = "started at once" if wait_s <= 0 else f"started in {wait_s:.0f} s (backoff)"
    turn.explain("terminal is down", f"{end.evidence}; {why}", later)


def announce_down(turn: Turn, evidence: str) -> None:
    """The falling edge, once: the log line and the incident."""
    text, next_step = f"the terminal of {turn.who} is not running: {evidence}", "the watchdog starts it again"
    if not turn.open(IncidentKind.TERMINAL_DOWN, text, next_step):
        turn.tried(IncidentKind.TERMINAL_DOWN, text, next_step, evidence)
    else:
        turn.say("warning", f"MT5 terminal not running ({turn.who}): {evidence}")


def align(turn: Turn) -> None:
    """Where no process runs and no end is to be judged, the state follows from what people want."""
    watch = turn.watch
    if watch.process is not None or not watch.looked or watch.exit is not None or watch.conflict_pids:
        return
    if watch.identity_wrong:
        if watch.state is not State.WRONG_IDENTITY:
            turn.move(Trigger.IDENTITY_WRONG)
    elif watch.user.run is not Run.RUNNING and watch.start is not None and watch.start.issued_mono_s is not None:
        return  # its process is on the way; it is closed once it is seen
    else:
        _drop_what_needs_a_process(turn)
        _align_to_wish(turn)


def _drop_what_needs_a_process(turn: Turn) -> None:
    """Acts that waited for a living process are over; a restart goes on as a start."""
    watch = turn.watch
    wanted = watch.user.run is Run.RUNNING
    if watch.start is not None and not wanted:
        turn.keep(start=None)
    if watch.asked in ("stop", "recover") or (watch.asked and not wanted):
        turn.keep(asked="")
    elif watch.asked == "restart":
        turn.keep(asked="start")


def _align_to_wish(turn: Turn) -> None:
    watch = turn.watch
    if watch.ladder.quarantined:
        show_quarantine(turn)
    elif watch.user.run is Run.RUNNING:
        _align_running(turn)
    elif watch.user.run is Run.SUSPENDED:
        if watch.state is not State.SUSPENDED:
            turn.move(Trigger.CLOSED_BY_HAND)
    elif watch.state is not State.STOPPED:
        rest(turn, "no process runs, as wanted")


def _align_running(turn: Turn) -> None:
    watch = turn.watch
    if watch.updater_seen and watch.start is None and watch.state in (State.UNKNOWN, State.DOWN, State.CONFLICT):
        if watch.updating_since_mono_s is None and IncidentKind.UPDATE_STUCK not in {kind for kind, _ in watch.open}:
            begin_update(turn, "no process runs, and the LiveUpdate program does")
        return
    if watch.state in (State.UNKNOWN, State.STOPPED, State.SUSPENDED):
        turn.move(Trigger.WANTED)
    elif watch.state is State.CONFLICT:
        turn.move(Trigger.PROCESS_LOST)
    else:
        return
    if watch.start is None and watch.asked != "start":
        announce_down(turn, "no process runs its executable")


def show_quarantine(turn: Turn) -> None:
    """The breaker is open: state and incident say so."""
    watch = turn.watch
    if (watch.state, Trigger.BREAKER_OPENED) not in TRANSITIONS or watch.conflict_pids:
        return
    turn.move(Trigger.BREAKER_OPENED)
    opened = turn.open(
        IncidentKind.QUARANTINED,
        f"the terminal of {turn.who} is quarantined: {watch.ladder.quarantined}",
        "find the cause, then release it",
    )
    if opened:
        turn.say("error", f"MT5 terminal quarantined ({turn.who}): {watch.ladder.quarantined}")
