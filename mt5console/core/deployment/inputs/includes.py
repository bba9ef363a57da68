"""Where the files that a source includes are looked for. Must not know: what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from mt5console.core.resources import mql5_path
from mt5console.core.terminal.encoding import decode
from mt5console.core.terminal.layout import TerminalLayout

LARGEST_INCLUDE = 4 * 1024 * 1024


class Includes(Protocol):
    """Finds included files. A file is known by its `place`, a text that only the finder understands."""

    def find(self, name: str, *, is_system: bool, beside: str) -> tuple[str, str] | None:
        """(place, text) of `<name>` (`is_system`) or of `"name"` beside the file at that place; None when there is
        none that can be read."""
        ...


class NoIncludes:
    """Nothing but the source itself is available."""

    def find(self, name: str, *, is_system: bool, beside: str) -> tuple[str, str] | None:
        """Never found."""
        return None


class FolderIncludes:
    """Includes in folders: `<…>` in the include folders, `"…"` beside the including file.

    `read` gives a file's bytes or None. What would leave these folders (and `home`, which holds them) is not looked
    for.
    """

    def __init__(
        self,
        include_folders: Iterable[Path],
        beside: Path | None,
        read: Callable[[Path], bytes | None],
        home: Path | None = None,
    ) -> None:
        self._folders = tuple(include_folders)
        self._home = home
        self._beside = beside
        self._read = read

    def find(self, name: str, *, is_system: bool, beside: str) -> tuple[str, str] | None:
        """Look in every folder that may hold it."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts or any("\0" in part or ":" in part for part in parts):
            return None
        for folder in self._folders_for(is_system, beside):
            path = folder.joinpath(*parts)
            data = self._read(path) if self._is_inside(path) else None
            if data is not None and len(data) <= LARGEST_INCLUDE:
                return str(path), decode(data)
        return None

    def _folders_for(self, is_system: bool, beside: str) -> tuple[Path, ...]:
        if is_system:
            return self._folders
        near = Path(beside).parent if beside else self._beside
        return (near,) if near is not None else ()

    def _is_inside(self, path: Path) -> bool:
        """`..` may lead from one folder of the sources to another, not out of them."""
        homes = [*self._folders, *(home for home in (self._beside, self._home) if home is not None)]
        resolved = Path(_without_dots(path))
        return any(resolved.is_relative_to(home) for home in homes)


def terminal_includes(terminal: TerminalLayout, read: Callable[[Path], bytes | None]) -> FolderIncludes:
    """What a robot of this terminal includes: from its MQL5/Include, and beside the robots' slots."""
    return FolderIncludes((terminal.include,), terminal.console_experts, read)


def console_includes() -> FolderIncludes:
    """The include that ships with the program, alone."""
    return FolderIncludes((mql5_path("Include"),), None, read_file)


def includes_beside(source: Path) -> FolderIncludes:
    """What a trader's own file includes: beside it, in the Include folder of the MQL5 tree that it stands in, and the
    console's own."""
    folder = source.absolute().parent
    tree = next((parent for parent in (folder, *folder.parents) if parent.name.upper() == "MQL5"), None)
    own = () if tree is None else (tree / "Include",)
    return FolderIncludes((*own, mql5_path("Include")), folder, read_file, home=tree)


def read_file(path: Path) -> bytes | None:
    """The bytes of a file of a bearable size, None when there is none."""
    try:
        if path.stat().st_size > LARGEST_INCLUDE or not path.is_file():
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def _without_dots(path: Path) -> Path:
    kept: list[str] = []
    for part in path.parts:
        if part == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        else:
            kept.append(part)
    return Path(*kept)
