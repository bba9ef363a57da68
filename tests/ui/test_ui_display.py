"""Whether a window can be shown: told before Qt is asked, with what to install."""

from __future__ import annotations

import sys

import pytest

from mt5console.ui import display

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Windows and macOS always have a desktop to draw on")


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_display_there_is_no_window_but_a_picture_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_is_there", lambda _library: True)
    assert "no display" in display.why_no_window(offscreen=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    assert display.why_no_window(offscreen=True) == ""


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(display, "_is_there", lambda library: library != "libEGL.so.1")
    assert display.why_no_window(offscreen=False).endswith("install the packages libegl1")


def test_on_x11_the_plugins_own_libraries_are_looked_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setattr(display, "_is_there", lambda library: library != "libxcb-cursor.so.0")
    assert display.why_no_window(offscreen=False).endswith("install the packages libxcb-cursor0")


def test_this_machine_can_draw_offscreen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.why_no_window(offscreen=True) == ""
