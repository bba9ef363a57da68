"""One set of scenarios for two implementations; what the compiled sources leave behind is what Python's leave, field
by field."""

import pytest

from tests.mql5.conformance.playing import SCENARIOS, compare, play


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_in_python(scenario, tmp_path, native_cache):
    assert play(scenario, tmp_path / "w", native_cache, native=False)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.usefixtures("needs_compiler")
def test_compiled_and_equal(scenario, tmp_path, native_cache):
    compiled = play(scenario, tmp_path / "w", native_cache, native=True)
    python = play(scenario, tmp_path / "w", native_cache, native=False)
    assert compare(compiled, python) == []
