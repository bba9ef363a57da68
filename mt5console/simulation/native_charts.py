"""Charts and templates of the terminal, as compiled MQL5 programs walk, open, change and close them.

Must not know: pipes, what an expert does.
"""

from __future__ import annotations

from collections.abc import Callable

from mt5console.simulation.host import TerminalHost
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.native_values import Arguments, Refusal
from mt5console.simulation.programs import Deinit

Answer = tuple[object, ...]
Call = Callable[[NativeProgram, Arguments], Answer]

_WRONG_ID = 4101
_CANNOT_OPEN = 4105
_TEMPLATE = 4106
_NO_INFO = 4022
_FILE_FAILED = 5004


class ChartCalls:
    """`functions`: what is answered, by name."""

    def __init__(self, host: TerminalHost) -> None:
        self._host = host
        self.functions: dict[str, Call] = {
            "ChartID": lambda program, _w: (program.chart.chart_id,),
            "ChartFirst": lambda _p, _w: (self._host.charts_table.open_charts[0].chart_id,),
            "ChartNext": self._following,
            "ChartOpen": self._open,
            "ChartClose": self._close,
            "ChartApplyTemplate": self._apply,
            "ChartSaveTemplate": self._save,
            "ChartScreenShot": self._shot,
            "ChartSymbol": self._symbol_of,
            "ChartPeriod": self._period_of,
            "ChartGetString": self._text,
            "ChartGetInteger": lambda program, words: (int(self._known(program, words) > 0),),
            "ChartSetInteger": lambda program, words: (self._known(program, words) > 0,),
            "ChartSetString": lambda program, words: (self._known(program, words) > 0,),
            "ChartRedraw": lambda _p, _w: (),
            "ExpertRemove": self._expel,
            "Symbol": lambda program, _w: (program.chart.symbol,),
            "Period": lambda program, _w: (f"PERIOD_{program.chart.timeframe}",),
        }

    def _here(self, program: NativeProgram, words: Arguments) -> int:
        return words.whole() or program.chart.chart_id

    def _known(self, program: NativeProgram, words: Arguments) -> int:
        chart_id = self._here(program, words)
        if self._host.charts_table.by_id(chart_id) is None:
            raise Refusal(_WRONG_ID)
        return chart_id

    def _following(self, _program: NativeProgram, words: Arguments) -> Answer:
        ids = [chart.chart_id for chart in self._host.charts_table.open_charts]
        chart_id = words.whole()
        place = ids.index(chart_id) + 1 if chart_id in ids else len(ids)
        if place >= len(ids):
            raise Refusal(_WRONG_ID, -1)
        return (ids[place],)

    def _open(self, program: NativeProgram, words: Arguments) -> Answer:
        symbol = words.text() or program.chart.symbol
        chart_id = self._host.open_chart(symbol, _timeframe(words, program))
        if chart_id == 0:
            raise Refusal(_CANNOT_OPEN, 0)
        return (chart_id,)

    def _close(self, program: NativeProgram, words: Arguments) -> Answer:
        chart_id = self._known(program, words)
        if chart_id == program.chart.chart_id:
            # A program's own chart goes when its event is over: commands to charts wait in a queue.
            program.later.append(lambda: self._host.close_chart(chart_id))
            return (True,)
        return (self._host.close_chart(chart_id),)

    def _apply(self, program: NativeProgram, words: Arguments) -> Answer:
        chart_id = self._known(program, words)
        path = words.text()
        if not self._host.has_template(path):
            raise Refusal(_TEMPLATE, False)
        if chart_id == program.chart.chart_id:
            program.later.append(lambda: self._host.apply_template(chart_id, path, program.chart))
            return (True,)
        # True means that the command was taken, whatever comes of the expert: the caller has to look.
        self._host.apply_template(chart_id, path, program.chart)
        return (True,)

    def _save(self, program: NativeProgram, words: Arguments) -> Answer:
        chart_id = self._known(program, words)
        return (_written(lambda found: self._host.save_template(found, words.text()), chart_id),)

    def _shot(self, program: NativeProgram, words: Arguments) -> Answer:
        chart_id = self._known(program, words)
        place = self._host.layout.files.joinpath(*words.text().strip("\\").split("\\"))
        return (_written(lambda found: self._host.screenshot(found, str(place)), chart_id),)

    def _text(self, program: NativeProgram, words: Arguments) -> Answer:
        chart, what = self._host.charts_table.by_id(self._known(program, words)), words.text()
        if what == "CHART_EXPERT_NAME" and chart is not None:
            # A chart without an expert gives NULL, which is not "": programs have taken that for a name.
            return (chart.expert or None,)
        if what in ("CHART_COMMENT", "CHART_SCRIPT_NAME"):
            return (None,)
        raise Refusal(_NO_INFO, None)

    def _expel(self, program: NativeProgram, _words: Arguments) -> Answer:
        def remove() -> None:
            chart = self._host.charts_table.by_id(program.chart.chart_id)
            if chart is not None:
                self._host.charts_table.remove_expert(chart, Deinit.PROGRAM)

        program.later.append(remove)
        return ()

    def _symbol_of(self, program: NativeProgram, words: Arguments) -> Answer:
        chart = self._host.charts_table.by_id(self._known(program, words))
        return ("" if chart is None else chart.symbol,)

    def _period_of(self, program: NativeProgram, words: Arguments) -> Answer:
        chart = self._host.charts_table.by_id(self._known(program, words))
        return ("PERIOD_CURRENT" if chart is None else f"PERIOD_{chart.timeframe}",)


def _written(act: Callable[[int], bool], chart_id: int) -> bool:
    try:
        return act(chart_id)
    except OSError as error:
        raise Refusal(_FILE_FAILED, False) from error


def _timeframe(words: Arguments, program: NativeProgram) -> str:
    """`PERIOD_H1` or 0 as a timeframe's name; the present one is the program's own."""
    name = words.text().removeprefix("PERIOD_")
    return program.chart.timeframe if name in ("CURRENT", "0") else name
