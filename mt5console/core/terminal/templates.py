"""Charts and chart templates (`.chr`, `.tpl`): one format, which is tag-like lines and `key=value` lines, not XML.

Written as the terminal writes them: UTF-16LE, BOM, CRLF. The expert's block stands behind `windows_total` and before
the first `<window>`. Must not know: profiles, or why an expert is on a chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mt5console.core.errors import UsageInvalid
from mt5console.core.model.ids import Timeframe
from mt5console.core.terminal.encoding import decode_exact, encode, encode_exact, form_of, is_one_line, lines_of

ALGO_ALLOWED = 1
"""Bit 0 of `expertmode`: the expert may trade. Bit 1 would allow DLLs."""

LONGEST_INPUT = 255
"""Letters of `name=value` that MetaTrader takes for one input; the rest of a longer one does not arrive."""

TAG = re.compile(r"\s*<(/?)([A-Za-z_]\w*)>\s*\Z")
"""A line that opens or closes a block: group 1 is `/` when it closes, group 2 the name."""
_TAG_ANYWHERE = re.compile(r"</?[A-Za-z_]\w*>")
_INPUT_NAME = re.compile(r"[^\W\d]\w*\Z")

_MINUTES, _HOURS, _WEEKS, _MONTHS = range(4)


def _period_of(timeframe: Timeframe) -> tuple[int, int]:
    """(period_type, period_size) of a chart; a day is 24 hours there."""
    name = timeframe.value
    if name.startswith("MN"):
        return _MONTHS, int(name[2:])
    size = int(name[1:])
    return {"M": (_MINUTES, size), "H": (_HOURS, size), "D": (_HOURS, 24 * size), "W": (_WEEKS, size)}[name[0]]


_TIMEFRAMES = {_period_of(timeframe): timeframe for timeframe in Timeframe}


@dataclass(frozen=True, slots=True)
class _Block:
    """One `<name>` … `</name>` with its own `key=value` entries and the blocks inside it."""

    name: str
    entries: list[tuple[str, str]] = field(default_factory=list)
    children: list[_Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertBlock:
    """The expert on a chart. `path` is relative to MQL5; `inputs` in the file's order, without group separators."""

    name: str
    path: str
    expertmode: int = ALGO_ALLOWED
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFile:
    """What a whole chart file says. `timeframe` is None for a period that we do not know."""

    chart_id: int
    symbol: str
    timeframe: Timeframe | None
    expert: ExpertBlock | None


def room_for_value(name: str) -> int:
    """How many letters a value of this input may have."""
    return LONGEST_INPUT - len(name) - 1


def room_in_words(name: str) -> str:
    """The same for people."""
    return f"{room_for_value(name)} characters at most (MetaTrader takes {LONGEST_INPUT} with the name and =)"


def letters_in(value: str) -> int:
    """How many letters MetaTrader counts: it counts a sign outside of the first plane, as most emoji are, twice."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def chart_bytes(chart_id: int, symbol: str, timeframe: Timeframe, expert: ExpertBlock | None) -> bytes:
    """A complete chart file with one window. Raises UsageInvalid (`bad_template_value`), see `template_bytes`."""
    period_type, period_size = _period_of(timeframe)
    head = {"id": chart_id, "symbol": _plain("symbol", symbol), "period_type": period_type, "period_size": period_size}
    lines = ["<chart>", *(f"{key}={value}" for key, value in head.items()), *_LOOKS, "windows_total=1", ""]
    if expert is not None:
        lines += [*expert_lines(expert), ""]
    lines += [*_WINDOW, "</chart>"]
    return encode("\n".join(lines) + "\n")


def template_bytes(
    expert_path: str, expert_name: str, symbol: str, timeframe: Timeframe, inputs: Iterable[tuple[str, str]]
) -> bytes:
    """A complete chart template that puts one expert on the chart, algo trading allowed, with exactly these inputs.

    `expert_path` is relative to MQL5 (`Experts\\Mt5Console\\Robot_1_a.ex5`). Raises UsageInvalid
    (`bad_template_value`) for names and values that would become structure: line breaks, control characters, tags.
    """
    block = ExpertBlock(name=expert_name, path=expert_path, inputs=tuple(inputs))
    return chart_bytes(0, symbol, timeframe, block)


def read_chart(data: bytes) -> ChartFile | None:
    """What a chart file says; None when it is not one whole chart (torn, foreign, half-written). Never raises."""
    try:
        lines = [line.rstrip("\r\n") for line in lines_of(decode_exact(data, form_of(data)))]
    except ValueError:
        return None
    chart = _blocks_of(lines)
    if chart is None:
        return None
    head = dict(reversed(chart.entries))
    return ChartFile(
        chart_id=_number(head.get("id")),
        symbol=head.get("symbol", ""),
        timeframe=_TIMEFRAMES.get((_number(head.get("period_type")), _number(head.get("period_size")))),
        expert=next((_expert_from(block) for block in chart.children if block.name == "expert"), None),
    )


def expert_of(data: bytes) -> ExpertBlock | None:
    """The expert of a chart file; None when there is none or the file is not one whole chart. Never raises."""
    chart = read_chart(data)
    return chart.expert if chart else None


def without_expert(data: bytes) -> bytes:
    """The same chart without its expert; every other byte stays. What is not one whole chart stays as it is."""
    if read_chart(data) is None:
        return data
    form = form_of(data)
    kept: list[str] = []
    depth = 0
    dropping = False
    for line in lines_of(decode_exact(data, form)):
        tag = TAG.match(line)
        closing = bool(tag and tag.group(1))
        if tag and not closing:
            depth += 1
            dropping = dropping or (depth == 2 and tag.group(2) == "expert")
        if not dropping:
            kept.append(line)
        if closing:
            depth -= 1
            dropping = dropping and depth >= 2
    return encode_exact("".join(kept), form)


def _blocks_of(lines: list[str]) -> _Block | None:
    """The one chart block of a file, None unless every tag is closed in order and nothing stands around the chart."""
    top = _Block("")
    stack = [top]
    for line in lines:
        tag = TAG.match(line)
        if tag is None:
            key, equals, value = line.partition("=")
            if equals:
                stack[-1].entries.append((key.strip(), value))
        elif tag.group(1):
            if stack.pop().name != tag.group(2) or not stack:
                return None
        else:
            block = _Block(tag.group(2))
            stack[-1].children.append(block)
            stack.append(block)
    whole = stack == [top] and [child.name for child in top.children] == ["chart"]
    return top.children[0] if whole else None


def _expert_from(block: _Block) -> ExpertBlock:
    head = dict(reversed(block.entries))
    inputs = next((child.entries for child in block.children if child.name == "inputs"), [])
    return ExpertBlock(
        name=head.get("name", ""),
        path=head.get("path", ""),
        expertmode=max(_number(head.get("expertmode")), 0),
        inputs=tuple((key, value) for key, value in inputs if key),
    )


def expert_lines(expert: ExpertBlock) -> list[str]:
    """The block of an expert without line ends. Raises UsageInvalid (`bad_template_value`), see `template_bytes`."""
    lines = ["<expert>", f"name={_plain('expert name', expert.name)}", f"path={_plain('expert path', expert.path)}"]
    lines += [f"expertmode={expert.expertmode}", "<inputs>"]
    seen: set[str] = set()
    for name, value in expert.inputs:
        if name in seen:
            raise UsageInvalid("bad_template_value", f"{name!r} is the name of two inputs; correct the inputs.")
        seen.add(name)
        lines.append(input_line(name, value))
    return [*lines, "</inputs>", "</expert>"]


def input_line(name: str, value: str) -> str:
    """One input as a chart holds it, without a line end. Raises UsageInvalid (`bad_template_value`)."""
    if not _INPUT_NAME.match(name):
        raise UsageInvalid("bad_template_value", f"{name!r} is not the name of one input; correct the inputs.")
    return f"{name}={_plain(f'input {name}', value, may_be_empty=True)}"


def _plain(what: str, value: str, *, may_be_empty: bool = False) -> str:
    """The value, when a line-based file can carry it as data. `=` may stand in it: the first one divides a line."""
    if not is_one_line(value) or _TAG_ANYWHERE.search(value) or not (value or may_be_empty):
        raise UsageInvalid(
            "bad_template_value",
            f"The {what} must be one line without control characters or <tags>; a chart cannot carry it otherwise.",
        )
    return value


def _number(text: str | None) -> int:
    """A decimal number of the file; -1 for what is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1


_LOOKS = (
    "scale_fix=0",
    "scale_fixed_min=0.000000",
    "scale_fixed_max=0.000000",
    "scale_fix11=0",
    "scale_bar=0",
    "scale_bar_val=1.000000",
    "scale=8",
    "mode=1",
    "fore=0",
    "grid=1",
    "volume=0",
    "scroll=1",
    "shift=0",
    "shift_size=20.000000",
    "fixed_pos=0.000000",
    "ticker=1",
    "ohlc=0",
    "one_click=0",
    "one_click_btn=1",
    "bidline=1",
    "askline=0",
    "lastline=0",
    "days=0",
    "descriptions=0",
    "tradelines=1",
    "window_left=0",
    "window_top=0",
    "window_right=0",
    "window_bottom=0",
    "window_type=1",
    "floating=0",
    "background_color=0",
    "foreground_color=16777215",
)
"""A plain chart's looks, as saved charts hold them."""

_WINDOW = (
    "<window>",
    "height=100.000000",
    "objects=0",
    "",
    "<indicator>",
    "name=Main",
    "path=",
    "apply=1",
    "show_data=1",
    "scale_inherit=0",
    "scale_line=0",
    "scale_line_percent=50",
    "scale_line_value=0.000000",
    "scale_fix_min=0",
    "scale_fix_min_val=0.000000",
    "scale_fix_max=0",
    "scale_fix_max_val=0.000000",
    "expertmode=0",
    "fixed_height=-1",
    "</indicator>",
    "</window>",
)
"""The one window that a chart must have, with the price in it."""
