"""The stand-ins of the cards in sight: given out, moved along, and used again. Must not know: painting or pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from mt5console.ui.views.card_facts import StillFacts
from mt5console.ui.views.card_proxy import CardProxy


class CardProxies:
    """As many `CardProxy` as cards are in sight; a card that goes out of sight frees its own for another."""

    def __init__(self, parent: QWidget, asked: Callable[[int, str], None]) -> None:
        self._parent = parent
        self._asked = asked
        self._used: dict[int, CardProxy] = {}
        self._spare: list[CardProxy] = []

    def get(self, user_id: int) -> CardProxy | None:
        """The stand-in of a card in sight."""
        return self._used.get(user_id)

    def place(self, cards: Iterable[tuple[StillFacts, QRect]], buttons: Mapping[str, QRect], read_only: bool) -> None:
        """Lie over these cards and no others."""
        wanted = {facts.user_id: (facts, rect) for facts, rect in cards}
        for user_id in [user_id for user_id in self._used if user_id not in wanted]:
            proxy = self._used.pop(user_id)
            proxy.hide()
            proxy.setObjectName("")
            proxy.user_id = 0
            self._spare.append(proxy)
        for user_id, (facts, rect) in wanted.items():
            if user_id not in self._used:
                self._used[user_id] = self._spare.pop() if self._spare else self._build()
            proxy = self._used[user_id]
            proxy.stand_for(facts, read_only)
            proxy.place(rect, buttons)

    def speak(self, cards: Iterable[StillFacts], read_only: bool) -> None:
        """Say what has changed on these cards; places are the same."""
        for facts in cards:
            if facts.user_id in self._used:
                self._used[facts.user_id].stand_for(facts, read_only)

    def _build(self) -> CardProxy:
        proxy = CardProxy(self._parent)
        proxy.asked.connect(self._asked)
        return proxy
