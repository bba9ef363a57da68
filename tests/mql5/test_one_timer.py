"""The program's one timer, shared by the include and the robot; the include in a backtest; the agent as a service."""

import json
from pathlib import Path

import pytest

from tests.mql5.small_host import SmallHost
from tests.mql5.small_workshop import Workshop
from tools.mql5check.build import build

MQL5 = Path(__file__).resolve().parents[2] / "mql5"

SHARED = """
input int Every = 60000;
#include <Mt5Console\\Heartbeat.mqh>
int OnInit()
  {
   if(!Mt5ConsoleInitShared(Every))
     {
      return(INIT_FAILED);
     }
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   Mt5ConsoleDeinit(reason);
  }
void OnTimer()
  {
   if(!Mt5ConsoleTimer())
     {
      return;
     }
   Print("own");
  }
"""

THREE_LINES = """
input double Lots = 0.1;
#include <Mt5Console\\Robot.mqh>
int OnInit()
  {
   if(!Mt5ConsoleInit())
     {
      return(INIT_FAILED);
     }
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   Mt5ConsoleDeinit(reason);
  }
void OnTick()
  {
   Print(Mt5ConsoleMayOpen());
  }
"""


TESTER_LEAST_MS = 1000
"""The strategy tester makes no timer events closer together than this, whatever was asked for."""


class Clock:
    """Milliseconds that a test turns, and the timer that the program asked for.

    In the strategy tester every clock but one is the simulated one: GetTickCount64 is the computer's, and to it a
    month of backtest is a moment.
    """

    def __init__(self, executable, folder, tester=0, **inputs):
        self.ms = 0
        self.step_ms = 0
        self.tester = tester
        simulated = lambda: f"@{1_767_225_600 + self.ms // 1000}"  # noqa: E731
        answers = {
            "GetTickCount64": lambda: 0 if tester else self.ms,
            "TimeGMT": simulated,
            "TimeCurrent": simulated,
            "MQLInfoInteger": lambda what: tester if what == "MQL_TESTER" else 1,
            "EventSetTimer": lambda seconds: self.set(int(seconds) * 1000),
            "EventSetMillisecondTimer": lambda ms: self.set(int(ms)),
            "EventKillTimer": self.kill,
        }
        self.host = SmallHost(executable, folder, inputs=inputs, answers=answers)
        self.host.begin()
        self.result = self.host.event("init")

    def set(self, ms):
        self.step_ms = ms
        return True

    def kill(self):
        self.step_ms = 0

    def run(self, seconds):
        """Let time pass with a timer event at each step, a little late now and then, as events come on a chart."""
        step_ms = max(self.step_ms, TESTER_LEAST_MS) if self.tester else self.step_ms
        for place in range(seconds * 1000 // step_ms):
            self.ms += step_ms
            late = 0 if self.tester else (0, 7, 31, 2)[place % 4]
            self.ms += late
            self.host.event("timer")
            self.ms -= late

    @property
    def beats(self):
        file = self.host.files / "mt5console" / "robots" / "7" / "heartbeat.json"
        return json.loads(file.read_bytes())["sequence"] if file.exists() else 0

    @property
    def own(self):
        return self.host.told.prints.count("own")


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


@pytest.fixture
def clock(shop, tmp_path):
    made = []

    def make(source, **options):
        built = shop.compile(source)
        assert built.messages == ()
        made.append(Clock(built.executable, tmp_path / str(len(made)), **options))
        return made[-1]

    yield make
    for one in made:
        one.host.kill()


@pytest.mark.parametrize(
    ("every_ms", "own"),
    [(60_000, 2), (5_000, 24), (1_000, 120), (1_500, 80), (200, 600), (100, 1200)],
    ids=lambda value: str(value),
)
def test_both_are_served_whatever_period_the_robot_wants(clock, every_ms, own):
    here = clock(SHARED, Every=every_ms, Mt5ConsoleRobotId=7)
    assert here.result == "0"
    here.run(120)
    assert here.beats == pytest.approx(120, abs=2)
    assert here.own == pytest.approx(own, rel=0.02, abs=1)


def test_three_lines_make_a_robot_beat(clock):
    here = clock(THREE_LINES, Mt5ConsoleRobotId=7)
    here.run(3)
    assert here.beats == 3
    assert here.host.event("deinit", 1) == "0"
    assert here.step_ms == 0
    assert (here.host.quit().misuse, here.host.told.critical) == ([], [])


def test_a_robot_that_sets_a_slower_timer_all_the_same_is_told_on(clock):
    here = clock(THREE_LINES, Mt5ConsoleRobotId=7)
    here.step_ms = 5_000
    here.run(30)
    errors = (here.host.files / "mt5console" / "robots" / "7" / "errors.jsonl").read_text().splitlines()
    assert [json.loads(line)["code"] for line in errors] == [2, 4]


def test_a_backtest_needs_no_console(clock):
    here = clock(THREE_LINES, tester=1)
    assert here.result == "0"
    here.host.event("tick")
    assert here.host.told.prints == ["true"]
    assert list(here.host.files.rglob("*")) == []
    assert here.step_ms == 0, "there is nothing to be done at a timer"


@pytest.mark.parametrize(
    ("every_ms", "own"),
    [(60_000, 2), (5_000, 24), (1_500, 80), (1_000, 120), (200, 120)],
    ids=lambda value: str(value),
)
def test_a_backtest_runs_the_robot_s_own_timer_by_the_simulated_clock(clock, every_ms, own):
    here = clock(SHARED, tester=1, Every=every_ms)
    assert here.result == "0"
    here.run(120)
    assert (here.own, here.beats) == (own, 0)
    assert list(here.host.files.rglob("*")) == []


def test_in_a_backtest_the_include_s_milliseconds_are_simulated(clock):
    asking = THREE_LINES.replace("Print(Mt5ConsoleMayOpen());", "Print(Mt5ConsoleTicks());")
    told = []
    for tester in (1, 0):
        here = clock(asking, tester=tester, Mt5ConsoleRobotId=7)
        for _ in range(2):
            here.host.event("tick")
            here.ms += 30 * 86_400_000
        first, second = (int(text) for text in here.host.told.prints if text.isdecimal())
        told.append(second - first)
    assert told == [30 * 86_400_000] * 2


def test_on_a_chart_without_a_console_it_refuses_and_says_so(clock):
    here = clock(THREE_LINES)
    assert here.result == "1"
    assert here.host.told.prints == ["input Mt5ConsoleRobotId is missing: this robot is to be deployed by the console"]


def test_the_service_serves_in_its_loop_until_it_is_stopped(compiler, native_cache, tmp_path):
    built = build(MQL5 / "Services" / "Mt5Console" / "AgentService.mq5", out=native_cache / "service")
    looks = iter(range(10_000))
    clock = [0]
    answers = {
        "IsStopped": lambda: next(looks) > 30,
        "Sleep": lambda ms: clock.__setitem__(0, clock[0] + int(ms)),
        "GetTickCount64": lambda: clock[0],
        "TerminalInfoString": "C:\\mt5_users\\user_1",
        "AccountInfoString": "Demo-Server",
        "AccountInfoInteger": lambda what: {"ACCOUNT_LOGIN": 5001, "ACCOUNT_TRADE_MODE": 0}.get(what, 1),
        "ChartFirst": -1,
        "GlobalVariablesTotal": 0,
        "PositionsTotal": 0,
        "SymbolExist": [False, False],
    }
    with SmallHost(built.executable, tmp_path, answers=answers) as host:
        command = {
            "protocol": 1,
            "id": "c1",
            "verb": "symbol",
            "generation": 1,
            "login": 5001,
            "server": "Demo-Server",
            "data_path": "c:/MT5_users/user_1/",
            "not_after_utc": host.now + 30.5,
            "arguments": {"symbol": "EURUSD"},
        }
        folder = host.files / "mt5console" / "agent" / "commands"
        folder.mkdir(parents=True)
        (folder / "c1.json").write_text(json.dumps(command))
        told = host.run("start")
    assert (told.misuse, told.critical) == ([], [])
    reply = json.loads((folder.parent / "replies" / "c1.json").read_bytes())
    assert (reply["code"], reply["result"]["exists"]) == ("done", "false")
    status = json.loads((folder.parent / "status.json").read_bytes())
    assert (status["login"], status["positions"], status["charts"]) == (5001, [], [])
    assert status["sequence"] >= 2
    assert not any(call[0].startswith("EventSet") for call in told.calls)
