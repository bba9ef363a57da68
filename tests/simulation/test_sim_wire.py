"""A real terminal process behind the package's functions: what it tells, and logins over the wire."""

import pytest

from mt5console.core.terminal.common_ini import keep_algo
from mt5console.platforms.files import LocalFileStore
from mt5console.simulation import mt5
from tests.simulation.sim_world import wait_for


@pytest.fixture
def user(sim):
    user = sim.user()
    yield user
    mt5.shutdown()


def attach(user):
    assert mt5.initialize(str(user.executable), timeout=5000, portable=True), mt5.last_error()


def test_the_package_reads_terminal_account_positions_and_quotes(user, sim):
    user.start()
    sim.broker.open_position(5001, "Demo-Server", "EURUSD", 1.0, magic=77)
    attach(user)
    terminal, account = mt5.terminal_info(), mt5.account_info()
    assert (terminal.data_path, terminal.path) == (str(user.layout.root), str(user.layout.root))
    assert terminal.connected
    assert terminal.trade_allowed
    assert not terminal.tradeapi_disabled
    assert (account.login, account.server, account.trade_mode) == (5001, "Demo-Server", 0)
    assert account.balance == 10_000.0
    assert [position.magic for position in mt5.positions_get()] == [77]
    assert "EURUSD" in {symbol.name for symbol in mt5.symbols_get()}
    tick = mt5.symbol_info_tick("EURUSD")
    assert tick.ask > tick.bid > 0


def test_a_real_account_is_shown_as_real(sim):
    user = sim.user(login=600, server="Real-Server")
    user.start()
    attach(user)
    assert mt5.account_info().trade_mode == 2
    assert user.wait_status().trade_mode.value == "real"
    mt5.shutdown()


def test_a_terminal_that_is_logged_out_is_logged_in_over_the_wire_and_algo_stays_on_with_account_0(user):
    assert keep_algo(user.layout, LocalFileStore())
    user.start()
    user.close()
    user.process = user.spawn("/portable")
    user.wait_status(lambda status: status.login == 0)
    assert not mt5.initialize(str(user.executable), timeout=300, portable=True)
    assert mt5.last_error()[0] == mt5.RES_E_INTERNAL_FAIL_TIMEOUT
    assert mt5.initialize(str(user.executable), login=5001, password="right", server="Demo-Server", timeout=5000)
    assert mt5.account_info().login == 5001
    status = user.wait_status(lambda status: status.login == 5001)
    assert status.connected
    assert status.trade_allowed


def test_with_account_1_a_login_over_the_wire_switches_algo_off(user):
    user.start(Account="1")
    attach(user)
    assert mt5.login(5001, password="right", server="Demo-Server", timeout=5000)
    user.wait_status(lambda status: status.login == 5001 and not status.trade_allowed)
    line = "automated trading is disabled because the account has been changed"
    assert (3, "Experts", line) in user.journal()
    assert not mt5.terminal_info().trade_allowed


def test_another_account_loads_the_experts_anew(user):
    user.compile(7)
    user.start()
    user.attach(7)
    attach(user)
    assert mt5.login(5002, password="new", server="Demo-Server", timeout=5000)
    texts = wait_for(
        lambda: (t := user.texts()).count("expert Robot_7_a (EURUSD,H1) loaded successfully") == 2 and t,
        "the second load",
    )
    place = texts.index("expert Robot_7_a (EURUSD,H1) removed")
    assert texts[place + 1] == "expert Robot_7_a (EURUSD,H1) loaded successfully"
    user.wait_status(lambda status: status.login == 5002)
    assert user.charts() == ["Agent", "Robot_7_a"]


def test_a_refused_login_is_the_package_s_own_error_and_leaves_nobody_logged_in(user):
    user.start()
    attach(user)
    assert not mt5.login(5001, password="wrong", server="Demo-Server", timeout=5000)
    assert mt5.last_error()[0] == mt5.RES_E_AUTH_FAILED
    user.wait_status(lambda status: status.login == 0)
    assert user.wait_text("failed (Invalid account)")


def test_a_killed_terminal_s_wire_is_dead(user):
    user.start()
    attach(user)
    user.kill()
    assert mt5.terminal_info() is None
    assert mt5.last_error()[0] in (mt5.RES_E_INTERNAL_FAIL_SEND, mt5.RES_E_INTERNAL_FAIL_RECEIVE)
