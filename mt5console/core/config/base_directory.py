"""The base directory and its marker, live or simulated: opened only by its own kind, made only where nothing is lost.

Must not know: users, terminals, or what a password is.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from mt5console.core.errors import StorageFailed, UsageInvalid
from mt5console.core.model.ids import ServerId
from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import BaseLayout

SCHEMA = 1
LIVE = "live"
SIMULATED = "simulated"
KEY_BYTES = 8

_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")
_HARMLESS_WITHOUT_MARKER = frozenset({"engine.lock", "logs", "template", "settings.toml", "settings.toml.last-good"})
"""May lie in the console's folder before the marker does: what an engine leaves that died while it made the base
directory, and what the installation page has a person put there first. Where users are, the state lies beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseDirectory:
    """An opened base directory. `key` tells its keyring entries from those of other base directories; no secret."""

    layout: BaseLayout
    simulated: bool
    key: str
    server: ServerId


def open_base(root: Path, simulated: bool, files: FileStore, create: bool) -> BaseDirectory:
    """Open the base directory of this kind, making it when `create` and there is none yet.

    Raises `UsageInvalid` (`base_missing`, `base_other_kind`, `base_foreign`, `base_unwritable`, `base_place`) and
    `StorageFailed` (`base_torn`, `base_newer`); nothing has been changed then.
    """
    layout = BaseLayout(Path(os.path.abspath(root)))
    _refuse_place(layout.root, simulated)
    marker = _marker(layout, files)
    if marker is None:
        there, ours = _listed(layout)
        # Looked at again after the listing: somebody else may have been making it just now.
        marker = _marker(layout, files)
        if marker is None:
            _refuse_foreign(layout, there, ours, create)
            marker = _make(layout, simulated, files)
    elif create:
        _refuse_unwritable(layout, files)
    return _opened(layout, marker, simulated)


def _opened(layout: BaseLayout, marker: dict[str, Any], simulated: bool) -> BaseDirectory:
    if marker["kind"] != (SIMULATED if simulated else LIVE):
        held = "simulated" if marker["kind"] == SIMULATED else "real"
        way = "give --simulate" if marker["kind"] == SIMULATED else "leave out --simulate"
        raise UsageInvalid(
            "base_other_kind",
            f"{layout.root} holds {held} terminals: {way}, or choose another directory with --base-dir.",
        )
    return BaseDirectory(layout=layout, simulated=simulated, key=marker["key"], server=ServerId(marker["server"]))


def _marker(layout: BaseLayout, files: FileStore) -> dict[str, Any] | None:
    """The marker's content, None when there is no marker."""
    data = files.read(layout.marker)
    if data is None:
        if files.stamp(layout.marker) is not None:
            text = f"{layout.marker} cannot be read: another program holds it, or it is not this account's."
            raise StorageFailed("base_torn", f"{text} Check who owns it and try again.")
        return None
    try:
        marker = json.loads(data.decode("utf-8"))
    except ValueError:
        _torn(layout, "it is no JSON")
    if not isinstance(marker, dict):
        _torn(layout, "it is no JSON object")
    schema = marker.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        text = f"{layout.root} was made by a newer mt5console (schema {schema}). Start that version instead."
        raise StorageFailed("base_newer", text)
    key, server = marker.get("key"), marker.get("server")
    if schema != SCHEMA or marker.get("kind") not in (LIVE, SIMULATED):
        _torn(layout, "it says neither live nor simulated")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or not isinstance(server, str) or not server:
        _torn(layout, "its key or server is missing")
    return marker


def _torn(layout: BaseLayout, reason: str) -> NoReturn:
    raise StorageFailed(
        "base_torn",
        f"The marker {layout.marker} is damaged ({reason}). Nothing was changed. Put it back from a backup: its key"
        " names the passwords in the keyring.",
    )


def _refuse_place(root: Path, simulated: bool) -> None:
    parts = re.split(r"[\\/]+", str(root).casefold())
    if not simulated and any(part.startswith("program files") for part in parts[:2]):
        raise UsageInvalid(
            "base_place",
            f"{root} lies under Program Files, where portable terminals cannot write."
            " Choose another directory, for example --base-dir C:\\mt5_users.",
        )


def _listed(layout: BaseLayout) -> tuple[set[str], set[str]]:
    """Names in the directory, and names in the console's folder within it."""
    try:
        there = {entry.name for entry in os.scandir(layout.root)}
        ours = {entry.name for entry in os.scandir(layout.console)} if layout.console.name in there else set()
    except FileNotFoundError:
        return set(), set()
    except OSError as error:
        _unwritable(layout.root, error)
    return there, ours


def _refuse_foreign(layout: BaseLayout, there: set[str], ours: set[str], create: bool) -> None:
    """Refuse where making a base directory would touch what is not ours, or where none is to be made."""
    root = layout.root
    begun = f"{layout.marker.name}."
    lost = {name for name in ours - _HARMLESS_WITHOUT_MARKER if not name.lstrip(".").startswith(begun)}
    if lost:
        text = f"{root} has lost its marker {layout.marker}: put it back from a backup. Nothing was changed."
        raise StorageFailed("base_torn", text)
    if there - {layout.console.name}:
        raise UsageInvalid(
            "base_foreign",
            f"{root} holds files that are not mt5console's. Choose an empty or new directory with --base-dir.",
        )
    if not create:
        raise UsageInvalid(
            "base_missing",
            f"There is no base directory at {root} yet. Add a first user to make it, or name one with --base-dir.",
        )


def _make(layout: BaseLayout, simulated: bool, files: FileStore) -> dict[str, Any]:
    content = {
        "kind": SIMULATED if simulated else LIVE,
        "key": secrets.token_hex(KEY_BYTES),
        "server": socket.gethostname() or "server",
        "schema": SCHEMA,
    }
    fresh = layout.console / f".{layout.marker.name}.{secrets.token_hex(4)}"
    try:
        layout.root.parent.mkdir(parents=True, exist_ok=True)
        files.make_private_directory(layout.root)
        files.make_private_directory(layout.console)
        files.write_atomic(fresh, json.dumps(content).encode("utf-8"), private=True, durable=True)
        _put_first(fresh, layout.marker)
    except OSError as error:
        _unwritable(layout.root, error)
    except StorageFailed as error:
        raise UsageInvalid(
            "base_unwritable", f"{error.text.rstrip('.')}. Choose another one with --base-dir."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    # Somebody else may have been first; what is on the disk is the truth.
    return _marker(layout, files) or content


def _put_first(fresh: Path, marker: Path) -> None:
    """Move the marker into place unless there is one: two makers at once must not end with two keys."""
    try:
        os.link(fresh, marker)
    except FileExistsError:
        return
    except OSError:
        # A file system without links; then the last one wins, and both makers read that back.
        fresh.replace(marker)


def _refuse_unwritable(layout: BaseLayout, files: FileStore) -> None:
    trial = layout.console / ".trial"
    try:
        files.write_atomic(trial, b"", private=True)
        files.remove(trial)
    except StorageFailed as error:
        raise UsageInvalid(
            "base_unwritable", f"{error.text.rstrip('.')}. Choose another one with --base-dir."
        ) from error


def _unwritable(root: Path, error: OSError) -> NoReturn:
    reason = error.strerror or type(error).__name__
    text = f"{root} cannot be used as a base directory: {reason}. Choose another one with --base-dir."
    raise UsageInvalid("base_unwritable", text) from error
