"""Changing the expert of a chart or template that somebody else saved; every other byte of it stays.

A template of another build keeps its unknown keys, its order, its encoding and its line ends; so does the expert's own
block where only inputs change. Must not know: why a chart gets an expert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mt5console.core.errors import UsageInvalid
from mt5console.core.terminal.encoding import TextForm, decode_exact, encode_exact, form_of, lines_of
from mt5console.core.terminal.templates import TAG, ExpertBlock, expert_lines, input_line, read_chart, without_expert

_EXPERT, _INPUTS, _WINDOW = "expert", "inputs", "window"


@dataclass(slots=True)
class _Chart:
    """A chart's lines with their ends, and how its bytes are spelt."""

    form: TextForm
    lines: list[str]

    @property
    def newline(self) -> str:
        return next((end for line in self.lines if (end := line[len(line.rstrip("\r\n")) :])), "\r\n")

    def encoded(self) -> bytes:
        try:
            return encode_exact("".join(self.lines), self.form)
        except ValueError:
            text = f"The chart's encoding ({self.form.codec}) cannot spell the value; save the chart in the terminal."
            raise UsageInvalid("bad_template_value", text) from None


def with_expert(data: bytes, expert: ExpertBlock) -> bytes:
    """The chart with this expert on it, in the place of the one that is there, else behind `windows_total`.

    Raises UsageInvalid: `no_chart` when the bytes are not one whole chart, `bad_template_value` for values that would
    become structure.
    """
    block = _block(_chart(data).lines, _EXPERT, 2)
    chart = _chart(without_expert(data) if block else data)
    place, before = (block[0], []) if block else (_new_place(chart), [""])
    chart.lines[place:place] = [line + chart.newline for line in [*before, *expert_lines(expert)]]
    return chart.encoded()


def with_inputs(data: bytes, values: Mapping[str, str]) -> bytes:
    """The chart with these inputs of its expert changed; its other inputs, groups and unknown keys stay.

    An input that the block does not name is added at its end. Raises UsageInvalid: `no_chart`, `no_expert`,
    `bad_template_value`.
    """
    chart = _chart(data)
    block = _block(chart.lines, _EXPERT, 2)
    if block is None:
        raise UsageInvalid("no_expert", "There is no expert on this chart; attach one first.")
    inner = _block(chart.lines, _INPUTS, 3, block)
    if inner is None:
        chart.lines[block[1] : block[1]] = [f"<{_INPUTS}>{chart.newline}", f"</{_INPUTS}>{chart.newline}"]
        inner = (block[1], block[1] + 1)
    missing = dict(values)
    for number in range(inner[0] + 1, inner[1]):
        line = chart.lines[number]
        name = line.partition("=")[0].strip()
        if name in values:
            missing.pop(name, None)
            end = line[len(line.rstrip("\r\n")) :]
            chart.lines[number] = input_line(name, values[name]) + end
    added = [input_line(name, value) + chart.newline for name, value in missing.items()]
    chart.lines[inner[1] : inner[1]] = added
    return chart.encoded()


def _chart(data: bytes) -> _Chart:
    if read_chart(data) is None:
        raise UsageInvalid("no_chart", "This is not one whole chart or template; save it again in the terminal.")
    form = form_of(data)
    return _Chart(form, lines_of(decode_exact(data, form)))


def _block(lines: list[str], name: str, depth: int, within: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """The lines of the first block's opening and closing tag at a depth; None when there is none."""
    level, start = 0, -1
    for number, line in enumerate(lines):
        tag = TAG.match(line)
        if tag is None:
            continue
        inside = within is None or within[0] < number < within[1]
        if tag.group(1):
            if start >= 0 and level == depth:
                return start, number
            level -= 1
        else:
            level += 1
            if level == depth and tag.group(2) == name and inside and start < 0:
                start = number
    return None


def _new_place(chart: _Chart) -> int:
    """Behind `windows_total` of the chart itself, else before its first window, else before its end."""
    level = 0
    for number, line in enumerate(chart.lines):
        tag = TAG.match(line)
        if tag and not tag.group(1):
            level += 1
            if level == 2 and tag.group(2) == _WINDOW:
                return number
        elif tag:
            level -= 1
            if level == 0:
                return number
        elif level == 1 and line.partition("=")[0].strip() == "windows_total":
            return number + 1
    return len(chart.lines)
