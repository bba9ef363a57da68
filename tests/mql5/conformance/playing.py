"""Runs one scenario in a fresh world, with or without planted mistakes, and compares what two worlds have seen."""

import shutil

from tests.mql5.conformance import (
    agent_scenarios,
    command_scenarios,
    file_scenarios,
    half_done_scenarios,
    robot_scenarios,
)
from tests.mql5.conformance.world import World

SCENARIOS = {
    **{f"robot: {name}": play for name, play in robot_scenarios.SCENARIOS.items()},
    **{f"robot: {name}": play for name, play in file_scenarios.SCENARIOS.items()},
    **{f"agent: {name}": play for name, play in agent_scenarios.SCENARIOS.items()},
    **{f"agent: {name}": play for name, play in command_scenarios.SCENARIOS.items()},
    **{f"half done: {name}": play for name, play in half_done_scenarios.SCENARIOS.items()},
}


def play(scenario, root, cache, *, native, planted=()):
    """Run a scenario in a directory of always the same name; gives what was noted. `planted`: (file, old, new)."""
    if root.exists():
        shutil.rmtree(root)
    world = World(root, native, cache)
    try:
        for mistake in planted:
            world.plant(*mistake)
        SCENARIOS[scenario](world)
        assert world.misuses() == []
    finally:
        world.close()
    return world.notes


def compare(compiled, python):
    """Every difference between two worlds' notes, moment by moment."""
    found = [] if [word for word, _ in compiled] == [word for word, _ in python] else ["other moments were noted"]
    for (word, left), (_, right) in zip(compiled, python, strict=False):
        found += [f"at “{word}” {line}" for line in differences(left, right)]
    return found


def differences(compiled, python, place=""):
    """Every place in which two things seen differ."""
    if isinstance(compiled, dict) and isinstance(python, dict):
        found = []
        for name in sorted({*compiled, *python}):
            if name not in compiled or name not in python:
                here = "compiled" if name in compiled else "python"
                found.append(f"{place}/{name}: only {here}: {compiled.get(name, python.get(name))!r}")
            else:
                found += differences(compiled[name], python[name], f"{place}/{name}")
        return found
    if isinstance(compiled, list) and isinstance(python, list) and len(compiled) == len(python):
        return [
            line
            for index, (left, right) in enumerate(zip(compiled, python, strict=True))
            for line in differences(left, right, f"{place}[{index}]")
        ]
    is_same = compiled == python and isinstance(compiled, bool) == isinstance(python, bool)
    return [] if is_same else [f"{place}: compiled {compiled!r}, python {python!r}"]
