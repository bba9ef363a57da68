"""A whole program: the file that was named and all files that it includes, in the order the compiler reads them.

It must not know what the declarations mean, only which files they come from and what kind of program they make.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final

from tools.mql5check.lexer import SourceError
from tools.mql5check.parser import parse_all
from tools.mql5check.source_files import UnreadableFile, read_source
from tools.mql5check.syntax import Declaration, Function, Include, Property, Unit

OUR_INCLUDES: Final = Path(__file__).resolve().parents[2] / "mql5" / "Include"
MOST_FILES: Final = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """One declaration and the file that it stands in."""

    path: str
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Program:
    """What the compiler would read: `placed` in its order, each file once; `units` the files, the named one last.

    `kind` is expert, indicator, script, service or library (a .mqh given alone, which needs no entry point).
    """

    path: str
    kind: str
    units: tuple[Unit, ...]
    placed: tuple[Placed, ...]

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """All declarations in the compiler's order, without their files."""
        return tuple(placed.declaration for placed in self.placed)


def load(path: Path, include: tuple[Path, ...] = ()) -> tuple[Program, list[SourceError]]:
    """Read a file and its includes; give the program and every mistake of form; raise UnreadableFile for the file.

    `include` holds folders for `#include <...>`, looked through before mql5/Include.
    """
    text = read_source(path)
    return load_text(text, path, include)


def load_text(text: str, path: Path, include: tuple[Path, ...] = ()) -> tuple[Program, list[SourceError]]:
    """As `load`, for a text that would stand at `path`."""
    loader = _Loader((*include, OUR_INCLUDES))
    loader.take(text, path)
    library = path.suffix.lower() == ".mqh"
    placed = tuple(loader.placed)
    kind = "library" if library else _kind(placed)
    return Program(str(path), kind, tuple(loader.units), placed), loader.errors


def _kind(placed: tuple[Placed, ...]) -> str:
    properties = {one.declaration.name for one in placed if isinstance(one.declaration, Property)}
    functions = {one.declaration.name for one in placed if isinstance(one.declaration, Function)}
    if "service" in properties:
        return "service"
    if any(name.startswith("script_") for name in properties):
        return "script"
    if any(name.startswith("indicator_") for name in properties) or "OnCalculate" in functions:
        return "indicator"
    return "script" if "OnStart" in functions else "expert"


class _Loader:
    """Follows includes; every file is read once, as MQL5 does."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._seen: set[Path] = set()
        self.units: list[Unit] = []
        self.placed: list[Placed] = []
        self.errors: list[SourceError] = []

    def take(self, text: str, path: Path) -> None:
        """Parse one file and, at their places, the files that it includes."""
        self._seen.add(path.resolve())
        unit, errors = parse_all(text, str(path))
        self.errors.extend(errors)
        for declaration in unit.declarations:
            self.placed.append(Placed(unit.path, declaration))
            if isinstance(declaration, Include):
                self._include(declaration, path)
        self.units.append(unit)

    def _include(self, node: Include, source: Path) -> None:
        found = self._find(node, source)
        if found is None:
            where = "mql5/Include and the folders of --include" if node.system else "the including file's folder"
            reason = "; the standard library is outside the subset" if node.system else ""
            self._say(node, source, f"{node.target} is not found in {where}{reason}")
            return
        if found.resolve() in self._seen:
            return
        if len(self._seen) >= MOST_FILES:
            self._say(node, source, f"more than {MOST_FILES} files are included")
            return
        try:
            text = read_source(found)
        except UnreadableFile as error:
            self._say(node, source, str(error))
            return
        self.take(text, found)

    def _say(self, node: Include, source: Path, text: str) -> None:
        self.errors.append(SourceError(str(source), node.line, node.column, text))

    def _find(self, node: Include, source: Path) -> Path | None:
        target = PureWindowsPath(node.target)
        if target.is_absolute() or target.drive or "\0" in node.target:
            return None
        folders = self._folders if node.system else (source.parent,)
        for folder in folders:
            found = _same_but_for_case(folder, target.parts)
            if found is not None:
                return found
        return None


def _same_but_for_case(folder: Path, parts: tuple[str, ...]) -> Path | None:
    """The file that Windows would find, which does not tell upper from lower case."""
    place = folder
    for part in parts:
        if part == "..":
            place = place.parent
            continue
        if (place / part).exists():
            place = place / part
            continue
        try:
            names = [entry for entry in place.iterdir() if entry.name.lower() == part.lower()]
        except OSError:
            return None
        if not names:
            return None
        place = names[0]
    return place if place.is_file() else None
