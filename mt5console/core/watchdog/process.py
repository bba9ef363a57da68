"""Processes seen, lost and in conflict: what each means for the terminal, and why a process ended.

Must not know: how a terminal is started or closed (starting.py, closing.py).
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from mt5console.core.model.desired import Run
from mt5console.core.model.facts import ProcessAbsent, ProcessesConflict, ProcessExited, ProcessSeen, TerminalSpawned
from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog import start_ini
from mt5console.core.watchdog.absorb import EARLIER_S
from mt5console.core.watchdog.marks import of_life
from mt5console.core.watchdog.memory import NO_IPC, NO_MARKS, NO_ROBOT, ExitSeen, ProcessLife, RobotMemory
from mt5console.core.watchdog.states import State, Trigger
from mt5console.core.watchdog.turn import Turn

SAME_START_S = 2.0
"""Two readings of a process's creation time may differ by so much."""

SCAN_LAG_S = 2.0
"""A scan that began before a spawn may report after it."""


class EndKind(Enum):
    """Why a process ended, as far as can be told."""

    WAIT = "wait"
    CRASH = "crash"
    UPDATE = "update"
    BY_HAND = "by_hand"
    SHUTDOWN = "shutdown"


def take_seen(turn: Turn, fact: ProcessSeen) -> None:
    """Exactly one process runs."""
    _appeared(turn, fact.pid, fact.started_utc_s, by_us=False)


def take_spawned(turn: Turn, fact: TerminalSpawned) -> None:
    """Our start was carried out."""
    _appeared(turn, fact.pid, fact.started_utc_s, by_us=True)


def _appeared(turn: Turn, pid: int, started_utc_s: float, *, by_us: bool) -> None:
    watch = turn.watch
    life, ended = watch.process, watch.ended_process
    if ended is not None and ended[0] == pid and abs(ended[1] - started_utc_s) < SAME_START_S:
        return
    if life is not None and life.pid == pid and abs(life.started_utc_s - started_utc_s) < SAME_START_S:
        turn.put(process=replace(life, seen_mono_s=turn.now.mono_s, by_us=life.by_us or by_us), looked=True)
        if watch.start is not None:
            turn.keep(start=None)
        return
    was_started = by_us or watch.start is not None
    if watch.asked == "start" or (watch.closing is not None and watch.asked in ("restart", "recover")):
        turn.keep(asked="")
    if watch.start is not None:
        turn.keep(start=None)
    turn.clear(IncidentKind.TWO_PROCESSES, f"only pid {pid} runs now")
    _begin_life(turn, pid, started_utc_s, was_started)
    turn.move(Trigger.PROCESS_SEEN)
    _explain_appearance(turn, watch.state, was_started, pid)


def _explain_appearance(turn: Turn, before: State, was_started: bool, pid: int) -> None:
    if turn.watch.user.run is Run.SUSPENDED:
        turn.keep(user=replace(turn.watch.user, run=Run.RUNNING))
        turn.clear(IncidentKind.CLOSED_BY_HAND, "a person started it again")
        turn.explain(
            "watched again", f"pid {pid} runs though it was closed by hand: somebody started it", before=before
        )
    elif not was_started and before is State.UPDATING:
        turn.explain(
            "came back by itself", f"pid {pid} runs after the update", "agent and robots are awaited", before=before
        )
    elif not was_started:
        turn.explain("adopted", f"pid {pid} runs already; nothing is restarted for that", before=before)
    else:
        turn.explain("start seen", f"pid {pid} runs", "agent, login and robots are awaited", before=before)


def _begin_life(turn: Turn, pid: int, started_utc_s: float, by_us: bool) -> None:
    now, watch = turn.now, turn.watch
    began = now.mono_s - max(0.0, now.utc_s - started_utc_s)
    since = began - EARLIER_S if watch.ended_mono_s is None else max(began - EARLIER_S, watch.ended_mono_s)
    settled = watch.settled_start_utc_s
    proven = settled is not None and abs(settled - started_utc_s) < SAME_START_S
    agent = watch.agent_memory
    turn.put(
        process=ProcessLife(
            pid=pid,
            started_utc_s=started_utc_s,
            began_mono_s=began,
            first_seen_mono_s=now.mono_s,
            seen_mono_s=now.mono_s,
            by_us=by_us,
            proven=proven,
        ),
        looked=True,
        conflict_pids=(),
        exit=None,
        closing=None,
        updating_since_mono_s=None,
        updater_seen=False,
        agent_memory=agent if agent is not None and agent.mono_s >= since else None,
        stale_since_mono_s=None,
        ipc=NO_IPC,
        link=replace(
            watch.link,
            out_since_mono_s=None,
            lost_since_mono_s=None,
            algo_off_since_mono_s=None,
            login_act="",
            algo_before=None,
            algo_pressed_mono_s=None,
        ),
        ladder=replace(watch.ladder, waived=False),
        marks=replace(NO_MARKS, link=of_life(watch.marks.link, since)),
        robots={robot_id: _carried(memory, since, started_utc_s) for robot_id, memory in watch.robots.items()},
        said=frozenset(),
        cpu_percent=None,
        rss_bytes=None,
    )


def _carried(memory: RobotMemory, since_mono_s: float, started_utc_s: float) -> RobotMemory:
    """What of a robot's memory may belong to the new process (facts may come before the process is seen)."""
    ready = memory.ready if memory.ready is not None and memory.ready.utc_s >= started_utc_s - EARLIER_S else None
    kept = replace(NO_ROBOT, ready=ready, errors=memory.errors)
    if memory.beat_mono_s is not None and memory.beat_mono_s >= since_mono_s:
        return replace(kept, beat=memory.beat, beat_mono_s=memory.beat_mono_s, advances=memory.advances)
    return kept


def take_exited(turn: Turn, fact: ProcessExited) -> None:
    """The watched process ended; the exit of any other is passed over."""
    life = turn.watch.process
    if life is None or life.pid != fact.pid:
        return
    code = "its exit code is not known" if fact.exit_code is None else f"exit code {fact.exit_code}"
    _lost(turn, life, fact, fact.exit_code, f"pid {fact.pid} ended, {code}")
    turn.put(ended_process=(life.pid, life.started_utc_s))


def take_absent(turn: Turn, fact: ProcessAbsent) -> None:
    """A scan found no process."""
    watch, now = turn.watch, turn.now
    if watch.process is not None:
        if now.mono_s - watch.process.first_seen_mono_s >= SCAN_LAG_S:
            _lost(turn, watch.process, fact, None, f"pid {watch.process.pid} is gone from the process table")
        return
    if watch.conflict_pids:
        turn.put(conflict_pids=())
    turn.clear(IncidentKind.TWO_PROCESSES, "no process runs any more")
    if not watch.looked and watch.start is None:
        start_ini.wipe(turn, "no process runs at the first look")
    if watch.start is None or watch.start.issued_mono_s is None:
        # What lies on the disk now is of a process that has ended, and of none that is started from here on.
        turn.put(ended_mono_s=now.mono_s)
    turn.put(looked=True, updater_seen=fact.updater)
    _give_up_unanswered_start(turn)


def _give_up_unanswered_start(turn: Turn) -> None:
    """A start that nobody answered, and whose process a scan does not find, has failed."""
    start = turn.watch.start
    if start is None or start.issued_mono_s is None:
        return
    if turn.now.mono_s - start.issued_mono_s < turn.policy.start_grace_s:
        return
    before = turn.watch.state
    turn.keep(start=None)
    turn.move(Trigger.PROCESS_LOST)
    wait_before_next_start(turn)
    turn.explain("start given up", f"no process {turn.policy.start_grace_s:.0f} s after the start", before=before)


def take_conflict(turn: Turn, fact: ProcessesConflict) -> None:
    """Two processes run from one directory: every act stops."""
    if turn.watch.conflict_pids == fact.pids:
        return
    before = turn.watch.state
    pids = ", ".join(str(pid) for pid in fact.pids)
    turn.keep(start=None)
    turn.put(conflict_pids=fact.pids, looked=True, process=None, exit=None, closing=None, agent_memory=None, ipc=NO_IPC)
    turn.move(Trigger.TWO_PROCESSES)
    opened = turn.open(
        IncidentKind.TWO_PROCESSES,
        f"{len(fact.pids)} processes run the terminal of {turn.who}: {pids}",
        "end all but one by hand; nothing is done to this terminal until one is left",
    )
    if opened:
        turn.say("error", f"MT5 terminal runs {len(fact.pids)} times ({turn.who}: pids {pids}); every act is stopped")
        turn.explain("every act stopped", f"one directory allows one process; pids {pids} run", before=before)


def _lost(turn: Turn, life: ProcessLife, fact: ProcessExited | ProcessAbsent, code: int | None, evidence: str) -> None:
    now = turn.now
    if not life.ini_wiped:
        start_ini.wipe(turn, "the process ended before its login was seen")
    turn.put(
        process=None,
        looked=True,
        updater_seen=fact.updater,
        exit=ExitSeen(
            pid=life.pid,
            exit_code=code,
            mono_s=now.mono_s,
            uptime_s=max(0.0, now.mono_s - life.began_mono_s),
            by_us=life.by_us,
            evidence=evidence,
            session_ending=fact.session_ending,
        ),
        ended_mono_s=now.mono_s,
        agent_memory=None,
        ipc=NO_IPC,
        robots={robot_id: replace(NO_ROBOT, errors=memory.errors) for robot_id, memory in turn.watch.robots.items()},
        cpu_percent=None,
        rss_bytes=None,
        said=frozenset(),
    )
    turn.clear(IncidentKind.NEEDS_PERSON, "its process ended")
    turn.clear(IncidentKind.BROKER_DISCONNECTED, "its process ended; judged anew after its start")


def wait_before_next_start(turn: Turn) -> None:
    """The backoff runs from here."""
    ladder = turn.watch.ladder
    turn.put(ladder=replace(ladder, not_before_mono_s=turn.now.mono_s + ladder.backoff_s))


def classify_end(turn: Turn, end: ExitSeen) -> tuple[EndKind, str]:
    """Why an unasked end came about, by what is known now; WAIT while a late journal line may still tell."""
    watch, now, policy = turn.watch, turn.now, turn.policy
    marks = watch.marks
    if end.session_ending:
        return EndKind.SHUTDOWN, "the system is shutting down or signing the account out"
    if marks.shutdown_mono_s is not None:
        # Before the exit code: Windows ends what is too slow for it with codes that look like a crash.
        return EndKind.SHUTDOWN, "the journal tells of a system shutdown"
    if watch.updater_seen:
        return EndKind.UPDATE, "the LiveUpdate program runs"
    if marks.update_mono_s is not None and end.mono_s - marks.update_mono_s <= policy.update_seen_s:
        return EndKind.UPDATE, "the journal told of a started update just before"
    if end.exit_code not in (0, None):
        return EndKind.CRASH, f"exit code {end.exit_code} is no clean end"
    waited = now.mono_s - end.mono_s
    # A second copy ends at once. Its line in the journal says nothing of a process that has long been running.
    early = end.exit_code in (0, None) and end.uptime_s < policy.second_instance_s
    second = early and (marks.second_mono_s is not None or (end.by_us and end.exit_code == 0))
    if marks.exited_mono_s is not None and not second:
        return EndKind.BY_HAND, "the journal tells of a clean shutdown that nobody asked the console for"
    if waited < policy.exit_grace_s:
        return EndKind.WAIT, "a late journal line may still tell a person's close from a crash"
    if second:
        return EndKind.CRASH, f"it ended {end.uptime_s:.1f} s after its start as a second copy does, yet no other runs"
    return EndKind.CRASH, f"no journal line of a clean shutdown within {policy.exit_grace_s:g} s"
