"""What people ask of one terminal: start, stop, restart, reconnect, maintenance, release, algo trading; and what a
password that they stored changes.

Safety refusals (real money, positions) were made before. Must not know: operations, or who waits for them.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.commands import PressAlgoButton, ReattachProbe
from mt5console.core.model.desired import Run
from mt5console.core.model.facts import Requested
from mt5console.core.model.observed import ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import (
    EnableAlgoRequest,
    MaintenanceRequest,
    ReconnectRequest,
    ReleaseRequest,
    RestartTerminalRequest,
    StartTerminalRequest,
    StopTerminalRequest,
)
from mt5console.core.watchdog.absorb import say_logged_out
from mt5console.core.watchdog.checks import agent_fresh
from mt5console.core.watchdog.states import State, Trigger
from mt5console.core.watchdog.turn import Turn

PRESS_ANSWER_S = 2.0
"""What the agent tells of the algo-trading switch says nothing of a press that is not older than this."""

ENDED_BY_RELEASE = (
    IncidentKind.QUARANTINED,
    IncidentKind.AUTH_FAILED,
    IncidentKind.NO_SECRET,
    IncidentKind.START_FAILED,
    IncidentKind.NEEDS_PERSON,
    IncidentKind.CLOSED_BY_HAND,
    IncidentKind.WRONG_IDENTITY,
)


def take_request(turn: Turn, fact: Requested) -> None:
    """A person's or script's wish for this terminal."""
    turn.by_person = True
    match fact.request:
        case StartTerminalRequest():
            _start(turn)
        case StopTerminalRequest():
            _stop(turn)
        case RestartTerminalRequest():
            _restart(turn)
        case ReconnectRequest():
            _reconnect(turn)
        case MaintenanceRequest(until_utc_s=until):
            _maintenance(turn, until)
        case ReleaseRequest():
            _release(turn)
        case EnableAlgoRequest():
            _enable_algo(turn)
        case _:
            return


def _refused(turn: Turn, *, closes: bool = False) -> bool:
    """Whether nothing may be done even for a person; a released wrong identity may be closed."""
    watch = turn.watch
    released = closes and watch.identity_released and not watch.conflict_pids
    stopped = "" if released else turn.acts_stopped
    if not stopped and not closes and watch.ladder.quarantined:
        stopped = f"quarantined: {watch.ladder.quarantined}"
    if not stopped:
        return False
    turn.explain("not done", stopped, "release it first, after a look at the cause")
    return True


def _start(turn: Turn) -> None:
    if _refused(turn):
        return
    _lift_stops(turn)
    turn.keep(user=replace(turn.watch.user, run=Run.RUNNING))
    if turn.watch.process is not None and turn.watch.closing is None:
        turn.explain("runs already", f"pid {turn.watch.process.pid}; it is kept running")
        return
    if turn.watch.start is not None:
        turn.explain("starts already", turn.watch.start.reason)
        return
    closing = turn.watch.closing is not None
    turn.keep(asked="restart" if closing else "start")
    turn.explain("will be started", "asked for by a person", "as soon as pacing allows")


def _lift_stops(turn: Turn) -> None:
    """A person who starts a terminal has mended what stopped it, or wants one more try."""
    if turn.watch.link.auth_stop:
        _forget_refusal(turn)
        turn.remember()
    if turn.watch.ladder.hold or turn.watch.ladder.agentless:
        turn.keep_ladder(hold="", agentless=0)
    for kind in (
        IncidentKind.AUTH_FAILED,
        IncidentKind.NO_SECRET,
        IncidentKind.START_FAILED,
        IncidentKind.CLOSED_BY_HAND,
    ):
        turn.clear(kind, "a person asked for a start")
    turn.forget_said("hold", "auth", "pace")


def _forget_refusal(turn: Turn) -> None:
    """One more login may be tried; the refusal that the probe last told of was of the one before."""
    turn.put_link(auth_stop="", auth_stop_mono_s=None, logins=0, last_login_mono_s=None)
    if turn.watch.ipc.problem is ProbeProblem.AUTH_REFUSED:
        turn.put(ipc=replace(turn.watch.ipc, problem=None, failed_mono_s=None, text=""))
    say_logged_out(turn)


def take_password(turn: Turn) -> None:
    """A person stored a password: what the one before it, or the lack of one, had stopped goes on by the usual rules.

    The incidents stay open until the account is seen in.
    """
    turn.by_person = True
    link = turn.watch.link
    turn.put_link(passwords=link.passwords + 1)
    unsaid = turn.is_open(IncidentKind.NO_SECRET)
    if not link.auth_stop and not unsaid:
        return
    _forget_refusal(turn)
    if unsaid and turn.watch.ladder.hold:
        turn.keep_ladder(hold="")
    turn.remember()
    turn.forget_said("hold", "auth", "login:tries")
    turn.explain(
        "logins are allowed again",
        f"a password was stored; before: {link.auth_stop or 'none was stored'}",
        "the next login or start by the usual rules",
    )


def _stop(turn: Turn) -> None:
    if _refused(turn, closes=True):
        return
    turn.keep(user=replace(turn.watch.user, run=Run.STOPPED))
    if turn.watch.process is None and turn.watch.start is None:
        if turn.watch.looked:
            turn.keep(asked="")
            turn.explain("stopped", "no process runs; none is wanted from now on")
        else:
            turn.keep(asked="stop")
        return
    turn.keep(asked="stop")
    turn.explain("will be closed", "asked for by a person", "closed as soon as its process is seen")


def _restart(turn: Turn) -> None:
    if _refused(turn, closes=turn.watch.process is not None):
        return
    _lift_stops(turn)
    turn.keep(user=replace(turn.watch.user, run=Run.RUNNING))
    if turn.watch.start is not None and turn.watch.process is None:
        turn.explain("starts already", turn.watch.start.reason)
        return
    turn.keep(asked="restart" if turn.watch.process is not None or not turn.watch.looked else "start")
    turn.explain("will be restarted", "asked for by a person; not charged to the crash budget", "closed, then started")


def _reconnect(turn: Turn) -> None:
    if _refused(turn, closes=True):
        return
    if turn.watch.process is None:
        turn.explain("not reconnected", "no process runs", "start the terminal first")
        return
    why = "a person asked to reconnect"
    turn.act(
        lambda act_id: ReattachProbe(user_id=turn.watch.user.user_id, act_id=act_id, reason=why),
        "reattach",
        "replace the probe",
        why,
        "the next poll attaches anew",
    )


def _maintenance(turn: Turn, until_utc_s: float | None) -> None:
    turn.keep(user=replace(turn.watch.user, maintenance_until_utc_s=until_utc_s))
    turn.put(said=frozenset(key for key in turn.watch.said if not key.startswith("held:")))
    if until_utc_s is None:
        turn.explain("maintenance ended", "asked for by a person", "the watchdog acts again")
        return
    left_s = max(0.0, until_utc_s - turn.now.utc_s)
    turn.explain("maintenance", f"no automatic act for {left_s:.0f} s", "then the watchdog acts again by itself")


def _release(turn: Turn) -> None:
    """A person has looked: the breaker closes, stops are lifted, tries start anew."""
    watch = turn.watch
    before = watch.state
    had_wrong = watch.identity_wrong
    turn.keep_ladder(
        restarts_utc_s=(),
        backoff_s=turn.policy.backoff_first_s,
        not_before_mono_s=turn.now.mono_s,
        quarantined="",
        hold="",
        agentless=0,
        waived=watch.process is not None,
    )
    _forget_refusal(turn)
    if watch.user.run is Run.SUSPENDED:
        turn.keep(user=replace(watch.user, run=Run.RUNNING))
    if had_wrong:
        turn.keep(identity_wrong="" if watch.process is None else had_wrong, identity_released=True)
    for kind in ENDED_BY_RELEASE:
        if kind is not IncidentKind.WRONG_IDENTITY or not turn.watch.identity_wrong:
            turn.clear(kind, "released by a person")
    turn.put(said=frozenset())
    if before in (State.QUARANTINED, State.SUSPENDED) or (before is State.WRONG_IDENTITY and watch.process is None):
        turn.move(Trigger.RELEASED)
    next_step = "a person may stop or restart it now" if turn.watch.identity_wrong else "the watchdog acts again"
    turn.explain("released", "a person has looked", next_step, before=before)


def _enable_algo(turn: Turn) -> None:
    watch = turn.watch
    if _refused(turn, closes=False):
        return
    memory, pressed = watch.agent_memory, watch.link.algo_pressed_mono_s
    if watch.process is None or watch.agent is None or memory is None or not agent_fresh(watch, turn.now, turn.policy):
        why = "the switch's position is not known; it is a toggle"
        turn.explain("not switched", why, "ask again once its agent speaks")
        return
    if watch.agent.trade_allowed:
        turn.explain("not switched", "algo trading is on already")
        return
    if pressed is not None and memory.mono_s < pressed + PRESS_ANSWER_S:
        turn.explain("not switched", "it was pressed a moment ago, and the agent has not told yet what came of it")
        return
    pid = watch.process.pid
    turn.put_link(algo_pressed_mono_s=turn.now.mono_s)
    turn.act(
        lambda act_id: PressAlgoButton(user_id=watch.user.user_id, act_id=act_id, pid=pid),
        "algo",
        "press the algo-trading button",
        "asked for by a person; the agent reports it off",
        "the agent's next word shows the result",
    )
