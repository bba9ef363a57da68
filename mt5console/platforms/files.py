"""Files on a real disk: brief opens, atomic replaces, private files and directories.

Must not know: what the files mean, or who else reads them.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import stat
import sys
import threading
from pathlib import Path
from typing import NoReturn

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStamp
from mt5console.platforms import trees
from mt5console.platforms.sharing import patiently

if sys.platform == "win32":
    from mt5console.platforms.windows.opening import let_go_of_read_only, open_shared
    from mt5console.platforms.windows.paths import reachable
    from mt5console.platforms.windows.permissions import make_private_directory, open_private_file
else:
    from mt5console.platforms.posix.opening import let_go_of_read_only, open_shared, reachable
    from mt5console.platforms.posix.permissions import make_private_directory, open_private_file

_FULL = frozenset(number for name in ("ENOSPC", "EDQUOT") if (number := getattr(errno, name, None)) is not None)
_FORBIDDEN = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))
_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_ZEROS = bytes(65536)


class LocalFileStore:
    """The file port on this machine's disks. Thread-safe: it keeps no state but a counter for temporary names."""

    def __init__(self) -> None:
        self._serial = itertools.count()

    def stamp(self, path: Path) -> FileStamp | None:
        """Cheap look; None when the file is not there or may not be seen."""
        try:
            found = os.stat(reachable(path))
        except OSError:
            return None
        return FileStamp(found.st_mtime_ns, found.st_size, found.st_ino)

    def read(self, path: Path, limit: int | None = None) -> bytes | None:
        """The first `limit` bytes or all; None when missing, not a file, or not to be had within the retries."""
        try:
            handle = patiently(lambda: open_shared(reachable(path)))
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None
        except OSError as error:
            _fail(error, "read", path)
        try:
            return _read_all(handle, limit)
        except IsADirectoryError:
            return None
        except OSError as error:
            _fail(error, "read", path)
        finally:
            os.close(handle)

    def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
        """Write beside and move into place, creating parents; on failure the old content stays, nothing beside it.

        Raises `StorageFailed`: `disk_full`, `no_permission` or `write_failed`.
        """
        place = reachable(path)
        temporary = self._temporary(place)
        try:
            os.makedirs(place.parent, exist_ok=True)
            _write_new(temporary, data, private=private, durable=durable)
            patiently(lambda: os.replace(temporary, place))
            if durable:
                _flush_directory(place.parent)
        except OSError as error:
            _discard(temporary, private=private)
            _fail(error, "written", path)
        except BaseException:
            _discard(temporary, private=private)
            raise

    def wipe(self, path: Path) -> None:
        """Overwrite with zeros, flush, remove; also what a crash left of writing it. A missing file is fine.

        Raises `StorageFailed` when it could not be removed.
        """
        place = reachable(path)
        try:
            for torn in place.parent.glob(f".{_pattern(place.name)}.*.tmp"):
                _wipe(torn)
            _wipe(place)
        except OSError as error:
            _fail(error, "wiped", path)

    def remove(self, path: Path) -> None:
        """Remove a file; a missing one is fine. Raises `StorageFailed` when it could not be removed."""
        try:
            _remove(reachable(path))
        except NotADirectoryError:
            return
        except OSError as error:
            _fail(error, "removed", path)

    def make_private_directory(self, path: Path) -> None:
        """Create (with parents) and let only this account in; verified by reading back. Raises `StorageFailed`."""
        try:
            make_private_directory(reachable(path))
        except OSError as error:
            _fail(error, "made private", path)

    def move_directory(self, source: Path, target: Path) -> None:
        """In one step to a name that nothing has; waits for whoever looks at fresh files. Raises `StorageFailed`."""
        try:
            trees.move_directory(reachable(source), reachable(target))
        except OSError as error:
            _fail(error, "put in place", target)

    def remove_tree(self, path: Path) -> None:
        """Remove a file or directory with all that is in it; a missing one is fine. Raises `StorageFailed`."""
        try:
            trees.remove_tree(reachable(path))
        except OSError as error:
            _fail(error, "removed", path)

    def free_bytes(self, path: Path) -> int:
        """Free space for this account on the volume of the path, which need not exist yet. Raises `StorageFailed`."""
        place = reachable(path.absolute())
        while not place.exists() and place != place.parent:
            place = place.parent
        try:
            return shutil.disk_usage(place).free
        except OSError as error:
            _fail(error, "measured", path)

    def _temporary(self, path: Path) -> Path:
        unique = f"{os.getpid()}-{threading.get_ident()}-{next(self._serial)}"
        return path.with_name(f".{path.name}.{unique}.tmp")


def _write_new(path: Path, data: bytes, *, private: bool, durable: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
    handle = open_private_file(path) if private else os.open(path, flags, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)


def _read_all(handle: int, limit: int | None) -> bytes:
    parts: list[bytes] = []
    left = os.fstat(handle).st_size + 1 if limit is None else limit
    while left > 0 or limit is None:
        part = os.read(handle, max(left, 65536) if limit is None else left)
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _discard(temporary: Path, *, private: bool) -> None:
    try:
        if private:
            _wipe(temporary)
        else:
            os.unlink(temporary)
    except OSError:
        pass  # The first failure is the one to report; a full or read-only disk may refuse this too.


def _wipe(path: Path) -> None:
    """Zeros over the content as far as they can be written, then removal, which must succeed."""
    try:
        before = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISREG(before.st_mode):
        try:
            _overwrite(path, before.st_size)
        except OSError:
            pass  # A read-only file or a full copy-on-write disk: taking it away still has to be done.
    _remove(path)


def _remove(path: Path) -> None:
    try:
        let_go_of_read_only(path)
    except OSError:
        pass  # It is not there, or somebody holds it: removing it says which.
    patiently(lambda: path.unlink(missing_ok=True))


def _overwrite(path: Path, size: int) -> None:
    handle = patiently(lambda: open_shared(path, to_write=True))
    try:
        left = size
        while left > 0:
            left -= os.write(handle, _ZEROS[:left])
        os.fsync(handle)
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _flush_directory(directory: Path) -> None:
    """A rename lasts when its directory is flushed; Windows has no such call and flushes by itself."""
    if sys.platform != "win32":
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _pattern(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _fail(error: OSError, what: str, path: Path) -> NoReturn:
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        raise StorageFailed("disk_full", f"{path} could not be {what}: the disk is full; free some space") from error
    if error.errno in _FORBIDDEN:
        text = f"{path} could not be {what}: {reason}; check who owns it and whether another program holds it"
        raise StorageFailed("no_permission", text) from error
    raise StorageFailed("write_failed", f"{path} could not be {what}: {reason}; check the path and the disk") from error
