"""Acts on terminals and robots as a person asks for them: confirmed where money is touched, then asked of the desk.

Waits in no loop: confirmations and answers come back as signals. Must not know: views, menus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk
    from mt5console.ui.pictures import Answer

CONFIRMABLE = frozenset({"confirm_live", "live_not_confirmed", "positions_open"})
"""Refusals that a person can answer by confirming more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How an act of `confirm_live.ACTS` is asked of the engine; `of_robot`: it is about one robot."""

    request: str
    of_robot: bool = False
    fixed: tuple[tuple[str, Any], ...] = ()


KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "start": _Kind(request="terminal_start"),
        "stop": _Kind(request="terminal_stop"),
        "restart": _Kind(request="terminal_restart"),
        "reconnect": _Kind(request="reconnect"),
        "enable_algo": _Kind(request="enable_algo"),
        "release": _Kind(request="release"),
        "pause_entries": _Kind(request="pause", of_robot=True, fixed=(("paused", True),)),
        "resume_entries": _Kind(request="pause", of_robot=True, fixed=(("paused", False),)),
        "remove_robot": _Kind(request="robot_remove", of_robot=True),
    }
)
"""Acts by the name that menus use."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An act under way to the engine, to be asked again with more confirmation if it is refused."""

    act: str
    user_id: int
    robot_id: int | None


class TerminalActs(QObject):
    """Signals:
    taken_on: the id of an operation that was asked for here.
    refused: why an act was not taken on, in one line.
    """

    taken_on = Signal(str)
    refused = Signal(str)

    def __init__(self, desk: EngineDesk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._asked: dict[int, _Asked | None] = {}
        desk.answered.connect(self._on_answered)

    def ask(self, act: str, user_id: int, robot_id: int | None = None) -> None:
        """Ask for an act by its name in `KINDS`; a person confirms first what touches money."""
        self._confirm(_Asked(act, user_id, robot_id), "")

    def ask_plainly(self, request: str, arguments: dict[str, Any]) -> None:
        """Ask for what needs no confirmation: a mode, a maintenance window, an acknowledgement."""
        self._asked[self._desk.ask(request, arguments)] = None

    def _confirm(self, asked: _Asked, insist: str) -> None:
        from mt5console.ui.dialogs.confirm_live import ask_act

        terminal = self._desk.fleet.terminal(asked.user_id)
        if terminal is None:
            self.refused.emit(f"user_{asked.user_id} is not known here any more; nothing was done.")
            return
        ask_act(self._window, terminal, asked.act, self._sender(asked), insist=insist)

    def _sender(self, asked: _Asked) -> Callable[[dict[str, Any]], None]:
        def send(extra: dict[str, Any]) -> None:
            kind = KINDS[asked.act]
            subject = {"robot_id": asked.robot_id} if kind.of_robot else {"user_id": asked.user_id}
            self._asked[self._desk.ask(kind.request, {**subject, **dict(kind.fixed), **extra})] = asked

        return send

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.token not in self._asked:
            return
        asked = self._asked.pop(answer.token)
        if answer.ok:
            self.taken_on.emit(answer.value.operation_id)
        elif asked is not None and answer.error_code in CONFIRMABLE:
            self._confirm(asked, answer.error_code)
        else:
            self.refused.emit(answer.error_text)
