"""An own expert with inputs of every kind: the lines are added, a preset gives the values, and the proof holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mt5console.core.terminal.presets import read_preset
from tests.story.desk import Desk

SOURCE = """enum Side { BOTH, // Both ways
   BUYS }; // Buys only
input group "Signal"
input ENUM_TIMEFRAMES Frame = PERIOD_H1; // Timeframe of the signal
input int Fast = 12, Slow = 60 * 2; // Bars
input Side Way = BOTH; // Which way
input group "Risk"
input double Lots = 0.10;
input bool Trail = true;
input datetime Until = D'2027.01.01';
input color Shade = clrRed;
input string Note = "größer; \\"so\\"";

int OnInit()
  {
   if(Fast >= Slow)
      return(INIT_PARAMETERS_INCORRECT);
   EventSetTimer(5);
   return(INIT_SUCCEEDED);
  }

void OnTimer()
  {
   Print("own work");
  }

void OnTick()
  {
  }
"""
ADD = ("robot", "add", "101", "--user", "1", "--symbol", "EURUSD", "--timeframe", "H1")
SENT = {
    "Frame": "15", "Fast": "9", "Slow": "120", "Way": "1", "Lots": "0.25", "Trail": "false",
    "Until": "1769862600", "Shade": "16711680", "Note": 'größer; "so"',
}  # fmt: skip


@pytest.mark.timeout(240)
def test_an_own_expert_is_adopted_and_proven_with_the_inputs_of_a_preset(desk: Desk, tmp_path: Path) -> None:
    source, preset = tmp_path / "Mine.mq5", tmp_path / "london.set"
    source.write_bytes(SOURCE.replace("\n", "\r\n").encode("utf-16"))
    before = source.read_bytes()
    preset.write_bytes("; London\r\nFrame=15\r\nFast=9||1||1||99||N\r\nWay=1\r\nTrail=false\r\n".encode("cp1252"))
    desk.add_user(1)
    typed = ("--input", "Lots=0.250", "--input", "Until=2026.01.31 12:30", "--input", "Shade=0,0,255")

    source.write_bytes(b"int OnInit() { return(0); }\nint OnInit() { return(1); }\n")
    refused = desk.command(*ADD, "--source", str(source), "--add-heartbeat")
    assert refused.returncode == 2
    assert desk.door.robots() == []
    source.write_bytes(before)

    added = desk.command(*ADD, "--source", str(source), "--preset", str(preset), *typed, "--add-heartbeat")
    assert added.returncode == 0, added.stderr
    assert source.read_bytes() == before
    assert desk.door.robots()[0]["inputs"] == SENT

    desk.start(1)
    deployed = desk.command("deploy", "101")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert json.loads(deployed.stdout)["status"] == "SUCCESS"
    expert = [chart for chart in desk.charts(1) if "Robot_101" in chart]
    assert len(expert) == 1

    known = json.loads(desk.command("robot", "inputs", "101", "--json").stdout)
    assert known["values"] == SENT
    assert [one["kind"] for one in known["inputs"]] == [
        "choice", "whole", "whole", "choice", "real", "flag", "moment", "colour", "text",
    ]  # fmt: skip
    assert known["inputs"][3]["options"][1] == {"name": "BUYS", "value": 1, "label": "Buys only"}
    saved = tmp_path / "saved.set"
    assert desk.command("robot", "inputs", "101", "--save", str(saved)).returncode == 0
    assert dict(read_preset(saved.read_bytes()).pairs) == SENT

    again = desk.command("robot", "add", "102", *ADD[3:], "--preset", str(saved))
    assert again.returncode == 2, "a preset of another robot"
    assert "the robot has no Frame" in again.stderr
    assert [robot["robot_id"] for robot in desk.door.robots()] == [101]
