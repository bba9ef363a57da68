"""The conformance can fail: a field, a guard or a cleanup taken out of the MQL5 sources turns a scenario red.

A sample runs always. Every line of the files that writes a field is tried by

    python -m tests.mql5.conformance.sweep
"""

import pytest

from tests.mql5.conformance.playing import play
from tests.mql5.conformance.sweep import FILES, field_lines, is_seen

INCLUDE = "Include/Mt5Console/Heartbeat.mqh"
STATUS = "Include/Mt5Console/AgentStatus.mqh"
LIFE = "robot: from_ready_to_the_end"
HOME = "agent: it_moves_home_and_tells_everything"

SAMPLE = {
    "a field of the beat": (
        LIFE,
        INCLUDE,
        '   text = text + ",\\"ticks\\":" + IntegerToString(mt5console_ticks);\n',
        "",
    ),
    "a field of READY": (LIFE, INCLUDE, '   text = text + "," + Mt5ConsoleMember("symbol", _Symbol);\n', ""),
    "a field of the status": (
        HOME,
        STATUS,
        '   text = text + ",\\"build\\":" + IntegerToString(TerminalInfoInteger(TERMINAL_BUILD));\n',
        "",
    ),
    "the lock's exclusiveness": (
        "robot: a_second_copy_refuses_and_touches_nothing",
        "Include/Mt5Console/Files.mqh",
        "int file = FileOpen(name, FILE_READ | FILE_WRITE | FILE_BIN);",
        "int file = FileOpen(name, FILE_READ | FILE_WRITE | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);",
    ),
}


@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.usefixtures("needs_compiler")
def test_a_mistake_is_seen(name, tmp_path, native_cache):
    scenario, file, old, new = SAMPLE[name]
    python = play(scenario, tmp_path / "w", native_cache, native=False)
    assert is_seen(scenario, (file, old, new), tmp_path / "w", native_cache, python)


def test_the_sweep_knows_every_field_that_is_written():
    """The lines that the sweep deletes are all that write a member: none is forgotten when a field is added."""
    fields = {file: field_lines(file) for file in FILES}
    written = {name for lines in fields.values() for *_, name in lines}
    assert written >= {"sequence", "utc", "tick_ms", "ticks", "last_quote_utc", "trade_allowed", "entries"}
    assert written >= {"robot_id", "deployment_id", "inputs_hash", "chart_id", "symbol", "timeframe", "magic"}
    assert written >= {"agent_version", "build", "data_path", "charts", "globals", "sessions", "positions"}
    assert written >= {"server", "trade_mode", "connected", "account_trade_allowed", "account_trade_expert"}
    assert written >= {"agent_trade_allowed", "margin_mode"}
