"""What one simulated terminal costs: a hundred of them must run on one small machine."""

import time
from pathlib import Path

import psutil
import pytest

RSS_LIMIT_BYTES = 25 * 1024 * 1024
CPU_LIMIT = 0.01
"""Of one core. The goal is 0.005; a machine that runs the whole suite beside it gets twice that."""


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="needs the kernel's exact CPU times")
def test_a_terminal_with_two_robots_is_small_and_nearly_idle(sim):
    user = sim.user()
    for robot_id in (7, 8):
        user.compile(robot_id)
    user.start()
    for robot_id in (7, 8):
        assert user.attach(robot_id).code == "done"
    first = user.wait_beat(8).sequence
    before, began = cpu_s(user.process.pid), time.monotonic()
    user.wait_beat(8, lambda beat: beat.sequence >= first + 4)
    share = (cpu_s(user.process.pid) - before) / (time.monotonic() - began)
    assert share < CPU_LIMIT, f"{share:.2%} of a core"
    assert psutil.Process(user.process.pid).memory_info().rss < RSS_LIMIT_BYTES


def cpu_s(pid):
    """CPU seconds of all threads, in nanoseconds' exactness."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9
