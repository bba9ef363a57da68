"""A robot's source, templates and presets, read and judged where reading may take its time. Must not know: Qt.

Runs in: a carrier's thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mt5console.core.deployment.heartbeat_lines import HeartbeatLines, heartbeat_lines
from mt5console.core.deployment.inputs.description import SourceInputs
from mt5console.core.deployment.inputs.includes import includes_beside
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.presets import read_preset
from mt5console.ui.bridge.source_file import read_source_file

LARGEST_PRESET = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSource:
    """A trader's own source: its name, its inputs, and what of the include's lines it lacks."""

    name: str
    inputs: SourceInputs
    lines: HeartbeatLines


def look_at_source(path: str) -> OwnSource:
    """What the file at this path has and lacks. Raises `UsageInvalid` as `read_source_file` does."""
    text, name = read_source_file(path)
    inputs = read_inputs(text, includes_beside(Path(path)))
    return OwnSource(name=name, inputs=inputs, lines=heartbeat_lines(text, inputs))


def source_with_lines(path: str) -> tuple[str, str]:
    """The source's text with the include's lines added, and its name; the file itself stays as it is.

    Raises `UsageInvalid` (`no_heartbeat`) with the reason when they cannot be added.
    """
    text, name = read_source_file(path)
    lines = heartbeat_lines(text, read_inputs(text, includes_beside(Path(path))))
    if lines.text is None:
        raise UsageInvalid("no_heartbeat", f"{name}: the heartbeat's lines cannot be added: {lines.refusal}")
    return lines.text, name


def preset_file(path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A preset's name, and the names and values in it. Raises `UsageInvalid` (`no_preset`)."""
    file = Path(path)
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_PRESET + 1)
    except OSError as error:
        raise UsageInvalid("no_preset", f"{file.name} cannot be read ({error.strerror})") from None
    if len(data) > LARGEST_PRESET:
        raise UsageInvalid("no_preset", f"{file.name} is larger than {LARGEST_PRESET // 1024**2} MB: is it a preset?")
    return file.name, read_preset(data).pairs


def save_preset_file(path: str, data: bytes) -> str:
    """Write a preset beside its place and move it there; gives its name. Raises `UsageInvalid` (`no_preset`)."""
    file = Path(path if path.lower().endswith(".set") else f"{path}.set")
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(data)
        beside.replace(file)
    except OSError as error:
        raise UsageInvalid("no_preset", f"{file.name} cannot be written ({error.strerror})") from None
    return file.name
