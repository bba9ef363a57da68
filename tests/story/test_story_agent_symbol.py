"""The agent starts on a symbol that the broker has: the settings' at first, later that of a robot proven there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mt5console.core.terminal.protocol import decode_status
from tests.story.desk import Desk, place


@pytest.fixture
def desk() -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="mt5story-", dir=place()))
    opened = Desk(root / "base")
    opened.layout.settings.write_text('schema_version = 1\nagent_symbol = "GBPUSD"\n', "utf-8")
    try:
        opened.start_engine()
        yield opened
    finally:
        opened.end()
        shutil.rmtree(root, ignore_errors=True)


def agent_symbols(desk: Desk) -> set[str]:
    status = decode_status(desk.user_layout(1).agent_status.read_bytes())
    assert status is not None
    return {chart.symbol for chart in status.charts if chart.expert == "Agent"}


def test_a_broker_without_eurusd_gets_its_agent(desk: Desk) -> None:
    desk.add_user(1)
    desk.add_robot(101, 1, symbol="USDJPY")
    desk.start(1)
    assert agent_symbols(desk) == {"GBPUSD"}
    assert desk.deploy(101)["status"] == "SUCCESS"
    ended = desk.act("terminal_stop", user_id=1)
    assert ended["state"] == "done", ended
    shutil.rmtree(desk.user_layout(1).charts_profile)
    desk.start(1)
    assert agent_symbols(desk) == {"USDJPY"}
