"""Charts and templates on disk (`.chr`, `.tpl`): UTF-16LE with BOM, CRLF, tags that are not XML.

The expert's block stands after `windows_total` and before the first window. Must not know: which charts are open.
"""

from __future__ import annotations

from typing import NamedTuple

from mt5console.simulation.inifile import decode_text, encode_text

_MINUTES = ("M1", "M2", "M3", "M4", "M5", "M6", "M10", "M12", "M15", "M20", "M30")
_HOURS = ("H1", "H2", "H3", "H4", "H6", "H8", "H12")
PERIODS: dict[str, tuple[int, int]] = {
    **{name: (0, int(name[1:])) for name in _MINUTES},
    **{name: (1, int(name[1:])) for name in _HOURS},
    "D1": (1, 24),
    "W1": (2, 1),
    "MN1": (3, 1),
}
"""Timeframe to (period_type, period_size)."""

TRADE_ALLOWED = 1
"""Bit 0 of expertmode."""


class ExpertBlock(NamedTuple):
    """The `<expert>` block: `path` is relative to MQL5 with backslashes (`Experts\\Sub\\X.ex5`)."""

    name: str
    path: str
    mode: int = TRADE_ALLOWED
    inputs: tuple[tuple[str, str], ...] = ()


class ChartFile(NamedTuple):
    """What a `.chr` or `.tpl` says. A template's symbol and timeframe may be empty."""

    chart_id: int
    symbol: str
    timeframe: str
    expert: ExpertBlock | None


def decode_chart(data: bytes) -> ChartFile | None:
    """Read a chart or template; None when it is none."""
    lines = [line.strip() for line in decode_text(data).splitlines()]
    if "<chart>" not in lines:
        return None
    head: dict[str, str] = {}
    for line in lines[lines.index("<chart>") + 1 :]:
        if line.startswith("<"):
            break
        key, separator, value = line.partition("=")
        if separator:
            head.setdefault(key, value)
    size = (_number(head.get("period_type"), 1), _number(head.get("period_size"), 1))
    timeframe = next((name for name, pair in PERIODS.items() if pair == size), "H1")
    return ChartFile(
        chart_id=_number(head.get("id"), 0),
        symbol=head.get("symbol", ""),
        timeframe=timeframe if "period_size" in head else "",
        expert=_expert(lines),
    )


def _expert(lines: list[str]) -> ExpertBlock | None:
    if "<expert>" not in lines:
        return None
    fields: dict[str, str] = {}
    inputs: list[tuple[str, str]] = []
    inside = False
    for line in lines[lines.index("<expert>") + 1 :]:
        if line == "</expert>":
            break
        if line in ("<inputs>", "</inputs>"):
            inside = line == "<inputs>"
            continue
        key, separator, value = line.partition("=")
        if separator and inside and key:
            inputs.append((key, value))
        elif separator and not inside:
            fields[key] = value
    if not fields.get("path"):
        return None
    mode = _number(fields.get("expertmode"), 0)
    return ExpertBlock(name=fields.get("name", ""), path=fields["path"], mode=mode, inputs=tuple(inputs))


def encode_chart(chart: ChartFile) -> bytes:
    """Write a chart as the terminal saves it at a clean exit."""
    kind, size = PERIODS.get(chart.timeframe, (1, 1))
    lines = ["<chart>", f"id={chart.chart_id}", f"symbol={chart.symbol}", f"description={chart.symbol}"]
    lines += [f"period_type={kind}", f"period_size={size}", "digits=5", "tick_size=0.000000", "position_time=0"]
    lines += ["scale_fix=0", "scale=8", "mode=1", "fore=0", "grid=1", "volume=0", "scroll=1", "shift=0"]
    lines += ["window_left=0", "window_top=0", "window_right=0", "window_bottom=0", "window_type=3", "floating=0"]
    lines += ["windows_total=1", ""]
    if chart.expert is not None:
        lines += ["<expert>", f"name={chart.expert.name}", f"path={chart.expert.path}"]
        lines += [f"expertmode={chart.expert.mode}", "<inputs>"]
        lines += [f"{name}={value}" for name, value in chart.expert.inputs]
        lines += ["</inputs>", "</expert>", ""]
    lines += ["<window>", "height=100.000000", "objects=0", "", "<indicator>", "name=Main", "path=", "apply=1"]
    lines += ["show_data=1", "scale_inherit=0", "expertmode=0", "fixed_height=-1", "</indicator>", "</window>"]
    return encode_text("\n".join([*lines, "</chart>", ""]))


def _number(text: str | None, default: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default
