"""The console's own MQL5 programs in a terminal: include files copied, the agent compiled there, both with a version.

The terminal's own MetaEditor is the judge: what it refuses is not installed, and its words are kept for the doctor.
A binary that one MetaEditor has made serves every other terminal that has the same one. Must not know: users, robots,
or what the programs do.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from mt5console.core.errors import ConsoleError
from mt5console.core.model.observed import CompileReport
from mt5console.core.ports import FileStore, Platform
from mt5console.core.terminal.layout import TerminalLayout

COMPILE_DEADLINE_S = 60.0
AGENT_SOURCE = "Experts/Mt5Console/Agent.mq5"
"""Without this program nothing works: a MetaEditor that refuses it refuses the terminal."""
RECORD = "installed.json"
MESSAGES_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramTaken:
    """One program and what MetaEditor said of it. `file`: relative to MQL5, with forward slashes."""

    file: str
    ok: bool
    errors: int
    warnings: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What lies in a terminal. `version`: of all sources together; `editor`: MetaEditor in words; UTC seconds."""

    version: str
    editor: str
    at_utc_s: float
    programs: tuple[ProgramTaken, ...]


class Mql5Installation:
    """Brings the programs of `shipped` (an MQL5 tree) into terminals; `cache`: where made binaries are kept."""

    def __init__(self, platform: Platform, shipped: Path, cache: Path) -> None:
        self._platform = platform
        self._shipped = shipped
        self._cache = cache

    @cached_property
    def _sources(self) -> dict[str, bytes]:
        """Read once, so that a version is one moment's."""
        return _read_sources(self._shipped)

    @property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 over all shipped sources and their names."""
        return _version_of(self._sources)

    def bring_includes(self, layout: TerminalLayout) -> None:
        """Make the include files those of this version; allowed while the terminal runs. Raises `StorageFailed`."""
        for name, content in self._sources.items():
            if name.endswith(".mqh"):
                self._write(layout.mql5 / name, content)

    def bring_up(self, layout: TerminalLayout) -> Installed:
        """Install this version unless it is there, whole; the terminal must not run.

        Raises `StorageFailed`, and `ConsoleError` (`agent_refused`) when MetaEditor refuses the agent and no earlier
        one lies there; an earlier one stays in use, and the record says what was refused.
        """
        present = read_installed(layout, self._platform.files)
        if present is not None and present.version == self.version and self._is_whole(layout, present):
            return present
        for name, content in self._sources.items():
            self._write(layout.mql5 / name, content)
        editor = self._platform.compiler.describe(layout.root)
        programs = tuple(self._take(layout, name, editor) for name in self._sources if name.endswith(".mq5"))
        installed = Installed(
            version=self.version, editor=editor, at_utc_s=self._platform.clock.now().utc_s, programs=programs
        )
        record = json.dumps(asdict(installed), ensure_ascii=False, indent=1).encode("utf-8")
        self._platform.files.write_atomic(layout.console_experts / RECORD, record)
        self._refuse_without_agent(layout, installed)
        return installed

    def _is_whole(self, layout: TerminalLayout, present: Installed) -> bool:
        """Nobody has taken a file away since; a program that was refused waits for another MetaEditor or version."""
        files = self._platform.files
        if not all(taken.ok for taken in present.programs) and (
            self._platform.compiler.describe(layout.root) != present.editor
        ):
            return False
        sources = all(files.stamp(layout.mql5 / name) is not None for name in self._sources)
        made = [taken.file for taken in present.programs if taken.ok]
        return sources and all(files.stamp(_binary(layout.mql5 / name)) is not None for name in made)

    def _take(self, layout: TerminalLayout, name: str, editor: str) -> ProgramTaken:
        """Take a program's binary from the cache, else have it compiled, and keep what was made."""
        source = layout.mql5 / name
        key = hashlib.sha256(f"{self.version}\0{editor}".encode()).hexdigest()[:16]
        kept = self._cache / key / f"{source.stem}.ex5"
        content = self._platform.files.read(kept) if editor else None
        if content:
            self._platform.files.write_atomic(_binary(source), content)
            evidence = f"made by the same MetaEditor for another terminal, {len(content)} bytes"
            return ProgramTaken(file=name, ok=True, errors=0, warnings=0, evidence=evidence)
        report = self._platform.compiler.compile(source, layout.root, COMPILE_DEADLINE_S)
        made = self._platform.files.read(_binary(source)) if report.ok else None
        if made and editor:
            self._platform.files.write_atomic(kept, made)
        evidence = report.evidence if report.ok else _words(report)
        return ProgramTaken(file=name, ok=report.ok, errors=report.errors, warnings=report.warnings, evidence=evidence)

    def _refuse_without_agent(self, layout: TerminalLayout, installed: Installed) -> None:
        refused = [taken for taken in installed.programs if taken.file == AGENT_SOURCE and not taken.ok]
        if refused and self._platform.files.stamp(layout.agent_binary) is None:
            editor = installed.editor or "MetaEditor"
            text = f"{editor} in {layout.root} did not take the agent ({refused[0].evidence})"
            raise ConsoleError("agent_refused", f"{text}: see `mt5console doctor`, compile {AGENT_SOURCE} by hand")

    def _write(self, path: Path, content: bytes) -> None:
        if self._platform.files.read(path) != content:
            self._platform.files.write_atomic(path, content)


def shipped_version(shipped: Path) -> str:
    """The version that a tree of sources has, as `Mql5Installation.version` gives it."""
    return _version_of(_read_sources(shipped))


def read_installed(layout: TerminalLayout, files: FileStore) -> Installed | None:
    """What the terminal's record says; None when there is none, or it is torn or foreign."""
    try:
        raw = json.loads(files.read(layout.console_experts / RECORD) or b"")
        programs = tuple(
            ProgramTaken(
                file=str(one["file"]),
                ok=bool(one["ok"]),
                errors=int(one["errors"]),
                warnings=int(one["warnings"]),
                evidence=str(one["evidence"]),
            )
            for one in raw["programs"]
        )
        return Installed(
            version=str(raw["version"]), editor=str(raw["editor"]), at_utc_s=float(raw["at_utc_s"]), programs=programs
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _read_sources(shipped: Path) -> dict[str, bytes]:
    """The shipped files by their path under MQL5, with forward slashes."""
    found = [path for pattern in ("*.mqh", "*.mq5") for path in shipped.rglob(pattern)]
    return {path.relative_to(shipped).as_posix(): path.read_bytes() for path in sorted(found)}


def _version_of(sources: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sources.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _binary(source: Path) -> Path:
    return source.with_suffix(".ex5")


def _words(report: CompileReport) -> str:
    return "; ".join((report.evidence, *report.messages[:MESSAGES_TOLD]))
