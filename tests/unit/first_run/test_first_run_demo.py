"""The demo as a process of its own: it goes on, or why not is told; this window's settings are not its own."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Event

import pytest

from mt5console import outliving
from mt5console.bases import ENV_BASE, ENV_SIMULATE
from mt5console.core.errors import ConsoleError
from mt5console.first_run import demo


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> object:
    yield
    for process in outliving._started:
        process.kill()
        process.wait()
    outliving._started.clear()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_demo_that_ends_at_once_says_why_in_its_own_last_words() -> None:
    said = demo.start_demo(Event(), python("import sys; print('no room here', file=sys.stderr); sys.exit(3)"))
    assert "exit code 3" in said
    assert said.endswith("no room here")


def test_a_demo_that_goes_on_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "LOOK_FOR_S", 0.3)
    assert demo.start_demo(Event(), python("import time; time.sleep(60)")) == ""
    (process,) = outliving._started
    assert process.poll() is None
    if os.name != "nt":
        assert os.getsid(process.pid) == process.pid, "it lives in a session of its own"


def test_the_windows_end_is_not_waited_for() -> None:
    ending = Event()
    ending.set()
    assert demo.start_demo(ending, python("import time; time.sleep(60)")) == ""


def test_this_windows_base_directory_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV_BASE, "/somewhere")
    monkeypatch.setenv(ENV_SIMULATE, "0")
    look = f"import os, sys; sys.exit(sum(name in os.environ for name in ({ENV_BASE!r}, {ENV_SIMULATE!r})))"
    assert demo.start_demo(Event(), python(look)) == ""


def test_a_program_that_is_not_there_is_an_error_in_words() -> None:
    with pytest.raises(ConsoleError) as raised:
        demo.start_demo(Event(), ["/nowhere/python"])
    assert raised.value.code == "demo_failed"
    assert not [one for one in outliving._started if isinstance(one, subprocess.Popen)]
