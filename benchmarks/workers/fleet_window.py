"""A window full of heartbeat graphs, measured from inside. `python -m benchmarks.workers.fleet_window WHO COUNT WxH N`.

WHO: `blank` (a plain repaint), `cards`, `table` (the product's fleet view), `plots` (pyqtgraph as it comes), `tuned`
(pyqtgraph without axes, mouse and antialiasing). N frames are painted as fast as they come, then pictures come once a
second. Prints one JSON object: wall and CPU milliseconds a frame, the share of a core at 1 Hz, how late the event loop
was, how many graphs were in sight.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from mt5console.ui.history import AgeHistory
from mt5console.ui.theme.look import look
from mt5console.ui.views.fleet_view import FleetView
from tests.fakes.fleet_pictures import healthy_fleet, one_second_later, past_of

POINTS = 300
PROBE_MS = 5
SECONDS_AT_1_HZ = 8

Tick = Callable[[], None]


class Blank(QWidget):
    """Paints one colour: what a repaint costs whoever paints."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102, N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#0e1318"))
        painter.end()


def blank(_count: int) -> tuple[QWidget, Tick, Callable[[], int]]:
    """The limit."""
    widget = Blank()
    widget.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    return widget, widget.update, lambda: 0


def fleet(count: int, mode: str) -> tuple[QWidget, Tick, Callable[[], int]]:
    """The product's view, fed with a picture of the next second at every tick."""
    look().dress()
    view, history, dice = FleetView(), AgeHistory(POINTS), random.Random(1)
    view.set_mode("table" if mode == "table" else "cards")
    now = healthy_fleet(count)
    for past in past_of(now, POINTS if count <= 100 else 60):
        history.note(past)
    coming = [now]
    for _ in range(80):
        coming.append(one_second_later(coming[-1], dice))
    view.set_fleet(now)
    view.set_history(history)
    turn = [0]

    def tick() -> None:
        turn[0] += 1
        picture = coming[turn[0]]
        history.note(picture)
        view.set_fleet(picture)

    def in_sight() -> int:
        return len(view.findChildren(QWidget, "deploy_button")) - len(_hidden(view))

    return view, tick, in_sight


def _hidden(view: QWidget) -> list[QWidget]:
    return [one for one in view.findChildren(QWidget, "deploy_button") if not one.isVisible()]


def plots(count: int, tuned: bool) -> tuple[QWidget, Tick, Callable[[], int]]:
    """A PlotWidget for each graph."""
    import pyqtgraph as pg

    pg.setConfigOptions(antialias=not tuned)
    window = QWidget()
    grid = QGridLayout(window)
    grid.setSpacing(2)
    dice = np.random.default_rng(1)
    ages = dice.uniform(0.1, 1.1, (count, POINTS))
    curves = []
    for index in range(count):
        plot = pg.PlotWidget()
        if tuned:
            plot.hideAxis("left")
            plot.hideAxis("bottom")
            plot.setMouseEnabled(False, False)
            plot.setMenuEnabled(False)
            plot.setYRange(0, 2)
        curves.append(plot.plot(ages[index], pen=pg.mkPen("#43c08f", width=1)))
        grid.addWidget(plot, index // 10, index % 10)

    def tick() -> None:
        ages[:, :-1] = ages[:, 1:]
        ages[:, -1] = dice.uniform(0.1, 1.1, count)
        for curve, row in zip(curves, ages, strict=True):
            curve.setData(row)

    return window, tick, lambda: count


def at_1_hz(application: QApplication, tick: Tick, probe: bool) -> tuple[float, list[float]]:
    """Percent of one core, and how late a short timer came in milliseconds (only with `probe`; it costs CPU itself)."""
    late: list[float] = []
    last = [time.perf_counter()]

    def look_at_the_clock() -> None:
        now = time.perf_counter()
        late.append(max(0.0, 1000 * (now - last[0]) - PROBE_MS))
        last[0] = now

    feeding, probing, loop = QTimer(), QTimer(), QEventLoop()
    feeding.timeout.connect(tick)
    feeding.start(1000)
    if probe:
        probing.setTimerType(Qt.TimerType.PreciseTimer)
        probing.timeout.connect(look_at_the_clock)
        probing.start(PROBE_MS)
    QTimer.singleShot(SECONDS_AT_1_HZ * 1000 + 500, loop.quit)
    cpu, began = time.process_time(), time.perf_counter()
    loop.exec()
    share = 100 * (time.process_time() - cpu) / (time.perf_counter() - began)
    feeding.stop()
    probing.stop()
    return share, late


def main() -> None:
    """Measure what the command line names."""
    who, count, size, frames = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    width, height = (int(part) for part in size.split("x"))
    application = QApplication(sys.argv[:1])
    if who == "blank":
        window, tick, in_sight = blank(count)
    elif who in ("cards", "table"):
        window, tick, in_sight = fleet(count, who)
    else:
        window, tick, in_sight = plots(count, who == "tuned")
    window.resize(width, height)
    window.show()
    application.processEvents()
    wall, cpu = [], []
    for _ in range(frames):
        began, used = time.perf_counter(), time.thread_time()
        tick()
        application.processEvents()
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.thread_time() - used))
    share, _ = at_1_hz(application, tick, probe=False)
    _, late = at_1_hz(application, tick, probe=True)
    json.dump({"wall": wall[3:], "cpu": cpu[3:], "share": share, "late": late, "in_sight": in_sight()}, sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
