"""Reads what terminals write: agent status, READY, heartbeats, errors, replies, journals. One thread, stat first.

A file is read only when its stamp changed; a fact is posted only when its content advanced. Must not know: decisions.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mt5console.core.model.facts import (
    AgentReplied,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    ReadySeen,
    RobotErrorSeen,
)
from mt5console.core.model.ids import DeploymentId, RobotId, UserId
from mt5console.core.model.observed import Entries, Heartbeat
from mt5console.core.ports import Clock, FileStamp, FileStore
from mt5console.core.terminal.journal_tail import JournalTail
from mt5console.core.terminal.protocol import (
    decode_errors,
    decode_heartbeat,
    decode_ready,
    decode_reply,
    decode_status,
)
from mt5console.runtime.targets import Target, Targets

log = logging.getLogger(__name__)

REPLY_PACE_S = 0.05
JOURNAL_LIMIT = 200
"""At most this many journal lines of one terminal become facts in one pass; the rest follow in the next."""


class FileCollector:
    """Polls all targets every `period_s`, and replies that are waited for every 50 ms. Runs in: its own thread."""

    def __init__(
        self,
        targets: Targets,
        files: FileStore,
        clock: Clock,
        post: Callable[[Fact], None],
        on_beat: Callable[[RobotId, float, float], None],
        period_s: float,
    ) -> None:
        self._targets = targets
        self._files = files
        self._clock = clock
        self._post = post
        self._on_beat = on_beat
        self._period_s = period_s
        self._stamps: dict[Path, FileStamp | None] = {}
        self._legacy_counts: dict[RobotId, int] = {}
        self._errors_seen: dict[RobotId, int] = {}
        self._tails: dict[UserId, tuple[JournalTail, ...]] = {}
        # Lines from before this engine are history: they must not look like news.
        self._since = datetime.fromtimestamp(clock.now().utc_s - 1.0).isoformat(timespec="milliseconds")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)

    def start(self) -> None:
        """Begin polling."""
        self._thread.start()

    def stop(self) -> None:
        """End after the pass that is running."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        next_pass = 0.0
        while not self._stop.is_set():
            now = self._clock.now().mono_s
            full = now >= next_pass
            if full:
                next_pass = now + self._period_s
            waiting = False
            for target in self._targets.all():
                waiting |= bool(target.replies)
                self._collect_one(target, full)
            pause = next_pass - self._clock.now().mono_s
            self._stop.wait(max(0.001, min(REPLY_PACE_S, pause) if waiting else min(pause, 0.25)))

    def _collect_one(self, target: Target, full: bool) -> None:
        try:
            self.collect_replies(target)
            if full:
                self.collect(target)
        except OSError as error:
            log.warning("reading user %s: %s", target.user_id, error)

    def collect(self, target: Target) -> None:
        """One pass over one terminal's files."""
        self._status(target)
        for robot_id in target.robots:
            self._ready(target, robot_id)
            self._heartbeat(target, robot_id)
            self._errors(target, robot_id)
        self._journals(target)

    def collect_replies(self, target: Target) -> None:
        """Replies of the agent that somebody waits for."""
        for command_id in target.replies:
            reply = decode_reply(self._files.read(target.layout.replies / f"{command_id}.json"))
            if reply is None or reply.id != command_id:
                continue
            self._targets.reply_taken(target.user_id, command_id)
            fact = AgentReplied(
                user_id=target.user_id,
                command_id=reply.id,
                ok=reply.ok,
                code=reply.code,
                text=reply.text,
                result=reply.result,
            )
            self._post(fact)

    def _changed(self, path: Path) -> bytes | None:
        """The content if its stamp is new, else None."""
        stamp = self._files.stamp(path)
        if stamp is None or stamp == self._stamps.get(path):
            return None
        data = self._files.read(path)
        if data is not None:
            self._stamps[path] = stamp
        return data

    def _age(self, utc_s: float) -> float:
        return max(0.0, self._clock.now().utc_s - utc_s)

    def _status(self, target: Target) -> None:
        status = decode_status(self._changed(target.layout.agent_status))
        if status is not None:
            self._post(AgentStatusSeen(user_id=target.user_id, status=status, age_s=self._age(status.utc_s)))

    def _ready(self, target: Target, robot_id: RobotId) -> None:
        ready = decode_ready(self._changed(target.layout.ready(robot_id)))
        if ready is not None and ready.robot_id == robot_id:
            self._post(ReadySeen(user_id=target.user_id, ready=ready))

    def _heartbeat(self, target: Target, robot_id: RobotId) -> None:
        beat = decode_heartbeat(self._changed(target.layout.heartbeat(robot_id)))
        if beat is None or beat.robot_id != robot_id:
            if self._files.stamp(target.layout.heartbeat(robot_id)) is None:
                self._legacy_heartbeat(target, robot_id)
            return
        self._beat(target, beat, self._age(beat.utc_s))

    def _legacy_heartbeat(self, target: Target, robot_id: RobotId) -> None:
        """The seed's one-line heartbeat: judged by its file's time, for what it writes is a quote's time."""
        path = target.layout.legacy_heartbeat(robot_id)
        if self._changed(path) is None:
            return
        stamp = self._stamps[path]
        if stamp is None:
            return
        self._legacy_counts[robot_id] = self._legacy_counts.get(robot_id, 0) + 1
        beat = Heartbeat(
            robot_id=robot_id,
            deployment_id=DeploymentId(""),
            sequence=self._legacy_counts[robot_id],
            utc_s=stamp.mtime_ns / 1e9,
            tick_ms=0,
            ticks=0,
            last_quote_utc_s=None,
            trade_allowed=False,
            entries=Entries.OPEN,
            legacy=True,
        )
        self._beat(target, beat, self._age(beat.utc_s))

    def _beat(self, target: Target, beat: Heartbeat, age_s: float) -> None:
        self._post(HeartbeatSeen(user_id=target.user_id, beat=beat, age_s=age_s))
        self._on_beat(beat.robot_id, self._clock.now().utc_s, age_s)

    def _errors(self, target: Target, robot_id: RobotId) -> None:
        data = self._changed(target.layout.robot_errors(robot_id))
        if data is None:
            return
        errors = decode_errors(data)
        seen = self._errors_seen.get(robot_id, 0)
        for error in errors[seen if seen <= len(errors) else 0 :]:
            self._post(RobotErrorSeen(user_id=target.user_id, robot_id=robot_id, error=error))
        self._errors_seen[robot_id] = len(errors)

    def _journals(self, target: Target) -> None:
        tails = self._tails.get(target.user_id)
        if tails is None:
            tails = (JournalTail(target.layout.journals), JournalTail(target.layout.experts_logs, experts_log=True))
            self._tails[target.user_id] = tails
        for tail in tails:
            for entry in tail.poll()[-JOURNAL_LIMIT:]:
                if entry.time >= self._since:
                    self._post(JournalSeen(user_id=target.user_id, entry=entry))
