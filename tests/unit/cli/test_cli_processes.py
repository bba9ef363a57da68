"""The command line as real processes: exit codes, a pure stdout, quick imports, no secret in argv or environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mt5console.core.config.base_directory import open_base
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.lock import FileBaseLock

ROOT = Path(__file__).resolve().parents[3]
CANARY = "c4nary-Pa55-x"

WITH_A_FAKE = """
import sys
from tests.fakes.fake_app import FakeApp
app = sys.modules["mt5console.app"] = FakeApp()
from mt5console.cli import main
"""


def run(*arguments: str, stdin: str = "", code: str | None = None, **environment: str):
    command = [sys.executable, *(("-c", code) if code else ("-m", "mt5console")), *arguments]
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


def test_exit_codes_and_streams_of_what_needs_no_engine():
    version = run("--version")
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("mt5console ")
    for arguments in (["--nope"], ["deploy", "--json", "x"]):
        wrong = run(*arguments)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert wrong.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Windows and macOS always have a desktop to draw on")
def test_the_window_without_a_display_is_one_line_that_names_the_ways_without_one():
    bare = run(DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert (bare.returncode, bare.stdout) == (1, "")
    assert bare.stderr.count("\n") == 1
    assert "watchdog run" in bare.stderr


def test_help_and_wrong_usage_import_nothing_heavy():
    code = WITH_A_FAKE.replace('app = sys.modules["mt5console.app"] = FakeApp()', "") + (
        "assert main(['--help']) == 0\n"
        "assert main(['deploy', '--nope']) == 2\n"
        "heavy = {'fastapi', 'uvicorn', 'rich', 'PySide6', 'numpy', 'MetaTrader5', 'mt5console.app', 'http.client'}\n"
        "sys.stderr.write(f'heavy: {sorted(heavy & set(sys.modules))}')\n"
    )
    assert run(code=code).stderr.endswith("heavy: []")


def test_stdout_holds_one_document_even_in_a_poor_code_page():
    ran = run(code=WITH_A_FAKE + "sys.exit(main(['status', '--json']))", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["watchdog"]["check_interval"] == 10
    words = run(code=WITH_A_FAKE + "sys.exit(main(['status']))", PYTHONIOENCODING="ascii")
    assert (words.returncode, words.stderr) == (0, "")


def test_a_reader_that_goes_away_is_no_traceback():
    code = WITH_A_FAKE + (
        "import pathlib, tempfile\n"
        "journal = pathlib.Path(tempfile.mkdtemp()) / '20260102.log'\n"
        "journal.write_text(('x' * 200 + '\\n') * 5000)\n"
        "app.journals = [journal]\n"
        "sys.exit(main(['journal', '1']))"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    _, err = child.communicate(timeout=60)
    assert child.returncode == 1
    assert err == b""


def test_a_password_is_in_no_argv_environment_or_output_while_it_is_used():
    code = WITH_A_FAKE + (
        "from pathlib import Path\n"
        "add = app.door.add_user\n"
        "def look(*given, **options):\n"
        "    own = [sys.argv, sys.orig_argv, dict(__import__('os').environ), repr(given), str(options)]\n"
        "    sys.stderr.write(repr(own))\n"
        "    return add(*given, **options)\n"
        "app.door.add_user = look\n"
        "code = main(sys.argv[1:])\n"
        "assert app.door.passwords[2] == sys.argv[4][::-1]\n"
        "sys.exit(code)\n"
    )
    # The login is no secret; the server's name carries the canary backwards, so that argv never holds it.
    ran = run(
        *("user", "add", "--server", CANARY[::-1], "2", "--login", "5", "--password-stdin"),
        stdin=f"{CANARY}\n",
        code=code,
    )
    assert ran.returncode == 0, ran.stderr
    assert CANARY not in ran.stdout + ran.stderr
    assert "***" in ran.stderr


def simulated_base(root):
    return open_base(root, True, LocalFileStore(), create=True).layout


def test_an_engine_that_cannot_start_says_so_in_its_log_and_once_to_people(tmp_path):
    layout = simulated_base(tmp_path / "base")
    layout.settings.write_text("check_interval_s = true\n", encoding="utf-8")
    ended = run("--simulate", "--base-dir", str(layout.root), "watchdog", "run")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    lines = (layout.logs / "engine.log").read_text(encoding="utf-8").splitlines()
    told = [line["event"] for line in map(json.loads, lines) if line["level"] == "error"]
    assert len(told) == 1
    assert "check_interval_s" in told[0]
    assert "settings_invalid" in told[0]


def test_an_engine_with_a_damaged_state_file_says_so_in_its_log(tmp_path):
    layout = simulated_base(tmp_path / "base")
    layout.state_db.write_bytes(b"")
    ended = run("--simulate", "--base-dir", str(layout.root), "watchdog", "run")
    assert ended.returncode == 1
    assert "state_torn" in (layout.logs / "engine.log").read_text(encoding="utf-8")


def test_watchdog_stop_ends_the_running_engine_and_only_that(tmp_path):
    layout = simulated_base(tmp_path / "base")
    words = ("--simulate", "--base-dir", str(layout.root))
    command = [sys.executable, "-m", "mt5console", *words, "watchdog", "run"]
    engine = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline, pause = time.monotonic() + 30, threading.Event()
        while not layout.api.exists() and engine.poll() is None and time.monotonic() < deadline:
            pause.wait(0.05)
        stopped = run(*words, "--json", "watchdog", "stop")
        assert (stopped.returncode, stopped.stderr) == (0, "")
        assert json.loads(stopped.stdout)["pid"] == engine.pid
        assert engine.wait(30) == 0
    finally:
        engine.kill()
        engine.wait()
    none = run(*words, "watchdog", "stop")
    assert (none.returncode, none.stdout) == (1, "")
    assert "no engine runs" in none.stderr


def test_watchdog_stop_does_nothing_to_an_engine_that_is_silent(tmp_path):
    layout = simulated_base(tmp_path / "base")
    lock = FileBaseLock(layout.lock)
    assert lock.acquire()
    try:
        # Nobody listens there, and the process that says so lives: this one.
        record = {"url": "http://127.0.0.1:9", "token": "t", "pid": os.getpid()}
        layout.api.write_text(json.dumps(record), encoding="utf-8")
        silent = run("--simulate", "--base-dir", str(layout.root), "watchdog", "stop")
    finally:
        lock.release()
    assert (silent.returncode, silent.stdout) == (5, "")
    assert "does not answer" in silent.stderr
