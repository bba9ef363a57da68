"""A fact in a few plain words, as decisions name their trigger.

Must not know: what the fact led to.
"""

from __future__ import annotations

import re

from mt5console.core.model.facts import (
    ActFailed,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    LoginFinished,
    ProbeAnswered,
    ProbeFailed,
    ProcessAbsent,
    ProcessesConflict,
    ProcessExited,
    ProcessSeen,
    Requested,
    StorageSeen,
    TerminalSpawned,
)

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def fact_words(fact: Fact | None) -> str:
    """What was seen, in words; None is the passing of time."""
    match fact:
        case None:
            return "time passed"
        case ProcessSeen() | TerminalSpawned() | ProcessAbsent() | ProcessExited() | ProcessesConflict():
            return _process_words(fact)
        case AgentStatusSeen(status=status):
            return f"the agent spoke (login {status.login}, link {'up' if status.connected else 'out'})"
        case HeartbeatSeen(beat=beat):
            return f"robot {beat.robot_id} beat (deployment {beat.deployment_id}, {beat.sequence})"
        case ProbeAnswered(answer=answer):
            return f"IPC answered (login {answer.login})"
        case ProbeFailed(problem=problem, text=text):
            return f"IPC failed: {problem}: {text}"
        case JournalSeen(entry=entry):
            return f"journal: {entry.text}"
        case StorageSeen(error=error):
            return f"a trial write failed: {error}" if error else "a trial write worked"
        case LoginFinished(ok=ok, text=text):
            return f"a login {'was answered' if ok else 'failed'}: {text}"
        case ActFailed(code=code, text=text):
            return f"an act failed ({code}): {text}"
        case Requested(request=request, actor=actor):
            kind = type(request).__name__.removesuffix("Request")
            return f"{actor} asked: {_CAPITAL.sub(' ', kind).lower()}"
        case _:
            return _CAPITAL.sub(" ", type(fact).__name__).lower()


def _process_words(
    fact: ProcessSeen | TerminalSpawned | ProcessAbsent | ProcessExited | ProcessesConflict,
) -> str:
    match fact:
        case ProcessSeen(pid=pid):
            return f"process {pid} was found"
        case TerminalSpawned(pid=pid):
            return f"process {pid} was started"
        case ProcessAbsent(updater=updater):
            return "no process was found, LiveUpdate's program was" if updater else "no process was found"
        case ProcessExited(pid=pid, exit_code=code, session_ending=ending):
            told = f"process {pid} ended, exit code {'unknown' if code is None else code}"
            return f"{told}; the session is ending" if ending else told
        case ProcessesConflict(pids=pids):
            return f"{len(pids)} processes were found"
