"""A disk in memory, with the troubles that disks have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStamp


@dataclass(frozen=True, slots=True)
class FakeFile:
    """One version of a file."""

    data: bytes
    private: bool
    stamp: FileStamp


class FakeFileStore:
    """The file port in memory. `fail_writes` is the code of `StorageFailed` that every write ends with, or None.

    Paths in `held` are held by somebody: reads give None and removals fail. `wiped` lists what was wiped.
    """

    def __init__(self, free_bytes: int = 10**12) -> None:
        self.files: dict[Path, FakeFile] = {}
        self.private_directories: set[Path] = set()
        self.held: set[Path] = set()
        self.wiped: list[Path] = []
        self.fail_writes: str | None = None
        self.free = free_bytes
        self._serial = 0

    def stamp(self, path: Path) -> FileStamp | None:
        found = self.files.get(path)
        return None if found is None else found.stamp

    def read(self, path: Path, limit: int | None = None) -> bytes | None:
        found = self.files.get(path)
        if found is None or path in self.held:
            return None
        return found.data if limit is None else found.data[:limit]

    def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
        if self.fail_writes is not None:
            raise StorageFailed(self.fail_writes, f"{path} could not be written")
        if any(parent in self.files for parent in path.parents):
            raise StorageFailed("write_failed", f"{path} could not be written: Not a directory")
        self._serial += 1
        stamp = FileStamp(1_800_000_000_000_000_000 + self._serial, len(data), self._serial)
        self.files[path] = FakeFile(data=bytes(data), private=private, stamp=stamp)

    def wipe(self, path: Path) -> None:
        if path in self.files:
            self.remove(path)
            self.wiped.append(path)

    def remove(self, path: Path) -> None:
        if path in self.held:
            raise StorageFailed("no_permission", f"{path} could not be removed: held")
        self.files.pop(path, None)

    def make_private_directory(self, path: Path) -> None:
        if path in self.files:
            raise StorageFailed("write_failed", f"{path} could not be made private: File exists")
        self.private_directories.add(path)

    def move_directory(self, source: Path, target: Path) -> None:
        moved = {path: found for path, found in self.files.items() if path.is_relative_to(source)}
        taken = any(path.is_relative_to(target) for path in self.files)
        if taken or not moved or self.held & moved.keys():
            raise StorageFailed("write_failed", f"{target} could not be put in place")
        for path, found in moved.items():
            del self.files[path]
            self.files[target / path.relative_to(source)] = found

    def remove_tree(self, path: Path) -> None:
        for one in [one for one in self.files if one.is_relative_to(path)]:
            self.remove(one)

    def free_bytes(self, path: Path) -> int:
        return self.free
