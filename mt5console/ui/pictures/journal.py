"""Lines of a terminal's journals. Must not know: Qt, or where the JSON came from."""

from __future__ import annotations

from dataclasses import dataclass

from mt5console.ui.pictures.values import as_object, as_text, as_tuple, as_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLinePicture:
    """One line of the terminal's journal (`log` "terminal") or its experts log ("experts"); `time` is its PC's."""

    time: str = ""
    log: str = "terminal"
    kind: str = "other"
    level: int = 0
    category: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPagePicture:
    """Lines of both journals by time, oldest first. `cursor` asks for what follows; `more`: there is more already."""

    user_id: int
    cursor: str = ""
    more: bool = False
    lines: tuple[JournalLinePicture, ...] = ()


def journal_line_of(shape: object) -> JournalLinePicture:
    """One line of a journal; `log` says which, terminal unless told."""
    entry = as_object(shape)
    return JournalLinePicture(
        time=as_text(entry.get("time")),
        log=as_text(entry.get("log")) or "terminal",
        kind=as_text(entry.get("kind")) or "other",
        level=as_whole(entry.get("level")) or 0,
        category=as_text(entry.get("category")),
        text=as_text(entry.get("text")),
    )


def journal_page_of(user_id: int, shape: object) -> JournalPagePicture:
    """One page of a user's journals."""
    entry = as_object(shape)
    return JournalPagePicture(
        user_id=user_id,
        cursor=as_text(entry.get("cursor")),
        more=entry.get("more") is True,
        lines=tuple(journal_line_of(line) for line in as_tuple(entry.get("lines"))),
    )
