"""An own source with the include's lines added: accepted by the checker, and run: READY, beats, inputs as sent."""

import json

import pytest

from mt5console.core.deployment.heartbeat_lines import heartbeat_lines
from mt5console.core.deployment.sources import complete_inputs
from mt5console.core.resources import mql5_path
from mt5console.core.terminal.protocol import inputs_hash
from tests.mql5.small_host import SmallHost
from tests.mql5.small_workshop import Workshop
from tools.mql5check.check import check_text

ROBOT = 7
PLAIN = """#property version "1.00"
enum Side { BOTH, BUYS = 5, SELLS };
input bool Flag = true; // Flag
input int Fast = -12; // Bars
input uchar Small = 255;
input long Big = -9000000000;
input ulong Mag = 9000000000;
input double Lots = 0.10;
input double Part = 1.0 / 3.0;
input float Single = 0.1;
input string Note = "a; \\"b\\" // c";
input datetime Until = D'2027.01.01 12:30:05';
input color Shade = clrDodgerBlue;
input color Own = C'1,2,3';
input color None = clrNONE;
input Side Way = SELLS;
input ENUM_TIMEFRAMES Frame = PERIOD_H4;
input int Minutes = 60 * 24;
int ticks = 0;

int OnInit()
  {
   if(Fast > 0)
     {
      return(INIT_PARAMETERS_INCORRECT);
     }
   return(INIT_SUCCEEDED);
  }

void OnTick()
  {
   ticks = ticks + 1;
   if(Flag && ticks == 1)
     {
      Print(Small, Big, Mag, Lots, Part, Single, Note, Until, Shade, Own, None, (int)Way, (int)Frame, Minutes);
     }
  }
"""
TIMER = PLAIN.replace(
    "   return(INIT_SUCCEEDED);", "   if(!EventSetTimer(3))\n      return(INIT_FAILED);\n   return INIT_SUCCEEDED;"
)
TIMER += '\nvoid OnTimer()\n  {\n   Print("own");\n  }\n'
ANSWERS = {"MQLInfoInteger": lambda what: int(what not in ("MQL_TESTER", "MQL_OPTIMIZATION"))}


def adopted(source):
    lines = heartbeat_lines(source)
    assert lines.refusal == ""
    return lines.text


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


@pytest.mark.parametrize("source", [PLAIN, TIMER], ids=["plain", "own timer"])
def test_the_checker_accepts_what_was_added(source):
    place = mql5_path("Experts", "Adopted.mq5")
    assert [str(error) for error in check_text(adopted(source), place)] == []


def run(shop, source, **inputs):
    console = {"Mt5ConsoleRobotId": ROBOT, "Mt5ConsoleDeployment": "d-1", "Mt5ConsoleMagic": ROBOT}
    host = SmallHost(shop.compile(adopted(source)).executable, shop.box(), inputs=console | inputs, answers=ANSWERS)
    host.begin()
    return host, host.files / "mt5console" / "robots" / str(ROBOT)


@pytest.mark.parametrize("source", [PLAIN, TIMER], ids=["plain", "own timer"])
def test_the_robot_says_ready_with_the_very_inputs_that_the_console_sends_and_beats(shop, source):
    host, folder = run(shop, source)
    assert host.event("init") == "0"
    ready = json.loads((folder / "ready.json").read_bytes())
    sent = complete_inputs(adopted(source), ())
    assert len(sent) == 16
    assert ready["inputs_hash"] == inputs_hash(sent)
    own = []
    for _ in range(7):
        host.now += 1
        host.event("timer")
    assert json.loads((folder / "heartbeat.json").read_bytes())["sequence"] >= 5
    assert host.event("deinit", 1) == "0"
    told = host.quit()
    own = [line for line in told.prints if line == "own"]
    assert len(own) == (2 if source is TIMER else 0), "its own work keeps its own period of three seconds"
    assert not (folder / "ready.json").exists()


def test_a_robot_that_refuses_its_inputs_still_does_and_says_no_ready(shop):
    host, folder = run(shop, PLAIN, Fast=5)
    assert host.event("init") not in ("0", None)
    assert not (folder / "ready.json").exists()
    host.kill()
