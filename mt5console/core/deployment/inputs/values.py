"""Values of inputs: what people type, checked, as the canonical text that is sent and that the robot echoes.

Canonical text is what the include writes: `true`/`false`; whole numbers in decimal; real numbers with eight decimals at
most and no zeros at the end; text as it is; members of enumerations, colours and moments (seconds since 1970) as whole
numbers. The same text stands in a template's inputs and in a preset. Must not know: sources, or who asks.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Callable

from mt5console.core.deployment.inputs.colours import COLOURS, NAME_OF_COLOUR, NO_COLOUR, rgb_number
from mt5console.core.deployment.inputs.constants import Value, colour_of, moment_of, number_of
from mt5console.core.deployment.inputs.description import InputSpec, Kind, Option
from mt5console.core.deployment.inputs.language import LATEST_S
from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.encoding import is_one_line
from mt5console.core.terminal.templates import letters_in, room_for_value, room_in_words

DECIMALS = 8
_LOST = 1e-6
"""Part of a real number that its eight decimals may lose; a value that loses more would be another one."""

_WHOLE = re.compile(r"[+-]?(?:0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,20})")
_REAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_SECONDS = re.compile(r"[0-9]{1,11}")
_TAG = re.compile(r"</?[A-Za-z_]\w*>")
_WEB_COLOUR = re.compile(r"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_NAME_OR_NUMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}|-?[0-9]{1,19}")
_MQL_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def canonical(spec: InputSpec, text: str) -> str:
    """The value as it is sent and echoed.

    Raises `UsageInvalid` (`bad_input`) that names the input, says what it takes, and gives an example.
    """
    try:
        return _PARSERS[spec.kind](spec, text)
    except (ValueError, OverflowError):
        wanted, example = wants(spec), _example(spec)
        such = f", for example {example}" if example else ""
        raise UsageInvalid("bad_input", f"input {spec.name} takes {wanted}{such}; not {_shown(text)}") from None


def canonical_default(spec: InputSpec, value: Value) -> str | None:
    """A default as it is echoed; None when a template cannot carry it or it is none of the type's values."""
    try:
        if spec.kind is Kind.TEXT:
            return _text(spec, value) if isinstance(value, str) else None
        if isinstance(value, str):
            return None
        if spec.kind is Kind.FLAG:
            return "true" if value else "false"
        if spec.kind is Kind.REAL:
            return _decimals(spec, float(value))
        if isinstance(value, float) and not value.is_integer():
            return _PARSERS[spec.kind](spec, str(int(value)))
        number = int(value)
        if spec.kind is Kind.CHOICE:
            return str(number)
        return _PARSERS[spec.kind](spec, str(number if spec.kind is not Kind.COLOUR else number & NO_COLOUR))
    except (ValueError, OverflowError):
        return None


def wants(spec: InputSpec) -> str:
    """What the input takes, in words that follow \"takes\"."""
    if spec.kind is Kind.WHOLE:
        return f"a whole number from {spec.low} to {spec.high}"
    if spec.kind is Kind.CHOICE:
        names = [option.name for option in spec.options]
        shown = ", ".join(names[:12]) + (f" … ({len(names)} in all)" if len(names) > 12 else "")
        return f"one of {shown}" if names else "the number of a member"
    return {
        Kind.FLAG: "true or false",
        Kind.REAL: "a number with a point and at most eight decimals",
        Kind.MOMENT: "a date from 1970 to 3000",
        Kind.COLOUR: "a colour",
    }.get(spec.kind) or f"one line of plain text without <tags>, {room_in_words(spec.name)}"


def shown(spec: InputSpec, text: str) -> str:
    """A canonical value as people read it: a member's name, a date, a colour's name; other values as they are."""
    if spec.kind is Kind.CHOICE:
        option = option_of(spec, text)
        return option.title if option is not None else text
    if spec.kind is Kind.MOMENT and _SECONDS.fullmatch(text) and int(text) <= LATEST_S:
        moment = dt.datetime.fromtimestamp(int(text), dt.UTC)
        return moment.strftime("%Y.%m.%d %H:%M:%S" if moment.second else "%Y.%m.%d %H:%M")
    if spec.kind is Kind.COLOUR and text.isdigit():
        number = int(text)
        parts = f"C'{number & 255},{number >> 8 & 255},{number >> 16 & 255}'"
        return NAME_OF_COLOUR.get(number, parts)
    return text


def option_of(spec: InputSpec, text: str) -> Option | None:
    """The member of an enumeration that a canonical value stands for."""
    return next((option for option in spec.options if str(option.value) == text), None)


def echo_call(spec: InputSpec) -> str:
    """The line of MQL5 that tells the include this input's loaded value."""
    name = spec.name
    if spec.kind is Kind.FLAG:
        return f'Mt5ConsoleInputFlag("{name}", {name});'
    if spec.kind is Kind.REAL:
        return f'Mt5ConsoleInputReal("{name}", {name});'
    if spec.kind is Kind.TEXT:
        return f'Mt5ConsoleInput("{name}", {name});'
    if spec.kind is Kind.COLOUR:
        # Whether clrNONE counts as -1 or as a large number differs: the mask makes it one.
        return f'Mt5ConsoleInputWhole("{name}", (long){name} & 0xFFFFFFFF);'
    plain = spec.kind is Kind.WHOLE and spec.type_name != "ulong"
    return f'Mt5ConsoleInputWhole("{name}", {name if plain else f"(long){name}"});'


def literal(spec: InputSpec, text: str) -> str:
    """A canonical value as MQL5 spells it in a source: quoted text, a member's name, a date, a colour, a number.

    Raises `UsageInvalid` for a value of an unknown type that is neither a name nor a number.
    """
    if spec.kind is Kind.TEXT:
        return mql_string(text)
    if spec.kind is Kind.CHOICE:
        option = option_of(spec, text)
        return option.name if option is not None else f"({spec.type_name}){int(text)}"
    if spec.kind is Kind.MOMENT:
        return f"D'{shown(spec, text)}'"
    if spec.kind is Kind.COLOUR:
        return shown(spec, text)
    if spec.kind is Kind.OPAQUE and _NAME_OR_NUMBER.fullmatch(text) is None:
        raise UsageInvalid("bad_input", f"input {spec.name} takes a name or a whole number; not {_shown(text)}")
    return text


def mql_string(value: object) -> str:
    """An MQL5 string literal that holds exactly this text; control characters become blanks."""
    letters = (_MQL_ESCAPES.get(letter) or (letter if ord(letter) >= 32 else " ") for letter in str(value))
    return '"' + "".join(letters) + '"'


def _flag(_spec: InputSpec, text: str) -> str:
    word = text.strip().lower()
    if word not in (*_YES, *_NO):
        raise ValueError(text)
    return "true" if word in _YES else "false"


def _whole(spec: InputSpec, text: str) -> str:
    plain = text.strip()
    if _WHOLE.fullmatch(plain) is None:
        raise ValueError(text)
    sign, digits = (-1, plain[1:]) if plain[0] == "-" else (1, plain.lstrip("+"))
    number = sign * int(number_of(digits))
    if (spec.low is not None and number < spec.low) or (spec.high is not None and number > spec.high):
        raise ValueError(text)
    return str(number)


def _real(spec: InputSpec, text: str) -> str:
    if _REAL.fullmatch(text.strip()) is None:
        raise ValueError(text)
    return _decimals(spec, float(text))


def _decimals(spec: InputSpec, number: float) -> str:
    if spec.type_name == "float":
        number = struct.unpack("<f", struct.pack("<f", number))[0]
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("not a finite number")
    text = f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
    text = "0" if text in ("-0", "") else text
    if abs(float(text) - number) > _LOST * abs(number):
        raise ValueError("finer than eight decimals")
    return text


def _text(spec: InputSpec, text: str) -> str:
    if not is_one_line(text) or letters_in(text) > room_for_value(spec.name) or _TAG.search(text):
        raise ValueError(text)
    text.encode("utf-8")
    return text


def _moment(_spec: InputSpec, text: str) -> str:
    plain = text.strip()
    if plain.startswith("D'") and plain.endswith("'"):
        plain = plain[2:-1]
    if _SECONDS.fullmatch(plain):
        seconds = int(plain)
        if seconds > LATEST_S:
            raise ValueError(text)
        return str(seconds)
    return str(moment_of(plain))


def _colour(_spec: InputSpec, text: str) -> str:
    plain = text.strip()
    if plain.startswith("C'") and plain.endswith("'"):
        plain = plain[2:-1]
    if "," in plain:
        return str(colour_of(plain))
    if found := _WEB_COLOUR.fullmatch(plain):
        red, green, blue = (int(part, 16) for part in found.groups())
        return str(rgb_number(red, green, blue))
    name = plain.lower().removeprefix("clr")
    for known, number in COLOURS.items():
        if known[3:].lower() == name:
            return str(number)
    if _WHOLE.fullmatch(plain) is None:
        raise ValueError(text)
    number = int(number_of(plain.lstrip("+"))) if plain[0] != "-" else int(plain)
    number = NO_COLOUR if number == -1 else number
    if not 0 <= number <= 0xFFFFFF and number != NO_COLOUR:
        raise ValueError(text)
    return str(number)


def _choice(spec: InputSpec, text: str) -> str:
    plain = text.strip()
    for option in spec.options:
        if plain in (option.name, str(option.value), f"{spec.type_name}::{option.name}"):
            return str(option.value)
    for fits in (_same_title, _same_ending):
        found = {option.value for option in spec.options if fits(option, plain)}
        if len(found) == 1:
            return str(found.pop())
    raise ValueError(text)


def _same_title(option: Option, text: str) -> bool:
    return bool(text) and text.casefold() in (option.name.casefold(), option.label.casefold())


def _same_ending(option: Option, text: str) -> bool:
    """`H1` for PERIOD_H1, `ema` for MODE_EMA."""
    return bool(text) and option.name.casefold().endswith("_" + text.casefold())


_PARSERS: dict[Kind, Callable[[InputSpec, str], str]] = {
    Kind.FLAG: _flag,
    Kind.WHOLE: _whole,
    Kind.REAL: _real,
    Kind.TEXT: _text,
    Kind.MOMENT: _moment,
    Kind.COLOUR: _colour,
    Kind.CHOICE: _choice,
    Kind.OPAQUE: _text,
}


def _example(spec: InputSpec) -> str:
    """A value that would be taken: the default where it says something."""
    if spec.kind is Kind.MOMENT:
        return "2026.01.31 12:30"
    if spec.kind is Kind.COLOUR:
        return "clrRed or 255,0,0"
    if spec.kind is Kind.CHOICE:
        option = option_of(spec, spec.default or "") or (spec.options[0] if spec.options else None)
        return option.name if option is not None else ""
    if spec.default:
        return spec.default
    return {Kind.FLAG: "true", Kind.WHOLE: "10", Kind.REAL: "0.1"}.get(spec.kind, "")


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:60] + "…")
