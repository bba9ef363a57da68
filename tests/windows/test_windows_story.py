"""One user's whole life with a terminal that is a Windows process, asked by the simulation's module and by the real
package: provisioned, started, deployed to with proof, killed, replaced, closed by its window with everything saved."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mt5console.core.terminal.encoding import decode
from tests.story.desk import Desk, wait_for

CHECK_INTERVAL_S = 4.0
"""Wine starts a process in about a second: an interval that fits a machine which is slow at that."""


@pytest.fixture(scope="module", params=["simulated package", "real package"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="mt5-"))
    opened = Desk(root / "base", CHECK_INTERVAL_S)
    opened.layout.simulation.mkdir(parents=True, exist_ok=True)
    is_real = request.param == "real package"
    (opened.layout.simulation / "settings.json").write_text(json.dumps({"real_package": is_real}), "utf-8")
    try:
        opened.start_engine()
        yield opened
    finally:
        opened.end()
        shutil.rmtree(root, ignore_errors=True)


def proven(desk: Desk) -> dict[str, Any] | None:
    """The robot's row, once it beats and the terminal is well."""
    return desk.robot(101) if desk.is_well(1) and desk.robot(101)["heartbeat_age"] is not None else None


@pytest.mark.timeout(240)
def test_a_users_whole_life(desk: Desk) -> None:
    desk.add_user(1)
    desk.add_robot(101, 1)
    desk.start(1)
    assert desk.deploy(101)["status"] == "SUCCESS"
    wait_for(lambda: proven(desk), "a robot that beats in a terminal that is well", 60)
    ipc = desk.terminal(1)["checks"]["ipc"]
    assert ipc["ok"] is True, ipc

    killed = desk.kill_terminal(1)
    wait_for(lambda: desk.terminal(1)["pid"] not in (None, killed), "another process", 60)
    wait_for(lambda: proven(desk), "the robot proven back", 90)

    assert len(desk.processes(1)) == 1
    ended = desk.act("terminal_stop", user_id=1)
    assert ended["state"] == "done", ended
    assert desk.processes(1) == []
    said = [line["text"] for line in desk.journal(1)]
    assert "shutdown with 0" in said[-1], said[-5:]
    saved = [decode(path.read_bytes()) for path in desk.user_layout(1).charts_profile.glob("chart*.chr")]
    assert any("Robot_101" in text for text in saved)
    assert not desk.user_layout(1).start_ini.exists()
