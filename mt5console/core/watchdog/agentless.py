"""A living terminal whose agent never spoke: refused, without a broker link yet, or truly without an agent.

A real terminal calls no expert's OnInit before its chart's symbol is synchronised, and gives the expert up after about
five minutes. So a start during an outage has no agent and needs none of our restarts; the journal tells it from a
broken start. Must not know: how a terminal is closed and started (recovery.py, starting.py).
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog.link import show_auth_stop
from mt5console.core.watchdog.marks import has_no_link
from mt5console.core.watchdog.memory import ProcessLife
from mt5console.core.watchdog.recovery import guard, nobody_runs, recover
from mt5console.core.watchdog.starting import budget_left
from mt5console.core.watchdog.turn import Turn

LEAST_BUDGET = 2
"""Restarts that must be left for one during an outage: the last one of the window is for a crash."""

TOLD_BY_THE_LINK = (
    IncidentKind.TERMINAL_DOWN,
    IncidentKind.TERMINAL_FROZEN,
    IncidentKind.UPDATE_STUCK,
    IncidentKind.AGENT_MISSING,
    IncidentKind.NEEDS_PERSON,
)
"""Incidents that would tell a person the wrong thing beside the missing link: nothing of them is to be mended."""


def watch_absent_agent(turn: Turn) -> None:
    """Judge a life in which the agent has not spoken."""
    life = turn.watch.process
    if life is None or turn.watch.agent_memory is not None or turn.unheard or _is_refused(turn):
        return
    link = turn.watch.marks.link
    if has_no_link(link):
        _without_link(turn, life, max(life.first_seen_mono_s, link.out_mono_s or 0.0))
        return
    if link.in_mono_s is not None:
        _link_came(turn)
    age_s = turn.now.mono_s - max(life.first_seen_mono_s, link.in_mono_s or 0.0)
    if age_s >= turn.policy.start_grace_s or link.agent_dropped:
        _missing(turn, age_s)


def _is_refused(turn: Turn) -> bool:
    """Whether the account is refused and no later login was seen; without an agent the journal alone tells of one."""
    stop, marks = turn.watch.link, turn.watch.marks.link
    if not stop.auth_stop:
        return False
    if marks.in_mono_s is not None and not marks.is_other and marks.in_mono_s >= (stop.auth_stop_mono_s or 0.0):
        turn.put_link(auth_stop="", auth_stop_mono_s=None, logins=0)
        turn.remember()
        for kind in (IncidentKind.AUTH_FAILED, IncidentKind.NO_SECRET):
            turn.clear(kind, f"the journal says that {turn.watch.user.account} is in")
        return False
    turn.clear(IncidentKind.BROKER_DISCONNECTED, "the broker answered: it refuses the account")
    show_auth_stop(turn)
    return True


def _without_link(turn: Turn, life: ProcessLife, since_mono_s: float) -> None:
    """No link since the start: the agent cannot have come, so nothing is broken and nothing is restarted for that."""
    out_s = turn.now.mono_s - since_mono_s
    if out_s < turn.policy.start_grace_s:
        return
    if not turn.watch.marks.link.was_out:
        turn.put(marks=replace(turn.watch.marks, link=replace(turn.watch.marks.link, was_out=True)))
    _show_no_link(turn, out_s)
    if out_s >= turn.policy.no_link_restart_s:
        _try_anew(turn, f"no broker link for {out_s:.0f} s; perhaps pid {life.pid} itself does not find it")


def _show_no_link(turn: Turn, out_s: float) -> None:
    server, later_s = turn.watch.user.account.server, turn.policy.no_link_restart_s
    opened = turn.open(
        IncidentKind.BROKER_DISCONNECTED,
        f"the terminal of {turn.who} has no broker link to {server} yet, so its agent and robots cannot begin: nothing "
        "is traded, and open positions have only their stops at the broker",
        f"look at network and broker; it goes on by itself when the link is there, and is started anew every "
        f"{later_s / 60:.0f} minutes until then",
    )
    if opened:
        turn.say("warning", f"MT5 has no broker link yet ({turn.who}, {server}); its agent is awaited after it")
    if not turn.first_time("link:start"):
        return
    for kind in TOLD_BY_THE_LINK:
        turn.clear(kind, "its process runs and has no broker link, without which its agent cannot begin")
    turn.explain(
        "waits for the link",
        f"no login in the journal of this process for {out_s:.0f} s: its agent cannot begin, so it is not missing",
        f"a start anew after {later_s:.0f} s, if there is still none",
    )


def _try_anew(turn: Turn, why: str) -> None:
    """So seldom that it costs nothing: never with the last of the budget, and never a person's call."""
    guarded = guard(turn)
    if guarded:
        turn.explain_once("link:guard", "not restarted", f"{why}; {guarded}", "it waits for the link")
    elif budget_left(turn) < LEAST_BUDGET:
        turn.explain_once("link:budget", "not restarted", f"{why}; the rest of the budget is kept for a crash")
    else:
        recover(turn, IncidentKind.BROKER_DISCONNECTED, why)


def _link_came(turn: Turn) -> None:
    """The rising edge by the journal: the agent gets its grace from here."""
    turn.forget_said("link:start", "link:guard", "link:budget")
    account = turn.watch.user.account
    if not turn.clear(IncidentKind.BROKER_DISCONNECTED, f"the journal says that an account is in at {account.server}"):
        return
    turn.say("info", f"MT5 broker link is up ({turn.who}, {account.server}); its agent is awaited")
    turn.explain("the link is there", "the journal tells of a login", "agent and robots are awaited within their grace")


def _missing(turn: Turn, age_s: float) -> None:
    if turn.watch.marks.link.agent_dropped:
        what = f"MetaTrader took the agent of {turn.who} off its chart, whose symbol had no data in time"
        why = "the journal says that the agent was given up: its symbol was not synchronised"
    else:
        what = f"the agent of {turn.who} did not come within {turn.policy.start_grace_s:.0f} s of the process"
        why = f"no word from the agent {age_s:.0f} s after the process {_and_link(turn)}was seen"
    next_step = (
        "it is restarted by policy; does the broker have EURUSD under that name (agent_symbol in settings.toml; then "
        "restart the engine, which reads it at its start)?"
    )
    if nobody_runs(turn):
        why = f"{why}; no expert has run in this process, so no position loses its robot"
        what = f"{what}; no robot runs in it: nothing is traded, and open positions have only their stops at the broker"
        next_step = "it is restarted by policy, and every robot is put back or named"
    if turn.open(IncidentKind.AGENT_MISSING, what, next_step):
        turn.say("warning", f"MT5 agent is missing ({turn.who})")
    recover(turn, IncidentKind.AGENT_MISSING, why)


def _and_link(turn: Turn) -> str:
    return "and its link " if turn.watch.marks.link.was_out else ""
