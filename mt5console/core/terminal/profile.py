"""Taking undesired robots out of a stopped terminal's saved charts, so that a start does not bring them back.

Only charts whose expert is one of our robots' slots are touched. Must not know: which robots are desired, or whether
the terminal is stopped (the caller has made sure: a running one writes its profile anew at its exit).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mt5console.core.errors import StorageFailed
from mt5console.core.ports import FileStore
from mt5console.core.terminal.layout import expert_name, find_child, robot_of_expert
from mt5console.core.terminal.order_wnd import NAME as ORDER_FILE
from mt5console.core.terminal.order_wnd import without_charts
from mt5console.core.terminal.templates import ExpertBlock, read_chart


def prune_profile(charts_dir: Path, keep: frozenset[str], files: FileStore) -> tuple[str, ...]:
    """Remove the charts of robots that are not in `keep` (as `expert_name` spells them); says what was removed.

    Each chart's line leaves order.wnd before its file goes, so that a crash between leaves no line without a chart.
    Foreign experts, the agent, and files that are not whole charts stay (`unreadable_charts` names the latter). Each
    item reads `Robot_5_b (chart02.chr)`. Raises StorageFailed when order.wnd cannot be written.
    """
    doomed: dict[str, tuple[Path, str]] = {}
    for path in _chart_files(charts_dir):
        chart = read_chart(files.read(path) or b"")
        robot = _slot_of(chart.expert) if chart and chart.expert else None
        if robot is not None and robot not in keep:
            doomed[path.name.casefold()] = (path, robot)
    if not doomed:
        return ()
    _drop_from_order(find_child(charts_dir, ORDER_FILE), frozenset(doomed), files)
    for path, _ in doomed.values():
        files.remove(path)
    return tuple(f"{robot} ({path.name})" for path, robot in doomed.values())


def unreadable_charts(charts_dir: Path, files: FileStore) -> tuple[str, ...]:
    """Names of chart files that are not one whole chart; nobody may say what would start from them."""
    return tuple(path.name for path in _chart_files(charts_dir) if read_chart(files.read(path) or b"") is None)


def _chart_files(charts_dir: Path) -> Iterator[Path]:
    try:
        found = sorted(charts_dir.iterdir(), key=lambda path: path.name)
    except OSError:
        return
    yield from (path for path in found if path.suffix.casefold() == ".chr" and path.is_file())


def _slot_of(expert: ExpertBlock) -> str | None:
    """The robot's slot on a chart. The path decides where there is one: it says which file is loaded."""
    spelt = expert.path or expert.name
    robot = robot_of_expert(spelt) if spelt.isascii() else None
    return expert_name(*robot) if robot else None


def _drop_from_order(order: Path, names: frozenset[str], files: FileStore) -> None:
    data = files.read(order)
    if not data:
        return
    try:
        kept = without_charts(data, names)
    except StorageFailed:
        return
    if kept != data:
        files.write_atomic(order, kept)
