"""A robot's own source and its preset, as `robot add` takes them: read, judged, the include's lines offered.

Must not know: engines. What is found wrong is one line that says what to do.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mt5console.commands.output import note, say
from mt5console.commands.session import Session
from mt5console.core.errors import UsageInvalid

if TYPE_CHECKING:
    from mt5console.core.deployment.heartbeat_lines import HeartbeatLines, MissingLine
    from mt5console.core.deployment.inputs.description import InputSpec, SourceInputs

LARGEST_SOURCE = 4 * 1024 * 1024
LARGEST_PRESET = 1024 * 1024
ADD, KEEP = "--add-heartbeat", "--no-add-heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSource:
    """A trader's own source: its text as it is registered, and its inputs."""

    text: str
    name: str
    inputs: SourceInputs


def read_source(path: Path) -> str:
    """A source as MetaEditor may have saved it: UTF-16 or UTF-8 by mark or look, else the Western code page."""
    from mt5console.core.deployment.sources import read_source as decoded

    text = decoded(_read(path, LARGEST_SOURCE, "source"))
    if "\0" in text:
        raise UsageInvalid("not_a_source", f"{path} is not a text: give the .mq5, not the .ex5")
    if not text.strip():
        raise UsageInvalid("bad_source", f"{path} is empty: give an MQL5 source")
    return text


def own_source(session: Session, path: Path, add_lines: bool | None) -> OwnSource | None:
    """The source to register; None when lines are missing and a person does not want them added.

    `add_lines`: yes, no (as it is), or None: a person at a terminal is asked; without one the source is registered as
    it is, and what is missing is said.
    """
    from mt5console.core.deployment.heartbeat_lines import heartbeat_lines
    from mt5console.core.deployment.inputs.includes import includes_beside
    from mt5console.core.deployment.inputs.reader import read_inputs

    text = read_source(path)
    inputs = read_inputs(text, includes_beside(path))
    as_it_is = OwnSource(text=text, name=path.name, inputs=inputs)
    if add_lines is False:
        return as_it_is
    found = heartbeat_lines(text, inputs)
    if found.is_complete:
        return as_it_is
    if add_lines is None and found.knows_seed and _lacks_include(found):
        note(f"{path.name} beats by the seed's own heartbeat, which proves less; {ADD} adds the include's lines.")
        return as_it_is
    if found.refusal:
        text = f"{path.name}: the include's lines are missing and cannot be added: {found.refusal}"
        if add_lines:
            raise UsageInvalid("no_heartbeat", f"{text}; {KEEP} registers it as it is")
        note(f"{text}; it is registered as it is, and no deployment of it can be proven.")
        return as_it_is
    if add_lines is None and (session.as_json or not is_at_terminal()):
        _tell(path, found)
        return as_it_is
    if add_lines or _is_wanted(path, found):
        note(f"The heartbeat's lines were added to the registered copy; {path.name} itself stays as it is.")
        if "Mt5ConsoleMayOpen" not in text:
            note(
                "A pause or a stop keeps it from opening positions only if it asks Mt5ConsoleMayOpen() before it does."
            )
        return OwnSource(text=found.text or text, name=path.name, inputs=inputs)
    return None


def preset_inputs(path: Path, inputs: SourceInputs) -> dict[str, str]:
    """The values that a preset gives to these inputs. Raises `UsageInvalid` naming every difference."""
    from mt5console.core.deployment.inputs.preset import preset_values
    from mt5console.core.terminal.presets import read_preset

    return preset_values(inputs, read_preset(_read(path, LARGEST_PRESET, "preset")).pairs, path.name)


def described(spec: InputSpec) -> list[object]:
    """One row of a table of inputs."""
    from mt5console.core.deployment.inputs.values import shown

    default = spec.default_text if spec.default is None else shown(spec, spec.default)
    return [spec.name, spec.type_name, default, spec.label or spec.note, spec.group]


def is_at_terminal() -> bool:
    """Whether a person reads and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _lacks_include(found: HeartbeatLines) -> bool:
    return any(line.text.startswith("#include") for line in found.missing) or bool(found.refusal)


def _is_wanted(path: Path, found: HeartbeatLines) -> bool:
    """Show a person what is missing; whether they want it added."""
    say(f"{path.name} lacks what the console needs to prove that it runs:")
    for line in found.missing:
        say(f"  {_words(line)}")
    sys.stderr.write("Add them to the copy that is registered (your file stays as it is)? [Y/n] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def _tell(path: Path, found: HeartbeatLines) -> None:
    """Nobody can be asked: say what is missing, and how to have it added."""
    note(f"{path.name} lacks what the console needs to prove that it runs; it is registered as it is:")
    for line in found.missing:
        note(f"  {_words(line)}")
    note(f"{ADD} adds these lines to the registered copy; {KEEP} says that they are not wanted.")


def _words(line: MissingLine) -> str:
    return f"line {line.line}: {' '.join(line.text.split())}   // {line.why}"


def _read(path: Path, largest: int, what: str) -> bytes:
    try:
        if path.stat().st_size > largest:
            raise UsageInvalid(f"{what}_too_large", f"{path} is larger than {largest} bytes: is it a {what}?")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageInvalid(f"no_{what}", f"the {what} {path} cannot be read: {reason}") from None
