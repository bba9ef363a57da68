"""Reads what terminals write: agent status, READY, heartbeats, errors, replies, journals. One thread, stat first.

A file is read only when its stamp changed; a fact is posted only when its content advanced. A thousand robots a
second are a matter of microseconds each: paths are built once, and a robot that beats for the deployment whose READY
was read is looked at for anything else only in turn. How old something is, its file's time says: that is this
machine's clock, and MetaTrader's UTC may be another (a time zone, a summer time gone wrong). Must not know: decisions.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mt5console.core.errors import ConsoleError
from mt5console.core.model.facts import (
    AgentReplied,
    AgentStatusSeen,
    Fact,
    HeartbeatSeen,
    JournalSeen,
    ReadySeen,
    RobotErrorSeen,
)
from mt5console.core.model.ids import DeploymentId, Now, RobotId, UserId
from mt5console.core.model.observed import Entries, Heartbeat
from mt5console.core.ports import Clock, FileStamp, FileStore
from mt5console.core.terminal.journal_tail import JournalTail
from mt5console.core.terminal.layout import TerminalLayout
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
TURNS = 5
"""READY and errors of a robot that beats as expected are looked at in every so many-th pass."""
STEADY_S = 3.0
"""A robot that was silent for longer does not beat as expected."""
CLOCKS_DIFFER_S = 5.0
"""A content whose own time is farther than this from its file's was written by another clock."""


@dataclass(slots=True)
class _Watched:
    """One file and the version of it that was read last."""

    path: Path
    stamp: FileStamp | None = None


@dataclass(slots=True)
class _RobotFiles:
    """The files of one robot. `ready_for`: the deployment whose READY was read last; `steady_until_mono_s`: until
    then it needs no closer look, for it beats for that deployment."""

    ready: _Watched
    heartbeat: _Watched
    errors: _Watched
    legacy: _Watched
    ready_for: DeploymentId | None = None
    steady_until_mono_s: float = 0.0
    errors_seen: int = 0
    legacy_count: int = 0

    @classmethod
    def of(cls, layout: TerminalLayout, robot_id: RobotId) -> _RobotFiles:
        """Where a robot's files lie."""
        return cls(
            ready=_Watched(layout.ready(robot_id)),
            heartbeat=_Watched(layout.heartbeat(robot_id)),
            errors=_Watched(layout.robot_errors(robot_id)),
            legacy=_Watched(layout.legacy_heartbeat(robot_id)),
        )


class FileCollector:
    """Polls all targets every `period_s`, and replies that are waited for every 50 ms. Runs in: its own thread.

    `on_pass` is called after each pass over all of them.
    """

    def __init__(
        self,
        targets: Targets,
        files: FileStore,
        clock: Clock,
        post: Callable[[Fact], None],
        on_beat: Callable[[RobotId, float, float], None],
        period_s: float,
        on_pass: Callable[[], None] = lambda: None,
    ) -> None:
        self._targets = targets
        self._files = files
        self._clock = clock
        self._post = post
        self._on_beat = on_beat
        self._period_s = period_s
        self._on_pass = on_pass
        self._status_files: dict[UserId, _Watched] = {}
        self._robot_files: dict[tuple[UserId, RobotId], _RobotFiles] = {}
        self._passes = 0
        self._other_clocks: set[UserId] = set()
        self._unread: set[UserId] = set()
        self._tails: dict[UserId, tuple[JournalTail, ...]] = {}
        # Lines from before this engine are history: they must not look like news.
        self._since = datetime.fromtimestamp(clock.now().utc_s - 1.0).isoformat(timespec="milliseconds")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)

    def start(self) -> None:
        """Read everything once, so that the first request finds a world that was looked at; then begin polling."""
        for target in self._targets.all():
            self._collect_one(target, True)
        self._thread.start()

    def stop(self) -> None:
        """End after the pass that is running."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        next_pass = self._clock.now().mono_s
        while not self._stop.is_set():
            now = self._clock.now().mono_s
            full = now >= next_pass
            if full:
                # From when it was due, not from when it began: a poller that drifts loses beats of a steady writer.
                next_pass = max(next_pass, now - self._period_s) + self._period_s
                self._passes += 1
            waiting = False
            for target in self._targets.all():
                waiting |= bool(target.replies)
                self._collect_one(target, full)
            if full:
                self._on_pass()
            pause = next_pass - self._clock.now().mono_s
            self._stop.wait(max(0.001, min(REPLY_PACE_S, pause) if waiting else min(pause, 0.25)))

    def _collect_one(self, target: Target, full: bool) -> None:
        try:
            self.collect_replies(target)
            if full:
                self.collect(target)
        except Exception as error:
            # Of any kind: this thread sees for the whole fleet, and without it every terminal would look frozen.
            if target.user_id not in self._unread:
                self._unread.add(target.user_id)
                known = isinstance(error, OSError | ConsoleError)
                log.warning("reading user %s: %s", target.user_id, error, exc_info=None if known else error)
        else:
            if full:
                self._unread.discard(target.user_id)

    def collect(self, target: Target) -> None:
        """One pass over one terminal's files."""
        self._status(target)
        now = self._clock.now()
        for robot_id in target.robots:
            self._robot(target, robot_id, now)
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

    def _changed(self, file: _Watched) -> bytes | None:
        """The content if its stamp is new, else None."""
        stamp = self._files.stamp(file.path)
        if stamp is None or stamp == file.stamp:
            return None
        return self._content(file, stamp)

    def _content(self, file: _Watched, stamp: FileStamp) -> bytes | None:
        # No more than the stamp's size: one read instead of three calls. What was replaced by something longer in
        # between reads as torn, which is no news, and its stamp brings it back in the next pass.
        data = self._files.read(file.path, stamp.size)
        if data is not None:
            file.stamp = stamp
        return data

    def _age(self, user_id: UserId, file: _Watched, utc_s: float, now: Now) -> float:
        """How long ago a file was written; says once when the writer's own clock, `utc_s`, tells another time."""
        if file.stamp is None:
            return 0.0
        written_utc_s = file.stamp.mtime_ns / 1e9
        if abs(utc_s - written_utc_s) > CLOCKS_DIFFER_S and user_id not in self._other_clocks:
            self._other_clocks.add(user_id)
            log.warning(
                "MetaTrader's UTC of user %s differs by %+.0f s from this machine's; ages are those of the files",
                user_id,
                utc_s - written_utc_s,
            )
        return max(0.0, now.utc_s - written_utc_s)

    def _status(self, target: Target) -> None:
        file = self._status_files.get(target.user_id)
        if file is None:
            file = self._status_files[target.user_id] = _Watched(target.layout.agent_status)
        status = decode_status(self._changed(file))
        if status is not None:
            age_s = self._age(target.user_id, file, status.utc_s, self._clock.now())
            self._post(AgentStatusSeen(user_id=target.user_id, status=status, age_s=age_s))

    def _robot(self, target: Target, robot_id: RobotId, now: Now) -> None:
        """READY and errors before the beat, so that a deployment hears of them in the order in which they came."""
        key = (target.user_id, robot_id)
        files = self._robot_files.get(key)
        if files is None:
            files = self._robot_files[key] = _RobotFiles.of(target.layout, robot_id)
        beat = self._new_beat(files, robot_id)
        if beat is not None:
            expected = beat.deployment_id == files.ready_for
            files.steady_until_mono_s = now.mono_s + STEADY_S if expected else 0.0
        if now.mono_s >= files.steady_until_mono_s or (self._passes + robot_id) % TURNS == 0:
            self._ready(target, files, robot_id)
            self._errors(target, files, robot_id)
        if beat is not None:
            file = files.legacy if beat.legacy else files.heartbeat
            age_s = self._age(target.user_id, file, beat.utc_s, now)
            self._post(HeartbeatSeen(user_id=target.user_id, beat=beat, age_s=age_s))
            self._on_beat(robot_id, now.utc_s, age_s)

    def _ready(self, target: Target, files: _RobotFiles, robot_id: RobotId) -> None:
        ready = decode_ready(self._changed(files.ready))
        if ready is not None and ready.robot_id == robot_id:
            files.ready_for = ready.deployment_id
            self._post(ReadySeen(user_id=target.user_id, ready=ready))

    def _new_beat(self, files: _RobotFiles, robot_id: RobotId) -> Heartbeat | None:
        """The robot's beat, if there is a new one."""
        stamp = self._files.stamp(files.heartbeat.path)
        if stamp is None:
            return self._legacy_beat(files, robot_id)
        if stamp == files.heartbeat.stamp:
            return None
        beat = decode_heartbeat(self._content(files.heartbeat, stamp))
        return beat if beat is not None and beat.robot_id == robot_id else None

    def _legacy_beat(self, files: _RobotFiles, robot_id: RobotId) -> Heartbeat | None:
        """The seed's one-line heartbeat: judged by its file's time, for what it writes is a quote's time."""
        if self._changed(files.legacy) is None or files.legacy.stamp is None:
            return None
        files.legacy_count += 1
        return Heartbeat(
            robot_id=robot_id,
            deployment_id=DeploymentId(""),
            sequence=files.legacy_count,
            utc_s=files.legacy.stamp.mtime_ns / 1e9,
            tick_ms=0,
            ticks=0,
            last_quote_utc_s=None,
            trade_allowed=False,
            entries=Entries.OPEN,
            legacy=True,
        )

    def _errors(self, target: Target, files: _RobotFiles, robot_id: RobotId) -> None:
        data = self._changed(files.errors)
        if data is None:
            return
        errors = decode_errors(data)
        seen = files.errors_seen
        for error in errors[seen if seen <= len(errors) else 0 :]:
            self._post(RobotErrorSeen(user_id=target.user_id, robot_id=robot_id, error=error))
        files.errors_seen = len(errors)

    def _journals(self, target: Target) -> None:
        tails = self._tails.get(target.user_id)
        if tails is None:
            tails = (JournalTail(target.layout.journals), JournalTail(target.layout.experts_logs, experts_log=True))
            self._tails[target.user_id] = tails
        for tail in tails:
            for entry in tail.poll()[-JOURNAL_LIMIT:]:
                if entry.time >= self._since:
                    self._post(JournalSeen(user_id=target.user_id, entry=entry))
