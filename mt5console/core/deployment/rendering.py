"""Robot templates: which there are, what inputs they have, and a robot's source rendered from one.

What people type (names, inputs) is data, never code: it reaches a source only as quoted text, checked names or checked
values in MQL5's own spelling, through a sandboxed environment. Must not know: terminals, slots, or compilers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mt5console.core.deployment.inputs.constants import string_of
from mt5console.core.deployment.inputs.description import InputSpec, SourceInputs
from mt5console.core.deployment.inputs.includes import console_includes
from mt5console.core.deployment.inputs.kinds import described
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.inputs.values import canonical, echo_call, literal, mql_string
from mt5console.core.errors import NotFound, UsageInvalid
from mt5console.core.resources import resource_path

DEFAULT_TEMPLATE = "ma_cross"

_SUFFIX = ".mq5.j2"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,40}")
_DESCRIPTION = re.compile(r'^#property[ \t]+description[ \t]+("(?:\\.|[^"\\\n])*")', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A robot template that ships with the program: its name, what it says of itself, its inputs with defaults."""

    name: str
    title: str
    inputs: SourceInputs


def list_templates() -> tuple[str, ...]:
    """Names of the robot templates that ship with the program."""
    folder = resource_path("robots")
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}")))


def describe_template(name: str) -> Template:
    """A template with its inputs, types, defaults and labels. Raises `NotFound` for an unknown one."""
    text = render_template(name, 1, 1)
    title = " ".join(string_of(found) for found in _DESCRIPTION.findall(text)[:1])
    return Template(name=name, title=title or name, inputs=read_inputs(text, console_includes()))


def render_template(name: str, robot_id: int, magic: int, inputs: Iterable[tuple[str, str]] = ()) -> str:
    """MQL5 source of a robot from a template; `inputs` replace the template's defaults.

    Raises `NotFound` for an unknown template, `UsageInvalid` for unknown inputs and values of another type.
    """
    return render_text(_template_path(name).read_text("utf-8"), name, robot_id, magic, inputs)


def render_text(template: str, name: str, robot_id: int, magic: int, inputs: Iterable[tuple[str, str]] = ()) -> str:
    """MQL5 source from a template's text. Raises `UsageInvalid` as `render_template` does."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["mql_string"] = mql_string
    environment.filters["mql_name"] = mql_name
    environment.filters["mql_comment"] = mql_comment
    slots = _InputSlots(given=dict(inputs))
    text = environment.from_string(template).render(
        robot_id=int(robot_id), magic=int(magic), template=name, value=slots.value, echo=slots.echo, names=slots.names
    )
    slots.check_used()
    return text


def generate_mql5(
    *,
    robot_id: int,
    template: str = DEFAULT_TEMPLATE,
    magic: int | None = None,
    inputs: Mapping[str, object] | None = None,
) -> str:
    """The seed's name for it: a robot's source with READY and heartbeat. The magic number is the robot's id if not
    given. Raises as `render_template` does."""
    pairs = tuple((name, str(value)) for name, value in (inputs or {}).items())
    return render_template(template, robot_id, robot_id if magic is None else magic, pairs)


def mql_name(value: object) -> str:
    """An MQL5 identifier, unchanged. Raises `UsageInvalid` for anything else."""
    text = str(value)
    if _NAME.fullmatch(text) is None:
        raise UsageInvalid("bad_name", f"{text!r} is no MQL5 name: letters, digits and underscores, 63 at most")
    return text


def mql_comment(value: object) -> str:
    """Text that is safe in a `//` comment: one line, no backslash at its end."""
    text = "".join(letter if ord(letter) >= 32 else " " for letter in str(value))
    return text.replace("\x85", " ").replace("\u2028", " ").replace("\u2029", " ").rstrip("\\ ")


def _template_path(name: str) -> Path:
    path = resource_path("robots", f"{name}{_SUFFIX}") if _TEMPLATE_NAME.fullmatch(name) else None
    if path is None or not path.is_file():
        known = ", ".join(list_templates()) or "none"
        raise NotFound("unknown_template", f"there is no robot template {name!r}; there are: {known}")
    return path


@dataclass(slots=True)
class _InputSlots:
    """The template's inputs while it is rendered: defaults, what people gave instead, and the echo of all of them."""

    given: dict[str, str]
    declared: dict[str, InputSpec] = field(default_factory=dict)

    def value(self, name: str, kind: str, default: object) -> str:
        """The MQL5 literal of an input's default."""
        spec = described(mql_name(name), mql_name(kind))
        self.declared[name] = spec
        return literal(spec, canonical(spec, self.given[name] if name in self.given else str(default)))

    def echo(self) -> str:
        """Calls that tell the include every input's loaded value, one a line."""
        return "\n".join(f"   {echo_call(spec)}" for spec in self.declared.values())

    def names(self) -> tuple[str, ...]:
        """Names of the inputs so far."""
        return tuple(self.declared)

    def check_used(self) -> None:
        """Raise `UsageInvalid` for inputs that the template does not have."""
        unknown = sorted(set(self.given) - set(self.declared))
        if unknown:
            known = ", ".join(self.declared)
            raise UsageInvalid("unknown_input", f"the template has no input {unknown[0]!r}; it has: {known}")
