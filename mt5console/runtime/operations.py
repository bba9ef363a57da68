"""Operations as their askers follow them: the newest state of each, waited for. Thread-safe, bounded.

Must not know: when an operation has ended by its own rules; the engine says so.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from mt5console.core.model.ids import OperationId
from mt5console.core.model.records import Operation, OperationState

KEPT = 2000


class Operations:
    """The newest record of each operation of this engine's life."""

    def __init__(self) -> None:
        self._records: OrderedDict[OperationId, Operation] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def recall(self, operations: Iterable[Operation]) -> None:
        """Those that an earlier engine left running."""
        with self._changed:
            for operation in operations:
                self._records[operation.operation_id] = operation

    def put(self, operation: Operation) -> None:
        """A newer state of an operation."""
        with self._changed:
            self._records[operation.operation_id] = operation
            while len(self._records) > KEPT:
                self._records.popitem(last=False)
            self._changed.notify_all()

    def get(self, operation_id: OperationId, wait_s: float, *, until_ended: bool) -> Operation | None:
        """The operation; waits up to `wait_s` until it is known (or has ended, with `until_ended`)."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._ready(operation_id, until_ended), timeout=wait_s)
            return self._records.get(operation_id)

    def _ready(self, operation_id: OperationId, until_ended: bool) -> bool:
        known = self._records.get(operation_id)
        return known is not None and (not until_ended or known.state is not OperationState.RUNNING)

    def close(self) -> None:
        """Wake everybody for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
