"""The stop latches that have to stand: each counts as written when its act has said so, and is tried again until then.

Pure. Must not know: where a latch lies, or what a robot does about it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mt5console.core.model.commands import Announce, SetStopLatch
from mt5console.core.model.facts import ActDone, ActFailed, Fact
from mt5console.core.model.ids import Now, UserId

if TYPE_CHECKING:
    from mt5console.core.engine import Engine

AGAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    """A latch that was not seen to be written. `act_id`: the try under way, empty between two; `reason`: why the last
    one failed, empty before the first has ended."""

    act_id: str
    reason: str = ""
    failed_mono_s: float = 0.0


class StopLatches:
    """One book per engine. A latch that is lifted is no longer owed: that it goes is its operation's business."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._owed: dict[UserId, _Owed] = {}

    def set(self, user_id: UserId, latched: bool) -> str:
        """Have it written or removed; gives the act's id."""
        self._owed.pop(user_id, None)
        act_id = self._send(user_id, latched)
        if latched:
            self._owed[user_id] = _Owed(act_id=act_id)
        return act_id

    @property
    def is_writing(self) -> bool:
        """Whether a first try has not ended yet."""
        return any(not owed.reason for owed in self._owed.values())

    @property
    def missing(self) -> dict[UserId, str]:
        """Users whose latch could not be written so far, each with the reason."""
        return {user_id: owed.reason for user_id, owed in self._owed.items() if owed.reason}

    def hear(self, user_id: UserId, fact: Fact, now: Now) -> None:
        """An act ended: perhaps the one that writes this user's latch."""
        owed = self._owed.get(user_id)
        if owed is None or not isinstance(fact, ActDone | ActFailed) or fact.act_id != owed.act_id:
            return
        if isinstance(fact, ActDone):
            del self._owed[user_id]
            return
        self._owed[user_id] = _Owed(act_id="", reason=fact.text or fact.code, failed_mono_s=now.mono_s)
        if owed.reason:
            return
        what = "the stop latch could not be written"
        self._engine.explain(user_id, what, f"it is tried again every {AGAIN_S:.0f} s", fact.text, now)
        text = f"MT5 stop latch could not be written (user {user_id}): {fact.text}; close its terminal by hand"
        self._engine.send(Announce(user_id=user_id, level="error", text=text))

    def pass_time(self, now: Now) -> None:
        """Some seconds after a try that failed there is another."""
        for user_id, owed in tuple(self._owed.items()):
            if user_id not in self._engine.users:
                del self._owed[user_id]
            elif not owed.act_id and now.mono_s - owed.failed_mono_s >= AGAIN_S:
                self._owed[user_id] = replace(owed, act_id=self._send(user_id, True))

    def _send(self, user_id: UserId, latched: bool) -> str:
        act_id = self._engine.next_act_id("latch")
        self._engine.send(SetStopLatch(user_id=user_id, act_id=act_id, latched=latched))
        return act_id
