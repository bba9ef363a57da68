"""Robot sources: read whatever their encoding, and what a deployment of one should send as its inputs.

Must not know: terminals, slots, or how sources are compiled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from mt5console.core.deployment.heartbeat_lines import echoed_inputs
from mt5console.core.deployment.inputs.description import InputSpec, SourceInputs
from mt5console.core.deployment.inputs.includes import Includes
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.inputs.values import canonical
from mt5console.core.deployment.rendering import (
    DEFAULT_TEMPLATE,
    describe_template,
    generate_mql5,
    list_templates,
    render_template,
)
from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.encoding import TextForm, decode, form_of
from mt5console.core.terminal.protocol import CONSOLE_INPUTS

__all__ = [
    "DEFAULT_TEMPLATE",
    "PLACEHOLDER_SOURCE",
    "check_given",
    "complete_inputs",
    "describe_template",
    "generate_mql5",
    "known_input",
    "list_templates",
    "read_source",
    "render_template",
    "source_hash",
]

PLACEHOLDER_SOURCE = """// mt5console placeholder
// Keeps a robot's slot known to the terminal until a version is compiled into it. It never starts.
#property version "1.00"

int OnInit()
  {
   return(INIT_FAILED);
  }

void OnTick()
  {
  }
"""


def read_source(data: bytes) -> str:
    """A source's text: UTF-16 or UTF-8 by its mark or its look, else the Western code page. Never fails.

    What is no text (a compiled file) keeps its null characters, by which it is known.
    """
    form = form_of(data)
    if not form.bom and form.unit == 2:
        head = data[:4096]
        zeros = max(head[0::2].count(0), head[1::2].count(0))
        return decode(data, form if zeros * 4 > len(head) else TextForm("cp1252"))
    try:
        return data.removeprefix(form.bom).decode(form.codec)
    except UnicodeDecodeError:
        return decode(data, form if form.bom else TextForm("cp1252"))


def source_hash(text: str) -> str:
    """SHA-256 (hex) of a source's text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def complete_inputs(
    text: str, given: Iterable[tuple[str, str]], includes: Includes | None = None
) -> tuple[tuple[str, str], ...]:
    """All inputs that a deployment of this source should send: those given, and the source's defaults for the rest,
    each in the canonical text that the robot echoes (`0.10` becomes `0.1`, `PERIOD_H1` becomes `16385`).

    A default that only a compiler can work out is not sent, nor one that the robot is seen not to echo: it stays as
    the source says. Raises `UsageInvalid` for names that the source does not have and values that are not of the
    input's type.
    """
    described = read_inputs(text, includes)
    wanted = check_given(described, given)
    echoed = echoed_inputs(text)
    for spec in described.own:
        if spec.default is not None and (echoed is None or spec.name in echoed):
            wanted.setdefault(spec.name, spec.default)
    return tuple((spec.name, wanted[spec.name]) for spec in described.own if spec.name in wanted)


def check_given(described: SourceInputs, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What was given, in canonical text. Raises `UsageInvalid` (`console_input`, `unknown_input`, `bad_input`)."""
    wanted: dict[str, str] = {}
    for name, value in given:
        wanted[name] = canonical(known_input(described, name), value)
    return wanted


def known_input(described: SourceInputs, name: str) -> InputSpec:
    """The description of the input of this name. Raises `UsageInvalid` (`console_input`, `unknown_input`)."""
    if name in CONSOLE_INPUTS:
        raise UsageInvalid("console_input", f"input {name} is filled in by the console: leave it out")
    spec = described.find(name)
    if spec is None:
        known = ", ".join(one.name for one in described.own) or "none"
        unread = f" ({', '.join(described.missing[:3])} could not be read)" if described.missing else ""
        raise UsageInvalid("unknown_input", f"the source has no input {name!r}; it has: {known}{unread}")
    return spec
