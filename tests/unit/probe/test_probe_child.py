"""A probe child that is ended while something that it started still holds its pipe, as terminals do."""

from __future__ import annotations

import gc
import sys
import threading
import time
import warnings
from pathlib import Path

import psutil
import pytest

from mt5console.probe import child as child_room
from mt5console.probe.child import ProbeChild

HEIR = """
import json, subprocess, sys
line = json.loads(sys.stdin.readline())
heir = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.DEVNULL)
print(json.dumps({"v": 1, "id": line["id"], "ok": True, "answer": {"heir": heir.pid}}), flush=True)
sys.stdin.readline()
"""


def test_its_reader_ends_and_gives_the_pipe_back_when_the_heir_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_room, "KILL_WAIT_S", 0.2)
    script = tmp_path / "heir.py"
    script.write_text(HEIR)
    child = ProbeChild([sys.executable, str(script)])
    heir = psutil.Process(child.ask("start", {}, 20.0)["answer"]["heir"])
    name = f"probe-{child.pid}"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        child.kill()
        heir.kill()
        deadline = time.monotonic() + 20.0
        while name in [thread.name for thread in threading.enumerate()]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        del child
        gc.collect()
    assert [str(warning.message) for warning in warned] == []
