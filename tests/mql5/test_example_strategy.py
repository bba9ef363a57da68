"""The example strategy as compiled: when it opens, how much it risks, what it closes, and what a restart may not do."""

import json

import pytest

from mt5console.core.deployment.rendering import render_template
from tests.mql5.small_host import SmallHost
from tests.mql5.small_workshop import Workshop

ROBOT, MAGIC = 7, 1007
FAST, SLOW = 22, 36
UP, DOWN = 1.0, -1.0
NETTING, EXCHANGE, HEDGING = 0, 1, 2
PRICES = {
    "SYMBOL_ASK": 1.1002,
    "SYMBOL_BID": 1.1000,
    "SYMBOL_TRADE_TICK_VALUE_LOSS": 1.0,
    "SYMBOL_TRADE_TICK_SIZE": 0.00001,
    "SYMBOL_VOLUME_STEP": 0.01,
    "SYMBOL_VOLUME_MIN": 0.01,
    "SYMBOL_VOLUME_MAX": 100.0,
}
REQUEST = [
    "action",
    "magic",
    "order",
    "symbol",
    "volume",
    "price",
    "stoplimit",
    "sl",
    "tp",
    "deviation",
    "type",
    "type_filling",
    "type_time",
    "expiration",
    "comment",
    "position",
    "position_by",
]


class Market:
    """A small host with bars, averages, positions, deals and orders; `gaps`: fast above slow, older bar first.

    `lingers`: for how many more ticks a position that was closed is still listed, as a real terminal may do.
    """

    def __init__(self, executable, box, tester=0, **inputs):
        self.tester = tester
        self.bar = 1_767_225_600
        self.gaps = (DOWN, DOWN)
        self.synchronized = 1
        self.bars = 500
        self.calculated = {FAST: 500, SLOW: 500}
        self.positions = []
        self.lingers = 0
        self.ending = {}
        self.deals = []
        self.retcode = 10009
        self.spread = 2
        self.equity = 10_000.0
        self.margin_mode = HEDGING
        self.host = SmallHost(executable, box, inputs=self.sent(inputs), answers=self.answers())
        folder = self.host.files / "mt5console" / "robots" / str(ROBOT)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "desired.json").write_text('{"protocol":1,"deployment_id":"d1"}')
        self.errors_file = folder / "errors.jsonl"
        self.host.begin()
        self.result = self.host.event("init")

    def sent(self, inputs):
        console = {"Mt5ConsoleRobotId": ROBOT, "Mt5ConsoleDeployment": "d1", "Mt5ConsoleMagic": MAGIC}
        return {**inputs, **console}

    def answers(self):
        return {
            "MQLInfoInteger": lambda what: self.tester if what == "MQL_TESTER" else int(what == "MQL_TRADE_ALLOWED"),
            "GetTickCount64": lambda: 5_000 if self.tester else self.host.now * 1000,
            "iMA": lambda *values: 10 + int(values[2]),
            "IndicatorRelease": True,
            "iTime": lambda *_: f"@{self.bar}",
            "SeriesInfoInteger": lambda _name, _frame, what: {"SERIES_SYNCHRONIZED": self.synchronized}[what],
            "Bars": lambda *_: self.bars,
            "BarsCalculated": lambda handle: self.calculated[int(handle)],
            "CopyBuffer": self.copied,
            "SymbolInfoDouble": lambda _name, what: PRICES[what],
            "SymbolInfoInteger": lambda _name, what: {"SYMBOL_SPREAD": self.spread, "SYMBOL_FILLING_MODE": 1}.get(
                what, 0
            ),
            "AccountInfoDouble": self.equity,
            "AccountInfoInteger": lambda what: self.margin_mode if what == "ACCOUNT_MARGIN_MODE" else 1,
            "PositionsTotal": lambda: len(self.positions),
            "PositionGetTicket": self.selected,
            "PositionSelect": self.selected_by_symbol,
            "PositionGetString": lambda what: self.chosen["symbol"],
            "PositionGetInteger": lambda what: {
                "POSITION_MAGIC": self.chosen["magic"],
                "POSITION_TYPE": self.chosen["type"],
            }[what],
            "PositionGetDouble": lambda what: {"POSITION_VOLUME": self.chosen["volume"]}.get(
                what, self.chosen.get("profit", 0.0)
            ),
            "HistorySelect": True,
            "HistoryDealsTotal": lambda: len(self.deals),
            "HistoryDealGetTicket": lambda place: int(place) + 1,
            "HistoryDealGetInteger": lambda ticket, _what: MAGIC,
            "HistoryDealGetString": lambda ticket, _what: "EURUSD",
            "HistoryDealGetDouble": lambda ticket, what: self.deals[int(ticket) - 1] if what == "DEAL_PROFIT" else 0.0,
            "OrderSend": self.ordered,
        }

    def copied(self, handle, *_):
        values = [1.0 + gap if int(handle) == FAST else 1.0 for gap in self.gaps]
        return [2, 2, *values]

    def selected(self, place):
        self.chosen = self.positions[int(place)]
        return self.chosen["ticket"]

    def selected_by_symbol(self, symbol):
        found = [position for position in self.positions if position["symbol"] == symbol]
        self.chosen = found[0] if found else None
        return bool(found)

    def ordered(self, *fields):
        closed = int(dict(zip(REQUEST, fields, strict=False))["position"])
        if closed and self.retcode == 10009:
            self.ending[closed] = self.lingers
            self.list_anew(0)
        return [self.retcode == 10009, self.retcode, 1, 1, float(fields[4]), 1.1, 1.1, 1.1, "told", 1, 0]

    def next_bar(self, *gaps):
        """A new bar with these averages behind it, and its first tick."""
        self.bar += 3600
        self.host.now += 3600
        self.gaps = gaps
        return self.tick()

    def list_anew(self, ticks):
        """Closed positions that were listed for long enough are listed no more."""
        self.ending = {ticket: left - ticks for ticket, left in self.ending.items()}
        self.positions = [held for held in self.positions if self.ending.get(held["ticket"], 1) > 0]

    def tick(self):
        """One tick; the orders that it sent."""
        self.list_anew(1)
        before = len(self.host.told.calls)
        assert self.host.event("tick") == "0"
        return [
            dict(zip(REQUEST, call[1:], strict=False))
            for call in self.host.told.calls[before:]
            if call[0] == "OrderSend"
        ]

    def errors(self):
        if not self.errors_file.exists():
            return []
        return [json.loads(line)["text"] for line in self.errors_file.read_text().splitlines()]


@pytest.fixture(scope="module")
def executable(compiler, native_cache):
    built = Workshop(native_cache).compile(render_template("ma_cross", ROBOT, MAGIC))
    assert built.messages == ()
    return built.executable


@pytest.fixture
def market(executable, tmp_path):
    made = []

    def make(name="box", **inputs):
        made.append(Market(executable, tmp_path / name, **inputs))
        return made[-1]

    yield make
    for one in made:
        one.host.kill()


def own(ticket=5, kind=0, **fields):
    return {"ticket": ticket, "symbol": "EURUSD", "magic": MAGIC, "type": kind, "volume": 0.2, **fields}


def test_a_cross_opens_one_position_with_a_stop_that_costs_the_risk(market):
    here = market()
    assert here.result == "0"
    assert here.next_bar(DOWN, DOWN) == []
    (order,) = here.next_bar(DOWN, UP)
    assert (order["symbol"], order["magic"], order["type"]) == ("EURUSD", str(MAGIC), "ORDER_TYPE_BUY")
    # 0.5 % of 10 000 is 50; 300 points cost 300 a lot: 0.16 lots.
    assert float(order["volume"]) == pytest.approx(0.16)
    assert float(order["sl"]) == pytest.approx(1.0972)
    assert float(order["tp"]) == pytest.approx(1.1062)
    assert here.tick() == [], "the same bar trades once"


def test_a_cross_downwards_sells(market):
    here = market()
    here.next_bar(UP, UP)
    (order,) = here.next_bar(UP, DOWN)
    assert order["type"] == "ORDER_TYPE_SELL"
    assert float(order["sl"]) == pytest.approx(1.1030)


def test_the_bar_on_which_it_starts_opens_nothing(market):
    here = market()
    here.gaps = (DOWN, UP)
    assert here.tick() == []
    assert len(here.next_bar(DOWN, UP)) == 1


def test_a_position_on_the_wrong_side_is_closed_also_when_its_cross_was_missed(market):
    here = market()
    here.positions = [own(), own(6, magic=1), own(7, symbol="XAUUSD")]
    here.gaps = (DOWN, DOWN)
    (order,) = here.tick()
    assert (order["type"], order["position"], float(order["volume"])) == ("ORDER_TYPE_SELL", "5", 0.2)


def test_with_a_position_nothing_more_is_opened(market):
    here = market()
    here.next_bar(DOWN, DOWN)
    here.positions = [own()]
    assert here.next_bar(DOWN, UP) == []
    here.host.now += 11
    assert [here.tick(), here.errors()] == [[], []]


def test_a_reversal_closes_and_opens_at_one_tick_where_the_closed_position_is_gone_at_once(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions = [own()]
    closing, opening = here.next_bar(UP, DOWN)
    assert (closing["position"], closing["type"]) == ("5", "ORDER_TYPE_SELL")
    assert (opening["position"], opening["type"]) == ("0", "ORDER_TYPE_SELL")
    assert float(opening["sl"]) > 0


def test_a_reversal_opens_as_soon_as_the_closed_position_is_listed_no_more(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions, here.lingers = [own()], 3
    (closing,) = here.next_bar(UP, DOWN)
    assert closing["position"] == "5"
    assert [here.tick(), here.tick()] == [[], []]
    (opening,) = here.tick()
    assert (opening["position"], opening["type"]) == ("0", "ORDER_TYPE_SELL")
    assert [here.tick(), here.errors()] == [[], []], "the same bar trades once"


def test_what_forbids_opening_meanwhile_is_heard_by_a_reversal(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions, here.lingers = [own()], 2
    here.next_bar(UP, DOWN)
    here.tick()
    (here.host.files / "mt5console" / "stop").write_bytes(b"")
    assert here.tick() == []
    (here.host.files / "mt5console" / "stop").unlink()
    assert here.tick() == [], "it was asked once"


LATE = "the closed position was not gone in time: the cross opens nothing"


def test_a_reversal_gives_up_with_a_word_when_the_closed_position_stays_listed(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions, here.lingers = [own()], 3
    here.next_bar(UP, DOWN)
    here.host.now += 11
    assert [here.tick(), here.errors()] == [[], [LATE]]
    assert [here.tick(), here.tick()] == [[], []]
    assert (here.positions, here.errors()) == ([], [LATE])


def test_a_reversal_is_not_carried_into_the_next_bar(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions, here.lingers = [own()], 1
    here.next_bar(UP, DOWN)
    assert here.next_bar(DOWN, DOWN) == []
    assert here.errors() == [LATE]


def test_a_position_on_the_side_of_the_cross_is_no_closed_one(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions, here.lingers = [own(), own(6, kind=1)], 1
    (closing,) = here.next_bar(UP, DOWN)
    assert closing["position"] == "5"
    here.host.now += 11
    assert [here.tick(), here.tick(), here.errors()] == [[], [], []]


def test_a_close_that_is_taken_at_the_second_try_opens_the_cross_all_the_same(market):
    here = market()
    here.next_bar(UP, UP)
    here.positions, here.lingers, here.retcode = [own()], 1, 10018
    assert len(here.next_bar(UP, DOWN)) == 1
    here.retcode = 10009
    here.host.now += 11
    assert [order["position"] for order in here.tick()] == ["5"]
    assert [order["position"] for order in here.tick()] == ["0"]


UNREADY = {
    "bars that the terminal still loads": {"synchronized": 0},
    "no bars": {"bars": 0, "calculated": {FAST: 0, SLOW: 0}},
    "an average that is behind": {"calculated": {FAST: 500, SLOW: 499}},
    "an average that is not there": {"calculated": {FAST: -1, SLOW: 500}},
}


@pytest.mark.parametrize("change", UNREADY.values(), ids=UNREADY)
def test_nothing_is_done_on_bars_that_are_not_complete_and_the_same_bar_is_looked_at_again(market, change):
    here = market()
    here.positions = [own()]
    usual = {name: getattr(here, name) for name in change}
    for bar in range(2):
        for name, value in change.items():
            setattr(here, name, value)
        assert [here.next_bar(DOWN, DOWN), here.tick()] == [[], []]
        for name, value in usual.items():
            setattr(here, name, value)
        assert [order["position"] for order in here.tick()] == [str(5 + bar)]
        here.positions = [own(6)]
    assert here.errors() == []


def test_bars_that_stay_incomplete_are_told_once_and_again_after_they_were_complete(market):
    here = market()
    told = "bars or averages have not been complete for a minute: nothing is closed, nothing opened"
    for times in (1, 2):
        here.synchronized = 0
        here.next_bar(DOWN, DOWN)
        here.host.now += 59
        here.tick()
        assert len(here.errors()) == times - 1
        for _ in range(3):
            here.host.now += 1
            here.tick()
        assert here.errors() == [told] * times
        here.synchronized = 1
        here.tick()


def test_a_backtest_s_bars_are_taken_as_they_are(market):
    here = market(tester=1)
    here.synchronized, here.calculated = 0, {FAST: -1, SLOW: -1}
    here.positions = [own()]
    assert len(here.next_bar(DOWN, DOWN)) == 1, "the tester calculates averages when somebody asks for them"


@pytest.mark.parametrize("mode", [NETTING, EXCHANGE])
def test_a_position_of_another_robot_on_an_account_that_nets_is_not_added_to(market, mode):
    here = market()
    here.margin_mode = mode
    here.next_bar(DOWN, DOWN)
    here.positions = [own(magic=1)]
    assert here.next_bar(DOWN, UP) == []
    assert here.next_bar(UP, DOWN) == []
    assert len([text for text in here.errors() if "another robot" in text]) == 1, "said once"
    here.positions = [own(magic=1, symbol="XAUUSD")]
    assert len(here.next_bar(DOWN, UP)) == 1


def test_on_a_hedging_account_another_s_position_is_none_of_its_business(market):
    here = market()
    here.next_bar(DOWN, DOWN)
    here.positions = [own(magic=1)]
    assert len(here.next_bar(DOWN, UP)) == 1


def test_a_refused_close_is_tried_again_later_and_not_at_every_tick(market):
    here = market()
    here.positions = [own()]
    here.retcode = 10018
    assert len(here.next_bar(DOWN, DOWN)) == 1
    assert here.tick() == []
    here.host.now += 11
    assert len(here.tick()) == 1
    assert here.errors() == ["an order was refused: 10018 told"] * 2


def test_in_a_backtest_a_refused_close_is_tried_again_after_simulated_seconds(market):
    here = market(tester=1)
    here.positions = [own()]
    here.retcode = 10018
    assert len(here.next_bar(DOWN, DOWN)) == 1
    here.host.now += 9
    assert here.tick() == []
    here.host.now += 1
    assert len(here.tick()) == 1, "the computer's clock has not moved meanwhile"


@pytest.mark.parametrize(
    ("inputs", "change"),
    [
        ({}, {"spread": 31}),
        ({"DailyLossPercent": 2.0}, {"deals": [-150.0, -60.0]}),
        ({"RiskPercent": 0.001}, {}),
    ],
    ids=["a wide spread", "the day's loss", "the least volume is too much"],
)
def test_what_stands_against_opening(market, inputs, change):
    here = market(**inputs)
    here.next_bar(DOWN, DOWN)
    for name, value in change.items():
        setattr(here, name, value)
    assert here.next_bar(DOWN, UP) == []
    free = market("free")
    free.next_bar(DOWN, DOWN)
    assert len(free.next_bar(DOWN, UP)) == 1, "without it, it opens"


def test_the_day_s_loss_is_told_once_a_day(market):
    here = market()
    here.next_bar(DOWN, DOWN)
    here.deals = [-500.0]
    for _ in range(3):
        here.next_bar(UP, DOWN)
    assert len([text for text in here.errors() if "DailyLossPercent" in text]) == 1


def test_a_stopped_or_paused_robot_closes_and_does_not_open(market):
    here = market()
    here.next_bar(DOWN, DOWN)
    (here.host.files / "mt5console" / "stop").write_bytes(b"")
    assert here.next_bar(DOWN, UP) == []
    here.positions = [own()]
    assert len(here.next_bar(UP, DOWN)) == 1


@pytest.mark.parametrize(
    "inputs",
    [
        {"FastPeriod": 26},
        {"SlowPeriod": 1001},
        {"StopLossPoints": 0},
        {"RiskPercent": 5.1},
        {"RiskPercent": 0.0},
        {"DailyLossPercent": -1.0},
        {"MaxLots": 0.0},
    ],
    ids=str,
)
def test_inputs_that_make_no_sense_are_refused(market, inputs):
    here = market(**inputs)
    assert here.result != "0"
    assert any("make" in text for text in here.host.told.prints)
