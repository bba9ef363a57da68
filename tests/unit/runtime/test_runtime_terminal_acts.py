"""Acts on a terminal: what a start leaves on disk before the process is there, and what is told when it cannot."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError, StorageFailed
from mt5console.core.model.commands import LogInAgain, SetStopLatch, StartTerminal
from mt5console.core.model.facts import Fact, StartRemarked, TerminalSpawned
from mt5console.core.model.ids import Account, UserId
from mt5console.core.terminal.ini import ini_value
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.runtime.targets import Targets
from mt5console.runtime.terminal_acts import TerminalActs
from tests.fakes.files import FakeFileStore
from tests.fakes.processes import FakeProcessHost

USER = UserId(1)
ACCOUNT = Account(login=5001, server="Demo-Server")
LAYOUT = TerminalLayout(Path("/base/user_1"))
START = StartTerminal(user_id=USER, act_id="start-1", account=ACCOUNT, reason="asked for", keep_experts=())


class PickyFiles(FakeFileStore):
    """A disk that refuses common.ini, and of a stop latch all but its name."""

    def write_atomic(self, path: Path, data: bytes, *, private: bool = False, durable: bool = False) -> None:
        if path == LAYOUT.stop_latch and data:
            raise StorageFailed("disk_full", "there is no room")
        if path.name == "common.ini":
            raise StorageFailed("no_permission", f"{path} could not be written: Permission denied")
        super().write_atomic(path, data, private=private, durable=durable)


def acts(files: FakeFileStore, password: str | None = "secret") -> tuple[TerminalActs, list[Fact]]:
    facts: list[Fact] = []
    targets = Targets()
    targets.put_user(USER, LAYOUT.root, "terminal64")
    platform: Any = SimpleNamespace(files=files, processes=FakeProcessHost())
    ready: Any = SimpleNamespace(take=lambda *_: None, bring_up=lambda _: None)
    secret = None if password is None else Secret(password)
    return TerminalActs(platform, targets, ready, lambda _: secret, facts.append, 1.0, ready, lambda _: "EURUSD"), facts


def test_a_start_leaves_a_common_ini_that_keeps_algo_trading_on() -> None:
    files = FakeFileStore()
    terminals, facts = acts(files)
    terminals.start(START)
    data = files.files[LAYOUT.common_ini].data
    assert [ini_value(data, "Experts", key) for key in ("Enabled", "Account", "Profile")] == ["1", "0", "0"]
    assert b"secret" not in data
    assert [type(fact) for fact in facts] == [TerminalSpawned]


def test_a_common_ini_that_cannot_be_written_is_told_and_the_terminal_is_started() -> None:
    terminals, facts = acts(PickyFiles())
    terminals.start(START)
    assert [type(fact) for fact in facts] == [StartRemarked, TerminalSpawned]
    assert isinstance(facts[0], StartRemarked)
    assert facts[0].text.startswith("its common.ini could not be told whether algo trading is on: ")
    assert "Permission denied" in facts[0].text


def test_a_missing_password_names_the_command_that_stores_one() -> None:
    terminals, _ = acts(FakeFileStore(), password=None)
    login = LogInAgain(user_id=USER, act_id="login-1", account=ACCOUNT, reason="logged out")
    for act in (lambda: terminals.start(START), lambda: terminals.log_in(login)):
        with pytest.raises(ConsoleError, match="`mt5console user password 1 --password-stdin`") as told:
            act()
        assert told.value.code == "no_secret"


@pytest.mark.parametrize(
    "error", [ConsoleError("not_startable", "no such program"), OSError(5, "i/o"), ValueError("?")]
)
def test_a_start_that_breaks_leaves_no_password_on_the_disk(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_it(*_: object) -> None:
        assert "secret".encode("utf-16-le") in files.files[LAYOUT.start_ini].data
        raise error

    monkeypatch.setattr(FakeProcessHost, "spawn", break_it)
    files = FakeFileStore()
    terminals, _ = acts(files)
    with pytest.raises(type(error)):
        terminals.start(START)
    assert LAYOUT.start_ini not in files.files


def test_a_stop_latch_needs_no_room_for_more_than_its_name() -> None:
    files = PickyFiles()
    terminals, _ = acts(files)
    terminals.latch(SetStopLatch(user_id=USER, act_id="latch-1", latched=True))
    assert files.stamp(LAYOUT.stop_latch) is not None
