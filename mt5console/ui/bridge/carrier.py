"""Carries acts and questions to the engine, one at a time, and brings the answers back.

Runs in: a QThread each; blocks there as long as the engine takes. Must not know: views.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from mt5console.api.client import EngineClient
from mt5console.core.errors import ConsoleError
from mt5console.ui.bridge.access import NO_ENGINE
from mt5console.ui.bridge.readings import READINGS
from mt5console.ui.pictures import Answer, operation_of

log = logging.getLogger(__name__)

ACTOR = "window"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing to carry: an act (`is_act`) or a reading, for the engine that was known when it was asked."""

    token: int
    what: str
    arguments: Mapping[str, Any]
    is_act: bool
    client: EngineClient | None


class Carrier(QObject):
    """Signals: `wanted` (an Errand, emitted by the desk) and `ended` (its Answer)."""

    wanted = Signal(object)
    ended = Signal(object)

    def __init__(self, ending: Event) -> None:
        super().__init__()
        self._ending = ending
        self.wanted.connect(self._on_wanted)

    @Slot(object)
    def _on_wanted(self, errand: Errand) -> None:
        if self._ending.is_set():
            return
        self.ended.emit(self._answer(errand))

    def _answer(self, errand: Errand) -> Answer:
        try:
            value = self._carry(errand)
        except ConsoleError as error:
            return Answer(token=errand.token, ok=False, what=errand.what, error_code=error.code, error_text=error.text)
        except Exception as error:  # noqa: BLE001 - the last boundary of this thread
            # Without the error's own words: they may quote a password.
            log.error("%s failed by a mistake of this program (%s)", errand.what, type(error).__name__)
            text = f"This is a mistake in mt5console itself ({type(error).__name__}); the engine was not asked."
            return Answer(token=errand.token, ok=False, what=errand.what, error_code="internal", error_text=text)
        return Answer(token=errand.token, ok=True, what=errand.what, value=value)

    def _carry(self, errand: Errand) -> Any:
        if errand.client is None:
            raise ConsoleError("no_engine", NO_ENGINE)
        if errand.is_act:
            return operation_of(errand.client.submit(errand.what, dict(errand.arguments), ACTOR))
        return READINGS[errand.what](errand.client, **errand.arguments)
