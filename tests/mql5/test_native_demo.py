"""The demo with compiled MQL5 sources: agent and robots are the very files that a real terminal would be given."""

import json
import subprocess
import sys

import psutil
import pytest

from mt5console.simulation.resources import PACKAGE


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("needs_compiler")
def test_every_deployment_of_the_compiled_sources_succeeds_and_nothing_is_left(tmp_path):
    base = tmp_path / "base"
    words = [sys.executable, "-m", "mt5console", "demo", "--native-robots", "--users", "2", "--robots", "2"]
    words += ["--headless", "--json", "--seconds", "3", "--base-dir", str(base)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=280, cwd=PACKAGE.parent, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    report = json.loads(ended.stdout)
    assert [one["status"] for one in report["deployments"]] == ["SUCCESS"] * 4
    assert set(report["heartbeat_ages"]) == {"101", "102", "201", "202"}
    assert not base.exists()
    assert [process for process in psutil.process_iter(["cmdline"]) if _is_of(process, str(base))] == []


def _is_of(process, base):
    return any(base in word for word in process.info["cmdline"] or ())
