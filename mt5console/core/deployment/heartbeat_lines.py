"""The include's lines in a trader's own source: which are missing, and the source with them added.

Adding is text to text: nothing is taken away or moved, only new text is inserted; twice adds nothing more. What is not
surely understood is refused with its reason. Must not know: files, terminals, or who asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mt5console.core.deployment.inputs.description import InputSpec, SourceInputs
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.deployment.inputs.values import echo_call
from mt5console.core.deployment.source_shape import Handler, SourceShape

_INCLUDE = re.compile(
    r'^[ \t]*#[ \t]*include[ \t]*[<"]Mt5Console[\\/](Heartbeat|Robot)\.mqh[>"]', re.MULTILINE | re.IGNORECASE
)
_ECHO = re.compile(r"\bMt5ConsoleInput(?:Whole|Real|Flag)?\s*\(\s*(\"(?:\\.|[^\"\\\n])*\"|[^\s)])")
_SEED_BEAT = re.compile(r'"[^"\n]*heartbeat_', re.IGNORECASE)
_FAILING = re.compile(r"\(*\s*(INIT_FAILED|INIT_PARAMETERS_INCORRECT|INIT_AGENT_NOT_SUITABLE|-\s*\d+|0*[1-9]\d*)\s*\)*")
_PLAIN_NUMBER = re.compile(r"[\w\s*+()]+")
_PARAMETER = re.compile(r"(?:const\s+)?int\s+(\w+)")

HELPER = "Mt5ConsoleOnInit"
"""The function that is added at the end of a source: every successful way out of OnInit leads through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLine:
    """One thing that the source lacks: the line where it belongs (from 1; the last line + 1 for the end), the text
    that belongs there, and why."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatLines:
    """What a source lacks. `text` is the source with everything added, None when `refusal` says why that cannot be
    done; `knows_seed` when it writes the seed's one-line heartbeat by itself."""

    missing: tuple[MissingLine, ...] = ()
    text: str | None = None
    refusal: str = ""
    knows_seed: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing and not self.refusal


class _Refused(Exception):
    """The source's shape is not understood well enough; the text says what to do."""


def includes_protocol(text: str) -> bool:
    """Whether the source includes Mt5Console's heartbeat, outside comments."""
    return _INCLUDE.search(SourceShape(text).uncommented) is not None


def echoed_inputs(text: str) -> frozenset[str] | None:
    """Names of the inputs that the source tells the include; None when that cannot be told from its text."""
    shape = SourceShape(text)
    if _INCLUDE.search(shape.uncommented) is None:
        return None
    firsts = [found[1] for found in _ECHO.finditer(shape.uncommented)]
    if not firsts or not all(first.startswith('"') for first in firsts):
        return None
    return frozenset(first[1:-1] for first in firsts)


def heartbeat_lines(text: str, inputs: SourceInputs | None = None) -> HeartbeatLines:
    """What of the include's lines a source lacks, and the source with them. Never raises, whatever the text is."""
    return _Adding(text, inputs or read_inputs(text)).result()


class _Adding:
    """One look at one source; insertions are gathered and made at the end, from the back."""

    def __init__(self, text: str, inputs: SourceInputs) -> None:
        self._shape = SourceShape(text)
        self._inputs = inputs
        self._missing: list[MissingLine] = []
        self._insertions: list[tuple[int, str]] = []
        self._block: list[str] = []

    def result(self) -> HeartbeatLines:
        seed = _SEED_BEAT.search(self._shape.uncommented) is not None
        try:
            self._look()
        except _Refused as refused:
            return HeartbeatLines(missing=tuple(self._missing), refusal=str(refused), knows_seed=seed)
        self._missing.sort(key=lambda line: line.line)
        text = self._added()
        if self._missing and not _Adding(text, self._inputs).lacks_nothing():
            refusal = (
                "its text is not understood (a comment or a quoted text that does not end?): add the lines by hand"
            )
            return HeartbeatLines(missing=tuple(self._missing), refusal=refusal, knows_seed=seed)
        return HeartbeatLines(missing=tuple(self._missing), text=text, knows_seed=seed)

    def lacks_nothing(self) -> bool:
        """Whether a look at this text finds everything in place."""
        try:
            self._look()
        except _Refused:
            return False
        return not self._missing

    def _look(self) -> None:
        timer = self._only("OnTimer")
        included = _INCLUDE.search(self._shape.uncommented)
        has_init = bool(self._shape.calls("Mt5ConsoleInit") or self._shape.calls("Mt5ConsoleInitShared"))
        if included is None:
            header = "Heartbeat" if timer is not None else "Robot"
            self._at_end(f"#include <Mt5Console\\{header}.mqh>", "the include with READY and heartbeat")
        echoes = self._missing_echoes()
        if not has_init:
            self._add_init(timer, echoes)
        elif echoes:
            self._add_echoes(echoes)
        self._add_deinit()
        brings_timer = included is None or included[1].lower() == "robot"
        if timer is None and not brings_timer:
            self._at_end("void OnTimer()\n  {\n   Mt5ConsoleTimer();\n  }", "the beat, once a second")
        elif timer is not None and not self._shape.calls("Mt5ConsoleTimer"):
            self._first_in(timer, "if(!Mt5ConsoleTimer()) return;", "the beat, first in OnTimer")
        if (self._missing or self._insertions) and not self._shape.is_balanced:
            raise _Refused("its braces or its #if … #endif do not close: mend the source first")

    # ---- OnInit -----------------------------------------------------------------------------------------------------

    def _add_init(self, timer: Handler | None, echoes: tuple[InputSpec, ...]) -> None:
        on_init = self._on_init()
        call = self._init_call(timer)
        returns = [one for one in self._shape.returns(on_init) if not _FAILING.fullmatch(one.value)]
        if not returns:
            raise _Refused("its OnInit has no return(INIT_SUCCEEDED): add it, then add the lines")
        if self._shape.code[on_init.body : on_init.end].rstrip()[-1:] not in (";", "}"):
            raise _Refused("the end of its OnInit is not understood: end it with return(INIT_SUCCEEDED);")
        for one in returns:
            value = self._shape.text[one.start : one.end]
            if "//" in value or "\n" in value.strip():
                raise _Refused(
                    f"the return in line {self._shape.line_of(one.start)} is not understood: write it on one line"
                )
            self._insertions += [(one.start, f"({HELPER}("), (one.end, "))")]
            line = f"return({HELPER}({value.strip()}));"
            self._tell(one.start, line, "READY is said where OnInit succeeds")
        self._block.append("\n".join(_helper(echoes, call)))
        self._tell_end(f"int {HELPER}(const int result) …", "echoes the inputs and starts the heartbeat")

    def _on_init(self) -> Handler:
        handler = self._only("OnInit")
        if handler is None:
            for other, kind in (("OnCalculate", "an indicator"), ("OnStart", "a script")):
                if self._shape.handlers(other):
                    raise _Refused(f"this is {kind}: only an expert advisor can be a robot")
            raise _Refused("it has no OnInit of its own: add `int OnInit() { return(INIT_SUCCEEDED); }`")
        if handler.type_name != "int":
            raise _Refused(f"its OnInit is {handler.type_name}: make it `int OnInit()` with return(INIT_SUCCEEDED)")
        return handler

    def _init_call(self, timer: Handler | None) -> str:
        """The call that starts the heartbeat; a robot with a timer of its own says how often it wants it."""
        kills = [place for place in self._shape.calls("EventKillTimer") if not self._is_in("OnDeinit", place)]
        if kills:
            line = self._shape.line_of(kills[0])
            raise _Refused(f"line {line} stops the timer, which would end the heartbeat: take EventKillTimer out there")
        sets = [(name, place) for name in _TIMERS for place in self._shape.calls(name)]
        if not sets:
            if timer is not None:
                raise _Refused("it has an OnTimer, and how often that runs is not seen: add the lines by hand")
            return "Mt5ConsoleInit()"
        for _name, place in sets:
            if not self._is_in("OnInit", place):
                line = self._shape.line_of(place)
                raise _Refused(
                    f"line {line} sets the timer outside OnInit: a program has one timer, add the lines by hand"
                )
        name, place = sets[-1]
        period = self._shape.argument(place)
        if len(sets) > 1 or period is None or not _PLAIN_NUMBER.fullmatch(period) or not self._is_known(period):
            raise _Refused("how often its timer runs is not understood: add the lines by hand")
        if timer is None:
            return "Mt5ConsoleInit()"
        return f"Mt5ConsoleInitShared({_TIMERS[name].format(period)})"

    def _is_known(self, period: str) -> bool:
        """Whether the names in a timer's period are inputs or constants, known in every function."""
        names = re.findall(r"[^\W\d]\w*", period)
        return all(self._inputs.find(name) or name in ("int", "uint") or self._is_macro(name) for name in names)

    def _is_macro(self, name: str) -> bool:
        return re.search(rf"^[ \t]*#[ \t]*define[ \t]+{name}\b", self._shape.uncommented, re.MULTILINE) is not None

    def _is_in(self, name: str, place: int) -> bool:
        return any(handler.body <= place < handler.end for handler in self._shape.handlers(name))

    # ---- inputs -----------------------------------------------------------------------------------------------------

    def _missing_echoes(self) -> tuple[InputSpec, ...]:
        """The inputs that are sent and not told; none when which are told cannot be seen."""
        sent = tuple(spec for spec in self._inputs.own if spec.default is not None)
        firsts = [found[1] for found in _ECHO.finditer(self._shape.uncommented)]
        if not all(first.startswith('"') for first in firsts):
            return ()
        return tuple(spec for spec in sent if f'"{spec.name}"' not in firsts)

    def _add_echoes(self, echoes: Iterable[InputSpec]) -> None:
        """The robot starts the heartbeat itself: the missing inputs are told just before."""
        calls = [*self._shape.calls("Mt5ConsoleInit"), *self._shape.calls("Mt5ConsoleInitShared")]
        if len(calls) != 1:
            raise _Refused("it calls Mt5ConsoleInit in more than one place: add the inputs' lines by hand")
        opening = self._shape.code.index("(", calls[0])
        argument = self._shape.argument(calls[0])
        closing = self._shape.code.find(")", opening + 1 + len(argument or ""))
        if argument is None or closing < 0:
            raise _Refused("its call of Mt5ConsoleInit is not understood: add the inputs' lines by hand")
        self._insertions += [(calls[0], "(Mt5ConsoleEcho() && "), (closing + 1, ")")]
        lines = [echo_call(spec) for spec in echoes]
        for line in lines:
            self._tell(calls[0], line, "the input is not echoed: it could not be proven")
        body = "\n".join(f"   {line}" for line in lines)
        self._block.append(f"bool Mt5ConsoleEcho()\n  {{\n{body}\n   return(true);\n  }}")

    # ---- OnDeinit ---------------------------------------------------------------------------------------------------

    def _add_deinit(self) -> None:
        if self._shape.calls("Mt5ConsoleDeinit"):
            return
        handler = self._only("OnDeinit")
        why = "READY and the lock are given up when the robot ends"
        if handler is None:
            self._at_end("void OnDeinit(const int reason)\n  {\n   Mt5ConsoleDeinit(reason);\n  }", why)
            return
        parameter = _PARAMETER.fullmatch(handler.parameters.strip())
        reason = parameter[1] if parameter is not None else "UninitializeReason()"
        self._first_in(handler, f"Mt5ConsoleDeinit({reason});", why)

    # ---- making the text --------------------------------------------------------------------------------------------

    def _only(self, name: str) -> Handler | None:
        found = self._shape.handlers(name)
        if len(found) > 1:
            raise _Refused(f"it has {len(found)} definitions of {name}: add the lines by hand")
        return found[0] if found else None

    def _tell(self, place: int, text: str, why: str) -> None:
        self._missing.append(MissingLine(line=self._shape.line_of(place), text=text, why=why))

    def _tell_end(self, text: str, why: str) -> None:
        line = self._shape.line_of(len(self._shape.text)) + (not self._shape.text.endswith(("\n", "\r")))
        self._missing.append(MissingLine(line=line, text=text, why=why))

    def _at_end(self, text: str, why: str) -> None:
        self._block.append(text)
        self._tell_end(text.replace("\n", " "), why)

    def _first_in(self, handler: Handler, text: str, why: str) -> None:
        self._insertions.append((handler.body, f"{self._shape.newline}   {text}"))
        self._tell(handler.body, text, why)

    def _added(self) -> str:
        text = self._shape.text
        for place, new in sorted(self._insertions, key=lambda one: one[0], reverse=True):
            text = text[:place] + new + text[place:]
        if not self._block:
            return text
        newline = self._shape.newline
        heading = "// ---- added by mt5console: the include, the echo of the inputs, READY and the heartbeat ----"
        block = "\n\n".join((heading, *self._block)).replace("\n", newline)
        start = "" if text.endswith(("\n", "\r")) or not text else newline
        return f"{text}{start}{newline}{block}{newline}"


_TIMERS = {"EventSetTimer": "({}) * 1000", "EventSetMillisecondTimer": "{}"}
"""Calls that set a timer, and the period in milliseconds that their argument means."""


def _helper(echoes: Iterable[InputSpec], call: str) -> list[str]:
    return [
        f"int {HELPER}(const int result)",
        "  {",
        "   if(result != INIT_SUCCEEDED)",
        "     {",
        "      return(result);",
        "     }",
        *(f"   {echo_call(spec)}" for spec in echoes),
        f"   if(!{call})",
        "     {",
        "      return(INIT_FAILED);",
        "     }",
        "   return(result);",
        "  }",
    ]
