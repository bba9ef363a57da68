"""Folders that may become the golden template: where to look for them, and what one must have.

Nothing is changed here. Must not know: how the template is copied.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from mt5console.bases import metaeditor
from mt5console.core.errors import ConsoleError
from mt5console.core.ports import ProcessHost
from mt5console.core.terminal.layout import BaseLayout, find_child, program_file
from mt5console.platforms import process_host, program_version
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.golden_template import extent
from mt5console.platforms.metaeditor import size_as_version
from mt5console.ui.bridge.first_run_access import Folder, Point

DEPTH = 2
"""So many folders below a place that is searched."""
MOST_LOOKED_AT = 4000
"""A disk with more folders than that is not searched to its end: a person can still choose."""
ROOM_BYTES = 200_000_000
"""What must be free beside the copy itself."""

_DULL = frozenset({"windows", "$recycle.bin", "system volume information", "programdata", "appdata", "node_modules"})


def build_of(folder: Path) -> str:
    """The terminal's version in words, empty when there is none."""
    terminal = folder / program_file("terminal64")
    if not terminal.is_file():
        return ""
    return (program_version() or size_as_version)(terminal) or size_as_version(terminal)


def found_folders(layout: BaseLayout, places: Iterable[Path] | None = None) -> tuple[str, ...]:
    """Folders with a terminal, the portable ones first; none of the base directory's own."""
    found: dict[str, Path] = {}
    left = MOST_LOOKED_AT
    for place in _places() if places is None else places:
        for folder in _below(place, DEPTH):
            left -= 1
            if left < 0:
                break
            if (folder / program_file("terminal64")).is_file() and not _is_within(folder, layout.root):
                found[os.path.normcase(str(folder))] = folder
    return tuple(sorted(map(str, found.values()), key=lambda folder: (is_under_program_files(folder), folder)))


def is_under_program_files(folder: str) -> bool:
    """Whether a terminal there is an installed one, which keeps its data elsewhere."""
    parts = folder.replace("/", "\\").casefold().split("\\")
    return any(part.startswith("program files") for part in parts[:3])


def judge(folder: Path, layout: BaseLayout) -> Folder:
    """What was found in the folder, each with how to mend it."""
    points = [_place(folder, layout)]
    if points[0].ok is not False:
        points += _programs(folder)
        points.append(_stands_still(folder))
    if any(point.ok is False for point in points):
        return Folder(path=str(folder), points=tuple(points))
    try:
        size = extent(folder).total_bytes
    except ConsoleError as error:
        points.append(Point(title="Files", ok=False, evidence=error.text, mend="close what holds them, or move it"))
        return Folder(path=str(folder), points=tuple(points))
    return Folder(path=str(folder), points=(*points, room(size, layout)), total_bytes=size)


def room(size: int, layout: BaseLayout) -> Point:
    """Whether the copy fits on the base directory's volume, beside a template that is there."""
    free = LocalFileStore().free_bytes(layout.console)
    evidence = f"{size / 1e6:.0f} MB to copy, {free / 1e9:.1f} GB free on the volume of {layout.root}"
    mend = f"make room on the volume of {layout.root}, then choose the folder again"
    ok = free >= size + ROOM_BYTES
    return Point(title="Room", ok=ok, evidence=evidence, mend="" if ok else mend)


def _place(folder: Path, layout: BaseLayout) -> Point:
    title = "Place"
    if not folder.is_dir():
        return Point(title=title, ok=False, evidence=f"{folder} is no folder", mend="choose the terminal's folder")
    if is_under_program_files(str(folder)):
        harm = "it lies under Program Files: an installed terminal, whose data lie elsewhere"
        mend = (
            "copy that folder to a short path such as C:\\mt5_broker, start terminal64.exe /portable there once, let "
            "it update, log in to nothing, close it; then choose that folder"
        )
        return Point(title=title, ok=False, evidence=harm, mend=mend)
    if _is_within(folder, layout.root) or _is_within(layout.root, folder):
        harm = f"it lies in the base directory {layout.root}, or holds it"
        return Point(title=title, ok=False, evidence=harm, mend="choose a terminal's folder outside of it")
    return Point(title=title, ok=True, evidence=str(folder))


def _programs(folder: Path) -> list[Point]:
    terminal, editor = program_file("terminal64"), program_file("metaeditor64")
    again = "choose the folder in which the broker's own terminal was installed, with everything in it"
    has = (folder / terminal).is_file()
    points = [_there("Terminal", has, f"{terminal}, version {build_of(folder)}", f"{terminal} is not in it", again)]
    described = metaeditor().describe(folder)
    points.append(_there("MetaEditor", bool(described), described, f"{editor} is not in it: nothing compiles", again))
    start = f"start {terminal} /portable in it once, let it update, log in to nothing, close it"
    portable = find_child(folder, "MQL5").is_dir()
    points.append(_there("MQL5", portable, "its MQL5 folder is there", "it has no MQL5 folder of its own", start))
    if portable and not find_child(find_child(folder, "config"), "servers.dat").is_file():
        harm = "config\\servers.dat is missing: it may not know the broker's servers yet"
        points.append(Point(title="Servers", ok=None, evidence=harm, mend=start))
    return points


def _there(title: str, ok: bool, seen: str, harm: str, mend: str) -> Point:
    return Point(title=title, ok=ok, evidence=seen if ok else harm, mend="" if ok else mend)


def _stands_still(folder: Path) -> Point:
    host: ProcessHost = process_host()
    try:
        running = host.find_under(folder)
    finally:
        host.close()
    if not running:
        return Point(title="Not running", ok=True, evidence="no program runs from this folder")
    named = ", ".join(sorted({Path(ref.executable).name for ref in running}))
    evidence = f"{named} runs from it (pid {running[0].pid}): files that it holds cannot be copied whole"
    return Point(title="Not running", ok=False, evidence=evidence, mend="close it, then check again")


def _places() -> Iterator[Path]:
    """Where people put a terminal: the roots of the disks, Program Files, their own folders."""
    if sys.platform == "win32":
        for letter in "CDEFGH":
            yield Path(f"{letter}:\\")
        for name in ("ProgramFiles", "ProgramFiles(x86)"):
            if place := os.environ.get(name):
                yield Path(place)
    home = Path.home()
    yield from (home, home / "Desktop", home / "Downloads", home / "Documents")


def _below(place: Path, depth: int) -> Iterator[Path]:
    """The folders below, nearest first; what may not be read is passed over."""
    level = [place]
    for _step in range(depth):
        deeper: list[Path] = []
        for folder in level:
            for child in _children(folder):
                yield child
                deeper.append(child)
        level = deeper


def _children(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            named = [entry for entry in entries if not entry.name.startswith(".")]
            return sorted(
                Path(entry.path)
                for entry in named
                if entry.name.casefold() not in _DULL and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


def _is_within(folder: Path, other: Path) -> bool:
    inner, outer = (Path(os.path.normcase(os.path.realpath(one))) for one in (folder, other))
    return inner == outer or outer in inner.parents
