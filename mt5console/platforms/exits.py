"""Who is told when a process ends: the bookkeeping that every system's way of waiting shares.

Must not know: how a system waits, what a terminal is, or why somebody watches.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mt5console.core.ports import ProcessRef

OnExit = Callable[[ProcessRef, int | None], None]
Key = tuple[int, float]

_log = logging.getLogger(__name__)
_KEPT_EXIT_CODES = 1024


@dataclass(slots=True, eq=False)
class Watch:
    """One process being waited for. A child of ours without a callback is waited for so that its code is kept.

    `handle` is the system's own; `has_ended` looks at it without waiting.
    """

    ref: ProcessRef
    is_child: bool
    on_exit: OnExit | None
    handle: Any = None
    has_ended: Callable[[], object] | None = None


class ExitWatcher:
    """Watches by pid and birth. Callbacks run in a thread of the watcher's, each at most once. Thread-safe.

    A system's watcher fills in `_begin`, `_collect`, `_release` (all called with the lock held), `_ensure_running`,
    `_wake` and `_join`, and calls `_ended` and `_call_due` from its thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._watches: dict[Key, Watch] = {}
        self._exit_codes: OrderedDict[Key, int | None] = OrderedDict()
        self._due: deque[tuple[OnExit, ProcessRef, int | None]] = deque()

    def adopt_child(self, ref: ProcessRef) -> None:
        """Reap this child of ours when it ends, and keep its exit code for who asks later."""
        with self._lock:
            self._follow(Watch(ref=ref, is_child=True, on_exit=None))

    def watch(self, ref: ProcessRef, on_exit: OnExit) -> None:
        """Call back once when it ends, at once when it has; the same ref again replaces the callback."""
        key = key_of(ref)
        with self._lock:
            if key in self._watches:
                self._watches[key].on_exit = on_exit
            elif key in self._exit_codes:
                self._tell_soon(on_exit, ref, self._exit_codes[key])
            else:
                self._follow(Watch(ref=ref, is_child=False, on_exit=on_exit))

    def unwatch(self, ref: ProcessRef) -> None:
        """Call nobody for this process; a child is still reaped."""
        with self._lock:
            watch = self._watches.get(key_of(ref))
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
        """Stop the threads; callbacks not made yet are dropped. A second call is harmless."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._wake()
        self._join()
        with self._lock:
            for watch in list(self._watches.values()):
                self._forget(watch)

    def _follow(self, watch: Watch) -> None:
        self._check_open()
        self._ensure_running()
        if self._begin(watch):
            self._watches[key_of(watch.ref)] = watch
        elif watch.on_exit is not None:
            self._tell_soon(watch.on_exit, watch.ref, None)

    def _tell_soon(self, on_exit: OnExit, ref: ProcessRef, code: int | None) -> None:
        self._check_open()
        self._ensure_running()
        self._due.append((on_exit, ref, code))
        self._wake()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the process host is closed")

    def _ended(self, watch: Watch) -> None:
        """Reap it, take it off the books and tell whoever watches; runs in the watcher's thread."""
        with self._lock:
            key = key_of(watch.ref)
            # Looked at again: an event may have been meant for a watch whose handle number was used anew.
            if self._watches.get(key) is not watch or watch.has_ended is None or not watch.has_ended():
                return
            code = None
            if watch.is_child:
                code = self._exit_codes[key] = self._collect(watch)
                if len(self._exit_codes) > _KEPT_EXIT_CODES:
                    self._exit_codes.popitem(last=False)
            self._forget(watch)
            on_exit = watch.on_exit
        if on_exit is not None:
            _call(on_exit, watch.ref, code)

    def _call_due(self) -> None:
        while not self._closed:
            with self._lock:
                if not self._due:
                    return
                on_exit, ref, code = self._due.popleft()
            _call(on_exit, ref, code)

    def _forget(self, watch: Watch) -> None:
        if self._watches.pop(key_of(watch.ref), None) is not None:
            self._release(watch)

    def _begin(self, watch: Watch) -> bool:
        """Prepare to wait for it, setting `has_ended`; False when it is gone."""
        raise NotImplementedError

    def _collect(self, watch: Watch) -> int | None:
        """The exit code of a child that has ended; reaps it."""
        raise NotImplementedError

    def _release(self, watch: Watch) -> None:
        """Give the system's handle back."""
        raise NotImplementedError

    def _ensure_running(self) -> None:
        """Start the thread if need be."""
        raise NotImplementedError

    def _wake(self) -> None:
        """Make the thread look at what has changed; harmless without a thread."""
        raise NotImplementedError

    def _join(self) -> None:
        """Wait a bounded time for the threads to end, unless called from one of them."""
        raise NotImplementedError


def key_of(ref: ProcessRef) -> Key:
    """What tells one process from another."""
    return ref.pid, ref.created_utc_s


def _call(on_exit: OnExit, ref: ProcessRef, code: int | None) -> None:
    """A callback's own mistake must not deafen the watcher to all other processes."""
    try:
        on_exit(ref, code)
    except Exception:  # noqa: BLE001 - boundary of the watcher's thread
        _log.exception("whoever watched process %d failed when told of its end", ref.pid)
