"""What a source's input is: name, type, label, group, default, choices and limits; and the same as JSON.

One family for everybody who asks about inputs: registration, forms, presets, the command line. Must not know: how a
source is read, or which values anybody wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mt5console.core.terminal.protocol import CONSOLE_INPUTS


class Kind(StrEnum):
    """How the values of an input are typed, checked and written."""

    FLAG = "flag"
    WHOLE = "whole"
    REAL = "real"
    TEXT = "text"
    MOMENT = "moment"
    COLOUR = "colour"
    CHOICE = "choice"
    OPAQUE = "opaque"
    """Not understood: any one line of text, passed on as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One member of an enumeration: its name in the source, its number, and its comment (may be empty)."""

    name: str
    value: int
    label: str = ""

    @property
    def title(self) -> str:
        """What people read."""
        return self.label or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """One `input` variable.

    `default` is canonical text (what the robot echoes), None when only a compiler can work it out or a template cannot
    carry it; `default_text` is how the source spells it. `low` and `high` bound whole numbers. `note` says what was
    not understood, empty when all was. `line` counts from 1 in the file that declares it.
    """

    name: str
    type_name: str
    kind: Kind
    label: str = ""
    group: str = ""
    default: str | None = None
    default_text: str = ""
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None
    note: str = ""
    line: int = 0

    @property
    def title(self) -> str:
        """What people read: the comment beside it, or its name."""
        return self.label or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInputs:
    """All inputs of a source in its order. `missing` are included files that could not be read, so that inputs of
    theirs are not here; `notes` says what else was passed over."""

    inputs: tuple[InputSpec, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[InputSpec, ...]:
        """Those that are the trader's: without the ones that the console fills in."""
        return tuple(spec for spec in self.inputs if spec.name not in CONSOLE_INPUTS)

    def find(self, name: str) -> InputSpec | None:
        """The trader's input of this name."""
        return next((spec for spec in self.own if spec.name == name), None)


def spec_json(spec: InputSpec) -> dict[str, Any]:
    """An input as JSON."""
    return {
        "name": spec.name,
        "type": spec.type_name,
        "kind": spec.kind.value,
        "label": spec.label,
        "group": spec.group,
        "default": spec.default,
        "default_text": spec.default_text,
        "options": [{"name": one.name, "value": one.value, "label": one.label} for one in spec.options],
        "minimum": spec.low,
        "maximum": spec.high,
        "note": spec.note,
    }


def inputs_json(inputs: SourceInputs) -> dict[str, Any]:
    """The trader's inputs of a source as JSON."""
    return {
        "inputs": [spec_json(spec) for spec in inputs.own],
        "missing_includes": list(inputs.missing),
        "notes": list(inputs.notes),
    }


def inputs_from_json(value: Mapping[str, Any]) -> SourceInputs:
    """The inverse of `inputs_json`. Raises ValueError for another shape."""
    try:
        return SourceInputs(
            inputs=tuple(_spec_from(one) for one in value["inputs"]),
            missing=tuple(str(one) for one in value.get("missing_includes", ())),
            notes=tuple(str(one) for one in value.get("notes", ())),
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"no description of inputs: {wrong}") from None


def _spec_from(value: Mapping[str, Any]) -> InputSpec:
    return InputSpec(
        name=str(value["name"]),
        type_name=str(value["type"]),
        kind=Kind(value["kind"]),
        label=str(value.get("label", "")),
        group=str(value.get("group", "")),
        default=None if value.get("default") is None else str(value["default"]),
        default_text=str(value.get("default_text", "")),
        options=tuple(
            Option(name=str(one["name"]), value=int(one["value"]), label=str(one.get("label", "")))
            for one in value.get("options", ())
        ),
        low=None if value.get("minimum") is None else int(value["minimum"]),
        high=None if value.get("maximum") is None else int(value["maximum"]),
        note=str(value.get("note", "")),
    )
