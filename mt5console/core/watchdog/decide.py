"""`decide`: one terminal's memory, one fact or the passing of time, to new memory and commands. Pure.

Must not know: clocks, files, processes, SQL, threads, or the terminals beside this one (FleetContext tells enough).
"""

from __future__ import annotations

from mt5console.core.model.desired import DesiredRobot
from mt5console.core.model.facts import (
    ActDone,
    ActFailed,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    LoginFinished,
    PasswordStored,
    ProbeAnswered,
    ProbeFailed,
    ProcessAbsent,
    ProcessesConflict,
    ProcessExited,
    ProcessSeen,
    ProcessUsageSeen,
    ReadySeen,
    Requested,
    RobotErrorSeen,
    StartRemarked,
    StorageSeen,
    TerminalSpawned,
    UserRegistered,
)
from mt5console.core.model.ids import Now
from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog import (
    absorb,
    agentless,
    ending,
    link,
    process,
    recovery,
    requests,
    robots,
    start_ini,
    starting,
)
from mt5console.core.watchdog.checks import find
from mt5console.core.watchdog.identity import identity_ok, wrong_identity
from mt5console.core.watchdog.policy import Policy
from mt5console.core.watchdog.states import JUDGED_BY_CHECKS, State, Trigger
from mt5console.core.watchdog.turn import Turn
from mt5console.core.watchdog.verdict import FleetContext, Verdict
from mt5console.core.watchdog.watch import TerminalWatch


def decide(
    watch: TerminalWatch,
    fact: Fact | None,
    now: Now,
    policy: Policy,
    robots: tuple[DesiredRobot, ...],
    fleet: FleetContext,
) -> Verdict:
    """What this fact (None: only time passed) means for the terminal.

    `robots`: all desired robots of this user. The same arguments always give the same verdict.
    """
    turn = Turn(watch, now, policy, robots, fleet, fact)
    absorb.note_deploying(turn)
    if fact is not None:
        _take(turn, fact)
        if isinstance(fact, NOT_NEWS) and _is_quiet(turn.watch):
            return turn.verdict()
    _conclude(turn)
    return turn.verdict()


NOT_NEWS = (HeartbeatSeen, ProcessUsageSeen)
"""Frequent facts that a healthy terminal only notes; the next passing of time judges them."""


def _is_quiet(watch: TerminalWatch) -> bool:
    return watch.state is State.HEALTHY and not watch.open and watch.process is not None and watch.process.proven


def _take(turn: Turn, fact: Fact) -> None:
    match fact:
        case HeartbeatSeen():
            absorb.take_beat(turn, fact)
        case AgentStatusSeen():
            absorb.take_agent(turn, fact)
        case ProcessUsageSeen():
            absorb.take_usage(turn, fact)
        case ProbeAnswered():
            absorb.take_answer(turn, fact)
        case ProbeFailed():
            absorb.take_failure(turn, fact)
        case JournalSeen():
            absorb.take_journal(turn, fact)
        case ReadySeen():
            absorb.take_ready(turn, fact)
        case RobotErrorSeen():
            absorb.take_robot_error(turn, fact)
        case StorageSeen():
            absorb.take_storage(turn, fact)
        case _:
            _take_rare(turn, fact)


def _take_rare(turn: Turn, fact: Fact) -> None:
    match fact:
        case ProcessSeen():
            process.take_seen(turn, fact)
        case ProcessAbsent():
            process.take_absent(turn, fact)
        case ProcessExited():
            process.take_exited(turn, fact)
        case ProcessesConflict():
            process.take_conflict(turn, fact)
        case TerminalSpawned():
            process.take_spawned(turn, fact)
        case LoginFinished():
            link.take_login_finished(turn, fact)
        case ActDone() | ActFailed():
            _take_end(turn, fact)
        case Requested():
            requests.take_request(turn, fact)
        case StartRemarked():
            starting.take_remark(turn, fact)
        case PasswordStored():
            requests.take_password(turn)
        case UserRegistered(user=user):
            turn.put(user=user)
        case _:
            return


def _take_end(turn: Turn, fact: ActDone | ActFailed) -> None:
    """An act of ours ended: each asks whether it is the one that it waits for."""
    if isinstance(fact, ActDone):
        start_ini.take_done(turn, fact)
        return
    start_ini.take_failed(turn, fact)
    starting.take_start_failed(turn, fact)
    link.take_login_act_failed(turn, fact)


def _conclude(turn: Turn) -> None:
    """Climb the ladder from its foot: identity, ends, starts, then what lives inside the process."""
    ending.judge_end(turn)
    ending.align(turn)
    ending.watch_update(turn)
    start_ini.try_again(turn)
    starting.start_if_due(turn)
    if turn.watch.process is not None:
        _watch_identity(turn)
        recovery.watch_closing(turn)
        starting.watch_start(turn)
        if turn.watch.closing is None and not turn.watch.identity_wrong:
            agentless.watch_absent_agent(turn)
            recovery.watch_agent(turn)
            recovery.watch_ipc(turn)
            link.watch_account(turn)
            robots.watch_robots(turn)
        if turn.watch.ladder.quarantined:
            ending.show_quarantine(turn)
    _settle(turn)


def _watch_identity(turn: Turn) -> None:
    """A wrong identity stops every act until it is seen right again; a released one may be closed by a person."""
    wrong, known = wrong_identity(turn.watch), turn.watch.identity_wrong
    if wrong:
        if wrong != known:
            turn.keep(identity_wrong=wrong, identity_released=bool(known) and turn.watch.identity_released)
        _show_wrong(turn, wrong)
    elif known and identity_ok(turn.watch):
        turn.keep(identity_wrong="", identity_released=False)
        turn.clear(IncidentKind.WRONG_IDENTITY, "directory, login and server are seen right again")
        if turn.watch.state is State.WRONG_IDENTITY:
            turn.move(Trigger.IDENTITY_RIGHT)
        turn.explain("identity is right again", "directory, login and server fit", before=State.WRONG_IDENTITY)
        turn.say("info", f"MT5 terminal has its right identity again ({turn.who})")


def _show_wrong(turn: Turn, wrong: str) -> None:
    before = turn.watch.state
    closing_released = before is State.CLOSING and turn.watch.identity_released
    if before not in (State.WRONG_IDENTITY, State.CONFLICT) and not closing_released:
        turn.move(Trigger.IDENTITY_WRONG)
        turn.explain("every act stopped", wrong, "a person puts it right or releases it", before=before)
    opened = turn.open(
        IncidentKind.WRONG_IDENTITY,
        f"the terminal of {turn.who} is not what was registered: {wrong}",
        "log the registered account in, or close the terminal by hand and release it; every act is stopped",
    )
    if opened:
        turn.say("error", f"MT5 terminal has a wrong identity ({turn.who}): {wrong}; every act is stopped")


def _settle(turn: Turn) -> None:
    """The state from the checks, and since when each check says what it says."""
    found = find(turn.watch, turn.robots, turn.now, turn.policy)
    marks = turn.watch.check_marks
    if any(mark[0] is not ok for mark, (ok, _, _) in zip(marks, found, strict=True)):
        turn.put(
            check_marks=tuple(
                mark if mark[0] is ok else (ok, turn.now.utc_s) for mark, (ok, _, _) in zip(marks, found, strict=True)
            )
        )
    watch, life = turn.watch, turn.watch.process
    if life is None or watch.state not in JUDGED_BY_CHECKS or _still_starting(turn):
        return
    oks = [ok for ok, _, _ in found]
    if any(ok is False for ok in oks):
        turn.move(Trigger.SOMETHING_WRONG)
    elif all(oks):
        turn.move(Trigger.ALL_WELL)
    elif not _is_blip(turn, oks):
        turn.move(Trigger.NOT_ALL_KNOWN)
    _reset_backoff(turn)


def _still_starting(turn: Turn) -> bool:
    """Within the graces of a start, failing checks are not yet news."""
    life = turn.watch.process
    if life is None or life.up or turn.watch.state is not State.STARTING:
        return False
    grace_s = turn.policy.start_grace_s + turn.policy.login_grace_s
    return turn.now.mono_s - life.first_seen_mono_s < grace_s and not turn.watch.link.auth_stop


def _is_blip(turn: Turn, oks: list[bool | None]) -> bool:
    """A switch of access points leaves a healthy terminal healthy while it lasts."""
    others = (oks[0], oks[1], oks[3])
    return turn.watch.state is State.HEALTHY and turn.watch.link.lost_since_mono_s is not None and all(others)


def _reset_backoff(turn: Turn) -> None:
    watch = turn.watch
    if watch.state is not State.HEALTHY or watch.ladder.backoff_s == turn.policy.backoff_first_s:
        return
    if turn.now.mono_s - watch.state_since_mono_s >= turn.policy.stable_s:
        turn.keep_ladder(backoff_s=turn.policy.backoff_first_s)
        turn.explain("backoff reset", f"healthy for {turn.policy.stable_s:.0f} s")
