"""Facts into memory: what each fact changes in the watch, before anything is concluded from it.

Evidence of an earlier process's life (by its age) is passed over. Must not know: what is done about it.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.facts import (
    AgentStatusSeen,
    HeartbeatSeen,
    JournalSeen,
    ProbeAnswered,
    ProbeFailed,
    ProcessUsageSeen,
    ReadySeen,
    RobotErrorSeen,
    StorageSeen,
)
from mt5console.core.model.ids import RobotId, TradeMode
from mt5console.core.model.observed import JournalKind, ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.refusal import refusal, refusal_next_step
from mt5console.core.terminal.layout import robot_of_expert
from mt5console.core.watchdog.checks import NO_ANSWER, OUR_SIDE, agent_fresh
from mt5console.core.watchdog.marks import marked
from mt5console.core.watchdog.memory import NO_ROBOT, AgentMemory, IpcMemory
from mt5console.core.watchdog.turn import Turn
from mt5console.core.watchdog.watch import ERRORS_KEPT, JOURNAL_KEPT, TerminalWatch

EARLIER_S = 1.0
"""Evidence written so long before the process began is of an earlier one (clocks of files are coarse)."""


def is_of_this_life(turn: Turn, written_mono_s: float) -> bool:
    """Whether something written then can come from the living process; anything can while none was ever known."""
    ended = turn.watch.ended_mono_s
    if ended is not None and written_mono_s <= ended:
        return False
    life = turn.watch.process
    return life is None or written_mono_s >= life.began_mono_s - EARLIER_S


def take_agent(turn: Turn, fact: AgentStatusSeen) -> None:
    """The agent spoke."""
    written = turn.now.mono_s - max(0.0, fact.age_s)
    if not is_of_this_life(turn, written):
        return
    known = turn.watch.agent_memory
    if known is not None and written < known.mono_s:
        return
    turn.put(agent_memory=AgentMemory(status=fact.status, mono_s=written))
    _alive(turn, written)
    _trade_mode(turn, fact.status.trade_mode)


def take_ready(turn: Turn, fact: ReadySeen) -> None:
    """A robot said READY; its advances count from here unless its beats are newer."""
    memory = turn.watch.robots.get(fact.ready.robot_id, NO_ROBOT)
    beat = memory.beat
    goes_on = beat is not None and beat.deployment_id == fact.ready.deployment_id and beat.utc_s >= fact.ready.utc_s
    changed = replace(memory, ready=fact.ready, advances=memory.advances if goes_on else 0)
    turn.put_robot_memory(fact.ready.robot_id, changed)


def take_beat(turn: Turn, fact: HeartbeatSeen) -> None:
    """A robot beat; an advance is a higher sequence of the same deployment."""
    written = turn.now.mono_s - max(0.0, fact.age_s)
    if not is_of_this_life(turn, written):
        return
    beat = fact.beat
    memory = turn.watch.robots.get(beat.robot_id, NO_ROBOT)
    last = memory.beat
    if last is None or last.deployment_id != beat.deployment_id:
        advances = 0
    else:
        advances = memory.advances + (1 if beat.sequence > last.sequence else 0)
    turn.put_robot_memory(beat.robot_id, replace(memory, beat=beat, beat_mono_s=written, advances=advances))


def take_robot_error(turn: Turn, fact: RobotErrorSeen) -> None:
    """A robot reported an error; the last few are kept."""
    memory = turn.watch.robots.get(fact.robot_id, NO_ROBOT)
    turn.put_robot(fact.robot_id, errors=(*memory.errors, fact.error)[-ERRORS_KEPT:])


def take_answer(turn: Turn, fact: ProbeAnswered) -> None:
    """IPC answered: the ladder of the probe is at its foot again."""
    if _asked_of_another_life(turn):
        return
    recovered = turn.watch.ipc.reattaches > 0
    turn.put(ipc=IpcMemory(answer=fact.answer, answered_mono_s=turn.now.mono_s))
    turn.forget_said("ipc:dead", "ipc:ours")
    _alive(turn, turn.now.mono_s)
    _trade_mode(turn, fact.answer.trade_mode)
    cleared = turn.clear(IncidentKind.IPC_DEAD, "IPC answers again")
    if cleared or recovered:
        turn.say("info", f"MT5 connection recovered successfully. Account: {fact.answer.login} ({turn.who}, IPC)")


def _asked_of_another_life(turn: Turn) -> bool:
    """IPC is asked only once the agent spoke: what comes sooner was asked of the process before."""
    return turn.watch.process is None or turn.watch.agent_memory is None


def take_failure(turn: Turn, fact: ProbeFailed) -> None:
    """IPC did not answer; counted only where the agent is fresh and the account in, so that it speaks of IPC alone.

    A login that is pending without a broker link is the broker's outage, even while the account is still shown.
    """
    if _asked_of_another_life(turn):
        return
    watch = turn.watch
    assert watch.process is not None
    agent = watch.agent
    settled = watch.process.up and agent_fresh(watch, turn.now, turn.policy)
    account_in = agent is not None and agent.login == watch.user.account.login and agent.connected
    counts = fact.problem in NO_ANSWER or (fact.problem is ProbeProblem.LOGIN_PENDING and account_in)
    ours = fact.problem in OUR_SIDE
    failed = replace(
        watch.ipc,
        problem=fact.problem,
        failed_mono_s=turn.now.mono_s,
        text=fact.text,
        failures=watch.ipc.failures + (1 if settled and counts else 0),
        own_failures=watch.ipc.own_failures + (1 if settled else 0) if ours else 0,
    )
    turn.put(ipc=failed)
    turn.forget_said("ipc:dead" if ours else "ipc:ours")


def take_usage(turn: Turn, fact: ProcessUsageSeen) -> None:
    """The process used CPU and memory: it lives."""
    turn.put(cpu_percent=fact.cpu_percent, rss_bytes=fact.rss_bytes)
    _alive(turn, turn.now.mono_s)


def take_storage(turn: Turn, fact: StorageSeen) -> None:
    """The user's directory can be written, or cannot."""
    had_error = bool(turn.watch.storage_error)
    turn.put(free_bytes=fact.free_bytes, storage_error=fact.error)
    if fact.error:
        opened = turn.open(
            IncidentKind.DISK_FULL,
            f"the directory of {turn.who} cannot be written: {fact.error}; {fact.free_bytes // 1_000_000} MB free",
            "make room or mend its permissions; nothing is restarted meanwhile",
        )
        if opened:
            turn.say("error", f"MT5 directory cannot be written ({turn.who}): {fact.error}")
        return
    if had_error:
        turn.put(stale_since_mono_s=None)  # the agent gets its time anew, now that it can write again
        turn.forget_said("storage", "stale", "recover:terminal_frozen", "recover:agent_missing")
    if turn.clear(IncidentKind.DISK_FULL, "a trial write worked again"):
        turn.say("info", f"MT5 directory can be written again ({turn.who})")


def take_journal(turn: Turn, fact: JournalSeen) -> None:
    """A line of the journal: kept for people, and marked where it explains an end, a switch or a silence."""
    entry = fact.entry
    turn.put(journal=(*turn.watch.journal, entry)[-JOURNAL_KEPT:])
    named = robot_of_expert(entry.detail("robot") or "")
    ours = entry.kind is JournalKind.ROBOT_REMOVED and named is not None and _is_ours(turn, RobotId(named[0]))
    marks = marked(turn.watch.marks, entry, turn.now.mono_s, turn.watch.user.account.login, ours=ours)
    if marks is not turn.watch.marks:
        turn.put(marks=marks)
    if entry.kind is JournalKind.AUTHORIZATION_FAILED and entry.detail("login") in (
        None,
        str(turn.watch.user.account.login),
    ):
        login_refused(turn, entry.text, entry.detail("reason") or "")


def login_refused(turn: Turn, text: str, reason: str = "") -> None:
    """The broker said no to the password that is stored; said anew when it is another one than was refused before."""
    if turn.watch.link.auth_stop:
        return
    why = refusal(text, reason)
    stop_logins(turn, why)
    turn.clear(IncidentKind.NO_SECRET, "a password is stored now; the broker refused it")
    if turn.is_open(IncidentKind.AUTH_FAILED):
        told, next_step = auth_failed_text(turn.watch, why), refusal_next_step(why)
        turn.tried(IncidentKind.AUTH_FAILED, told, next_step, f"one more login: {text}")
        turn.explain("no further login", why, next_step)


def auth_failed_text(watch: TerminalWatch, why: str) -> str:
    """What the incident of a refused account says."""
    return f"the account {watch.user.account} of user {watch.user.user_id} is refused: {why}"


def stop_logins(turn: Turn, why: str) -> None:
    """No login is tried again until a person looked or stored a password, or the account is seen in."""
    if turn.watch.link.auth_stop:
        return
    turn.put_link(auth_stop=why, auth_stop_mono_s=turn.now.mono_s, login_act="")
    turn.remember()
    say_logged_out(turn)


def say_logged_out(turn: Turn) -> None:
    """What comes next of an account that is out: a login, or none as long as they are stopped."""
    if turn.is_open(IncidentKind.LOGGED_OUT):
        turn.tried(IncidentKind.LOGGED_OUT, *logged_out_words(turn), "")


def logged_out_words(turn: Turn) -> tuple[str, str]:
    """The incident of an account that is out, and its next step."""
    stop = turn.watch.link.auth_stop
    again = f"it is logged in again, at most {turn.policy.login_tries} times"
    text = f"the terminal of {turn.who} is logged out of {turn.watch.user.account}"
    return text, f"no login is tried: {stop}" if stop else again


def _is_ours(turn: Turn, robot_id: RobotId) -> bool:
    """Whether a removal that the journal tells now may be an act of ours, told late."""
    memory = turn.watch.robots.get(robot_id, NO_ROBOT)
    acted = (memory.ours_mono_s, memory.removed_mono_s)
    return robot_id in turn.fleet.deploying or any(
        mono_s is not None and turn.now.mono_s - mono_s < turn.policy.removal_told_s for mono_s in acted
    )


def note_deploying(turn: Turn) -> None:
    """Which robots have something of ours under way changed."""
    before, after = turn.watch.deploying, turn.fleet.deploying
    if before != after:
        for robot_id in before ^ after:
            turn.put_robot(robot_id, ours_mono_s=turn.now.mono_s)
        turn.put(deploying=after)


def _alive(turn: Turn, mono_s: float) -> None:
    life = turn.watch.process
    if life is not None and mono_s > life.seen_mono_s:
        turn.put_process(seen_mono_s=mono_s)


def _trade_mode(turn: Turn, seen: TradeMode) -> None:
    if seen is not TradeMode.UNKNOWN and seen is not turn.watch.trade_mode:
        turn.keep(trade_mode=seen)
