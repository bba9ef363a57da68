"""Deletes every line of the MQL5 sources that writes a field, one at a time, and sees the conformance notice it.

    python -m tests.mql5.conformance.sweep

About two seconds a line; says which deletions nobody noticed, and ends with 1 when there was one.
"""

import re
import sys
import tempfile
from pathlib import Path

from tests.mql5.conformance.playing import compare, play
from tests.mql5.conformance.world import SOURCES

FILES = {
    "Include/Mt5Console/Heartbeat.mqh": (
        "robot: from_ready_to_the_end",
        "robot: entries_follow_pause_latch_and_desire",
        "robot: a_robot_without_its_id_does_not_start",
    ),
    "Include/Mt5Console/AgentStatus.mqh": (
        "agent: it_moves_home_and_tells_everything",
        "agent: positions_are_told_with_magic_and_profit",
        "agent: globals_of_robots_are_told",
    ),
    "Include/Mt5Console/AgentCommands.mqh": (
        "agent: detach_closes_the_robot_s_charts_and_none_is_done_too",
        "agent: after_its_own_restart_nothing_is_done_twice",
    ),
}
"""The files that write members of JSON objects, and the scenarios that look at them."""

_FIELD = re.compile(r'^   +\w+ = \w+ \+ "[,{]+(?:\\"(\w+)\\":|" \+ Mt5ConsoleMember\("(\w+)")')


def field_lines(file):
    """(the line before, line, field) of every line that adds a member."""
    found, before = [], ""
    for line in (SOURCES / file).read_text("utf-8").splitlines(keepends=True):
        match = _FIELD.match(line)
        if match is not None:
            found.append((before, line, match[1] or match[2]))
        before = line
    return found


def main():
    """Try them all; 1 when a deletion was not seen."""
    unseen = []
    with tempfile.TemporaryDirectory(prefix="mql5-sweep-") as folder:
        root, cache = Path(folder) / "w", Path(folder) / "native"
        cache.mkdir()
        python = {name: play(name, root, cache, native=False) for names in FILES.values() for name in names}
        for file, names in FILES.items():
            for before, line, field in field_lines(file):
                mistake = (file, before + line, before)
                seen = any(is_seen(name, mistake, root, cache, python[name]) for name in names)
                print(f"{'seen  ' if seen else 'UNSEEN'} {file}: {field}", flush=True)
                unseen += [] if seen else [field]
    return 1 if unseen else 0


def is_seen(name, mistake, root, cache, python):
    """Whether a scenario's own words, or the comparison with Python's notes, notice a mistake that compiles."""
    try:
        return compare(play(name, root, cache, native=True, planted=[mistake]), python) != []
    except (AssertionError, AttributeError, TypeError):
        return True


if __name__ == "__main__":
    sys.exit(main())
