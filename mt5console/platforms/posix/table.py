"""The table of living processes: which pid, born when, running which programs.

Linux reads /proc and remembers what cannot have changed; elsewhere psutil looks each time. Must not know: terminals.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import psutil

from mt5console.core.ports import ProcessRef, ProcessUsage
from mt5console.platforms.posix.program import programs_of

assert sys.platform != "win32", "mt5console.platforms.posix works on POSIX systems only"

BIRTH_TOLERANCE_S = 2.0
"""Two births of one pid closer than this are the same process: the boot time that they are counted from may shift."""

_SETTLED_AFTER_S = 3.0
_READ_AGAIN_AFTER_S = 10.0
_READ_AGAIN_AT_ONCE = 16
_HALF_BORN_TRIES = 20
_HALF_BORN_PAUSE_S = 0.0002
_ARGUMENTS_READ = 16
_FORKED_NOT_EXECUTED = 0x40
"""Linux' PF_FORKNOEXEC among the flags of /proc/<pid>/stat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One living process as the table saw it. `programs` are real paths: its image, and the script that it runs.

    `copy_of`: its parent, of which it is a copy still, because it has begun no program of its own; else 0.
    """

    pid: int
    created_utc_s: float
    programs: tuple[str, ...]
    copy_of: int = 0


def is_same_birth(one_utc_s: float, other_utc_s: float) -> bool:
    """Whether two creation times of the same pid mean the same process."""
    return abs(one_utc_s - other_utc_s) <= BIRTH_TOLERANCE_S


class ProcessTable(Protocol):
    """What a process host needs to know about processes."""

    def find(self, is_wanted: Callable[[Seen], bool]) -> list[Seen]:
        """All living processes that are wanted, oldest first; each checked anew before it is named."""
        ...

    def look(self, pid: int) -> Seen | None:
        """One living process, None when it is gone or a zombie."""
        ...

    def created_utc_s(self, pid: int) -> float | None:
        """When a pid's process began, also a zombie's; None when there is none."""
        ...

    def is_living(self, ref: ProcessRef) -> bool:
        """Whether this very process runs; a zombie does not."""
        ...

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """CPU and memory of this very process, None when it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class _Stat:
    """The few fields of /proc/<pid>/stat that matter here."""

    is_zombie: bool
    started_ticks: int
    cpu_ticks: int
    copy_of: int


@dataclass(slots=True)
class _Known:
    """What the table remembers of one process. The inode of its /proc folder changes when the pid is used again."""

    inode: int
    seen: Seen | None
    settled: bool
    read_mono_s: float


class LinuxProcessTable:
    """/proc with a memory: a scan lists the pids, and reads only those that are new since the last one.

    A process may replace its own image (exec). So the young are read at every scan until they have settled, the
    older ones in turn, and all that were not read lately before the answer is "none". Thread-safe.
    """

    def __init__(self) -> None:
        self._ticks_per_s = os.sysconf("SC_CLK_TCK")
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._boot_utc_s = _boot_time()
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def find(self, is_wanted: Callable[[Seen], bool]) -> list[Seen]:
        """All living processes that are wanted, oldest first."""
        with self._lock:
            left_unread = self._scan(_READ_AGAIN_AT_ONCE)
            pids = self._select(is_wanted)
            if not pids and left_unread:
                self._scan(left_unread)
                pids = self._select(is_wanted)
        found = [seen for pid in pids if (seen := self.look(pid)) is not None and is_wanted(seen)]
        return sorted(_without_copies(found), key=lambda seen: (seen.created_utc_s, seen.pid))

    def look(self, pid: int) -> Seen | None:
        """One living process, None when it is gone or a zombie."""
        stat = _read_stat(pid)  # before the programs: who has a program of its own by then has shed its parent's
        if stat is None or stat.is_zombie:
            return None
        return Seen(pid=pid, created_utc_s=self._birth(stat), programs=_read_programs(pid), copy_of=stat.copy_of)

    def created_utc_s(self, pid: int) -> float | None:
        """When a pid's process began, also a zombie's; None when there is none."""
        stat = _read_stat(pid)
        return None if stat is None else self._birth(stat)

    def is_living(self, ref: ProcessRef) -> bool:
        """Whether this very process runs; a zombie does not."""
        stat = _read_stat(ref.pid)
        return stat is not None and not stat.is_zombie and is_same_birth(self._birth(stat), ref.created_utc_s)

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """CPU and memory of this very process, None when it is gone."""
        stat = _read_stat(ref.pid)
        memory = _read_file(f"/proc/{ref.pid}/statm")
        if stat is None or stat.is_zombie or not memory or not is_same_birth(self._birth(stat), ref.created_utc_s):
            return None
        resident_pages = int(memory.split()[1])
        return ProcessUsage(cpu_s=stat.cpu_ticks / self._ticks_per_s, rss_bytes=resident_pages * self._page_bytes)

    def _birth(self, stat: _Stat) -> float:
        return self._boot_utc_s + stat.started_ticks / self._ticks_per_s

    def _select(self, is_wanted: Callable[[Seen], bool]) -> list[int]:
        return [known.seen.pid for known in self._known.values() if known.seen is not None and is_wanted(known.seen)]

    def _scan(self, again_at_most: int) -> int:
        """Bring the memory up to date, reading at most so many settled ones again; says how many were due and not."""
        now = time.monotonic()
        due_before = now - _READ_AGAIN_AFTER_S
        before, after = self._known, {}
        left_unread = 0
        with os.scandir("/proc") as entries:
            for entry in entries:
                name = entry.name
                if not name.isdecimal():
                    continue
                known = before.get(name)
                if known is not None and known.settled and known.inode == entry.inode():
                    if known.read_mono_s > due_before or left_unread or again_at_most <= 0:
                        left_unread += known.read_mono_s <= due_before
                        after[name] = known
                        continue
                    again_at_most -= 1
                after[name] = self._read(int(name), entry.inode(), now)
        self._known = after
        return left_unread

    def _read(self, pid: int, inode: int, now_mono_s: float) -> _Known:
        since_boot_s = float(_read_file("/proc/uptime").split()[0])
        seen = self.look(pid)
        settled = seen is not None and since_boot_s + self._boot_utc_s - seen.created_utc_s >= _SETTLED_AFTER_S
        return _Known(inode=inode, seen=seen, settled=settled, read_mono_s=now_mono_s)


class PsutilProcessTable:
    """The same by psutil, for systems without /proc: slower, nothing remembered."""

    def find(self, is_wanted: Callable[[Seen], bool]) -> list[Seen]:
        """All living processes that are wanted, oldest first."""
        found = [seen for pid in psutil.pids() if (seen := self.look(pid)) is not None and is_wanted(seen)]
        return sorted(found, key=lambda seen: (seen.created_utc_s, seen.pid))

    def look(self, pid: int) -> Seen | None:
        """One living process, None when it is gone or a zombie."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            image, argv = self._image(process), self._argv(process)
            programs = programs_of(image, argv, lambda: self._working_directory(process))
            return Seen(pid=pid, created_utc_s=process.create_time(), programs=programs)
        except psutil.NoSuchProcess:
            return None

    def created_utc_s(self, pid: int) -> float | None:
        """When a pid's process began, also a zombie's; None when there is none."""
        try:
            return psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return None

    def is_living(self, ref: ProcessRef) -> bool:
        """Whether this very process runs; a zombie does not."""
        try:
            process = psutil.Process(ref.pid)
            return process.status() != psutil.STATUS_ZOMBIE and is_same_birth(process.create_time(), ref.created_utc_s)
        except psutil.NoSuchProcess:
            return False

    def usage(self, ref: ProcessRef) -> ProcessUsage | None:
        """CPU and memory of this very process, None when it is gone."""
        if not self.is_living(ref):
            return None
        try:
            process = psutil.Process(ref.pid)
            times = process.cpu_times()
            return ProcessUsage(cpu_s=times.user + times.system, rss_bytes=process.memory_info().rss)
        except psutil.Error:
            return None

    @staticmethod
    def _image(process: psutil.Process) -> str:
        try:
            return os.path.realpath(process.exe()) if process.exe() else ""
        except (psutil.AccessDenied, psutil.ZombieProcess):
            return ""

    @staticmethod
    def _argv(process: psutil.Process) -> Sequence[str]:
        try:
            return process.cmdline()
        except (psutil.AccessDenied, psutil.ZombieProcess):
            return ()

    @staticmethod
    def _working_directory(process: psutil.Process) -> str:
        try:
            return process.cwd()
        except (psutil.AccessDenied, psutil.ZombieProcess):
            return "/"


def system_table() -> ProcessTable:
    """The best table for this system."""
    return LinuxProcessTable() if sys.platform == "linux" else PsutilProcessTable()


def _without_copies(found: Sequence[Seen]) -> list[Seen]:
    """A program that starts another is there twice for a moment: its child is a copy of it until it begins its own.

    One whose parent is gone counts: then it is the only one that runs this program.
    """
    pids = {seen.pid for seen in found}
    return [seen for seen in found if seen.copy_of not in pids]


def _boot_time() -> float:
    """Seconds since 1970 at which the system started, as the kernel counts process births from."""
    for line in _read_file("/proc/stat").splitlines():
        if line.startswith(b"btime "):
            return float(line.split()[1])
    raise OSError("/proc/stat does not tell the boot time; is /proc mounted?")


def _read_file(path: str) -> bytes:
    """The whole of a small /proc file, empty when the process is gone or may not be read."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        parts = []
        while part := os.read(handle, 65536):
            parts.append(part)
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _read_stat(pid: int) -> _Stat | None:
    """/proc/<pid>/stat. The name in it may hold spaces and brackets: fields count from the last bracket."""
    data = _read_file(f"/proc/{pid}/stat")
    if not data:
        return None
    fields = data[data.rindex(b")") + 2 :].split()
    return _Stat(
        is_zombie=fields[0] in (b"Z", b"X", b"x"),
        started_ticks=int(fields[19]),
        cpu_ticks=int(fields[11]) + int(fields[12]),
        copy_of=int(fields[1]) if int(fields[6]) & _FORKED_NOT_EXECUTED else 0,
    )


def _read_programs(pid: int) -> tuple[str, ...]:
    image = _link(f"/proc/{pid}/exe")
    line = _read_file(f"/proc/{pid}/cmdline")
    for _ in range(_HALF_BORN_TRIES if image and not line else 0):
        # In the middle of an exec the new image shows already, and its command line an instant later.
        time.sleep(_HALF_BORN_PAUSE_S)
        image, line = _link(f"/proc/{pid}/exe"), _read_file(f"/proc/{pid}/cmdline")
        if line or not image:
            break
    argv = [os.fsdecode(part) for part in line.split(b"\0")[:_ARGUMENTS_READ]]
    return programs_of(image, argv, lambda: _link(f"/proc/{pid}/cwd"))


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
