"""The doctor: what this machine offers for mt5console, what it lacks, and how to mend it. Changes nothing.

Must not know: how its findings are shown.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mt5console.bases import base_root, is_simulated, secret_store
from mt5console.core.errors import ConsoleError
from mt5console.core.isolation.mql5_installation import Installed, read_installed, shipped_version
from mt5console.core.resources import mql5_path
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.sessions import describe_session

LEAST_FREE_BYTES = 2_000_000_000
Finding = dict[str, Any]


def examine(base_dir: Path | None, simulate: bool | None) -> list[Finding]:
    """All findings: `name`, `ok` (None: cannot be told), `evidence`, `mend` (empty when there is nothing to do)."""
    layout, simulated = BaseLayout(base_root(base_dir)), is_simulated(simulate)
    checks: list[Callable[[], Finding]] = [
        _python,
        lambda: _kind(simulated),
        lambda: _base(base_dir, simulate, layout),
        lambda: _disk(layout),
        lambda: _keyring(layout, simulated),
        _session,
        _ports,
        lambda: _engine(layout),
    ]
    return [*(check() for check in checks), *_programs(layout)]


def _finding(name: str, ok: bool | None, evidence: str, mend: str = "") -> Finding:
    return {"name": name, "ok": ok, "evidence": evidence, "mend": "" if ok else mend}


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return _finding("python", sys.version_info >= (3, 11), f"Python {version}", "install Python 3.11 or newer")


def _kind(simulated: bool) -> Finding:
    if simulated:
        return _finding("terminals", True, "simulated terminals: no money, no MetaTrader needed")
    ok = sys.platform == "win32"
    return _finding("terminals", ok, "real terminals", "real terminals run on Windows: use --simulate here")


def _base(base_dir: Path | None, simulate: bool | None, layout: BaseLayout) -> Finding:
    from mt5console.bases import find_base

    if not layout.root.exists():
        return _finding("base directory", None, f"{layout.root} is not there yet", "the first `user add` makes it")
    try:
        base = find_base(base_dir, simulate, create=False)
    except ConsoleError as error:
        return _finding("base directory", False, error.text, "choose another one with --base-dir")
    return _finding("base directory", True, f"{layout.root}, {'simulated' if base.simulated else 'live'}")


def _disk(layout: BaseLayout) -> Finding:
    place = next(path for path in (layout.root, *layout.root.parents) if path.exists())
    free = LocalFileStore().free_bytes(place)
    evidence = f"{free / 1e9:.1f} GB free on the volume of {place}"
    return _finding("disk", free >= LEAST_FREE_BYTES, evidence, "make room: a real terminal needs 0.5 to 2 GB")


def _keyring(layout: BaseLayout, simulated: bool) -> Finding:
    store = secret_store(layout, simulated)
    try:
        store.get("mt5console:doctor")
    except ConsoleError as error:
        return _finding("keyring", False, error.text, "without a keyring no user can be added; watching goes on")
    return _finding("keyring", True, store.describe())


def _session() -> Finding:
    session = describe_session()
    return _finding("session", session.interactive, session.text, "log on and start mt5console from that desktop")


def _ports() -> Finding:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
            listening.bind(("127.0.0.1", 0))
    except OSError as error:
        mend = "let this account listen on 127.0.0.1 (firewall, security software)"
        return _finding("local API", False, f"no port on 127.0.0.1: {error.strerror}", mend)
    return _finding("local API", True, "a port on 127.0.0.1 can be opened")


def _programs(layout: BaseLayout) -> list[Finding]:
    """For each user's terminal: which MetaEditor took which of the console's MQL5 programs."""
    files = LocalFileStore()
    shipped = shipped_version(mql5_path())
    return [
        _programs_of(directory.name, read_installed(TerminalLayout(directory), files), shipped)
        for directory in sorted(layout.root.glob("user_*"), key=lambda path: (len(path.name), path.name))
        if directory.is_dir()
    ]


def _programs_of(user: str, installed: Installed | None, shipped: str) -> Finding:
    name = f"MQL5 programs of {user}"
    if installed is None:
        mend = "start the terminal with `mt5console terminal start`: they are installed before it"
        return _finding(name, None, "not installed by this console yet", mend)
    taken = "; ".join(f"{one.file}: {'taken' if one.ok else 'REFUSED'} ({one.evidence})" for one in installed.programs)
    evidence = f"version {installed.version}, {installed.editor or 'no MetaEditor'}: {taken or 'include files alone'}"
    if not all(one.ok for one in installed.programs):
        return _finding(name, False, evidence, "open the file in MetaEditor, press F7, and report what it says")
    if installed.version != shipped:
        mend = f"version {shipped} is installed at the terminal's next start: restart it when it suits"
        return _finding(name, None, evidence, mend)
    return _finding(name, True, evidence)


def _engine(layout: BaseLayout) -> Finding:
    from mt5console.app import engine_client

    if engine_client(layout) is not None:
        return _finding("engine", True, "an engine answers on this base directory")
    mend = "start it with `mt5console watchdog run`"
    return _finding("engine", None, "no engine answers on this base directory", mend)
