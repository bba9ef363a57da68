"""How the window stands to its engine, and what it is answered. Must not know: Qt, or what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPicture:
    """How the window stands to its engine. `state`: connected, lost, starting or gone; `words`: a line for people.

    lost: it answered and does not any more. starting: it was started, or is waited for. gone: it cannot be had,
    `words` say why and what to do.
    """

    state: str
    words: str = ""

    @property
    def is_connected(self) -> bool:
        """Whether pictures are fresh."""
        return self.state == "connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The end of an `ask` or a `read`, by its token. `what`: the kind or the thing read; `value`: a picture of it.

    Of an `ask` that was taken on, `value` is the OperationPicture, still running; a refusal is `ok` False.
    """

    token: int
    ok: bool
    value: Any = None
    error_text: str = ""
    error_code: str = ""
    what: str = ""
