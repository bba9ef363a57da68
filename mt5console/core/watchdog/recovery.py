"""The upper rungs: a living terminal that is frozen or mute is closed, killed when need be, and restarted.

The guard stands here: with positions, or unknown ones, on a real or unknown account a person decides. Must not know:
what people asked for (requests.py).
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from mt5console.core.model.commands import CloseTerminal, KillTerminal, ReattachProbe
from mt5console.core.model.desired import Run
from mt5console.core.model.observed import ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode
from mt5console.core.terminal.layout import robot_of_expert
from mt5console.core.watchdog.absorb import EARLIER_S
from mt5console.core.watchdog.checks import agent_fresh, any_robot_beats
from mt5console.core.watchdog.memory import Closing, ProcessLife, RobotMemory
from mt5console.core.watchdog.starting import budget_left, budget_words, quarantine
from mt5console.core.watchdog.states import State, Trigger
from mt5console.core.watchdog.turn import Turn


def fleet_outage(turn: Turn) -> str:
    """Whether so many broker links are out at once that one outage explains them all; in words, `""` when not."""
    out, total = len(turn.fleet.disconnected), turn.fleet.total
    if out < max(turn.policy.fleet_out_least, ceil(total / 2)):
        return ""
    return f"{out} of {total} terminals have no broker link: one outage of broker or network"


def fleet_holds(turn: Turn) -> str:
    """Why logins and restarts wait for the fleet's outage, bounded in time; `""` when they do not."""
    since = turn.watch.link.lost_since_mono_s or turn.watch.link.out_since_mono_s
    if since is None or turn.now.mono_s - since >= turn.policy.fleet_hold_s:
        return ""
    return fleet_outage(turn)


def guard(turn: Turn) -> str:
    """Why a living terminal must not be closed without a person; `""` when it may be."""
    watch = turn.watch
    if watch.ladder.waived or not watch.trade_mode.counts_as_real or nobody_runs(turn):
        return ""
    kind = f"the account is {'real' if watch.trade_mode.value == 'real' else 'of unknown kind'}"
    age = watch.agent_age_s(turn.now)
    positions = watch.agent.positions if watch.agent is not None else None
    if positions is None or age is None:
        return f"{kind} and its positions are not known"
    if positions:
        return f"{kind} and had {len(positions)} open positions {age:.0f} s ago"
    if age > turn.policy.positions_known_s:
        return f"{kind} and its positions were last known {age:.0f} s ago"
    return ""


def nobody_runs(turn: Turn) -> bool:
    """Whether an outage kept every expert of this process's life from beginning: then nobody inside guards a position.

    The guard exists because closing a terminal takes a robot from the positions that it looks after. Where no broker
    link was there to begin with, no OnInit was called: the agent never spoke, no robot said READY or beat, and no
    expert that the console cannot hear stands on a chart. What is open at the broker has its stops there, has nobody
    here, and is only helped by a start that brings the robots back. All of it must be known of this very life: its
    journal was read from its start line on, told of the outage, and of no other account. Without an outage a missing
    agent has another cause, which a restart need not mend: then a person decides as ever.
    """
    watch, life, link = turn.watch, turn.watch.process, turn.watch.marks.link
    if life is None or watch.agent_memory is not None:
        return False
    if link.begun_mono_s is None or not link.was_out or link.is_other:
        return False
    known = {robot.robot_id for robot in turn.robots}
    for name, _, _ in link.experts:
        robot = robot_of_expert(name)
        if robot is None or robot[0] not in known:
            return False
    return not any(_has_run(memory, life) for memory in watch.robots.values())


def _has_run(memory: RobotMemory, life: ProcessLife) -> bool:
    """Whether a robot gave a sign of its own in this life."""
    if memory.beat_mono_s is not None:
        return True
    return memory.ready is not None and memory.ready.utc_s >= life.started_utc_s - EARLIER_S


def watch_agent(turn: Turn) -> None:
    """An agent that fell silent on a living process."""
    watch = turn.watch
    if watch.process is None or watch.agent_memory is None:
        return
    if agent_fresh(watch, turn.now, turn.policy):
        _agent_speaks(turn)
    elif turn.unheard:
        _agent_unheard(turn)
    else:
        _agent_silent(turn, turn.now.mono_s - watch.agent_memory.mono_s)


def _agent_speaks(turn: Turn) -> None:
    if turn.watch.stale_since_mono_s is not None:
        turn.put(stale_since_mono_s=None)
        turn.forget_said("stale", "gone", "recover:terminal_frozen", "guard:terminal_frozen", "storage", "unheard")
        turn.clear(IncidentKind.NEEDS_PERSON, "the agent speaks again")
    turn.clear(IncidentKind.AGENT_MISSING, "the agent speaks")
    if turn.clear(IncidentKind.TERMINAL_FROZEN, "the agent speaks again"):
        login = turn.watch.user.account.login
        turn.say("info", f"MT5 connection recovered successfully. Account: {login} ({turn.who}, it answers again)")


def _agent_unheard(turn: Turn) -> None:
    """It gets its time anew: a directory that hangs keeps everybody's files from being read."""
    turn.put(stale_since_mono_s=turn.now.mono_s)
    if turn.fleet.mode is not Mode.OFF and turn.first_time("unheard"):
        turn.say("warning", f"MT5 agent is not heard ({turn.who}): {turn.unheard}; look for a directory that hangs")
        turn.explain("not judged", turn.unheard, "its agent gets its time anew once they are read again")


def _agent_silent(turn: Turn, age_s: float) -> None:
    watch, policy = turn.watch, turn.policy
    since = watch.stale_since_mono_s
    if since is None:
        turn.put(stale_since_mono_s=turn.now.mono_s)
        since = turn.now.mono_s
    silent_checks_s = turn.now.mono_s - since
    needed_s = (policy.failures_before_freeze_acts - 1) * policy.check_interval_s
    if watch.process is not None and not watch.process.up:
        needed_s = max(needed_s, policy.start_grace_s)
    if silent_checks_s < needed_s:
        turn.explain_once(
            "stale",
            "waits",
            f"the agent is silent for {age_s:.0f} s on a living process",
            f"acts when it stays so for {needed_s - silent_checks_s:.0f} s more",
        )
        return
    if any_robot_beats(watch, turn.now, policy):
        _agent_gone(turn, age_s)
        return
    if turn.clear(IncidentKind.AGENT_MISSING, "its robots fell silent as well: judged as a freeze from here on"):
        turn.put(stale_since_mono_s=turn.now.mono_s)
        turn.forget_said("stale", "gone")
        return
    opened = turn.open(
        IncidentKind.TERMINAL_FROZEN,
        f"the terminal of {turn.who} is frozen: its process lives and its agent is silent for {age_s:.0f} s",
        "it is closed, killed when it does not end, and started again",
    )
    if opened:
        turn.say("warning", f"MT5 terminal frozen ({turn.who}): silent for {age_s:.0f} s")
    recover(turn, IncidentKind.TERMINAL_FROZEN, f"the agent is silent for {age_s:.0f} s on a living process")


def _agent_gone(turn: Turn, age_s: float) -> None:
    """Only the agent is silent: a terminal whose robots beat is not frozen, and nothing of it is closed."""
    if turn.clear(IncidentKind.TERMINAL_FROZEN, "its robots beat again"):
        turn.clear(IncidentKind.NEEDS_PERSON, "its robots beat again: it is not frozen")
        turn.forget_said("recover:terminal_frozen", "guard:terminal_frozen")
    opened = turn.open(
        IncidentKind.AGENT_MISSING,
        f"the agent of {turn.who} is silent for {age_s:.0f} s while robots beat: the terminal is not frozen; somebody "
        "probably closed the agent's chart or switched the profile",
        "its robots go on, and nothing in it can be seen, deployed or removed; restart the terminal when it suits: "
        "the agent comes with the start; the watchdog does not restart it for this",
    )
    if opened:
        turn.say("warning", f"MT5 agent is gone and robots beat ({turn.who}): silent for {age_s:.0f} s")
    turn.explain_once(
        "gone",
        "not restarted",
        f"the agent is silent for {age_s:.0f} s and robots beat: the process is not frozen",
        "a person restarts it when it suits; should its robots fall silent too, it is judged as frozen",
    )


def watch_ipc(turn: Turn) -> None:
    """Reattach the probe, and when that does not help, go on to the restart."""
    watch, ipc = turn.watch, turn.watch.ipc
    if watch.process is None or not agent_fresh(watch, turn.now, turn.policy):
        return
    if ipc.own_failures:
        _our_side(turn)
        return
    if ipc.failures == 0:
        return
    if ipc.reattaches < turn.policy.ipc_reattach_tries:
        if ipc.failures >= (ipc.reattaches + 1) * turn.policy.ipc_failures_before_reattach:
            _reattach(turn)
        return
    if ipc.failures < (ipc.reattaches + 1) * turn.policy.ipc_failures_before_reattach:
        return
    text = f"IPC of {turn.who} is dead: {ipc.failures} failures and {ipc.reattaches} new probes in a row"
    _show_ipc(turn, "ipc:dead", text, "the terminal is restarted")
    recover(turn, IncidentKind.IPC_DEAD, f"{ipc.reattaches} new probes did not bring IPC back")


def _our_side(turn: Turn) -> None:
    """The package or its Python fails, whatever the terminal does: a person mends it, and nothing is restarted. One
    child that broke is no news: the pool has replaced it before the next poll."""
    ipc = turn.watch.ipc
    if ipc.problem is ProbeProblem.VERSION:
        text = f"the MetaTrader5 package does not fit the terminal of {turn.who}: {ipc.text}"
        _show_ipc(turn, "ipc:ours", text, "bring package and terminal to matching versions; no restart mends this")
    elif ipc.own_failures > turn.policy.ipc_reattach_tries:
        text = f"the console's own side of IPC fails for {turn.who}, {ipc.own_failures} times in a row: {ipc.text}"
        next_step = "run `mt5console doctor`, which says how to mend the package; agent and heartbeats still watch"
        _show_ipc(turn, "ipc:ours", text, f"{next_step}, and no restart mends this")


def _show_ipc(turn: Turn, key: str, text: str, next_step: str) -> None:
    """Told once for each cause, also when the incident was open for another one before."""
    if turn.fleet.mode is Mode.OFF or not turn.first_time(key):
        return
    ipc = turn.watch.ipc
    turn.tried(IncidentKind.IPC_DEAD, text, next_step, "")
    turn.say("warning", f"MT5 IPC is dead ({turn.who}): {ipc.text or ipc.problem}")


def _reattach(turn: Turn) -> None:
    ipc = turn.watch.ipc
    count, tries = ipc.reattaches + 1, turn.policy.ipc_reattach_tries
    why = f"{ipc.problem}: {ipc.text}; the agent is fresh, so the terminal lives"
    if not turn.may(f"reattach:{count}", "replace the probe", why):
        return
    turn.put(ipc=replace(ipc, reattaches=count))
    turn.act(
        lambda act_id: ReattachProbe(user_id=turn.watch.user.user_id, act_id=act_id, reason=why),
        "reattach",
        "replace the probe",
        f"{why}; try {count} of {tries}",
        "the next poll attaches anew; then a restart" if count == tries else "the next poll attaches anew",
    )
    if count == 1:
        turn.say("warning", f"MT5 IPC failed ({turn.who}: {ipc.text or ipc.problem}); reinitialising")


def recover(turn: Turn, kind: IncidentKind, why: str) -> None:
    """The restart rung for a living process: by policy, guard, budget and mode."""
    watch = turn.watch
    if watch.user.run is not Run.RUNNING or watch.asked or watch.closing is not None:
        return
    if watch.ladder.quarantined or turn.acts_stopped:
        return
    held = _recovery_held(turn)
    if held:
        turn.explain_once(f"recover:{kind}", "not restarted", f"{why}; {held}")
        return
    guarded = guard(turn)
    if guarded:
        _call_person(turn, kind, why, guarded)
        return
    if not turn.may(f"recover:{kind}", "close and restart the terminal", why):
        return
    agentless = kind is IncidentKind.AGENT_MISSING and not _is_link_trouble(turn)
    in_vain = _restarts_in_vain(turn, agentless=agentless)
    if in_vain:
        quarantine(turn, in_vain)
        return
    if not _close_paced(turn):
        return
    if agentless:
        turn.keep_ladder(agentless=watch.ladder.agentless + 1)
    turn.keep(asked="recover")
    close(turn, why, by_person=False)


def _close_paced(turn: Turn) -> bool:
    """Whether it is this terminal's turn: one that is closed while the starts are spaced would only lie down longer."""
    wait_s = turn.fleet.next_close_mono_s - turn.now.mono_s
    if wait_s <= 0:
        return True
    turn.explain_once("pace:close", "waits for its turn", f"the fleet's restarts are spaced; {wait_s:.1f} s to go")
    return False


def _is_link_trouble(turn: Turn) -> bool:
    """Whether the broker link may be why the agent does not come, now or since an outage in this process's life; then
    the breaker of the budget alone is asked."""
    is_out = turn.is_open(IncidentKind.BROKER_DISCONNECTED) or turn.watch.marks.link.was_out
    return is_out or bool(fleet_outage(turn))


def _restarts_in_vain(turn: Turn, *, agentless: bool) -> str:
    """Why no further restart is tried, `""` when one is. Those for an agent that never comes are counted by themselves:
    each takes the start's grace, so that the budget's window never has room for all of the budget."""
    if budget_left(turn) <= 0:
        return budget_words(turn)
    tried = turn.watch.ladder.agentless
    if not agentless or tried < turn.policy.agentless_restarts:
        return ""
    return (
        f"its agent did not come, and {tried} restarts in a row did not bring it; its symbol may have another name at "
        "this broker (agent_symbol in settings.toml; then restart the engine), or MetaEditor did not take the agent "
        "(mt5console doctor)"
    )


def _recovery_held(turn: Turn) -> str:
    watch = turn.watch
    if watch.storage_error:
        return f"its directory cannot be written ({watch.storage_error}), which a restart does not mend"
    if watch.link.auth_stop:
        return f"a restart would log in again; {watch.link.auth_stop}"
    return fleet_holds(turn)


def _call_person(turn: Turn, kind: IncidentKind, why: str, guarded: str) -> None:
    opened = turn.open(
        IncidentKind.NEEDS_PERSON,
        f"the terminal of {turn.who} needs a person: {why}; {guarded}",
        "look at the positions, then restart or release it",
    )
    if opened:
        turn.say("error", f"MT5 terminal needs a person ({turn.who}): {why}; {guarded}")
    turn.explain_once(f"guard:{kind}", "waits for a person", f"{why}; {guarded}", "a person restarts or releases it")


def close(turn: Turn, why: str, *, by_person: bool) -> None:
    """Ask the living process to close; its end is judged by what was asked."""
    life, before = turn.watch.process, turn.watch.state
    assert life is not None
    turn.put(closing=Closing(pid=life.pid, reason=why, by_person=by_person, asked_mono_s=turn.now.mono_s))
    turn.move(Trigger.CLOSE_ISSUED)
    turn.act(
        lambda act_id: CloseTerminal(user_id=turn.watch.user.user_id, act_id=act_id, pid=life.pid, reason=why),
        "close",
        f"close pid {life.pid}",
        why,
        f"killed when it has not ended in {turn.policy.close_wait_s:.0f} s",
        before=before,
    )
    turn.say("info", f"Closing MT5 terminal... ({turn.who}: {why})")


def watch_closing(turn: Turn) -> None:
    """Carry an asked close through: issue it, and kill what does not end."""
    watch = turn.watch
    if watch.process is None or watch.state is State.CONFLICT:
        return
    if watch.closing is None:
        _close_as_asked(turn)
        return
    if watch.identity_wrong and not watch.identity_released:
        return
    closing = watch.closing
    waited = turn.now.mono_s - (closing.killed_mono_s or closing.asked_mono_s)
    if waited < turn.policy.close_wait_s:
        return
    if closing.killed_mono_s is None:
        _kill(turn, closing, waited)
    else:
        turn.open(
            IncidentKind.TERMINAL_FROZEN,
            f"pid {closing.pid} of {turn.who} could not be ended, not even by a kill",
            "end it by hand; the watchdog goes on once it is gone",
        )


def _close_as_asked(turn: Turn) -> None:
    asked = turn.watch.asked
    if asked == "start":
        turn.keep(asked="")
        return
    if not asked:
        return
    by_person = asked in ("stop", "restart")
    if turn.watch.identity_wrong and not (by_person and turn.watch.identity_released):
        turn.keep(asked="")
        return
    why = {"stop": "a person asked to stop it", "restart": "a person asked to restart it"}.get(
        asked, "the restart that was begun before the engine ended"
    )
    if by_person or (_is_still_due(turn) and turn.may("recover:again", "close and restart the terminal", why)):
        close(turn, why, by_person=by_person)


def _is_still_due(turn: Turn) -> bool:
    """Whether the restart that the last engine decided is due now: what it was decided on may have passed meanwhile."""
    watch, life, now = turn.watch, turn.watch.process, turn.now.mono_s
    assert life is not None
    if now - life.first_seen_mono_s < turn.policy.close_wait_s:
        return False  # it may be closing: its end is then ours
    if agent_fresh(watch, turn.now, turn.policy) or any_robot_beats(watch, turn.now, turn.policy):
        turn.keep(asked="")
        turn.explain("restart given up", f"it was begun before the engine ended, and pid {life.pid} speaks again")
        return False
    if now - life.began_mono_s < turn.policy.start_grace_s:
        return False  # somebody may have started it since
    guarded = guard(turn)
    if guarded:
        _call_person(turn, IncidentKind.TERMINAL_FROZEN, "it was being restarted when the engine ended", guarded)
        return False
    return _close_paced(turn)


def _kill(turn: Turn, closing: Closing, waited: float) -> None:
    turn.put(closing=replace(closing, killed_mono_s=turn.now.mono_s))
    turn.act(
        lambda act_id: KillTerminal(
            user_id=turn.watch.user.user_id, act_id=act_id, pid=closing.pid, reason=closing.reason
        ),
        "kill",
        f"kill pid {closing.pid}",
        f"it did not end {waited:.0f} s after the close request ({closing.reason})",
    )
    turn.say("warning", f"MT5 terminal did not close in {waited:.0f} s and is killed ({turn.who})")
