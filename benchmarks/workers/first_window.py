"""Shows one window and tells when its first frame was done. `python -m benchmarks.workers.first_window WHO`.

WHO: `empty` (a bare QMainWindow), `console` (the product's window without an engine), `plot` and `plots` (one and a
hundred PlotWidgets of pyqtgraph). Prints the monotonic clock and the CPU time, in seconds, after the first paint event,
then ends. It is measured from outside, from before the interpreter starts.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

PLOTS = 100
POINTS = 300


def tell_first_paint(window: QWidget) -> object:
    """Wait for the window's first paint event; the frame is done when the event loop is reached again."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class FirstPaint(QObject):
        def __init__(self) -> None:
            super().__init__()
            self._seen = False
            window.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() is QEvent.Type.Paint and not self._seen:
                self._seen = True
                QTimer.singleShot(0, self._on_painted)
            return False

        def _on_painted(self) -> None:
            sys.stdout.write(f"{time.monotonic()} {time.process_time()}\n")
            sys.stdout.flush()
            os._exit(0)

    return FirstPaint()


def empty() -> QWidget:
    """The least that Qt can show."""
    from PySide6.QtWidgets import QMainWindow

    return QMainWindow()


def console() -> QWidget:
    """The product's window as `mt5console` builds it, with no engine to be found."""
    from mt5console.ui.bridge.access import EngineAccess
    from mt5console.ui.bridge.desk import EngineDesk
    from mt5console.ui.main_window import MainWindow

    desk = EngineDesk(EngineAccess(find_client=lambda _timeout_s: None, launch=None))
    return MainWindow(desk)


def _plots(count: int) -> QWidget:
    import numpy as np
    import pyqtgraph as pg
    from PySide6.QtWidgets import QGridLayout, QMainWindow, QWidget

    window, centre = QMainWindow(), QWidget()
    grid = QGridLayout(centre)
    ages = np.random.default_rng(1).uniform(0.1, 1.1, POINTS)
    for index in range(count):
        plot = pg.PlotWidget()
        plot.plot(ages)
        grid.addWidget(plot, index // 10, index % 10)
    window.setCentralWidget(centre)
    return window


def plot() -> QWidget:
    """One PlotWidget."""
    return _plots(1)


def plots() -> QWidget:
    """A hundred PlotWidgets."""
    return _plots(PLOTS)


def main() -> None:
    """Show the window that the command line names."""
    who = sys.argv[1]
    if who == "console":
        # As the composition root does it: before Qt is loaded.
        from mt5console.ui.memory import hold_collections

        hold_collections()
        from mt5console.ui.application import new_application

        application = new_application()
    else:
        from PySide6.QtWidgets import QApplication

        application = QApplication(sys.argv[:1])
    window = {"empty": empty, "console": console, "plot": plot, "plots": plots}[who]()
    window.resize(1440, 900)
    first = tell_first_paint(window)
    window.show()
    application.exec()
    assert first is not None


if __name__ == "__main__":
    main()
