"""What is told of a terminal's end: by whom it is seen, and whether the whole session ends with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mt5console import app
from mt5console.core.model.facts import Fact, ProcessAbsent, ProcessExited, ProcessSeen
from mt5console.core.model.ids import UserId
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
