"""Adding and removing a user in steps that survive a kill: what was begun is written down, then undone or finished.

A user is there once the store says so. Until then everything made for it is found by its intent and taken away; the
user's directory is taken away only when it carries this very intent's mark. Must not know: registry rules.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import BaseLayout

INTENT = "intent.json"
MARK = "mt5console-user.json"
"""In every user's directory: which act made it."""

ADD = "add"
REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An act on a user that has begun. `reference` names its keyring entry; `nonce` marks the directory it made."""

    act: str
    user_id: int
    reference: str
    nonce: str


class Unfinished:
    """The folder of begun acts: one folder per user, with the intent and whatever is being made."""

    def __init__(self, layout: BaseLayout, files: FileStore) -> None:
        self._layout = layout
        self._files = files
        self._folder = layout.console / "unfinished"

    def begin(self, act: str, user_id: int, reference: str) -> Intent:
        """Write an intent down, before anything else is done."""
        intent = Intent(act=act, user_id=user_id, reference=reference, nonce=secrets.token_hex(8))
        folder = self._of(intent)
        self._files.make_private_directory(folder)
        content = json.dumps(asdict(intent)).encode("utf-8")
        self._files.write_atomic(folder / INTENT, content, private=True, durable=True)
        return intent

    def workshop(self, intent: Intent) -> Path:
        """An empty directory, on the same volume as the users', in which theirs is made ready."""
        place = self._of(intent) / "terminal"
        self._files.make_private_directory(place)
        return place

    def put_in_place(self, intent: Intent) -> Path:
        """Mark what was made ready and move it, in one step, to where the user's directory belongs."""
        ready, place = self.workshop(intent), self._layout.user(intent.user_id)
        mark = json.dumps({"user_id": intent.user_id, "nonce": intent.nonce}).encode("utf-8")
        self._files.write_atomic(ready / MARK, mark)
        self._files.move_directory(ready, place)
        return place

    def tidy(self) -> None:
        """Remove folders without an intent: their act had done nothing yet, or had ended."""
        for folder in self._folder.glob("user_*"):
            if self._files.stamp(folder / INTENT) is None:
                self._files.remove_tree(folder)

    def all(self) -> Iterator[Intent]:
        """The intents of acts that have not ended."""
        for path in sorted(self._folder.glob(f"*/{INTENT}")):
            intent = _decoded(self._files.read(path))
            if intent is not None:
                yield intent

    def take_back(self, intent: Intent) -> None:
        """Take away the directory that an add has made, in the workshop and, if it bears our mark, in place."""
        place = self._layout.user(intent.user_id)
        if _nonce(self._files.read(place / MARK)) == intent.nonce:
            self._files.remove_tree(place)
        for path in self._of(intent).iterdir():
            if path.name != INTENT:
                self._files.remove_tree(path)

    def end(self, intent: Intent) -> None:
        """The act is finished or undone: forget the intent, last of all."""
        folder = self._of(intent)
        for path in folder.iterdir():
            if path.name != INTENT:
                self._files.remove_tree(path)
        self._files.remove(folder / INTENT)
        self._files.remove_tree(folder)

    def _of(self, intent: Intent) -> Path:
        return self._folder / f"user_{intent.user_id}"


def _decoded(data: bytes | None) -> Intent | None:
    try:
        raw = json.loads(data or b"")
        return Intent(
            act=str(raw["act"]), user_id=int(raw["user_id"]), reference=str(raw["reference"]), nonce=str(raw["nonce"])
        )
    except (ValueError, KeyError, TypeError):
        return None


def _nonce(data: bytes | None) -> str | None:
    try:
        return str(json.loads(data or b"")["nonce"])
    except (ValueError, KeyError, TypeError):
        return None
