"""The seed's Python names: the same shapes, passwords handed over and forgotten, refusals that say what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mt5console import scripting
from mt5console.commands import detached
from mt5console.core.errors import Conflict, ConsoleError, EngineHeld, NotFound, RefusedForSafety, UsageInvalid
from tests.fakes.fake_door import deploy_result

CANARY = "c4nary-Pa55"


@pytest.fixture
def door(app):
    scripting.configure()
    return app.door


def watchdog(**changes):
    return scripting.MT5Watchdog(**{"login": 1001, "password": CANARY, "server": "Demo-Server", **changes})


def test_deploy_and_confirm_gives_the_deploy_shape_whatever_its_status(door):
    for status in ("SUCCESS", "PARTIAL", "FAILED"):
        door.ends["deploy"] = {"result": deploy_result(status), "state": "done", "exit_code": 0}
        result = scripting.EAManager.deploy_and_confirm(robot_id=123, symbol="EURUSD", timeframe="H1", timeout=30)
        assert result == deploy_result(status)
    submitted = next(call for call in door.calls if call[0] == "submit")
    assert submitted[1:3] == (
        "deploy",
        {
            "robot_id": 123,
            "symbol": "EURUSD",
            "timeframe": "H1",
            "timeout_s": 30.0,
            "confirm_live": None,
            "even_with_positions": False,
        },
    )


@pytest.mark.parametrize(("exit_code", "kind"), [(1, ConsoleError), (2, UsageInvalid), (6, RefusedForSafety)])
def test_a_deployment_that_was_not_begun_raises(door, exit_code, kind):
    error = {"code": "why", "text": "not now"}
    door.ends["deploy"] = {"error": error, "state": "failed", "exit_code": exit_code}
    with pytest.raises(ConsoleError) as seen:
        scripting.EAManager.deploy_and_confirm(robot_id=123)
    assert (type(seen.value), seen.value.code, seen.value.text) == (kind, "why", "not now")


def test_the_watchdog_starts_as_the_seed_says_and_forgets_the_password(app, door):
    ours = watchdog(mt5_path="/base/user_1/terminal64.exe")
    assert ours.start(robot_id=123) == {"status": "WATCHDOG_STARTED", "robot_id": 123, "check_interval": 10}
    assert door.passwords[1] == CANARY
    assert door.mode == "on"
    assert CANARY not in repr(vars(ours))
    assert watchdog(password=None).start() == {"status": "WATCHDOG_STARTED", "robot_id": None, "check_interval": 10}


def test_an_account_that_nobody_has_is_refused_with_the_way_to_adopt_it(door):
    with pytest.raises(NotFound, match="user add ID --login 7 --server Elsewhere"):
        watchdog(login=7, server="Elsewhere").start()
    assert door.mode == "observe"


def test_a_terminal_outside_the_base_directory_is_refused_with_the_way_to_adopt_it(door):
    for path in ("/opt/terminal64.exe", "/base/../opt/terminal64.exe", r"C:\Program Files\MetaTrader 5\terminal64.exe"):
        with pytest.raises(UsageInvalid, match="user add"):
            watchdog(mt5_path=path).start()
    assert door.passwords == {}


def test_another_users_terminal_or_robot_is_refused(door):
    with pytest.raises(UsageInvalid, match="not the terminal of user 1"):
        watchdog(mt5_path="/base/user_2/terminal64.exe").start()
    with pytest.raises(NotFound, match="robot 9"):
        watchdog().start(robot_id=9)
    door.terminals[2] = {**door.terminals[1], "user_id": 2, "login": 1002}
    door.terminals[1] = {**door.terminals[1], "robots": []}
    with pytest.raises(UsageInvalid, match="belongs to user 2"):
        watchdog().start(robot_id=123)


def test_without_an_engine_a_detached_one_is_started_and_waited_for(app, door, monkeypatch):
    app.engine_runs = False
    started = []

    class Engine:
        def poll(self):
            app.engine_runs = True

    def start(arguments, simulate):
        started.append(arguments)
        return Engine()

    monkeypatch.setattr(detached, "_start", start)
    scripting.configure(base_dir="/x", simulate=True)
    watchdog(check_interval=5).start()
    scripting.configure()
    assert started == [
        [
            *(sys.executable, "-m", "mt5console", "--base-dir", str(Path("/x")), "--simulate"),
            *("watchdog", "run", "--check-interval", "5"),
        ]
    ]
    assert CANARY not in str(started)


@pytest.mark.parametrize(("exit_code", "kind"), [(5, EngineHeld), (2, ConsoleError)])
def test_an_engine_that_does_not_start_is_said(app, monkeypatch, exit_code, kind):
    app.engine_runs = False

    class Engine:
        def poll(self):
            return exit_code

    monkeypatch.setattr(detached, "_start", lambda *_: Engine())
    with pytest.raises(kind):
        detached.ensure_engine(None, None, 10)


def test_a_detached_engine_shares_no_stream_with_its_starter(capfd):
    engine = detached._start([sys.executable, "-c", "import sys; print('out'); sys.stderr.write('err')"], True)
    assert engine.wait(30) == 0
    assert capfd.readouterr() == ("", "")


def test_a_new_user_is_added_and_its_terminal_started(door):
    manager = scripting.UserMT5Manager(user_id=2, login=222, password=CANARY, server="Demo-Server")
    terminal = manager.connect()
    assert (terminal["user_id"], terminal["pid"]) == (2, 4711)
    assert door.passwords[2] == CANARY
    assert CANARY not in repr([getattr(manager, name) for name in vars(manager)])
    assert any(call[:2] == ("submit", "terminal_start") for call in door.calls)


def test_a_known_user_keeps_its_account_and_takes_a_new_password(door):
    scripting.UserMT5Manager(user_id=1, login=1001, password=CANARY, server="Demo-Server").connect()
    assert door.passwords[1] == CANARY
    with pytest.raises(Conflict, match="one user keeps one account"):
        scripting.UserMT5Manager(user_id=1, login=5, password=CANARY, server="Demo-Server").connect()
    with pytest.raises(UsageInvalid, match="password"):
        scripting.UserMT5Manager(user_id=3, login=5, server="Demo-Server").connect()


def test_a_terminal_that_cannot_start_raises(door):
    error = {"code": "auth_failed", "text": "the broker refused the password"}
    door.ends["terminal_start"] = {"state": "failed", "error": error, "exit_code": 1}
    with pytest.raises(ConsoleError, match="refused the password"):
        scripting.UserMT5Manager(user_id=1, login=1001, server="Demo-Server").connect()


def test_deploy_ea_registers_writes_compiles_and_attaches_nothing(door):
    manager = scripting.UserMT5Manager(user_id=1, login=1001, server="Demo-Server")
    path = manager.deploy_ea(robot_id=7, ea_code="int OnInit() { return 0; }")
    assert path.endswith("Robot_7_a.mq5")
    assert door.calls[-1] == (
        "add_robot",
        {
            "robot_id": 7,
            "user_id": 1,
            "symbol": "EURUSD",
            "timeframe": "H1",
            "source_text": "int OnInit() { return 0; }",
            "compile": True,
            "replace": True,
        },
    )
    assert not any(call[0] == "submit" for call in door.calls)


def test_statistics_have_the_seeds_shapes(door):
    stats = scripting.UserMT5Manager(user_id=1, login=1001, server="Demo-Server").get_user_stats()
    assert set(stats) == {"user_id", "user_dir", "dir_exists", "ea_count", "log_files"}
    assert set(scripting.UserMT5Manager.get_system_stats()) == {
        "total_users",
        "total_eas",
        "base_dir",
        "base_dir_exists",
    }
