"""Robot sources: templates rendered to MQL5, sources read and understood as far as a deployment needs.

What people type (names, inputs) is data, never code: it reaches a source only as quoted text, checked names or parsed
numbers, through a sandboxed environment. Must not know: terminals, slots, or how sources are compiled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mt5console.core.errors import NotFound, UsageInvalid
from mt5console.core.resources import resource_path
from mt5console.core.terminal.protocol import CONSOLE_INPUTS

DEFAULT_TEMPLATE = "ma_cross"

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

_SUFFIX = ".mq5.j2"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,40}")
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_INCLUDE = re.compile(
    r'^[ \t]*#[ \t]*include[ \t]*[<"]Mt5Console[\\/](?:Heartbeat|Robot)\.mqh[>"]', re.MULTILINE | re.IGNORECASE
)
_INPUT = re.compile(
    r"""(?:^|[;}])\s*s?input\s+(?!group\b)(\w+)\s+(\w+)\s*(?:=\s*((?:"(?:\\.|[^"\\\n])*"|[^;"])*?)\s*)?(?=;)""",
    re.MULTILINE,
)
_WHOLE_TYPES = frozenset(("char", "uchar", "short", "ushort", "int", "uint", "long", "ulong"))
_REAL_TYPES = frozenset(("double", "float"))
_MQL_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def read_source(data: bytes) -> str:
    """A source's text: UTF-16 or UTF-8 by its mark, else UTF-8, else the Western code page. Never fails."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def source_hash(text: str) -> str:
    """SHA-256 (hex) of a source's text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def includes_protocol(text: str) -> bool:
    """Whether the source includes Mt5Console's heartbeat, outside comments."""
    return _INCLUDE.search(_without_comments(text)) is not None


def parse_inputs(text: str) -> tuple[tuple[str, str, str], ...]:
    """(name, type, default) of the source's own `input` lines, in order; a text's default without its quotes.

    One variable a line, as MetaEditor's wizard writes them; inputs of included files are not looked for.
    """
    found = []
    for match in _INPUT.finditer(re.sub(r"^[ \t]*#[^\n]*", "", _without_comments(text), flags=re.MULTILINE)):
        default = (match[3] or "").strip()
        if len(default) >= 2 and default[0] == default[-1] == '"':
            default = re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), default[1:-1])
        found.append((match[2], match[1], default))
    return tuple(found)


def complete_inputs(text: str, given: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """All inputs that a deployment of this source should send: those given, and the source's defaults for the rest,
    each in the canonical text that the robot echoes (`0.10` becomes `0.1`, `True` becomes `true`).

    Inputs of other types (enumerations, colours, dates), and those whose default is an expression, are sent only when
    given. Raises `UsageInvalid` for names that
    the source does not have and values that are not of the input's type.
    """
    declared = {name: (kind, default) for name, kind, default in parse_inputs(text)}
    wanted: dict[str, str] = {}
    for name, value in given:
        if name in CONSOLE_INPUTS:
            raise UsageInvalid("console_input", f"input {name} is filled in by the console: leave it out")
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise UsageInvalid("unknown_input", f"the source has no input {name!r}; it has: {known}")
        wanted[name] = canonical_value(name, declared[name][0], value)
    for name, (kind, default) in declared.items():
        if name not in wanted and name not in CONSOLE_INPUTS and _is_plain(kind):
            canonical = _canonical_default(name, kind, default)
            if canonical is not None:
                wanted[name] = canonical
    return tuple((name, wanted[name]) for name in declared if name in wanted)


def canonical_value(name: str, kind: str, value: str) -> str:
    """The value as the robot will echo it. Raises `UsageInvalid` when it is not of the input's type."""
    text = value.strip()
    try:
        if kind == "bool":
            return _canonical_bool(text)
        if kind in _WHOLE_TYPES:
            return str(int(text, 0))
        if kind in _REAL_TYPES:
            return _canonical_real(float(text))
    except ValueError:
        raise UsageInvalid("bad_input", f"input {name} wants a value of type {kind}, not {value!r}") from None
    if any(ord(letter) < 32 for letter in value):
        raise UsageInvalid("bad_input", f"the value of input {name} must be one line of plain text")
    return value


def _is_plain(kind: str) -> bool:
    return kind in ("bool", "string") or kind in _WHOLE_TYPES or kind in _REAL_TYPES


def _canonical_default(name: str, kind: str, default: str) -> str | None:
    """The default as it will be echoed; None when it is an expression that only a compiler can work out."""
    empty = {"bool": "false", "string": ""}.get(kind, "0")
    try:
        return canonical_value(name, kind, default or empty)
    except UsageInvalid:
        return None


def _canonical_bool(text: str) -> str:
    if text.lower() in ("true", "1", "yes", "on"):
        return "true"
    if text.lower() in ("false", "0", "no", "off"):
        return "false"
    raise ValueError(text)


def _canonical_real(number: float) -> str:
    """Eight decimals at most, without trailing zeros: what the include writes with DoubleToString()."""
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("not a finite number")
    text = f"{number:.8f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def list_templates() -> tuple[str, ...]:
    """Names of the robot templates that ship with the program."""
    folder = resource_path("robots")
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}")))


def render_template(name: str, robot_id: int, magic: int, inputs: Iterable[tuple[str, str]] = ()) -> str:
    """MQL5 source of a robot from a template; `inputs` replace the template's defaults.

    Raises `NotFound` for an unknown template, `UsageInvalid` for unknown inputs and values of another type.
    """
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["mql_string"] = mql_string
    environment.filters["mql_name"] = mql_name
    environment.filters["mql_comment"] = mql_comment
    slots = _InputSlots(given=dict(inputs))
    template = environment.from_string(_template_path(name).read_text("utf-8"))
    text = template.render(
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


def mql_string(value: object) -> str:
    """An MQL5 string literal that holds exactly this text; control characters become blanks."""
    letters = (_MQL_ESCAPES.get(letter) or (letter if ord(letter) >= 32 else " ") for letter in str(value))
    return '"' + "".join(letters) + '"'


def mql_name(value: object) -> str:
    """An MQL5 identifier, unchanged. Raises `UsageInvalid` for anything else."""
    text = str(value)
    if _NAME.fullmatch(text) is None:
        raise UsageInvalid("bad_name", f"{text!r} is no MQL5 name: letters, digits and underscores, 63 at most")
    return text


def mql_comment(value: object) -> str:
    """Text that is safe in a `//` comment: one line, no backslash at its end."""
    text = "".join(letter if ord(letter) >= 32 else " " for letter in str(value))
    return text.replace("\u2028", " ").replace("\u2029", " ").rstrip("\\ ")


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
    declared: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, kind: str, default: object) -> str:
        """The MQL5 literal of an input's default."""
        self.declared[mql_name(name)] = kind
        text = canonical_value(name, kind, self.given[name] if name in self.given else str(default))
        return mql_string(text) if kind == "string" else text

    def echo(self) -> str:
        """Calls that tell the include every input's loaded value, one a line."""
        calls = {"bool": "Mt5ConsoleInputFlag", "string": "Mt5ConsoleInput"}
        lines = []
        for name, kind in self.declared.items():
            real = "Mt5ConsoleInputReal" if kind in _REAL_TYPES else "Mt5ConsoleInputWhole"
            lines.append(f"   {calls.get(kind, real)}({mql_string(name)}, {name});")
        return "\n".join(lines)

    def names(self) -> tuple[str, ...]:
        """Names of the inputs so far."""
        return tuple(self.declared)

    def check_used(self) -> None:
        """Raise `UsageInvalid` for inputs that the template does not have."""
        unknown = sorted(set(self.given) - set(self.declared))
        if unknown:
            known = ", ".join(self.declared)
            raise UsageInvalid("unknown_input", f"the template has no input {unknown[0]!r}; it has: {known}")


def _without_comments(text: str) -> str:
    """The source with comments blanked; quoted text stays."""
    plain = text.replace("\r\n", "\n")
    return _STRING_OR_COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else " ", plain)
