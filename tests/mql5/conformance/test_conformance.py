"""One set of scenarios for two implementations; what the compiled sources leave behind is what Python's leave, field
by field."""

import shutil

import pytest

from tests.mql5.conformance import agent_scenarios, robot_scenarios
from tests.mql5.conformance.world import World

SCENARIOS = {
    **{f"robot: {name}": play for name, play in robot_scenarios.SCENARIOS.items()},
    **{f"agent: {name}": play for name, play in agent_scenarios.SCENARIOS.items()},
}


def play(scenario, native, root, cache):
    """Run a scenario in a fresh directory of always the same name; gives what was noted."""
    if root.exists():
        shutil.rmtree(root)
    world = World(root, native, cache)
    try:
        SCENARIOS[scenario](world)
        assert world.misuses() == []
    finally:
        world.close()
    return world.notes


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_in_python(scenario, tmp_path, native_cache):
    assert play(scenario, False, tmp_path / "w", native_cache)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.usefixtures("needs_compiler")
def test_compiled_and_equal(scenario, tmp_path, native_cache):
    compiled = play(scenario, True, tmp_path / "w", native_cache)
    python = play(scenario, False, tmp_path / "w", native_cache)
    assert [word for word, _ in compiled] == [word for word, _ in python]
    for (word, left), (_, right) in zip(compiled, python, strict=True):
        assert differences(left, right) == [], f"at “{word}”"


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
    return [] if compiled == python else [f"{place}: compiled {compiled!r}, python {python!r}"]
