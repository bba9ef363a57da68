"""Runs tests inside the Windows lane: `python -m tests.windows.lane.run [pytest options]`; gives pytest's exit code.

Prepares the lane when it is not there, brings a display, keeps an outer deadline, and leaves no process behind. Must
not know: the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.windows.lane.prepare import Lane
from tests.windows.lane.prepare import main as prepare

ROOT = Path(__file__).resolve().parents[3]
PLACE = Path(os.environ.get("MT5CONSOLE_WINDOWS_LANE", ROOT / ".windows-lane"))
DEADLINE_S = 1200.0
"""Three to four times what the whole lane takes on two quiet cores."""
DISPLAYS = range(77, 99)
TESTS = ("tests/windows", "tests/contract")
OUT_OF_TIME = 124


def main(arguments: Sequence[str]) -> int:
    """Prepare, run, clean up."""
    if prepare([str(PLACE)]) != 0:
        return 1
    lane = Lane(PLACE)
    if shutil.which("Xvfb") is None:
        print("Xvfb is missing: install the package xvfb", file=sys.stderr)
        return 1
    try:
        with _display() as display:
            return _run(lane, display, arguments if _names_tests(arguments) else [*TESTS, *arguments])
    finally:
        lane.end_processes()


def _names_tests(arguments: Sequence[str]) -> bool:
    """Whether a file or folder is among the words. Options alone are for the lane's own tests, not for every test."""
    return any((ROOT / word.partition("::")[0]).exists() for word in arguments)


def _run(lane: Lane, display: str, arguments: Sequence[str]) -> int:
    """Wine's processes may keep an inherited pipe open for ever: read until pytest itself has ended."""
    command = [lane.loader, r"C:\py\python.exe", "-X", "utf8", "-m", "pytest", "-p", "tests.windows.lane.counting"]
    command += [
        "-p",
        "no:cacheprovider",
        "--rootdir",
        _windows_path(ROOT),
        "-c",
        _windows_path(ROOT / "pyproject.toml"),
    ]
    command += [word if word.startswith("-") else word.replace("/", "\\") for word in arguments]
    environment = {**lane.environment(), "DISPLAY": display, "PYTHONPATH": _windows_path(ROOT)}
    environment.setdefault("MT5CONSOLE_LANE_PICTURES", _windows_path(lane.root / "pictures"))
    said = lane.root / "pytest.log"
    with said.open("wb") as log:
        # A regular file as a standard stream kills this Wine's Python: `cat` stands between.
        carrier = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log)
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=carrier.stdin, stderr=carrier.stdin
        )
        assert carrier.stdin is not None
        carrier.stdin.close()
        try:
            code = _follow(process, said)
        finally:
            process.kill()
            lane.end_processes()
            carrier.wait(timeout=30)
    return code


def _follow(process: subprocess.Popen[bytes], said: Path) -> int:
    """Show what is said as it comes; the exit code, or 124 when the time is up."""
    until = time.monotonic() + DEADLINE_S
    with said.open("rb") as text:
        while process.poll() is None:
            _show(text.read())
            if time.monotonic() > until:
                print(f"\nthe Windows lane did not end within {DEADLINE_S:g} s and was ended", flush=True)
                return OUT_OF_TIME
            time.sleep(0.2)
        time.sleep(0.3)
        _show(text.read())
    return process.returncode


def _show(data: bytes) -> None:
    if data:
        sys.stdout.write(data.decode("utf-8", "replace").replace("\r\n", "\n"))
        sys.stdout.flush()


@contextmanager
def _display() -> Iterator[str]:
    """An X display of the lane's own, on the first number that is free."""
    number = next(number for number in DISPLAYS if not Path(f"/tmp/.X11-unix/X{number}").exists())
    words = ["Xvfb", f":{number}", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        while server.poll() is None and not Path(f"/tmp/.X11-unix/X{number}").exists():
            time.sleep(0.05)
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def _windows_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
