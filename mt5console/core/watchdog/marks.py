"""Lines of the journal into marks: what they say of a process's end, of its way to the broker, and of its experts.

A start line begins them anew. Must not know: what is concluded from them.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.ids import RobotId
from mt5console.core.model.observed import JournalEntry, JournalKind
from mt5console.core.terminal.journal_texts import EVENT
from mt5console.core.terminal.layout import AGENT_EXPERT, robot_of_expert
from mt5console.core.watchdog.memory import NO_MARKS, JournalMarks, LinkMarks

MARKS_KEPT = 30

NO_CONNECTION = "no_connection"
"""The event of a Network line that says: nobody is reached."""

NOT_SYNCHRONISED = "symbol synchronization timeout"
"""Why MetaTrader gives an expert up whose chart's symbol stays without data, about five minutes after it was loaded."""

_AGENT = AGENT_EXPERT.rsplit("\\", 1)[-1]


def marked(marks: JournalMarks, entry: JournalEntry, mono_s: float, login: int, *, ours: bool = False) -> JournalMarks:
    """The marks after this line, the same object when it says nothing. `login`: the registered account's; `ours`: what
    it tells may be an act of ours, so that it is no removal by hand."""
    match entry.kind:
        case JournalKind.STARTED:
            return replace(NO_MARKS, link=LinkMarks(begun_mono_s=mono_s))
        case JournalKind.EXITED:
            return replace(marks, exited_mono_s=mono_s)
        case JournalKind.UPDATE_STARTED:
            return replace(marks, update_mono_s=mono_s)
        case JournalKind.SYSTEM_SHUTDOWN:
            return replace(marks, shutdown_mono_s=mono_s)
        case JournalKind.SECOND_INSTANCE:
            return replace(marks, second_mono_s=mono_s)
        case JournalKind.ALGO_DISABLED:
            return replace(marks, algo_reason=entry.detail("reason") or entry.text)
        case JournalKind.ALGO_ENABLED:
            return replace(marks, algo_reason="")
        case JournalKind.ROBOT_REMOVED | JournalKind.ROBOT_LOADED | JournalKind.ROBOT_INIT_FAILED:
            return _expert_marked(_robot_marked(marks, entry, ours), entry)
        case _:
            link = _link_marked(marks.link, entry, mono_s, login)
            return marks if link is marks.link else replace(marks, link=link)


def _robot_marked(marks: JournalMarks, entry: JournalEntry, ours: bool) -> JournalMarks:
    named = robot_of_expert(entry.detail("robot") or "")
    if named is None or entry.kind is JournalKind.ROBOT_INIT_FAILED:
        return marks
    others = tuple(robot_id for robot_id in marks.removed if robot_id != named[0])
    if entry.kind is JournalKind.ROBOT_REMOVED and not ours:
        return replace(marks, removed=(*others, RobotId(named[0]))[-MARKS_KEPT:])
    return replace(marks, removed=others)


def _expert_marked(marks: JournalMarks, entry: JournalEntry) -> JournalMarks:
    """Which experts stand on charts, and whether the agent was given up for want of data."""
    name = entry.detail("robot") or ""
    if is_agent(name):
        failed = entry.kind is JournalKind.ROBOT_INIT_FAILED and NOT_SYNCHRONISED in (entry.detail("reason") or "")
        dropped = failed or (entry.kind is JournalKind.ROBOT_REMOVED and marks.link.agent_dropped)
        if dropped is marks.link.agent_dropped:
            return marks
        return replace(marks, link=replace(marks.link, agent_dropped=dropped))
    chart = (name, entry.detail("symbol") or "", entry.detail("timeframe") or "")
    if entry.kind is JournalKind.ROBOT_LOADED:
        return replace(marks, link=replace(marks.link, experts=marks.link.experts | {chart}))
    if entry.kind is JournalKind.ROBOT_REMOVED:
        return replace(marks, link=replace(marks.link, experts=marks.link.experts - {chart}))
    return marks


def is_agent(expert: str) -> bool:
    """Whether the journal means the console's agent; folders before its name are ignored."""
    return expert.replace("/", "\\").rsplit("\\", 1)[-1].removesuffix(".ex5") == _AGENT


def _link_marked(link: LinkMarks, entry: JournalEntry, mono_s: float, login: int) -> LinkMarks:
    is_ours = entry.detail("login") in (None, str(login))
    match entry.kind:
        case JournalKind.AUTHORIZED:
            since = mono_s if link.in_mono_s is None else link.in_mono_s
            return replace(link, in_mono_s=since, out_mono_s=None, refused=False, is_other=not is_ours)
        case JournalKind.AUTHORIZATION_FAILED if is_ours:
            return replace(link, in_mono_s=None, out_mono_s=None, refused=True)
        case JournalKind.CONNECTION_LOST if entry.detail("benign") != "true":
            return _out(link, mono_s)
        case JournalKind.OTHER if entry.detail(EVENT) == NO_CONNECTION:
            return _out(link, mono_s)
        case _:
            return link


def _out(link: LinkMarks, mono_s: float) -> LinkMarks:
    since = mono_s if link.out_mono_s is None else link.out_mono_s
    return replace(link, in_mono_s=None, out_mono_s=since, refused=False, was_out=True)


def of_life(link: LinkMarks, since_mono_s: float) -> LinkMarks:
    """What of them belongs to a process that is seen now and began then: its lines may come before it is seen."""
    return link if link.begun_mono_s is not None and link.begun_mono_s >= since_mono_s else LinkMarks()


def has_no_link(link: LinkMarks) -> bool:
    """Whether this life has no broker link, by its journal: it says so, or it was read from its start line on and
    names no login, neither a good one nor a refused one. False where the journal could not be read."""
    if link.in_mono_s is not None or link.refused:
        return False
    return link.out_mono_s is not None or link.begun_mono_s is not None
