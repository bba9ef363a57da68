"""The saved charts: `MQL5/Profiles/Charts/Default/chartNN.chr` and `order.wnd`, written at a clean exit only.

Must not know: who has charts open, or why a profile was lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from mt5console.simulation.chartfile import ChartFile, decode_chart, encode_chart
from mt5console.simulation.disk import Disk
from mt5console.simulation.inifile import decode_text, encode_text

ORDER = "order.wnd"


def load_profile(disk: Disk, folder: str) -> tuple[ChartFile, ...]:
    """The saved charts in the order of `order.wnd`; files that it does not name come after, wrong ones not at all."""
    there = sorted(name for name in _names(folder) if name.lower().endswith(".chr"))
    ordered = [line.strip() for line in decode_text(disk.read(os.path.join(folder, ORDER)) or b"").splitlines()]
    names = [name for name in ordered if name in there]
    names += [name for name in there if name not in names]
    charts = (decode_chart(disk.read(os.path.join(folder, name)) or b"") for name in names)
    return tuple(chart for chart in charts if chart is not None and chart.symbol)


def save_profile(disk: Disk, folder: str, charts: Iterable[ChartFile]) -> None:
    """Replace the saved charts. Raises OSError."""
    disk.make_directory(folder)
    names = []
    for number, chart in enumerate(charts, start=1):
        names.append(f"chart{number:02d}.chr")
        disk.replace(os.path.join(folder, names[-1]), encode_chart(chart))
    disk.replace(os.path.join(folder, ORDER), encode_text("\n".join([*names, ""])))
    for name in _names(folder):
        if name.lower().endswith(".chr") and name not in names:
            disk.remove(os.path.join(folder, name))


def lose_profile(disk: Disk, folder: str) -> None:
    """The saved charts are gone, as after a damaged profile."""
    for name in _names(folder):
        if name.lower().endswith((".chr", ".wnd")):
            disk.remove(os.path.join(folder, name))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
