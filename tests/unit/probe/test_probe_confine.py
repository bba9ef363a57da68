"""A probe's child can start nothing, whatever the package in it thinks fit: never a second terminal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mt5console.probe import worker
from mt5console.probe.child import ProbeChild, child_command

PACKAGE = "mt5console.simulation.mt5"


@pytest.mark.parametrize("portable", [True, False])
def test_a_terminal_that_ended_just_before_the_attach_is_not_started_by_it(tmp_path: Path, portable: bool) -> None:
    executable = tmp_path / "terminal64"
    executable.write_text("#!/bin/sh\ntouch started\n")
    executable.chmod(0o755)
    child = ProbeChild(child_command(Path(worker.__file__), PACKAGE))
    try:
        wanted = {"path": str(executable), "portable": portable, "timeout_ms": 500}
        began = time.monotonic()
        reply = child.ask("attach", wanted, 20.0)
        assert not reply["ok"]
        assert "Process create failed" in reply["text"]
        assert time.monotonic() - began < 15
        assert [path.name for path in tmp_path.iterdir()] == ["terminal64"]
    finally:
        child.kill()
