"""What is told of a terminal's end: by whom it is seen, and whether the whole session ends with it."""

from __future__ import annotations

from pathlib import Path
from queue import Queue

import pytest

from mt5console import app
from mt5console.core.model.facts import Fact, ProcessAbsent, ProcessExited, ProcessSeen
from mt5console.core.model.ids import UserId
from mt5console.core.ports import ProcessRef
from mt5console.runtime.process_collector import ProcessCollector
from mt5console.runtime.targets import Targets
from tests.fakes.clock import FakeClock
from tests.fakes.processes import FakeProcessHost


@pytest.mark.parametrize("ending", [False, True])
def test_an_end_and_an_absence_say_whether_the_session_ends(tmp_path: Path, ending: bool) -> None:
    host, told = FakeProcessHost(), list[Fact]()
    targets = Targets()
    targets.put_user(UserId(1), tmp_path, "terminal64")
    target = targets.all()[0]
    collector = ProcessCollector(targets, host, FakeClock(), told.append, 1.0, 1.0)
    ref = host.start_elsewhere(target.executable)
    collector.look(target, adopted=True)
    host.ending = ending
    host.end(ref)
    collector.look(target, adopted=False)
    assert told == [
        ProcessSeen(user_id=UserId(1), pid=ref.pid, started_utc_s=ref.created_utc_s, adopted=True),
        ProcessExited(user_id=UserId(1), pid=ref.pid, exit_code=None, session_ending=ending),
        ProcessAbsent(user_id=UserId(1), session_ending=ending),
    ]


class BlindHost(FakeProcessHost):
    """A system that breaks over one executable, in a way that nobody foresaw."""

    def __init__(self, broken: Path) -> None:
        super().__init__()
        self.broken: Path | None = broken

    def find(self, executable: Path) -> tuple[ProcessRef, ...]:
        if executable == self.broken:
            raise ValueError("no such thing")
        return super().find(executable)


def test_a_terminal_that_cannot_be_looked_at_hides_no_other_and_is_seen_once_it_can_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    targets, told = Targets(), Queue[Fact]()
    for number in (1, 2):
        targets.put_user(UserId(number), tmp_path / str(number), "terminal64")
    host = BlindHost(targets.all()[0].executable)
    collector = ProcessCollector(targets, host, FakeClock(), told.put, 0.01, 0.01)
    collector.start()
    try:
        absent = [ProcessAbsent(user_id=UserId(number), session_ending=False) for number in (1, 2)]
        assert [told.get(timeout=30) for _ in range(3)] == [absent[1]] * 3, "the rounds go on"
        assert caplog.text.count("looking for the process of user 1") == 1
        host.broken = None
        while told.get(timeout=30) != absent[0]:
            pass
    finally:
        collector.stop()


def test_an_engine_asks_first_of_all_to_be_ended_before_its_terminals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AskedError(Exception):
        pass

    def ask() -> None:
        raise AskedError

    monkeypatch.setattr(app, "end_before_terminals", ask)
    with pytest.raises(AskedError):
        app.run_engine(tmp_path / "base", True, check_interval=None, robot_id=None, observe_only=True)
    assert list(tmp_path.iterdir()) == []
