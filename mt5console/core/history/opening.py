"""How a SQLite file of ours is opened, created whole, and set aside when it is torn. Must not know: its tables."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mt5console.core.errors import StorageFailed

BUSY_TIMEOUT_S = 5.0
CACHED_STATEMENTS = 64
COMPANIONS = ("", "-wal", "-shm")
"""A SQLite file in WAL mode is up to three files; they are only whole together."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open an existing file in WAL mode, for use from several threads behind the caller's lock."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
        cached_statements=CACHED_STATEMENTS,
    )
    try:
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def create_whole(path: Path, build: Callable[[sqlite3.Connection], None]) -> None:
    """Make a new file beside and move it into place: a file that is there is never half made, whenever we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    for leftover in path.parent.glob(f"{path.name}.*.new"):
        leftover.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            build(connection)
        if not path.exists():
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Move a torn file and its companions to `<name>.torn-<number>`, never over another; gives the new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.torn-{number}")).exists():
        number += 1
    for suffix in COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.replace(aside.with_name(aside.name + suffix))
    return aside


@contextmanager
def storage_errors(path: Path, torn: Callable[[str], StorageFailed]) -> Iterator[None]:
    """Turn SQLite's and the system's errors into `StorageFailed` with a code; `torn` words the broken file."""
    try:
        yield
    except sqlite3.ProgrammingError:
        # A closed file or a wrong statement is the programmer's, not the disk's.
        raise
    except sqlite3.DatabaseError as error:
        raise _translated(path, error, torn) from error
    except OSError as error:
        raise StorageFailed("write_failed", f"{path} cannot be used: {error.strerror or error}.") from error


def _translated(path: Path, error: sqlite3.DatabaseError, torn: Callable[[str], StorageFailed]) -> StorageFailed:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StorageFailed("disk_full", f"The disk is full: {path} was not changed. Free some space and try again.")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
        return StorageFailed("state_busy", f"{path} is held by another program. Close it and try again.")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return StorageFailed("no_permission", f"{path} cannot be opened or written: {error}. Check its permissions.")
    if primary == sqlite3.SQLITE_IOERR:
        return StorageFailed("write_failed", f"The disk failed on {path}: {error}. Check the disk and try again.")
    return torn(str(error))
