"""Who is told when a process ends: one thread, whatever the number of processes.

Linux waits on pidfds with epoll and costs nothing while nothing happens; elsewhere the thread looks every 200 ms.
Children spawned by the host are reaped here. Must not know: terminals, or why somebody watches.
"""

from __future__ import annotations

import functools
import logging
import os
import select
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from mt5console.core.ports import ProcessRef
from mt5console.platforms.posix.table import ProcessTable, is_same_birth

assert sys.platform != "win32", "mt5console.platforms.posix works on POSIX systems only"

OnExit = Callable[[ProcessRef, int | None], None]

_log = logging.getLogger(__name__)
_POLL_S = 0.2
_KEPT_EXIT_CODES = 1024
_CLOSE_WAIT_S = 5.0


@dataclass(slots=True)
class _Watch:
    """One process being waited for. A child of ours without a callback is waited for to be reaped."""

    ref: ProcessRef
    is_child: bool
    on_exit: OnExit | None
    handle: int = -1
    has_ended: Callable[[], object] | None = None


class ExitWatcher:
    """The bookkeeping that both ways of waiting share. Callbacks run in the watcher's own thread."""

    def __init__(self, table: ProcessTable) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._watches: dict[tuple[int, float], _Watch] = {}
        self._exit_codes: OrderedDict[tuple[int, float], int | None] = OrderedDict()
        self._due: deque[tuple[OnExit, ProcessRef, int | None]] = deque()
        self._thread: threading.Thread | None = None
        self._closed = False

    def adopt_child(self, ref: ProcessRef) -> None:
        """Reap this child of ours when it ends, and keep its exit code for who asks later."""
        self._follow(_Watch(ref=ref, is_child=True, on_exit=None))

    def watch(self, ref: ProcessRef, on_exit: OnExit) -> None:
        """Call back once when it ends, at once when it has; the same ref again replaces the callback."""
        key = _key(ref)
        with self._lock:
            self._check_open()
            watch = self._watches.get(key)
            if watch is not None:
                watch.on_exit = on_exit
                return
            if key in self._exit_codes:
                self._due.append((on_exit, ref, self._exit_codes[key]))
                self._start_thread()
                self._wake()
                return
        self._follow(_Watch(ref=ref, is_child=False, on_exit=on_exit))

    def unwatch(self, ref: ProcessRef) -> None:
        """Call nobody for this process; a child is still reaped."""
        with self._lock:
            watch = self._watches.get(_key(ref))
            if watch is None:
                return
            watch.on_exit = None
            if not watch.is_child:
                self._forget(watch)

    def is_running(self, ref: ProcessRef) -> bool | None:
        """Whether a watched process runs, without a system-wide look; None when it is not watched."""
        with self._lock:
            watch = self._watches.get((ref.pid, ref.created_utc_s))
            if watch is None or watch.has_ended is None:
                return None
            return not watch.has_ended()

    def close(self) -> None:
        """Stop the thread; callbacks not made yet are dropped."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._wake()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_WAIT_S)
        with self._lock:
            for watch in list(self._watches.values()):
                self._forget(watch)

    def _follow(self, watch: _Watch) -> None:
        with self._lock:
            self._check_open()
            self._start_thread()
            if self._begin(watch):
                self._watches[_key(watch.ref)] = watch
                return
            if watch.on_exit is not None:
                self._due.append((watch.on_exit, watch.ref, None))
                self._wake()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the process host is closed")

    def _start_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="process-exits", daemon=True)
            self._thread.start()

    def _ended(self, watch: _Watch) -> None:
        """Reap it, take it off the books and tell whoever watches; runs in the watcher's thread."""
        with self._lock:
            key = _key(watch.ref)
            if self._watches.get(key) is not watch:
                return
            code = self._reap(watch) if watch.is_child else None
            if watch.is_child:
                self._exit_codes[key] = code
                if len(self._exit_codes) > _KEPT_EXIT_CODES:
                    self._exit_codes.popitem(last=False)
            self._forget(watch)
            on_exit = watch.on_exit
        if on_exit is not None:
            _call(on_exit, watch.ref, code)

    def _call_due(self) -> None:
        while True:
            with self._lock:
                if not self._due:
                    return
                on_exit, ref, code = self._due.popleft()
            _call(on_exit, ref, code)

    def _forget(self, watch: _Watch) -> None:
        self._watches.pop(_key(watch.ref), None)

    def _begin(self, watch: _Watch) -> bool:
        """Prepare to wait for it; False when it has ended already."""
        raise NotImplementedError

    def _reap(self, watch: _Watch) -> int | None:
        raise NotImplementedError

    def _run(self) -> None:
        raise NotImplementedError

    def _wake(self) -> None:
        raise NotImplementedError


class PollingExitWatcher(ExitWatcher):
    """Looks at every watched process five times a second; for systems without pidfd."""

    def __init__(self, table: ProcessTable) -> None:
        super().__init__(table)
        self._woken = threading.Event()

    def _begin(self, watch: _Watch) -> bool:
        watch.has_ended = functools.partial(self._has_ended, watch.ref)
        return watch.is_child or not self._has_ended(watch.ref)

    def _has_ended(self, ref: ProcessRef) -> bool:
        return not self._table.is_living(ref)

    def _reap(self, watch: _Watch) -> int | None:
        try:
            pid, status = os.waitpid(watch.ref.pid, os.WNOHANG)
        except ChildProcessError:
            return None
        return os.waitstatus_to_exitcode(status) if pid else None

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

    def _follow(self, watch: _Watch) -> None:
        super()._follow(watch)
        self._wake()


if sys.platform == "linux":

    class PidfdExitWatcher(ExitWatcher):
        """Sleeps in the kernel until one of the watched processes ends; notices within a fraction of a millisecond."""

        def __init__(self, table: ProcessTable) -> None:
            super().__init__(table)
            self._epoll = select.epoll()
            self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            self._epoll.register(self._bell, select.EPOLLIN)
            self._by_handle: dict[int, _Watch] = {}

        def close(self) -> None:
            """Stop the thread; callbacks not made yet are dropped."""
            was_closed = self._closed
            super().close()
            if not was_closed and self._thread is not threading.current_thread():
                self._epoll.close()
                os.close(self._bell)

        def _begin(self, watch: _Watch) -> bool:
            handle = open_process(self._table, watch.ref)
            if handle is None:
                return False
            watch.handle = handle
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            watch.has_ended = functools.partial(poll.poll, 0)
            self._by_handle[handle] = watch
            self._epoll.register(handle, select.EPOLLIN)
            return True

        def _forget(self, watch: _Watch) -> None:
            super()._forget(watch)
            if self._by_handle.pop(watch.handle, None) is not None:
                self._epoll.unregister(watch.handle)
                os.close(watch.handle)

        def _reap(self, watch: _Watch) -> int | None:
            try:
                result = os.waitid(os.P_PIDFD, watch.handle, os.WEXITED | os.WNOHANG)
            except ChildProcessError:
                return None
            if result is None:
                return None
            return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status

        def _wake(self) -> None:
            os.eventfd_write(self._bell, 1)

        def _run(self) -> None:
            while True:
                for handle, _events in self._epoll.poll():
                    if handle == self._bell:
                        os.eventfd_read(self._bell)
                        continue
                    with self._lock:
                        watch = self._by_handle.get(handle)
                    if watch is not None:
                        self._ended(watch)
                if self._closed:
                    return
                self._call_due()

    def open_process(table: ProcessTable, ref: ProcessRef) -> int | None:
        """A pidfd of this very process (a zombie too); None when it is gone or the pid belongs to another now."""
        try:
            handle = os.pidfd_open(ref.pid)
        except (ProcessLookupError, OverflowError, ValueError, OSError):
            return None
        # The birth is read after opening: if it fits now, the handle means this process and no later one.
        born = table.created_utc_s(ref.pid)
        if born is None or not is_same_birth(born, ref.created_utc_s):
            os.close(handle)
            return None
        return handle


def has_pidfd() -> bool:
    """Whether this kernel can hand out pidfds (Linux 5.3 and later)."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def system_exit_watcher(table: ProcessTable) -> ExitWatcher:
    """The best watcher for this system."""
    if sys.platform == "linux" and has_pidfd():
        return PidfdExitWatcher(table)
    return PollingExitWatcher(table)


def _key(ref: ProcessRef) -> tuple[int, float]:
    return ref.pid, ref.created_utc_s


def _call(on_exit: OnExit, ref: ProcessRef, code: int | None) -> None:
    """A callback's own mistake must not deafen the watcher to all other processes."""
    try:
        on_exit(ref, code)
    except Exception:  # noqa: BLE001 - boundary of the watcher's thread
        _log.exception("whoever watched process %d failed when told of its end", ref.pid)
