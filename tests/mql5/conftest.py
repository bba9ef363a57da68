"""What the MQL5 tests share: the C++ compiler's part of the bargain, and one folder of compiled programs for a run."""

import os
import shutil

import pytest

from mt5console.simulation.native_build import why_no_native

for _words in ("agent", "command", "file", "half_done", "robot"):
    pytest.register_assert_rewrite(f"tests.mql5.conformance.{_words}_scenarios")
pytest.register_assert_rewrite("tests.mql5.conformance.playing", "tests.mql5.conformance.world")

REQUIRE = "MT5CONSOLE_REQUIRE_GXX"
"""Set to 1, a missing compiler fails the tests that need it; otherwise they are skipped, with the reason."""

REQUIRED = os.environ.get(REQUIRE) == "1"
"""Read at once: the tests' own environment knows no setting of the product."""


@pytest.fixture(scope="session")
def native_cache(tmp_path_factory):
    """The folder of compiled programs; each content is compiled once in a run."""
    return tmp_path_factory.mktemp("native")


@pytest.fixture
def needs_compiler():
    """Skip or fail where MQL5 sources cannot be compiled."""
    lacking = why_no_native()
    if lacking and REQUIRED:
        pytest.fail(f"{REQUIRE}=1, but {lacking}", pytrace=False)
    if lacking:
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def compiler():
    """The C++ compiler's path; skips or fails without one."""
    found = shutil.which("g++")
    if found is None and REQUIRED:
        pytest.fail(f"{REQUIRE}=1, but there is no g++", pytrace=False)
    if found is None:
        pytest.skip("there is no g++")
    return found
