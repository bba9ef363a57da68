"""Wrong input through the command line: one clear line, the right exit code, and nothing changed anywhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mt5console.core.config.base_directory import open_base
from mt5console.core.credentials import Secret
from mt5console.core.terminal.layout import BaseLayout
from mt5console.platforms.files import LocalFileStore
from tests.story.desk import Desk, place

PASSWORD = "word-of-the-story"
RESTLESS = ("engine.log", "state.db-wal", "state.db-shm", "history.db", "history.db-wal", "history.db-shm", ".trial")
"""What a watching engine writes by itself."""

USER = ("user", "add", "7", "--login", "700007", "--server", "Demo-Server", "--password-stdin")
ROBOT = ("robot", "add", "701", "--user", "1", "--symbol", "EURUSD", "--timeframe", "H1")


def _with(words: tuple[str, ...], name: str, value: str) -> tuple[str, ...]:
    """The same command with another value behind an option."""
    place = words.index(name)
    return (*words[: place + 1], value, *words[place + 2 :])


def _files(root: Path) -> dict[str, str]:
    """Every file and directory with what is in it."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.name not in RESTLESS:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "directory"
            found[str(path.relative_to(root))] = content
    return found


def _one_line(done: subprocess.CompletedProcess[Any], exit_code: int) -> str:
    """The error's line, and nothing else."""
    assert done.returncode == exit_code, done
    assert not done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("mt5console: ")
    assert "mistake in mt5console" not in lines[0]
    assert len(lines[0]) < 500
    return str(lines[0])


@pytest.fixture(scope="module")
def told(shared_desk: Desk) -> Desk:
    """A desk with a user and a robot that stand for what must not change."""
    shared_desk.door.add_user(1, 700001, "Demo-Server", Secret(PASSWORD))
    shared_desk.add_robot(101, 1)
    return shared_desk


@pytest.fixture
def unchanged(told: Desk) -> Iterator[Desk]:
    """Whatever a test does to it, registry and files are as before."""
    before = (told.door.users(), told.door.robots(), told.door.incidents(True), _files(told.root))
    yield told
    assert (told.door.users(), told.door.robots(), told.door.incidents(True), _files(told.root)) == before


@pytest.mark.parametrize(
    ("words", "exit_code", "named"),
    [
        (("user", "stats", "99"), 1, "user 99"),
        (("why", "99"), 1, "user 99"),
        (("journal", "99"), 1, "99"),
        (("user", "remove", "99"), 1, "user 99"),
        (("terminal", "start", "99"), 1, "user 99"),
        (("terminal", "stop", "99"), 1, "user 99"),
        (("resume", "99", "--word", "START"), 1, "user 99"),
        (("sim", "fault", "99", "crash"), 1, "99"),
        (_with(ROBOT, "--user", "99"), 1, "user 99"),
        (("robot", "status", "999"), 1, "robot 999"),
        (("robot", "remove", "999"), 1, "robot 999"),
        (("deploy", "999"), 1, "robot 999"),
        (("deploy", "999", "--dry-run"), 1, "robot 999"),
        (("robot", "add", "101", *ROBOT[3:]), 1, "101"),
        (("sim", "fault", "1", "earthquake"), 2, "earthquake"),
        (("sim", "fault", "1", "robot-stop", "x"), 2, "robot"),
        (("sim", "fault", "1", "slow-start", "-5"), 2, "5"),
        (("stop-all", "--word", "stop"), 2, "STOP"),
        (("stop-all",), 2, "--word"),
        (("resume", "1", "--word", "Start"), 6, "START"),
        (("deploy", "101", "--timeout", "-1"), 2, "timeout"),
        (("deploy", "101", "--timeout", "nan"), 2, "timeout"),
        (("terminal", "start", "1", "--timeout", "0"), 2, "timeout"),
        (("terminal", "start", "1", "--timeout", "inf"), 2, "timeout"),
        (("deploy", "0"), 2, "ROBOT_ID"),
        (("deploy", "12x"), 2, "ROBOT_ID"),
        (("journal", "/nowhere/20260101.log"), 1, "20260101.log"),
        (("watchdog", "run", "--check-interval", "nan"), 2, "interval"),
        (("watchdog", "run", "--check-interval", "-1"), 2, "interval"),
        (("no-such-command",), 2, "no-such-command"),
        (("user", "add", "7"), 2, "--login"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_not_there_or_not_meant_is_refused(
    unchanged: Desk, words: tuple[str, ...], exit_code: int, named: str
) -> None:
    line = _one_line(unchanged.command(*words, stdin=subprocess.DEVNULL), exit_code)
    assert named.casefold() in line.casefold()


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (_with(USER, "--login", "700001"), 1),
        (_with(_with(USER, "--login", "700001"), "--server", "demo-SERVER"), 1),
        (("user", "add", "1", *USER[3:]), 1),
        (("user", "add", "0", *USER[3:]), 2),
        (("user", "add", "-3", *USER[3:]), 2),
        (("user", "add", "1152921504606846976", *USER[3:]), 2),
        (("user", "add", "../8", *USER[3:]), 2),
        (_with(USER, "--login", "0"), 2),
        (_with(USER, "--login", "-5"), 2),
        (_with(USER, "--login", "9223372036854775808"), 2),
        (_with(USER, "--login", "9" * 60), 2),
        (_with(USER, "--server", ""), 2),
        (_with(USER, "--server", ".."), 2),
        (_with(USER, "--server", "../../etc"), 2),
        (_with(USER, "--server", "a\\b"), 2),
        (_with(USER, "--server", "Demo-Server\nPassword=x"), 2),
        (_with(USER, "--server", "Demo-Server\r\n[StartUp]\r\nExpert=Evil"), 2),
        (_with(USER, "--server", "Demo\u2028Server"), 2),
        (_with(USER, "--server", "Demo\x1b[2JServer"), 2),
        (_with(USER, "--server", "D" * 300), 2),
    ],
    ids=lambda value: ascii(" ".join(value[2:7]))[:60] if isinstance(value, tuple) else None,
)
def test_a_user_that_cannot_be_is_not_added(unchanged: Desk, words: tuple[str, ...], exit_code: int) -> None:
    _one_line(unchanged.command(*words, input=f"{PASSWORD}\n"), exit_code)


@pytest.mark.parametrize(
    "stdin", [b"", b"\n", b"\xff\xfe\xfa\n", b"x" * 5000, b"a\x00b\n", b"a\tb\x1b[0m\n"], ids=ascii
)
def test_a_password_that_cannot_be_is_refused_and_not_shown(unchanged: Desk, stdin: bytes) -> None:
    arguments = [sys.executable, "-m", "mt5console", "--simulate", "--base-dir", str(unchanged.root), *USER]
    done = subprocess.run(arguments, input=stdin[:6000], capture_output=True, timeout=60, check=False)
    assert done.returncode == 2, done
    assert (done.stdout, len(done.stderr.splitlines())) == (b"", 1)
    assert b"password" in done.stderr
    assert stdin.strip()[:3] not in done.stderr or not stdin.strip()


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (_with(ROBOT, "--symbol", ""), 2),
        (_with(ROBOT, "--symbol", "EUR/USD"), 2),
        (_with(ROBOT, "--symbol", "..\\x"), 2),
        (_with(ROBOT, "--symbol", "EURUSD\nExpert=x"), 2),
        (_with(ROBOT, "--symbol", "E" * 100), 2),
        (_with(ROBOT, "--timeframe", "M7"), 2),
        (_with(ROBOT, "--timeframe", ""), 2),
        ((*ROBOT, "--input", "NoSuchInput=1"), 2),
        ((*ROBOT, "--input", "FastPeriod"), 2),
        ((*ROBOT, "--input", "=1"), 2),
        ((*ROBOT, "--input", "a b=1"), 2),
        ((*ROBOT, "--input", "FastPeriod=1\r\n</inputs>"), 2),
        ((*ROBOT, "--input", "FastPeriod=1", "--input", "FastPeriod=2"), 2),
        ((*ROBOT, "--template", "../../secret"), 1),
        ((*ROBOT, "--template", "no_such"), 1),
        ((*ROBOT, "--template", "ma_cross", "--source", "x.mq5"), 2),
        ((*ROBOT, "--source", "/nowhere/x.mq5"), 2),
        ((*ROBOT, "--source", "/"), 2),
        ((*ROBOT, "--magic", "-1"), 2),
        ((*ROBOT, "--magic", "101"), 1),
        (("robot", "add", "0", *ROBOT[3:]), 2),
        (("robot", "add", "9223372036854775807", *ROBOT[3:]), 2),
    ],
    ids=lambda value: ascii(" ".join(value[2:]))[-60:] if isinstance(value, tuple) else None,
)
def test_a_robot_that_cannot_be_is_not_registered(unchanged: Desk, words: tuple[str, ...], exit_code: int) -> None:
    _one_line(unchanged.command(*words), exit_code)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n  \n", b"MZ\x90\x00\x03\x00\x00\x00", b"// x\n" * 1_000_000],
    ids=["empty", "blank", "ex5", "5 MB"],
)
def test_a_file_that_is_no_source_is_not_registered(unchanged: Desk, tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "robot.mq5"
    source.write_bytes(data)
    _one_line(unchanged.command(*ROBOT, "--source", str(source)), 2)


@pytest.mark.parametrize(("robot_id", "codec"), [(111, "utf-16"), (112, "utf-8-sig"), (113, "cp1252"), (114, "utf-8")])
def test_a_source_is_taken_in_whatever_way_metaeditor_saved_it(
    told: Desk, tmp_path: Path, robot_id: int, codec: str
) -> None:
    text = "#include <Mt5Console\\Heartbeat.mqh>\n// Übung\ninput double Lots = 0.1;\nint OnInit() { return 0; }\n"
    if codec == "utf-8":
        text += "// " + "x" * 2_000_000 + "\n"
    source = tmp_path / "robot.mq5"
    source.write_bytes(text.encode(codec))
    words = (
        "robot",
        "add",
        str(robot_id),
        *ROBOT[3:],
        "--source",
        str(source),
        "--input",
        "Lots=0.2",
    )
    done = told.command(*words)
    assert done.returncode == 0, done.stderr
    assert told.layout.robot_source(robot_id).read_text("utf-8").startswith(text[:60])


# ---- base directories ---------------------------------------------------------------------------------------------


def _run(root: Path | str, *words: str, prefix: tuple[str, ...] = (), **options: Any) -> Any:
    arguments = [*prefix, sys.executable, "-m", "mt5console", "--simulate", "--base-dir", str(root), *words]
    options.setdefault("stdin", None if "input" in options else subprocess.DEVNULL)
    if "input" in options:
        options.pop("stdin")
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False, **options)


READ = ("status",)
ACT = ("terminal", "start", "1")
ENGINE = ("watchdog", "run")


def _base(root: Path, *, simulated: bool = True) -> BaseLayout:
    return open_base(root, simulated, LocalFileStore(), create=True).layout


@pytest.mark.parametrize("words", [READ, ACT, ("deploy", "5"), ("stop-all", "--word", "STOP"), ("journal", "1")])
def test_nothing_is_made_where_no_base_directory_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    _one_line(_run(tmp_path / "none", *words), 2)
    assert list(tmp_path.iterdir()) == []


def test_a_first_user_that_cannot_be_makes_no_base_directory(tmp_path: Path) -> None:
    _one_line(_run(tmp_path / "none", *_with(USER, "--server", "a/b"), input="word-1\n"), 2)
    _one_line(_run(tmp_path / "none", *USER, input="\n"), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [READ, ACT, ENGINE, USER])
def test_a_directory_of_somebody_else_is_left_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    _one_line(_run(tmp_path, *words, input="word-1\n"), 2)
    assert _files(tmp_path) == {"letter.txt": hashlib.sha256(b"mine").hexdigest()}


@pytest.mark.parametrize("words", [READ, ACT, ENGINE, USER])
def test_a_base_directory_of_the_other_kind_is_left_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    _base(tmp_path / "live", simulated=False)
    before = _files(tmp_path)
    assert "real terminals" in _one_line(_run(tmp_path / "live", *words, input="word-1\n"), 2)
    assert _files(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "torn"),
    [
        *((READ, torn) for torn in (b"", b"{", b'{"kind": "neither"}', b"\xff\xfe")),
        *((words, b"{") for words in (ACT, ENGINE, USER)),
    ],
    ids=lambda value: ascii(value) if isinstance(value, bytes) else value[0],
)
def test_a_torn_marker_is_named_and_left_alone(tmp_path: Path, words: tuple[str, ...], torn: bytes) -> None:
    layout = _base(tmp_path / "base")
    layout.marker.write_bytes(torn)
    before = _files(tmp_path)
    assert "base.json" in _one_line(_run(layout.root, *words, input="word-1\n"), 1)
    assert _files(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "torn"),
    [
        *((ENGINE, torn) for torn in (b"check_interval_s = ", b"check_interval_s = -4", b"no_such = 1", b"\xff")),
        *((words, b"[policy]\nno_such_s = 1") for words in (READ, ENGINE)),
    ],
    ids=lambda value: ascii(value) if isinstance(value, bytes) else value[0],
)
def test_torn_settings_are_named_and_left_alone(tmp_path: Path, words: tuple[str, ...], torn: bytes) -> None:
    layout = _base(tmp_path / "base")
    layout.settings.write_bytes(torn)
    before = _files(tmp_path)
    _one_line(_run(layout.root, *words), 2)
    assert {name for name in _files(tmp_path) if "logs" not in name and "lock" not in name} == {
        name for name in before if "logs" not in name
    }
    assert layout.settings.read_bytes() == torn


def test_a_base_directory_that_is_a_file_or_no_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for words in (READ, ENGINE, USER):
        _one_line(_run(tmp_path / "file", *words, input="word-1\n"), 2)
        _one_line(_run(tmp_path / "file" / "below", *words, input="word-1\n"), 2)
        _one_line(_run("", *words, input="word-1\n"), 2)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_base_directory_that_cannot_be_written_is_refused() -> None:
    root = Path(tempfile.mkdtemp(prefix="mt5locked-", dir=place()))
    try:
        layout = _base(root / "base")
        places = (layout.console, layout.root, root)
        for path in places:
            path.chmod(0o555)
        before = _files(root)
        for words in (ENGINE, USER, ACT):
            _one_line(_run(layout.root, *words, prefix=_no_privilege(), input="word-1\n"), 2)
            _one_line(_run(root / "new", *words, prefix=_no_privilege(), input="word-1\n"), 2)
        assert _files(root) == before
    finally:
        for path in reversed(places):
            path.chmod(0o755)
        shutil.rmtree(root)


def _no_privilege() -> tuple[str, ...]:
    """Root may write everywhere, unless it gives that up."""
    if os.geteuid() != 0:
        return ()
    dropped = "-dac_override,-dac_read_search"
    return ("setpriv", "--bounding-set", dropped, "--inh-caps", dropped)
