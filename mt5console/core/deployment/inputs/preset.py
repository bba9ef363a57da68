"""Presets (`.set`) as values of a robot's inputs: read with every difference named, and written from values.

Must not know: where files lie, or how the format is spelt (`terminal.presets` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mt5console.core.deployment.inputs.description import InputSpec, Kind, SourceInputs
from mt5console.core.deployment.inputs.values import canonical
from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.encoding import is_one_line
from mt5console.core.terminal.presets import PresetEntry, preset_bytes
from mt5console.core.terminal.protocol import CONSOLE_INPUTS

MOST_SHOWN = 12


def preset_values(inputs: SourceInputs, pairs: Iterable[tuple[str, str]], name: str) -> dict[str, str]:
    """The values that a preset gives, in canonical text; inputs that it does not name keep their defaults.

    `pairs` are names and values as the file has them. Raises `UsageInvalid` (`wrong_preset`) when any name is not the
    robot's or any value not of its type: every difference is named, and nothing is taken over.
    """
    found: dict[str, str] = {}
    unknown: list[str] = []
    wrong: list[str] = []
    for key, value in pairs:
        if key in CONSOLE_INPUTS:
            continue
        spec = inputs.find(key)
        if spec is None:
            unknown.append(key)
            continue
        try:
            found[key] = canonical(spec, plain_value(spec, value))
        except UsageInvalid as problem:
            wrong.append(problem.text)
    if not unknown and not wrong and found:
        return found
    missing = [spec.name for spec in inputs.own if spec.name not in found] if unknown else []
    raise UsageInvalid("wrong_preset", _differences(name, unknown, missing, wrong, bool(found)))


def plain_value(spec: InputSpec, value: str) -> str:
    """The value without the tester's `||start||step||stop||N` behind it; text keeps all that it says."""
    return value if spec.kind in (Kind.TEXT, Kind.OPAQUE) else value.partition("||")[0]


def preset_from(inputs: SourceInputs, values: Mapping[str, str], title: str) -> bytes:
    """A preset file of what is set and of the defaults that are known, in the source's order and groups.

    `title` stands at its head. Raises `UsageInvalid` (`bad_preset_value`) for what a preset cannot hold.
    """
    entries = []
    for spec in inputs.own:
        value = values.get(spec.name, spec.default)
        if value is not None:
            group = " ".join("".join(sign if is_one_line(sign) else " " for sign in spec.group).split())
            entries.append(PresetEntry(name=spec.name, value=value, group=group))
    return preset_bytes(entries, (" ".join(title.split()),))


def _differences(name: str, unknown: list[str], missing: list[str], wrong: list[str], has_any: bool) -> str:
    parts = []
    if unknown:
        parts.append(f"the robot has no {_listed(unknown)}")
    if missing:
        parts.append(f"the preset has no {_listed(missing)}")
    parts += wrong[:MOST_SHOWN]
    if not parts or not (unknown or wrong or has_any):
        parts = ["it names none of the robot's inputs", *parts]
    return f"the preset {name} does not fit this robot, nothing was taken over: {'; '.join(parts)}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:MOST_SHOWN])
    return shown + (f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else "")
