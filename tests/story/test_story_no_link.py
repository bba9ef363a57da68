"""A terminal that comes back during an outage, where OnInit waits for the link: waited for, then healed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.desk import Desk, place, wait_for

SETTINGS = """\
schema_version = 1

[policy]
start_grace_s = 3.0
"""


@pytest.fixture
def desk() -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="mt5story-", dir=place()))
    opened = Desk(root / "base")
    opened.layout.settings.write_text(SETTINGS, "utf-8")
    opened.layout.simulation.mkdir(parents=True, exist_ok=True)
    (opened.layout.simulation / "settings.json").write_text(json.dumps({"sync_wait_s": 5.0}), "utf-8")
    try:
        opened.start_engine()
        yield opened
    finally:
        opened.end()
        shutil.rmtree(root, ignore_errors=True)


def test_a_real_account_that_restarts_during_an_outage_is_healed_without_a_person(desk: Desk) -> None:
    desk.up(1, server="Real-Server")
    desk.fault(1, "disconnect")
    desk.kill_terminal()
    wait_for(lambda: "broker_disconnected" in desk.incidents_of(1), "the outage")
    wait_for(lambda: any("symbol synchronization timeout" in e["text"] for e in desk.journal()), "the agent's end")
    before = desk.acts_of(1)
    assert before["CloseTerminal"] == 0
    assert "agent_missing" not in desk.incidents_of(1, include_cleared=True)

    desk.fault(1, "clear")
    desk.wait_healthy()
    desk.wait_idle(101)
    acts, trace = desk.acts_of(1), desk.trace()
    assert (acts["CloseTerminal"], acts["KillTerminal"]) == (1, 0), trace
    assert acts["StartTerminal"] == before["StartTerminal"] + 1, trace
    assert "waits for the link" in trace
    assert "no position loses its robot" in trace
    assert "needs_person" not in desk.incidents_of(1, include_cleared=True)
    assert desk.charts().count("Robot_101_a") == 1
