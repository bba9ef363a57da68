"""Stands in for `mt5console.app`: one FakeDoor for everybody, and a record of what was asked."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from mt5console.core.errors import ConsoleError
from tests.fakes.fake_door import FakeDoor


class FakeApp(ModuleType):
    def __init__(self) -> None:
        super().__init__("mt5console.app")
        self.door = FakeDoor()
        self.asked: list[tuple[Any, ...]] = []
        self.failure: Exception | None = None
        self.findings: list[dict[str, Any]] = []
        self.journals: list[Path] = []
        self.unlatched: dict[str, str] = {}
        self.engine_runs = True
        self.exit_code = 0

    def _enter(self, *asked: Any) -> None:
        self.asked.append(asked)
        if self.failure is not None:
            raise self.failure

    @contextmanager
    def open_door(self, base_dir, simulate, *, acting, create=False):
        self._enter("open_door", base_dir, simulate, acting)
        yield self.door

    def run_engine(self, base_dir, simulate, *, check_interval, robot_id, observe_only):
        self._enter("run_engine", base_dir, simulate, check_interval, robot_id, observe_only)
        return self.exit_code

    def run_demo(self, **asked):
        self._enter("run_demo", asked)
        return self.exit_code

    def run_console(self, base_dir, simulate, read_only):
        self._enter("run_console", base_dir, simulate, read_only)
        return self.exit_code

    def doctor(self, base_dir, simulate):
        self._enter("doctor", base_dir, simulate)
        return self.findings

    def journal_parts(self, target, base_dir, simulate, *, experts=False):
        self._enter("journal_parts", target, base_dir, simulate)
        return tuple((path, 0) for path in self.journals)

    def inject_fault(self, base_dir, simulate, user_id, fault, argument):
        self._enter("inject_fault", base_dir, simulate, user_id, fault, argument)

    def api_token(self, base_dir, simulate):
        self._enter("api_token", base_dir, simulate)
        if not self.engine_runs:
            raise ConsoleError("no_engine", "no engine answers")
        return {"url": "http://127.0.0.1:5", "token": "t"}

    def stop_engine(self, base_dir, simulate):
        self._enter("stop_engine", base_dir, simulate)
        return {"stopped": True, "pid": 4711}

    def emergency_stop(self, base_dir, simulate):
        self.asked.append(("emergency_stop", base_dir, simulate))
        return self.unlatched
