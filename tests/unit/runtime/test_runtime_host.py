"""A host over a simulated base directory: what it takes up when it starts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mt5console.app import build_host
from mt5console.bases import build_platform
from mt5console.core.config.base_directory import BaseDirectory, open_base
from mt5console.core.errors import Conflict, UsageInvalid
from mt5console.core.history.store import StateStore
from mt5console.core.model.commands import PauseEntries
from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import Account, RobotId, Timeframe, UserId
from mt5console.core.model.records import SaveMode, SaveRobot, SaveUser
from mt5console.core.model.requests import Mode
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.platforms.files import LocalFileStore
from mt5console.runtime.door import RuntimeDoor
from mt5console.runtime.host import EngineHost

ONE, TWO = UserId(1), UserId(2)
WAIT_S = 10.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    late = threading.Event()
    timer = threading.Timer(WAIT_S, late.set)
    timer.start()
    while not condition() and not late.is_set():
        late.wait(0.005)
    timer.cancel()
    assert condition()


@pytest.fixture
def base(tmp_path: Path) -> BaseDirectory:
    """A base directory that knows two users."""
    base = open_base(tmp_path / "base", True, LocalFileStore(), create=True)
    store = StateStore(base.layout.state_db)
    for user_id in (ONE, TWO):
        directory = base.layout.user(user_id)
        directory.mkdir()
        account = Account(login=100 + user_id, server="Demo-Server")
        store.commit([SaveUser(user=DesiredUser(user_id=user_id, account=account, directory=str(directory)))])
    store.close()
    return base


@contextmanager
def running(base: BaseDirectory) -> Iterator[EngineHost]:
    host = build_host(base, build_platform(base), None, None)
    host.start()
    try:
        yield host
    finally:
        host.stop()


@pytest.mark.parametrize(
    ("asked", "stored", "settings", "found"),
    [
        (None, None, "", Mode.ON),
        (None, None, 'mode = "observe"', Mode.OBSERVE),
        (None, None, 'mode = "off"', Mode.OFF),
        (None, Mode.ON, 'mode = "observe"', Mode.ON),
        (Mode.OBSERVE, Mode.ON, 'mode = "off"', Mode.OBSERVE),
    ],
)
def test_the_mode_is_the_asked_one_then_a_persons_then_the_settings(
    base: BaseDirectory, asked: Mode | None, stored: Mode | None, settings: str, found: Mode
) -> None:
    base.layout.settings.write_text(settings, encoding="utf-8")
    if stored is not None:
        store = StateStore(base.layout.state_db)
        store.commit([SaveMode(mode=stored.value)])
        store.close()
    host = build_host(base, build_platform(base), asked, None)
    try:
        assert host.loop.engine.mode is found
    finally:
        host.stop()


def test_an_engine_keeps_the_settings_it_could_read_for_the_day_of_a_slip(base: BaseDirectory) -> None:
    base.layout.settings.write_text("history_days = 2.0\n", encoding="utf-8")
    build_host(base, build_platform(base), None, None).stop()
    base.layout.settings.write_text("history_days = 2,0\n", encoding="utf-8")
    with pytest.raises(UsageInvalid, match=r"settings\.toml\.last-good"):
        build_host(base, build_platform(base), None, None)
    kept = base.layout.settings.with_name("settings.toml.last-good")
    assert kept.read_text("utf-8") == "history_days = 2.0\n"


def test_heartbeat_ages_are_kept_for_as_long_as_the_settings_say(base: BaseDirectory) -> None:
    base.layout.settings.write_text("history_days = 2.0\n", encoding="utf-8")
    day_s, robot, now_s = 86_400.0, RobotId(7), 1_800_000_000.0
    host = build_host(base, build_platform(base), None, None)
    try:
        for days in (3, 1):
            host.history.record(robot, now_s - days * day_s, 0.5)
        for minute in range(3):
            host.history.flush(now_s + 60.0 * minute)
        kept = host.history.series(robot, now_s - 10 * day_s, now_s, 100)
    finally:
        host.stop()
    assert [round((now_s - utc_s) / day_s) for utc_s, _ in kept] == [1]


def latched(host: EngineHost) -> set[int]:
    return host.loop.read(lambda engine: {user.user_id for user in engine.users.values() if user.stop_latched})


def test_a_latch_that_was_set_without_an_engine_is_taken_over_with_the_reason(base: BaseDirectory) -> None:
    LocalFileStore().write_atomic(TerminalLayout(base.layout.user(ONE)).stop_latch, b"")
    with running(base) as host:
        until(lambda: latched(host) == {ONE})
        until(lambda: host.store.decisions(ONE, 10) != ())
        (decision,) = host.store.decisions(ONE, 10)
        assert "taken over" in decision.decided
        assert "no engine answered" in decision.why
        assert {user["user_id"]: user["stop_latched"] for user in RuntimeDoor(host, lambda: None).users()} == {
            ONE: True,
            TWO: False,
        }
    with running(base) as again:
        assert latched(again) == {ONE}


def test_what_was_taken_over_is_lifted_by_resume_and_stays_lifted(base: BaseDirectory) -> None:
    latch = TerminalLayout(base.layout.user(ONE)).stop_latch
    LocalFileStore().write_atomic(latch, b"")
    with running(base) as host:
        until(lambda: latched(host) == {ONE})
        arguments = {"user_id": ONE, "word": "START", "confirm_live": 101}
        RuntimeDoor(host, lambda: None).submit("resume", arguments, "test")
        until(lambda: not latch.exists())
        assert latched(host) == set()
    with running(base) as again:
        assert latched(again) == set()
        assert len(again.store.decisions(ONE, 10)) == 2


def test_a_robot_gets_no_other_source_while_it_is_being_deployed(base: BaseDirectory) -> None:
    """It would be written and compiled over the version that is on its way, and be taken for the proven one."""
    robot = DesiredRobot(robot_id=RobotId(7), user_id=ONE, symbol="EURUSD", timeframe=Timeframe.H1, magic=7)
    store = StateStore(base.layout.state_db)
    store.commit([SaveRobot(robot=robot)])
    store.close()
    other = {"robot_id": 7, "user_id": ONE, "symbol": "EURUSD", "timeframe": "H1", "replace": True, "compile": True}
    with running(base) as host:
        door = RuntimeDoor(host, lambda: None)
        before = door.robots()
        door.submit("deploy", {"robot_id": 7, "confirm_live": 101}, "test")
        with pytest.raises(Conflict, match="robot 7") as refused:
            door.add_robot({**other, "template": "ma_cross"})
        assert refused.value.code == "deployment_running"
        assert door.robots() == before


def test_entries_are_paused_by_the_flag_that_robots_look_for(base: BaseDirectory) -> None:
    with running(base) as host:
        host.loop.execute([PauseEntries(user_id=ONE, act_id="p-1", robot_id=RobotId(7))])
        until(TerminalLayout(base.layout.user(ONE)).paused(7).exists)
