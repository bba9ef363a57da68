"""A pytest plugin: what Wine cannot do is marked by name, left out, counted, and told in the last line."""

from __future__ import annotations

import ctypes
import sys

import pytest

MARK = "needs_real_windows"


def under_wine() -> bool:
    """Whether this Windows is Wine."""
    return sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def pytest_configure(config: pytest.Config) -> None:
    """The mark has a reason, always."""
    config.addinivalue_line("markers", f"{MARK}(reason): passes without meaning under Wine, or cannot run there")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave marked tests out under Wine; on real Windows they run."""
    for item in items:
        for mark in item.iter_markers(MARK):
            if under_wine():
                item.add_marker(pytest.mark.skip(reason=f"needs real Windows: {mark.args[0]}"))


CLOSING = pytest.StashKey[str]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name each test that needs real Windows."""
    stats = terminalreporter.stats
    needing = [report for report in stats.get("skipped", []) if "needs real Windows" in str(report.longrepr)]
    for report in needing:
        terminalreporter.write_line(f"needs real Windows: {report.nodeid}")
    passed = len(stats.get("passed", []))
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    config.stash[CLOSING] = f"{passed} passed, {failed} failed, {len(needing)} need real Windows"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The lane's closing line, last of all."""
    print(config.stash.get(CLOSING, "0 passed, 1 failed, 0 need real Windows"), flush=True)
