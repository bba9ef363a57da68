"""Makes the golden template out of a prepared terminal's folder: a copy beside its place, moved there when it is whole.

Whatever ends it before that (a full disk, a person) leaves the template that was there and nothing of the new one; what
a killed process leaves is taken away at the next look. Must not know: whether the folder is fit to be a template.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from mt5console.core.errors import ConsoleError, StorageFailed
from mt5console.platforms.installation import left_out

if sys.platform == "win32":
    from mt5console.platforms.windows.opening import let_go_of_read_only
    from mt5console.platforms.windows.paths import reachable
else:
    from mt5console.platforms.posix.opening import let_go_of_read_only, reachable

PART_BYTES = 1024 * 1024
"""Read and written at once; so often a cancel is heard and progress told."""
COPYING = ".copying."
"""Then the copying process's id: another window may be copying, too."""
BEFORE = ".before"

_FULL = frozenset(number for name in ("ENOSPC", "EDQUOT") if (number := getattr(errno, name, None)) is not None)
_SHARING_VIOLATION = 32
_DISK_FULL = 112


class CopyCancelled(ConsoleError):
    """A person ended the copy; nothing of it is left."""

    def __init__(self) -> None:
        super().__init__("cancelled", "The copy was cancelled; nothing of it is left.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much a template holds, without what belongs to one run or one machine."""

    files: int
    total_bytes: int


def extent(source: Path) -> Extent:
    """How much of this folder a template takes. Raises StorageFailed where it cannot be read."""
    files = total = 0
    try:
        for found in _files(reachable(source)):
            files += 1
            total += found.stat().st_size
    except OSError as error:
        _fail(error, source)
    return Extent(files=files, total_bytes=total)


def copy_template(source: Path, place: Path, tell: Callable[[int], None], is_cancelled: Callable[[], bool]) -> None:
    """Copy the folder to `place`, in one step at the end; a template that is there is replaced then.

    `tell`: the bytes copied so far. Raises `CopyCancelled`, and `StorageFailed` with the file that failed.
    """
    beside = place.with_name(f"{place.name}{COPYING}{os.getpid()}")
    clear_torn(place)
    _remove_tree(beside)
    try:
        try:
            _copy_tree(reachable(source), reachable(beside), tell, is_cancelled)
            if is_cancelled():
                raise CopyCancelled
            _put_in_place(beside, place)
        except OSError as error:
            _fail(error, place)
    except BaseException:
        _remove_tree(beside)
        raise


def clear_torn(place: Path) -> None:
    """Take away what copies left that were killed; put back the template that one was about to replace."""
    for torn in place.parent.glob(f"{place.name}{COPYING}*"):
        maker = torn.name.rpartition(".")[2]
        if not (maker.isdigit() and psutil.pid_exists(int(maker))):
            _remove_tree(torn)
    before = place.with_name(place.name + BEFORE)
    if before.exists() and not place.exists():
        before.rename(place)


def _put_in_place(beside: Path, place: Path) -> None:
    before = place.with_name(place.name + BEFORE)
    if place.exists():
        _remove_tree(before)
        place.rename(before)
    try:
        beside.rename(place)
    except OSError:
        if before.exists():
            before.rename(place)
        raise
    _remove_tree(before)


def _copy_tree(source: Path, target: Path, tell: Callable[[int], None], is_cancelled: Callable[[], bool]) -> None:
    os.makedirs(target)
    for folder, names in _folders(source):
        inside = target / os.path.relpath(folder, source)
        for name in names:
            os.makedirs(reachable(inside / name))
    done = 0
    for found in _files(source):
        copy = reachable(target / os.path.relpath(found.path, source))
        for count in _copy_file(found, copy):
            done += count
            tell(done)
            if is_cancelled():
                raise CopyCancelled


def _copy_file(found: os.DirEntry[str], copy: Path) -> Iterator[int]:
    """Copy one file, a part at a time. Its times stay: a program newer than its compiled form is compiled anew."""
    before = found.stat()
    with open(found.path, "rb") as read, open(copy, "xb") as written:  # noqa: PTH123 - a DirEntry has no open
        while part := read.read(PART_BYTES):
            written.write(part)
            yield len(part)
        written.flush()
        os.fsync(written.fileno())
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    if sys.platform != "win32":
        os.chmod(copy, stat.S_IMODE(before.st_mode) | stat.S_IWUSR)
    if os.path.getsize(copy) != before.st_size:
        text = f"{found.path} changed while it was copied: close the terminal that uses the folder, then copy again"
        raise StorageFailed("template_changed", text)
    yield 0


def _folders(source: Path) -> Iterator[tuple[str, list[str]]]:
    """Every folder that a template takes, with the names of the folders in it, from the top."""
    for folder, folders, files in os.walk(source, onerror=_raise):
        dropped = set(left_out(folder, [*folders, *files]))
        # What belongs to one run is left out, and its empty folder with it: the installation makes those anew.
        folders[:] = sorted(name for name in folders if name not in dropped)
        for name in folders:
            _refuse_link(Path(folder) / name)
        yield folder, folders


def _files(source: Path) -> Iterator[os.DirEntry[str]]:
    for folder, _names in _folders(source):
        with os.scandir(folder) as entries:
            found = sorted((one for one in entries if one.is_file()), key=lambda one: one.name)
        dropped = set(left_out(folder, [one.name for one in found]))
        yield from (one for one in found if one.name not in dropped)


def _refuse_link(folder: Path) -> None:
    """A folder that lies elsewhere could lead anywhere, also back into itself."""
    is_junction = getattr(os.path, "isjunction", lambda _path: False)
    if folder.is_symlink() or is_junction(folder):
        text = f"{folder} is a link to another place: put the folder itself there, then copy again"
        raise StorageFailed("template_link", text)


def _raise(error: OSError) -> None:
    raise error


def _remove_tree(folder: Path) -> None:
    """Take a folder away, read-only files too; what cannot be removed is left to the next copy."""
    place = reachable(folder)
    if not place.exists():
        return
    for inside, _folders_in_it, files in os.walk(place):
        for name in files:
            try:
                let_go_of_read_only(Path(inside) / name)
            except OSError:
                continue
    shutil.rmtree(place, ignore_errors=True)


def _fail(error: OSError, place: Path) -> None:
    where = error.filename or place
    winerror = getattr(error, "winerror", None)
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL or winerror == _DISK_FULL:
        text = f"the disk is full: {place} was not changed. Make room on its volume, then copy again"
        raise StorageFailed("disk_full", text) from error
    if winerror == _SHARING_VIOLATION:
        text = f"{where} is held by another program: close the terminal and MetaEditor, then copy again"
        raise StorageFailed("no_permission", text) from error
    if isinstance(error, PermissionError):
        text = f"{where}: {reason}; give this account the right to read the folder and to write {place.parent}"
        raise StorageFailed("no_permission", text) from error
    raise StorageFailed("write_failed", f"{where}: {reason}; check the disk and copy again") from error
