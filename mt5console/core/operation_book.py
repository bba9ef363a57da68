"""The book of operations: every act that somebody asked for, from its request to what was seen to happen.

Pure: the engine says when an operation has ended; this book words and keeps it. Must not know: how acts are done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mt5console.core.errors import EXIT_DONE, EXIT_FAILED, ConsoleError
from mt5console.core.model.ids import Now, OperationId, RobotId, UserId
from mt5console.core.model.records import Operation, OperationState


class OperationBook:
    """Running operations by id. Every method returns the record to store."""

    def __init__(self, still_running: Iterable[Operation]) -> None:
        self._running = {operation.operation_id: operation for operation in still_running}

    def running(self) -> tuple[Operation, ...]:
        """Operations that have not ended, oldest first."""
        return tuple(self._running.values())

    def get(self, operation_id: OperationId | None) -> Operation | None:
        """A running operation, None when it has ended or was never here."""
        return None if operation_id is None else self._running.get(operation_id)

    def begin(
        self,
        operation_id: OperationId,
        kind: str,
        actor: str,
        now: Now,
        *,
        user_id: UserId | None = None,
        robot_id: RobotId | None = None,
        timeout_s: float = 60.0,
        details: dict[str, Any] | None = None,
    ) -> Operation:
        """Take an act on. `timeout_s`: after it the operation ends FAILED with what was seen last."""
        operation = Operation(
            operation_id=operation_id,
            kind=kind,
            user_id=user_id,
            robot_id=robot_id,
            actor=actor,
            requested_utc_s=now.utc_s,
            ended_utc_s=None,
            state=OperationState.RUNNING,
            progress="asked for",
            details={"deadline_utc_s": now.utc_s + timeout_s, **(details or {})},
        )
        self._running[operation_id] = operation
        return operation

    def progress(self, operation_id: OperationId, words: str) -> tuple[Operation, ...]:
        """What is seen now; the same words again change nothing."""
        known = self._running.get(operation_id)
        if known is None or known.progress == words:
            return ()
        self._running[operation_id] = replace(known, progress=words)
        return (self._running[operation_id],)

    def detail(self, operation_id: OperationId, **details: Any) -> tuple[Operation, ...]:
        """Remember something of a running operation."""
        known = self._running.get(operation_id)
        if known is None:
            return ()
        newer = replace(known, details={**known.details, **details})
        self._running[operation_id] = newer
        return (newer,)

    def done(
        self, operation_id: OperationId, words: str, now: Now, result: dict[str, Any] | None = None, exit_code: int = 0
    ) -> tuple[Operation, ...]:
        """It was seen to be done (or, with an exit code, to have ended as its result says)."""
        state = OperationState.DONE if exit_code == EXIT_DONE else OperationState.FAILED
        return self._end(operation_id, state, words, now, result=result, exit_code=exit_code)

    def failed(
        self, operation_id: OperationId, code: str, text: str, now: Now, exit_code: int = EXIT_FAILED
    ) -> tuple[Operation, ...]:
        """It did not happen; `text` says what was seen and what to do next."""
        error = {"code": code, "text": text}
        return self._end(operation_id, OperationState.FAILED, text, now, error=error, exit_code=exit_code)

    def refused(self, operation_id: OperationId, why: ConsoleError, now: Now) -> tuple[Operation, ...]:
        """It was not begun."""
        error = {"code": why.code, "text": why.text}
        return self._end(operation_id, OperationState.REFUSED, why.text, now, error=error, exit_code=why.exit_code)

    def _end(
        self,
        operation_id: OperationId,
        state: OperationState,
        words: str,
        now: Now,
        *,
        result: dict[str, Any] | None = None,
        error: dict[str, str] | None = None,
        exit_code: int,
    ) -> tuple[Operation, ...]:
        known = self._running.pop(operation_id, None)
        if known is None:
            return ()
        ended = replace(
            known,
            state=state,
            progress=words,
            ended_utc_s=now.utc_s,
            result=result,
            error=error,
            exit_code=exit_code,
        )
        return (ended,)
