"""Makes the program of an .ex5 for a chart: played in Python, or run as the compiled executable that the .ex5 names.

Must not know: charts, journals, faults.
"""

from __future__ import annotations

from pathlib import Path

from mt5console.simulation.agent import Agent
from mt5console.simulation.binary import SimulatedBinary
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.native_calls import NativeCalls
from mt5console.simulation.programs import ChartOfProgram, Program
from mt5console.simulation.robot import LegacyRobot, Robot


class ProgramLoader:
    """Programs for the charts of one terminal. `natives`: the folder of compiled executables."""

    def __init__(self, host: TerminalHost, natives: Path) -> None:
        self._host = host
        self._natives = natives
        self._calls: NativeCalls | None = None

    def load(self, seen: ChartOfProgram, binary: SimulatedBinary) -> Program | None:
        """The program, None for what never starts."""
        if binary.role == "placeholder":
            return None
        if binary.native is not None:
            if self._calls is None:
                self._calls = NativeCalls(self._host)
            return NativeProgram(self._calls, seen, self._natives / binary.native, self._host.layout.files)
        if binary.role == "agent":
            return Agent(self._host, seen)
        return Robot(self._host, seen, binary) if binary.protocol else LegacyRobot(self._host, binary)
