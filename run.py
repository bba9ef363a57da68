"""One script for a fresh machine: makes the environment beside it, then runs what was asked for.

    python3 run.py demo [options]     the demo (Windows: py run.py demo)
    python3 run.py test [options]     the tests
    python3 run.py windows [options]  the tests of the Windows code, under Wine
    python3 run.py check              format, lint, types, import rules
    python3 run.py console [options]  any command of mt5console

It needs Python and a package index, nothing else. It must not know what the commands do.
"""

import sys

# Before anything that an older Python could not even load; so no future import and no newer syntax up to here.
if not ((3, 11) <= sys.version_info[:2] < (3, 14)):
    sys.exit(
        "mt5console needs Python 3.11, 3.12 or 3.13; this is {}.{}. Run it with one of those.".format(*sys.version_info)
    )

import ast
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "mt5console-stamp.json"
LOCKS = {"runtime": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}

STORIES = "story"
"""The folder of tests that mostly wait: for real processes, by real clocks."""
CACHES = (".pytest_cache/stories", ".pytest_cache/others")

CHECKS = (
    ("format", ("-m", "ruff", "format", "--check", ".")),
    ("lint", ("-m", "ruff", "check", ".")),
    ("types", ("-m", "mypy", "--strict")),
    ("types on Windows", ("-m", "mypy", "--strict", "--platform", "win32")),
    ("import rules", ("-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())")),
    ("dependencies", ("-m", "deptry", ".")),
)


def main(arguments: list[str]) -> int:
    """Do what the first word says; gives the exit code."""
    word, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if word == "demo":
        prepare("runtime")
        return run("-m", "mt5console", "demo", *rest)
    if word == "console":
        prepare("runtime")
        return run("-m", "mt5console", *rest)
    if word == "test":
        prepare("dev")
        name_missing_system_packages()
        return run("-m", "pytest", *rest, directory=ROOT) if rest else run_all_tests()
    if word == "windows":
        prepare("dev")
        return run("-m", "tests.windows.lane.run", *rest, directory=ROOT)
    if word == "check":
        prepare("dev")
        return check()
    print("Usage: run.py demo|test|windows|check|console [options]", file=sys.stderr)
    return 0 if word in ("-h", "--help") else 2


def prepare(kind: str) -> None:
    """Make the environment, or bring it up to the lock; does nothing when it is up to it already."""
    wanted = {"lock": digest(LOCKS[kind]), "kind": kind, "python": list(sys.version_info[:3])}
    present = read_stamp()
    if present == wanted or (kind == "runtime" and present == {**wanted, "kind": "dev", "lock": digest(LOCKS["dev"])}):
        return
    if not PYTHON.exists() or present.get("python") != wanted["python"]:
        make_environment()
    print(
        f"Installing what mt5console needs into {ENVIRONMENT.name} (once; again when the lock changes)", file=sys.stderr
    )
    install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    if run(*install, "--require-hashes", "--only-binary=:all:", "-r", str(LOCKS[kind])) != 0:
        sys.exit(
            "The packages could not be installed; see pip's lines above. Mend the connection or index and run it again."
        )
    link_package()
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def make_environment() -> None:
    """A fresh virtual environment of the Python that runs this; whatever stood there goes."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python's venv module is not complete here. Install the package python3-venv and run it again.")
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    print(f"Making {ENVIRONMENT.name}", file=sys.stderr)
    if subprocess.call([sys.executable, "-m", "venv", str(ENVIRONMENT)]) != 0:
        sys.exit(
            "The environment could not be made. On Debian and Ubuntu, install the package python3-venv; run it again."
        )


def link_package() -> None:
    """Let the environment find the package in this work tree, from any directory and in every child process.

    All in ASCII: on Windows a child tells in the account's code page, and Python before 3.13 reads the link in it.
    """
    ask = "import sysconfig; print(ascii(sysconfig.get_path('purelib')))"
    where = ast.literal_eval(subprocess.check_output([str(PYTHON), "-c", ask], text=True, encoding="ascii"))
    Path(where, "mt5console.pth").write_text(f"import sys; sys.path.append({str(ROOT)!a})\n", encoding="ascii")


def check() -> int:
    """Every check, also after one has failed; 1 when any did."""
    failed = []
    for name, command in CHECKS:
        print(f"== {name}", flush=True)
        if run(*command, directory=ROOT) != 0:
            failed.append(name)
    print(f"{len(CHECKS) - len(failed)} checks passed, {len(failed)} failed" + "".join(f": {name}" for name in failed))
    return 1 if failed else 0


def run(*command: str, directory: Path | None = None) -> int:
    """Run the environment's Python; an interrupt goes to it, and its end is waited for."""
    process = subprocess.Popen([str(PYTHON), *command], cwd=directory)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def run_all_tests() -> int:
    """The whole suite in two processes: the stories one by one, all other tests beside them.

    What the others say is shown when they have ended, last. Each remembers its failures in a cache of its own.
    """
    everything = sorted(path.name for path in (ROOT / "tests").iterdir() if any(path.glob("**/test_*.py")))
    others = [f"tests/{name}" for name in everything if name != STORIES]
    with tempfile.TemporaryFile() as said:
        command = [str(PYTHON), "-m", "pytest", "-o", f"cache_dir={CACHES[1]}", *others]
        beside = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        try:
            first = run("-m", "pytest", "-o", f"cache_dir={CACHES[0]}", f"tests/{STORIES}", directory=ROOT)
            second = beside.wait()
        finally:
            beside.kill()
        said.seek(0)
        print(said.read().decode("utf-8", "replace"), flush=True)
    return first or second


def name_missing_system_packages() -> None:
    """Some tests talk to a real Secret Service; where its programs are missing, say which packages bring them."""
    if sys.platform != "linux":
        return
    programs = {"dbus-run-session": "dbus", "gnome-keyring-daemon": "gnome-keyring"}
    missing = [package for program, package in programs.items() if shutil.which(program) is None]
    if missing:
        print(f"For the tests with a real keyring install: {' '.join(missing)}", file=sys.stderr)


def digest(path: Path) -> str:
    """SHA-256 of a lock."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp() -> dict[str, object]:
    """What the environment was made from; empty when it is not known."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if PYTHON.exists() and isinstance(found, dict) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
