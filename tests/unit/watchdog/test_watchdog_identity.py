"""Identity on every poll: a wrong directory, login or server stops every act until it is right again or released."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mt5console.core.model.commands import CloseTerminal, StartTerminal
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import ReleaseRequest, RestartTerminalRequest, StopTerminalRequest
from mt5console.core.watchdog.identity import account_as_spelt, identity_ok, normal_path, same_directory
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import terminal_known

WRONG = [("login", 5), ("server", "Other-Server"), ("data_path", r"C:\mt5_users\user_4")]


@pytest.mark.parametrize(("what", "value"), WRONG)
def test_a_wrong_point_stops_every_act_until_it_is_right_again(play, what, value) -> None:
    play.robot(123, "d1")
    play.healthy()
    right = getattr(play.world, what)
    setattr(play.world, what, value)
    play.world.charts.clear()
    play.world.beats.clear()
    play >> 120.0
    assert play.watch.state is State.WRONG_IDENTITY
    assert play.open_kinds == {IncidentKind.WRONG_IDENTITY}
    assert (play.restores, play.removals) == ([], [])
    known = terminal_known(play.watch, play.robots, (), play.now, play.policy)
    assert known.identity_ok is False
    assert str(value) in known.blocked
    setattr(play.world, what, right)
    play.robot(123, "d1")
    play >> play.policy.check_interval_s + 1.0
    assert play.watch.state is State.HEALTHY
    assert play.open_kinds == set()


def test_a_wrong_terminal_that_freezes_or_ends_is_not_touched(play) -> None:
    play.healthy()
    play.world.login = 5
    play >> 1.0
    play.world.agent = False
    play >> 60.0
    play >> play.exited(-9)
    play >> 60.0
    assert play.watch.state is State.WRONG_IDENTITY
    play.engine_dies()
    play >> play.absent()
    play >> 60.0
    assert play.watch.state is State.WRONG_IDENTITY
    play >> play.asked(ReleaseRequest(user_id=play.watch.user.user_id)) << StartTerminal
    assert IncidentKind.WRONG_IDENTITY in play.cleared


def test_requests_are_refused_until_released_and_then_a_person_may_close_it(play) -> None:
    play.healthy()
    user_id = play.watch.user.user_id
    play.world.login = 5
    play >> 1.0
    play >> play.asked(StopTerminalRequest(user_id=user_id))
    assert play.decisions[-1].decided == "not done"
    play >> play.asked(ReleaseRequest(user_id=user_id))
    play >> 5.0
    assert play.watch.state is State.WRONG_IDENTITY
    play >> play.asked(RestartTerminalRequest(user_id=user_id)) << CloseTerminal
    play.world.login = play.watch.user.account.login
    play >> play.exited(0) << StartTerminal
    play >> play.spawned()
    play >> 4.0
    assert play.watch.state is State.HEALTHY
    assert play.open_kinds == set()


def test_logged_out_is_not_wrong(play) -> None:
    play.healthy()
    play.world.login = 0
    play >> 1.0
    assert play.watch.state is State.DEGRADED
    assert IncidentKind.WRONG_IDENTITY not in play.opened


def test_identity_is_unknown_until_something_was_seen(play) -> None:
    assert identity_ok(play.watch) is None
    play >> play.seen()
    assert identity_ok(play.watch) is None
    play >> 1.0
    assert identity_ok(play.watch) is True


@pytest.mark.parametrize(
    ("expected", "seen", "same"),
    [
        (r"C:\mt5_users\user_1", r"c:\MT5_Users\USER_1" + "\\", True),
        (r"C:\mt5_users\user_1", "C:/mt5_users/user_1", True),
        (r"C:\mt5_users\user_1", r"\\?\C:\mt5_users\user_1", True),
        (r"C:\mt5_users\user_1", r"C:\mt5_users\user_1\terminal64.exe", True),
        (r"C:\mt5_users\user_1", r"C:\mt5_users\user_10", False),
        (r"C:\mt5_users\user_1", r"C:\mt5_users\user_1\MQL5", False),
        ("/srv/mt5/user_1", "/srv/mt5//user_1/", True),
        ("/srv/mt5/user_1", "/srv/mt5/user_1/terminal64", True),
        ("/srv/mt5/user_1", "/srv/mt5/USER_1", False),
        ("/srv/mt5/user_1", "", False),
    ],
)
def test_directories_are_compared_as_their_system_does(expected, seen, same) -> None:
    assert same_directory(expected, seen) is same


def test_a_root_is_not_shortened_to_nothing() -> None:
    assert normal_path("/") == "/"


def test_commands_name_the_server_as_the_terminal_spells_it(play) -> None:
    """The agent compares letter by letter; what was typed at the registration may be of another case."""
    registered = play.watch.user.account
    assert account_as_spelt(play.watch) == registered
    play.world.server = registered.server.upper()
    play.healthy()
    assert account_as_spelt(play.watch) == replace(registered, server=registered.server.upper())
    play.world.login = 0
    play >> 1.0
    assert account_as_spelt(play.watch) == registered


def test_a_server_of_another_name_is_never_taken_over_into_commands(play) -> None:
    play.healthy()
    play.world.server = "Other-Server"
    play >> 1.0
    assert account_as_spelt(play.watch) == play.watch.user.account
