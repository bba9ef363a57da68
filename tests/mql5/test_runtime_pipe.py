"""A compiled program speaks PIPE.md: what it says of itself, its inputs, its events, its calls and its end."""

import pytest

from tests.mql5.small_host import NULL, Failure, SmallHost, described
from tests.mql5.small_workshop import Workshop

SOURCE = """
#property copyright "somebody's \\"name\\""
#property version   "1.20"
enum ENUM_MODE { MODE_QUIET, MODE_LOUD = 5 };
input group "First"
input int       Count = 7;                      // how many
input ENUM_MODE Mode = MODE_LOUD;               // how loud
sinput string   Words = "a\\tb";
input double    Part = 0.1, Other = 1e-9;
input bool      Flag = true;
input datetime  When = D'2024.01.02 03:04:05';
input color     Shade = C'1,2,3';
input ulong     Big = 18446744073709551615;
input ENUM_TIMEFRAMES Frame = PERIOD_H4;
int twice = Count * 2;
class Last { public: ~Last() { Print("gone"); } };
Last last;
int OnInit()
  {
   string first = StringFormat("%d|%s|%s|", twice, EnumToString(Mode), Words);
   Print(first, Part, "|", Flag, "|", When, "|", Shade, "|", Big, "|", (int)Frame);
   return(Count == 3 ? INIT_FAILED : INIT_SUCCEEDED);
  }
void OnTimer()
  {
   MqlTick tick;
   MqlRates rates[];
   bool known = SymbolInfoTick("EURUSD", tick);
   int copied = CopyRates("EURUSD", Frame, D'2024.01.01', 2, rates);
   Print(known, " ", tick.time, " ", tick.bid, " ", tick.ask, " ", copied, " ", ArraySize(rates), " ", GetLastError());
   double value = -1;
   bool found = GlobalVariableGet("name", value);
   Print(found, " ", value, " ", GlobalVariableGet("name"));
   Print(ChartGetString(5, CHART_EXPERT_NAME) == NULL, " ", ChartGetString(6, CHART_EXPERT_NAME) == "");
   string text = "x";
   bool told = ChartGetString(7, CHART_EXPERT_NAME, text);
   Print(told, " ", text);
  }
void OnTick()
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   request.action = TRADE_ACTION_DEAL;
   request.symbol = "EURUSD";
   request.volume = 0.1;
   request.type = ORDER_TYPE_SELL;
   bool sent = OrderSend(request, result);
   Print(sent, " ", result.retcode, " ", result.order, " ", result.comment);
  }
void OnChartEvent(const int id, const long &lparam, const double &dparam, const string &sparam)
  {
   Print(id, " ", lparam, " ", dparam, " ", sparam);
  }
"""


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


@pytest.fixture(scope="module")
def executable(shop):
    return shop.compile(SOURCE).executable


def test_a_program_describes_itself(executable):
    lines = described(executable)
    assert [line for line in lines if line[0] in ("group", "input")] == [
        ["group", "First"],
        ["input", "Count", "int", "7", "how many"],
        ["input", "Mode", "ENUM_MODE", "MODE_LOUD", "how loud"],
        ["input", "Words", "string", "a\tb", ""],
        ["input", "Part", "double", "0.1", ""],
        ["input", "Other", "double", "1e-09", ""],
        ["input", "Flag", "bool", "true", ""],
        ["input", "When", "datetime", "@1704164645", ""],
        ["input", "Shade", "color", "197121", ""],
        ["input", "Big", "ulong", "18446744073709551615", ""],
        ["input", "Frame", "ENUM_TIMEFRAMES", "PERIOD_H4", ""],
    ]
    assert ["kind", "expert"] in lines
    assert ["property", "copyright", 'somebody\'s "name"'] in lines
    assert ["property", "version", "1.20"] in lines
    assert {line[1] for line in lines if line[0] == "event"} == {"OnInit", "OnTimer", "OnTick", "OnChartEvent"}


@pytest.mark.parametrize(
    ("inputs", "shown"),
    [
        ({}, "14|MODE_LOUD|a\tb|0.1|true|2024.01.02 03:04:05|1,2,3|18446744073709551615|16388"),
        (
            {
                "Count": -4,
                "Mode": 0,
                "Words": "\\n→\n",
                "Part": 2.5,
                "Flag": False,
                "When": "@60",
                "Frame": "PERIOD_M1",
            },
            "-8|MODE_QUIET|\\n→\n|2.5|false|1970.01.01 00:01:00|1,2,3|18446744073709551615|1",
        ),
        (
            {"Mode": "MODE_QUIET", "When": "2024.02.29 01:02", "Shade": "9,8,7", "Big": 18446744073709551614},
            "14|MODE_QUIET|a\tb|0.1|true|2024.02.29 01:02:00|9,8,7|18446744073709551614|16388",
        ),
    ],
)
def test_inputs_are_set_before_the_globals_are_made(executable, shop, inputs, shown):
    with SmallHost(executable, shop.box(), inputs=inputs) as host:
        assert host.run("init").prints == [shown, "gone"]


@pytest.mark.parametrize("inputs", [{"Count": "seven"}, {"Missing": 1}, {"Part": "0,1"}, {"When": "yesterday"}])
def test_an_input_that_cannot_be_is_refused(executable, shop, inputs):
    with SmallHost(executable, shop.box(), inputs=inputs) as host:
        assert host.begin() is None
        assert [kind for kind, _, _ in host.quit().critical] == ["input"]


def test_the_result_of_oninit_comes_back(executable, shop):
    with SmallHost(executable, shop.box(), inputs={"Count": 3}) as host:
        host.begin()
        assert host.event("init") == "1"
        assert host.event("trade") == "0", "a handler that is not there is done at once"


def test_calls_carry_values_both_ways(executable, shop):
    answers = {
        "SymbolInfoTick": [True, "@60", 1.1, 1.2, 0.0, 5, 60123, 6, 0.5],
        "CopyRates": lambda *sent: [2, 2, "@60", 1.0, 2.0, 0.5, 1.5, 9, 3, 0, "@120", 1.0, 2.0, 0.5, 1.5, 9, 3, 0],
        "GlobalVariableGet": 2.5,
        "ChartGetString": lambda chart, _: {"5": NULL, "6": "", "7": "Robot"}[chart],
    }
    with SmallHost(executable, shop.box(), answers=answers) as host:
        told = host.run("timer")
    assert told.prints[:4] == ["true 1970.01.01 00:01:00 1.1 1.2 2 2 0", "true 2.5 2.5", "true true", "true Robot"]
    assert told.calls[:2] == [["SymbolInfoTick", "EURUSD"], ["CopyRates", "EURUSD", "PERIOD_H4", "@1704067200", "2"]]


def test_errors_become_the_last_error_and_the_failures_of_the_reference(executable, shop):
    answers = {
        "SymbolInfoTick": Failure(4301),
        "CopyRates": Failure(4401),
        "GlobalVariableGet": Failure(4501),
        "ChartGetString": Failure(4101),
    }
    with SmallHost(executable, shop.box(), answers=answers) as host:
        prints = host.run("timer").prints
    assert prints[0].endswith(" -1 0 4401")
    assert prints[0].startswith("false ")
    assert prints[1:4] == ["false -1.0 0.0", "false true", "false x"]


def test_an_order_sends_all_fields_of_its_request(executable, shop):
    answers = {"OrderSend": Failure(4756, (False, 10019, 0, 0, 0.0, 0.0, 0.0, 0.0, "no money", 3, 0))}
    with SmallHost(executable, shop.box(), answers=answers) as host:
        told = host.run("tick")
    assert told.prints[0] == "false 10019 0 no money"
    sent = told.calls[-1]
    assert sent[:6] == ["OrderSend", "TRADE_ACTION_DEAL", "0", "0", "EURUSD", "0.1"]
    assert "ORDER_TYPE_SELL" in sent
    assert len(sent) == 18


def test_faults_reach_calls_of_the_host_too(executable, shop):
    with SmallHost(
        executable, shop.box(), faults=[("SymbolInfoTick", 1, 4001, "EUR")], answers={"CopyRates": [0, 0]}
    ) as host:
        prints = host.run("timer").prints
        assert prints[0].endswith(" 0 0 4001")
        assert all(call[0] != "SymbolInfoTick" for call in host.told.calls)


def test_a_chart_event_carries_its_four_values(executable, shop):
    with SmallHost(executable, shop.box()) as host:
        host.begin()
        host.event("chart", 9, -5, 1.5, "a\tb")
        assert host.quit().prints == ["9 -5 1.5 a\tb", "gone"]


def test_a_host_that_goes_away_ends_the_program_without_its_last_event(executable, shop):
    with SmallHost(executable, shop.box()) as host:
        host.begin()
        assert host.process.stdin is not None
        host.process.stdin.close()
        assert host.process.wait(10) == 75
        assert host.process.stdout is not None
        assert host.process.stdout.read() == b"", "no OnDeinit, no destructor"


@pytest.mark.parametrize("line", [("nonsense",), ("input", "Count", "1"), ("fault", "FileMove")])
def test_a_line_that_is_no_event_is_a_critical_mistake_of_the_host(executable, shop, line):
    with SmallHost(executable, shop.box()) as host:
        host.begin()
        assert host.event(*line) is None
        assert [kind for kind, _, _ in host.quit().critical] == ["pipe"]


def test_an_answer_that_cannot_be_read_is_a_critical_mistake_of_the_host(executable, shop):
    with SmallHost(executable, shop.box(), answers={"SymbolInfoTick": "maybe"}) as host:
        host.begin()
        assert host.event("timer") is None
        assert [kind for kind, _, _ in host.quit().critical] == ["pipe"]


def test_a_service_ends_its_loop_when_it_is_stopped(shop):
    source = "#property service\nvoid OnStart() { int n = 0; while(!IsStopped()) { n++; Sleep(1000); } Print(n); }"
    looks = iter([False, False, True])
    told = shop.run(source, "start", answers={"IsStopped": lambda: next(looks)})
    assert told.prints == ["2"]
