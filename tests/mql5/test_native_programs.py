"""Compiled programs in simulated terminals: what becomes of those that die, fall silent, trade, lose their terminal."""

import os
import subprocess
import sys

import psutil
import pytest

from mt5console.core.deployment.rendering import generate_mql5
from mt5console.core.deployment.sources import complete_inputs
from mt5console.simulation import native
from mt5console.simulation.chartfile import ExpertBlock
from mt5console.simulation.native_values import NULL, Arguments, When, encode_line, flat, unescape
from mt5console.simulation.programs import ApplyEnd
from mt5console.simulation.resources import PACKAGE
from tests.mql5.conformance.robot_scenarios import ROBOT, sent
from tests.mql5.conformance.world import LOGIN, SERVER, DoesNotCompile, World
from tests.simulation.sim_world import SimWorld, wait_for

pytestmark = pytest.mark.usefixtures("needs_compiler")

DEAL = """
MqlTradeRequest request;
MqlTradeResult result;
int average = INVALID_HANDLE;

bool Deal(const ENUM_ORDER_TYPE side, const double volume, const ulong position)
  {
   ZeroMemory(request);
   ZeroMemory(result);
   request.action = TRADE_ACTION_DEAL;
   request.symbol = _Symbol;
   request.volume = volume;
   request.type = side;
   request.magic = 77;
   request.position = position;
   bool sent = OrderSend(request, result);
   Print("sent ", sent, " retcode ", result.retcode);
   return(sent);
  }
"""

TRADER = (
    DEAL
    + """
int OnInit()
  {
   average = iMA(_Symbol, PERIOD_CURRENT, 3, 0, MODE_SMA, PRICE_CLOSE);
   double values[];
   MqlRates bars[];
   int copied = CopyBuffer(average, 0, 0, 2, values);
   int rates = CopyRates(_Symbol, PERIOD_CURRENT, 0, 4, bars);
   Print("bars ", rates, " averages ", copied);
   double mean = (bars[1].close + bars[2].close + bars[3].close) / 3.0;
   bool is_now = (bars[3].time == iTime(_Symbol, PERIOD_CURRENT, 0));
   Print("mean is right ", MathAbs(mean - values[1]) < 0.0000001, " ", is_now);
   long is_complete = SeriesInfoInteger(_Symbol, PERIOD_CURRENT, SERIES_SYNCHRONIZED);
   datetime newest = (datetime)SeriesInfoInteger(_Symbol, PERIOD_CURRENT, SERIES_LASTBAR_DATE);
   bool is_calculated = (BarsCalculated(average) >= Bars(_Symbol, PERIOD_CURRENT));
   Print("complete ", is_complete, " ", newest == iTime(_Symbol, PERIOD_CURRENT, 0), " ", is_calculated);
   IndicatorRelease(average);
   Print("spread ", SymbolInfoInteger(_Symbol, SYMBOL_SPREAD), " digits ", _Digits);
   if(!Deal(ORDER_TYPE_BUY, 0.02, 0) || Deal(ORDER_TYPE_BUY, 0.0, 0))
     {
      return(INIT_FAILED);
     }
   ulong ticket = PositionGetTicket(0);
   Print("held ", PositionsTotal(), " ", PositionGetInteger(POSITION_MAGIC), " ", PositionGetDouble(POSITION_VOLUME));
   if(!Deal(ORDER_TYPE_SELL, 0.02, ticket) || !HistorySelect(0, TimeTradeServer() + 1))
     {
      return(INIT_FAILED);
     }
   ulong deal = HistoryDealGetTicket(1);
   Print("deals ", HistoryDealsTotal(), " out ", HistoryDealGetInteger(deal, DEAL_ENTRY));
   return(INIT_SUCCEEDED);
  }
"""
)

BREAKING = """
int OnInit()
  {
   if(!EventSetTimer(1))
     {
      return(INIT_FAILED);
     }
   return(INIT_SUCCEEDED);
  }
void OnTimer()
  {
   int few[];
   ArrayResize(few, 2);
   int place = (int)TerminalInfoInteger(TERMINAL_BUILD);
   Print("before ", few[place]);
  }
void OnDeinit(const int reason)
  {
   EventKillTimer();
  }
"""

ENDLESS = BREAKING.replace(
    '   Print("before ", few[place]);', "   while(place > 0)\n     {\n      few[0] = place;\n     }"
)


@pytest.fixture
def world(tmp_path, native_cache):
    made = World(tmp_path / "w", True, native_cache)
    yield made
    made.close()


def put(world, source, name="Robot_7_a"):
    """Compile and put a program on a chart of its own; gives (end, chart)."""
    path = world.layout.console_experts / f"{name}.mq5"
    path.write_text(source, "utf-8")
    world.compile(path)
    world.up()
    chart = world.charts.open("EURUSD", "H1")
    return world.charts.apply(chart, ExpertBlock(name="", path=f"Experts\\Mt5Console\\{name}.ex5")), chart


def printed(world):
    lines = []
    for file in sorted(world.layout.experts_logs.glob("2*.log")):
        lines += [row.split("\t")[4] for row in file.read_bytes().decode("utf-16").split("\r\n") if row]
    return lines


def test_a_program_trades_at_the_simulated_broker_and_reads_its_market(world):
    end, _ = put(world, TRADER)
    assert printed(world) == [
        "bars 4 averages 2",
        "mean is right true true",
        "complete 1 true true",
        "spread 8 digits 5",
        "sent true retcode 10009",
        "sent false retcode 10014",
        "held 1 77 0.02",
        "sent true retcode 10009",
        "deals 2 out 1",
    ]
    assert end is ApplyEnd.RUNNING
    assert world.broker.positions(LOGIN, SERVER) == ()
    assert [deal.is_out for deal in world.broker.deals(LOGIN, SERVER)] == [False, True]


def test_the_example_strategy_closes_what_stands_against_the_averages(world):
    source = generate_mql5(robot_id=7, inputs={})
    world.usual_inputs = complete_inputs(source, ())
    world.compile(source, 7)
    world.up()
    for side in ("buy", "sell"):
        world.broker.open_position(LOGIN, SERVER, "EURUSD", 0.1, magic=77, side=side)
    assert world.attach(7, timeframe="M1")[0] is ApplyEnd.RUNNING
    world.seconds(3)
    assert len(world.broker.positions(LOGIN, SERVER)) == 1
    assert world.errors(7) == [(2, "deployment d1 opens nothing: desired is none")]


def test_without_permission_or_market_no_order_is_taken(world):
    world.host.algo_is_on = False
    put(world, DEAL + "int OnInit()\n  {\n   return(Deal(ORDER_TYPE_BUY, 0.1, 0) ? INIT_SUCCEEDED : INIT_FAILED);\n  }")
    assert printed(world) == ["sent false retcode 10027"]
    world.host.algo_is_on = True
    world.broker.set_session("EURUSD", "closed")
    chart = world.charts.open("EURUSD", "H1")
    world.charts.apply(chart, ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_7_a.ex5"))
    assert printed(world)[1:] == ["sent false retcode 10018"]
    assert world.broker.positions(LOGIN, SERVER) == ()


def test_a_program_that_breaks_leaves_its_chart_and_a_line_and_its_neighbour_goes_on(world):
    put(world, BREAKING)
    world.compile(ROBOT, 8)
    world.charts.index_experts()
    world.desire(8, "d1")
    world.attach(8)
    world.seconds(3)
    assert world.experts() == ["", "Robot_8_a"]
    assert ["0", "10:00:02.000", "Experts", "expert Robot_7_a (EURUSD,H1) removed"] in world.journal_lines()
    assert any(line.startswith("critical: array") and "index 5260" in line for line in printed(world))
    assert world.beat(8).sequence == 3


def test_a_program_that_falls_silent_is_ended(world, monkeypatch):
    monkeypatch.setattr(native, "SILENT_AFTER_S", 0.5)
    _, chart = put(world, ENDLESS)
    pid = chart.running.program.pid
    world.seconds(1)
    assert world.experts() == [""]
    assert not psutil.pid_exists(pid)
    assert "no word for" in printed(world)[-1]


def test_a_program_whose_executable_is_gone_does_not_start(world):
    put(world, BREAKING)
    for made in world.cache.iterdir():
        made.rename(made.with_name(made.name + ".away"))
    try:
        chart = world.charts.open("EURUSD", "H1")
        block = ExpertBlock(name="", path="Experts\\Mt5Console\\Robot_7_a.ex5")
        assert world.charts.apply(chart, block) is ApplyEnd.INIT_FAILED
    finally:
        for made in world.cache.iterdir():
            made.rename(made.with_name(made.name.removesuffix(".away")))


def test_a_source_that_only_the_compiler_refuses_leaves_no_ex5(world):
    path = world.layout.console_experts / "Robot_9_a.mq5"
    path.write_text("int OnInit()\n  {\n   return(Nowhere);\n  }\n", "utf-8")
    with pytest.raises(DoesNotCompile, match=r"Robot_9_a\.mq5:3: .*Nowhere"):
        world.compile(path)
    assert not path.with_suffix(".ex5").exists()


def test_robots_of_one_content_share_one_executable(world):
    before = set(world.cache.iterdir())
    for robot_id in (31, 32):
        world.compile(
            f'// Robot {robot_id}, a source of its own by its comments alone\n#property version "9.31"\n' + ROBOT,
            robot_id,
        )
    made = {path for path in set(world.cache.iterdir()) - before if path.suffix != ".lock"}
    assert len(made) == 1


def test_programs_of_a_killed_terminal_die_with_it_and_free_their_locks(native_cache):
    sim = SimWorld()
    try:
        sim.settings(login_delay_s=0.05, native=True)
        user = sim.user()
        for slot in ("a", "b"):
            source = user.layout.console_experts / f"Robot_7_{slot}.mq5"
            source.write_text(ROBOT, "utf-8")
            subprocess.run([str(user.layout.root / "metaeditor64"), f"/compile:{source}"], check=False)
        user.start()
        inputs = sent(Lots="0.2")
        template = user.template(7, "d1", inputs=inputs)
        assert user.attach(7, template=template).code == "done"
        user.wait_beat(7)
        natives = [process for process in sim.processes() if "simulation/native" in process.cmdline()[0]]
        assert [process.name() != "" for process in natives] == [True]
        user.kill()
        wait_for(lambda: sim.processes() == [], "the end of all its programs")
        user.start()
        user.template(7, "d2", inputs=inputs)
        assert user.attach(7, "d2", template="d2.tpl").code == "done"
        assert user.wait_beat(7, lambda beat: beat.deployment_id == "d2").sequence >= 1
    finally:
        sim.close()


def test_the_demo_says_what_is_missing_without_a_compiler(tmp_path):
    nowhere = {**os.environ, "PATH": str(tmp_path)}
    words = [sys.executable, "-m", "mt5console", "demo", "--native-robots", "--headless", "--users", "1"]
    ended = subprocess.run(
        words, env=nowhere, capture_output=True, text=True, timeout=60, cwd=PACKAGE.parent, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert "g++" in ended.stderr


def test_words_of_the_pipe_carry_any_text():
    awkward = "a\tb\\c\nd\re\\t ä 世界 🙂"
    field = encode_line(["ok", awkward]).decode()[3:-1]
    assert "\t" not in field
    assert unescape(field) == awkward
    assert unescape(NULL) is None
    assert encode_line([None, True, 1.5, When(3.9), 7]) == b"\\0\ttrue\t1.5\t@3\t7\n"
    assert flat([(When(1), 2.0), (When(3), 4.0)]) == [2, When(1), 2.0, When(3), 4.0]
    words = Arguments(["@5", "true", "1.5", "x"])
    assert (words.peek_is_time(), words.whole(), words.whole(), words.real(), words.text()) == (True, 5, 1, 1.5, "x")
    with pytest.raises(ValueError, match="missing"):
        words.text()
