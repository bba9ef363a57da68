"""What a dialog has asked of the desk: each answer finds the one who waits for it. Must not know: what is asked.

Runs in: GUI thread. Nothing here waits; answers come as the desk's signals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from mt5console.ui.pictures import Answer, OperationPicture

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

UNSURE = frozenset({"engine_silent", "engine_broken", "strange_answer", "internal"})
"""Codes of an answer after which the change may have been made all the same: nobody may say that nothing was done."""

OnAnswer = Callable[[Answer], None]
OnOperation = Callable[[OperationPicture], None]


class Errands(QObject):
    """The errands of one dialog; those still under way when the dialog goes are answered to nobody."""

    def __init__(self, desk: EngineDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._awaited: dict[int, OnAnswer] = {}
        self._asked: dict[int, OnOperation] = {}
        self._followed: dict[str, OnOperation] = {}
        desk.answered.connect(self._on_answered)
        desk.operation_changed.connect(self._on_operation_changed)

    def read(self, what: str, then: OnAnswer, **arguments: Any) -> None:
        """Read something (or change the registry); `then` gets the answer, refused or not."""
        self._awaited[self._desk.read(what, **arguments)] = then

    def ask(self, kind: str, arguments: dict[str, Any], refused: OnAnswer, seen: OnOperation) -> None:
        """Ask for an act; `refused` gets the refusal, or `seen` gets the operation at every step to its end."""
        token = self._desk.ask(kind, arguments)
        self._awaited[token] = refused
        self._asked[token] = seen

    def forget(self) -> None:
        """Nobody waits for anything any more; what was asked goes on."""
        self._awaited.clear()
        self._asked.clear()
        self._followed.clear()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        then = self._awaited.pop(answer.token, None)
        seen = self._asked.pop(answer.token, None)
        if then is None:
            return
        if seen is None or not answer.ok:
            then(answer)
            return
        taken = answer.value
        if isinstance(taken, OperationPicture):
            # Its news may have overtaken the answer.
            newest = self._desk.operation(taken.operation_id) or taken
            self._followed[taken.operation_id] = seen
            self._on_operation_changed(newest)

    @Slot(object)
    def _on_operation_changed(self, operation: OperationPicture) -> None:
        seen = self._followed.get(operation.operation_id)
        if seen is None:
            return
        if not operation.is_running:
            del self._followed[operation.operation_id]
        seen(operation)
