"""The broker's ledger: accounts, sessions, positions and prices, shared by processes."""

import threading

import pytest

from mt5console.core.credentials import Secret
from mt5console.core.model.ids import TradeMode
from mt5console.simulation.broker import SYMBOLS, Broker, broker_of, price_at


@pytest.fixture
def broker(tmp_path):
    return Broker(tmp_path / "broker")


def test_a_new_login_is_taken_and_then_only_with_its_password(broker):
    account = broker.authorise(5, "Demo-Server", Secret("first"))
    assert account is not None
    assert account.trade_mode is TradeMode.DEMO
    assert broker.authorise(5, "Demo-Server", Secret("second")) is None
    assert broker.authorise(5, "Demo-Server", Secret("first")) == account
    assert broker.authorise(5, "Real-Server", Secret("other")).trade_mode is TradeMode.REAL


def test_unknown_servers_empty_passwords_and_senseless_logins_are_refused(broker):
    assert broker.authorise(5, "../x", Secret("p")) is None
    assert broker.authorise(5, "Demo-Server", Secret("")) is None
    assert broker.authorise(0, "Demo-Server", Secret("p")) is None
    assert broker.account(5, "Demo-Server") is None


def test_no_password_lies_in_the_ledger(broker, tmp_path):
    broker.authorise(5, "Demo-Server", Secret("canary-5512"))
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"canary-5512" not in file.read_bytes()


def test_a_changed_password_shuts_the_old_one_out(broker):
    broker.authorise(5, "Demo-Server", Secret("old"))
    token = broker.issue_token(5, "Demo-Server")
    assert broker.authorise(5, "Demo-Server", Secret(token), is_token=True) is not None
    assert broker.change_password(5, "Demo-Server", Secret("new"))
    assert broker.authorise(5, "Demo-Server", Secret("old")) is None
    assert broker.authorise(5, "Demo-Server", Secret(token), is_token=True) is None
    assert broker.authorise(5, "Demo-Server", Secret("new")) is not None
    assert not broker.change_password(6, "Demo-Server", Secret("x"))


def test_terminals_that_enrol_together_agree_on_one_password(broker, tmp_path):
    accepted = []

    def enrol(word):
        if Broker(tmp_path / "broker").authorise(5, "Demo-Server", Secret(word)) is not None:
            accepted.append(word)

    threads = [threading.Thread(target=enrol, args=(f"p{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) == 1
    assert broker.authorise(5, "Demo-Server", Secret(accepted[0])) is not None


def test_sessions_are_seen_by_every_reader(broker, tmp_path):
    other = Broker(tmp_path / "broker")
    broker.set_session("EURUSD", "closed")
    assert not broker.symbol("EURUSD").is_open(0)
    assert not other.symbol("EURUSD").is_open(0)
    assert other.symbol("GBPUSD").is_open(0)
    broker.set_session("EURUSD", "weekdays")
    assert broker.symbol("EURUSD").is_open(0)
    assert not broker.symbol("EURUSD").is_open(2 * 86_400)
    with pytest.raises(ValueError, match="sometimes"):
        broker.set_session("EURUSD", "sometimes")


def test_positions_open_and_close(broker):
    first = broker.open_position(5, "Demo-Server", "EURUSD", 0.1, magic=7)
    second = broker.open_position(5, "Demo-Server", "XAUUSD", 0.2, side="sell")
    assert first != second
    assert [p.ticket for p in broker.positions(5, "Demo-Server")] == [first, second]
    assert broker.positions(6, "Demo-Server") == ()
    assert broker.close_position(5, "Demo-Server", first)
    assert not broker.close_position(5, "Demo-Server", first)
    assert [p.ticket for p in broker.positions(5, "Demo-Server")] == [second]
    with pytest.raises(ValueError, match="no symbol"):
        broker.open_position(5, "Demo-Server", "NOPE", 1.0)


def test_prices_move_are_the_same_everywhere_and_keep_their_spread():
    for symbol in SYMBOLS:
        seen = {price_at(symbol, 1_800_000_000 + second) for second in range(60)}
        assert len(seen) > 20, symbol.name
        for bid, ask in seen:
            assert ask > bid > symbol.price * 0.98
            assert bid < symbol.price * 1.02
        assert price_at(symbol, 1_800_000_000.0) == price_at(symbol, 1_800_000_000.0)


def test_the_broker_of_a_base_directory_lies_in_its_simulation_folder(sim):
    user = sim.user()
    user.start()
    assert broker_of(sim.base).account(5001, "Demo-Server") is not None
    assert (sim.layout.simulation / "broker" / "accounts").is_dir()
