"""Global variables of the terminal, as compiled MQL5 programs ask for them.

Must not know: pipes, charts, what variables mean.
"""

from __future__ import annotations

from collections.abc import Callable

from mt5console.simulation.globalvars import NAME_LIMIT
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.native_values import Arguments, Refusal, When

Answer = tuple[object, ...]
Call = Callable[[NativeProgram, Arguments], Answer]

_NO_GLOBAL = 4501
_FILE_FAILED = 5004


class GlobalCalls:
    """`functions`: what is answered, by name."""

    def __init__(self, host: TerminalHost) -> None:
        self._host = host
        self.functions: dict[str, Call] = {
            "GlobalVariableSet": self._set,
            "GlobalVariableSetOnCondition": self._set_on_condition,
            "GlobalVariableGet": self._get,
            "GlobalVariableCheck": lambda _p, words: (words.text() in self._host.variables.names(),),
            "GlobalVariableDel": self._delete,
            "GlobalVariablesDeleteAll": self._delete_all,
            "GlobalVariablesTotal": lambda _p, _w: (len(self._host.variables.names()),),
            "GlobalVariableName": self._name,
            "GlobalVariableTime": self._used,
            "GlobalVariablesFlush": self._flush,
        }

    def _set(self, _program: NativeProgram, words: Arguments) -> Answer:
        name, value = words.text(), words.real()
        if not 0 < len(name) <= NAME_LIMIT:
            raise Refusal(_NO_GLOBAL)
        self._host.set_global(name, value)
        return (When(self._host.utc()),)

    def _set_on_condition(self, _program: NativeProgram, words: Arguments) -> Answer:
        name, value, expected = words.text(), words.real(), words.real()
        found = self._host.variables.get(name, self._host.utc())
        if found is None:
            raise Refusal(_NO_GLOBAL, False)
        if found == expected:
            self._host.set_global(name, value)
        return (found == expected,)

    def _get(self, _program: NativeProgram, words: Arguments) -> Answer:
        found = self._host.variables.get(words.text(), self._host.utc())
        if found is None:
            raise Refusal(_NO_GLOBAL)
        return (found,)

    def _delete(self, _program: NativeProgram, words: Arguments) -> Answer:
        if not self._host.variables.delete(words.text()):
            raise Refusal(_NO_GLOBAL, False)
        return (True,)

    def _delete_all(self, _program: NativeProgram, words: Arguments) -> Answer:
        prefix = words.text()
        found = [name for name in self._host.variables.names() if name.startswith(prefix)]
        return (sum(self._host.variables.delete(name) for name in found),)

    def _name(self, _program: NativeProgram, words: Arguments) -> Answer:
        names, index = self._host.variables.names(), words.whole()
        if not 0 <= index < len(names):
            raise Refusal(_NO_GLOBAL, None)
        return (names[index],)

    def _used(self, _program: NativeProgram, words: Arguments) -> Answer:
        moment = self._host.variables.used_utc_s(words.text())
        if moment is None:
            raise Refusal(_NO_GLOBAL)
        return (When(moment),)

    def _flush(self, _program: NativeProgram, _words: Arguments) -> Answer:
        try:
            self._host.flush_globals()
        except OSError as error:
            raise Refusal(_FILE_FAILED) from error
        return ()
