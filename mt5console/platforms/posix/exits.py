"""Waiting for the ends of processes: one thread, whatever their number.

Linux waits on pidfds with epoll and costs nothing while nothing happens; elsewhere the thread looks every 200 ms.
Must not know: terminals, or why somebody watches.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import functools
import os
import select
import sys
import threading

from mt5console.core.ports import ProcessRef
from mt5console.platforms.exits import ExitWatcher, Watch

assert sys.platform != "win32", "mt5console.platforms.posix works on POSIX systems only"

from mt5console.platforms.posix.table import ProcessTable, is_same_birth

_POLL_S = 0.2
_CLOSE_WAIT_S = 5.0


class _OneThread(ExitWatcher):
    """A watcher with a single thread that runs `_run`."""

    def __init__(self, table: ProcessTable) -> None:
        super().__init__()
        self._table = table
        self._thread: threading.Thread | None = None

    def _ensure_running(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="process-exits", daemon=True)
            self._thread.start()

    def _join(self) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_WAIT_S)

    def _run(self) -> None:
        raise NotImplementedError


class PollingExitWatcher(_OneThread):
    """Looks at every watched process five times a second; for systems without pidfd."""

    def __init__(self, table: ProcessTable) -> None:
        super().__init__(table)
        self._woken = threading.Event()

    def _begin(self, watch: Watch) -> bool:
        watch.has_ended = functools.partial(self._has_ended, watch.ref)
        self._wake()
        return watch.is_child or not self._has_ended(watch.ref)

    def _has_ended(self, ref: ProcessRef) -> bool:
        return not self._table.is_living(ref)

    def _collect(self, watch: Watch) -> int | None:
        try:
            pid, status = os.waitpid(watch.ref.pid, os.WNOHANG)
        except ChildProcessError:
            return None
        return os.waitstatus_to_exitcode(status) if pid else None

    def _release(self, watch: Watch) -> None:
        watch.has_ended = None

    def _wake(self) -> None:
        self._woken.set()

    def _run(self) -> None:
        while not self._closed:
            with self._lock:
                watches = list(self._watches.values())
            for watch in watches:
                if self._has_ended(watch.ref):
                    self._ended(watch)
            self._call_due()
            self._woken.wait(_POLL_S if watches else None)
            self._woken.clear()


if sys.platform == "linux":

    class PidfdExitWatcher(_OneThread):
        """Sleeps in the kernel until a watched process ends; notices within a fraction of a millisecond."""

        def __init__(self, table: ProcessTable) -> None:
            super().__init__(table)
            self._epoll = select.epoll()
            self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            self._epoll.register(self._bell, select.EPOLLIN)
            self._by_handle: dict[int, Watch] = {}

        def _begin(self, watch: Watch) -> bool:
            handle = open_process(self._table, watch.ref)
            if handle is None:
                return False
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            watch.handle = handle
            watch.has_ended = functools.partial(poll.poll, 0)
            self._by_handle[handle] = watch
            self._epoll.register(handle, select.EPOLLIN)
            return True

        def _collect(self, watch: Watch) -> int | None:
            try:
                result = os.waitid(os.P_PIDFD, watch.handle, os.WEXITED | os.WNOHANG)
            except ChildProcessError:
                return None
            if result is None:
                return None
            return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status

        def _release(self, watch: Watch) -> None:
            watch.has_ended = None
            del self._by_handle[watch.handle]
            self._epoll.unregister(watch.handle)
            os.close(watch.handle)

        def _wake(self) -> None:
            os.eventfd_write(self._bell, 1)

        def close(self) -> None:
            """Stop the thread; callbacks not made yet are dropped. A second call is harmless."""
            was_closed = self._closed
            super().close()
            if not was_closed and (self._thread is None or not self._thread.is_alive()):
                self._epoll.close()
                os.close(self._bell)

        def _run(self) -> None:
            while not self._closed:
                for handle, _events in self._epoll.poll():
                    if handle == self._bell:
                        os.eventfd_read(self._bell)
                        continue
                    with self._lock:
                        watch = self._by_handle.get(handle)
                    if watch is not None:
                        self._ended(watch)
                self._call_due()

    def open_process(table: ProcessTable, ref: ProcessRef) -> int | None:
        """A pidfd of this very process (a zombie too); None when it is gone or the pid belongs to another now."""
        try:
            handle = os.pidfd_open(ref.pid)
        except (OSError, OverflowError):
            return None
        # The birth is read after opening: if it fits now, the handle means this process and no later one.
        born = table.created_utc_s(ref.pid)
        if born is None or not is_same_birth(born, ref.created_utc_s):
            os.close(handle)
            return None
        return handle


def has_pidfd() -> bool:
    """Whether this kernel can hand out pidfds (Linux 5.3 and later)."""
    if sys.platform == "linux":
        try:
            os.close(os.pidfd_open(os.getpid()))
        except OSError:
            return False
        return True
    else:  # noqa: RET505 - without it mypy calls the last line unreachable on Linux
        return False


def system_exit_watcher(table: ProcessTable) -> ExitWatcher:
    """The best watcher for this system."""
    if sys.platform == "linux" and has_pidfd():
        return PidfdExitWatcher(table)
    return PollingExitWatcher(table)
