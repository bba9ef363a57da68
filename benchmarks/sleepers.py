"""Many small processes that are nobody's children of ours: what a terminal that we did not start looks like.

Each ends by itself after five minutes, should the benchmark be killed. Must not know: who watches them.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from mt5console.core.ports import ProcessRef
from mt5console.platforms.posix.table import system_table

LIFETIME_S = 300

# The starter ends at once, so its children become orphans: the classic double fork.
_STARTER = """
import os, sys
null = os.open(os.devnull, os.O_RDWR)
for _ in range(int(sys.argv[1])):
    actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
    print(os.posix_spawn(sys.argv[2], ["sleep", sys.argv[3]], {}, file_actions=actions, setsid=True))
"""


@contextmanager
def sleepers(count: int) -> Iterator[list[ProcessRef]]:
    """So many sleeping processes, seen by the project's own table; all ended at the end."""
    program = shutil.which("sleep") or "/bin/sleep"
    command = [sys.executable, "-IS", "-c", _STARTER, str(count), program, str(LIFETIME_S)]
    known: list[psutil.Process] = []
    try:
        with _uninterrupted():
            started = subprocess.run(command, stdout=subprocess.PIPE, start_new_session=True, check=True)
            known += [psutil.Process(int(word)) for word in started.stdout.split()]
        birth = system_table().created_utc_s
        yield [ProcessRef(pid=one.pid, created_utc_s=birth(one.pid) or 0.0, executable=program) for one in known]
    finally:
        for one in known:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until every sleeper is known: one that nobody knows could not be ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
