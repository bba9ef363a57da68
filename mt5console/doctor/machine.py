"""What the doctor finds on the machine itself: Python, session, elevation, clock, ports, the MetaTrader5 package.

Must not know: users, or how findings are shown.
"""

from __future__ import annotations

import importlib.metadata
import socket
import sys
from datetime import UTC, datetime

from mt5console.bases import LIVE_PROBE_MODULE, SIMULATED_PROBE_MODULE
from mt5console.core.terminal.layout import BaseLayout
from mt5console.doctor.finding import Finding, finding
from mt5console.platforms import process_host
from mt5console.platforms.clock import SystemClock
from mt5console.platforms.sessions import describe_session, is_elevated, time_is_kept
from mt5console.probe.child import ChildBroken, ChildHung, ProbeChild, child_command
from mt5console.probe.pool import WORKER

IMPORT_DEADLINE_S = 60.0
"""A virus scanner may read every file of the package and of numpy at the first import."""

EARLIEST_UTC_S = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""Before this program was written: a clock that says so is wrong."""


def python() -> Finding:
    """The interpreter: new enough, and of 64 bits, as the package and the terminal are."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    is_wide = sys.maxsize > 2**32
    ok = sys.version_info >= (3, 11) and is_wide
    bits = "64 bits" if is_wide else "32 bits"
    return finding("python", ok, f"Python {version}, {bits}", "install a 64-bit Python 3.11 or newer")


def terminals(simulated: bool) -> Finding:
    """Which kind of terminals is meant, and whether this system can run them."""
    if simulated:
        return finding("terminals", True, "simulated terminals: no money, no MetaTrader needed")
    ok = sys.platform == "win32"
    return finding("terminals", ok, "real terminals", "real terminals run on Windows: use --simulate here")


def session() -> Finding:
    """Whether terminals that are started from here have a desktop."""
    found = describe_session()
    return finding("session", found.interactive, found.text, "log on and start mt5console from that desktop")


def elevation(layout: BaseLayout) -> Finding:
    """Whether this program and the terminals that run have the same rights: IPC does not cross that border."""
    own = is_elevated(None)
    if own is None:
        return finding("elevation", True, "this system has no elevation between programs of one account")
    words = "as administrator" if own else "without administrator rights"
    others = [ref for ref in _running(layout) if is_elevated(ref) not in (own, None)]
    if others:
        mend = "start the console and the terminals the same way: both as administrator or, better, both not"
        return finding("elevation", False, f"this runs {words}, {len(others)} running terminals do not", mend)
    if own:
        mend = "better without: then everything that people start by a double click can talk to it, too"
        return finding("elevation", None, f"this runs {words}; terminals that it starts will, too", mend)
    return finding("elevation", True, f"this runs {words}, and so does every terminal that runs here")


def _running(layout: BaseLayout) -> list[int]:
    if not layout.root.is_dir():
        return []
    host = process_host()
    try:
        return [ref.pid for ref in host.find_under(layout.root)]
    finally:
        host.close()


def clock() -> Finding:
    """The clock: its zone, whether it can be right, and whether something keeps it right.

    How far it is off nobody can tell without asking another machine, which the doctor does not do.
    """
    now_s = SystemClock().now().utc_s
    local = datetime.fromtimestamp(now_s).astimezone()
    words = f"{local:%Y-%m-%d %H:%M} here, UTC{local:%z} ({local.tzname()})"
    mend = "switch on the system's time service; MetaTrader's times and the beats follow this machine's clock"
    if now_s < EARLIEST_UTC_S:
        return finding("clock", False, f"{words}, which cannot be: set the clock", mend)
    kept, how = time_is_kept()
    return finding("clock", True if kept else None, f"{words}; {how}", mend)


def ports() -> Finding:
    """Whether the local API can listen."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1)
            port = listening.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=5.0):
                pass
    except OSError as error:
        mend = "let this account listen on 127.0.0.1 (firewall, security software)"
        return finding("local API", False, f"no port on 127.0.0.1: {error.strerror or error}", mend)
    return finding("local API", True, "a port on 127.0.0.1 can be opened and reached")


def package(simulated: bool) -> Finding:
    """Whether a probe's child can import the MetaTrader5 package, with numpy; never imported in this process."""
    name = "MetaTrader5 package"
    module = SIMULATED_PROBE_MODULE if simulated else LIVE_PROBE_MODULE
    if not simulated and sys.platform != "win32":
        return finding(name, False, "it exists for Windows only", "use --simulate here")
    mend = "install it again with the versions of requirements.lock: `pip install -r requirements.lock`"
    try:
        child = ProbeChild(child_command(WORKER, module))
    except OSError as error:
        return finding(name, False, f"a probe's child could not be started: {error.strerror or error}", mend)
    try:
        # The least that a child can be asked: it imports the package, and shuts down a connection that it has not.
        reply = child.ask("detach", {}, IMPORT_DEADLINE_S)
    except ChildHung:
        return finding(name, False, f"a probe's child did not import it within {IMPORT_DEADLINE_S:.0f} s", mend)
    except ChildBroken as broken:
        return finding(name, False, f"a probe's child that imports it fails: {broken}", mend)
    finally:
        child.kill()
    if not reply.get("ok"):
        return finding(name, False, str(reply.get("text", "it failed without a word")), mend)
    if simulated:
        return finding(name, True, "a probe's child imports the simulation's own, which stands for it")
    versions = f"version {_version('MetaTrader5')}, numpy {_version('numpy')}"
    return finding(name, True, f"a probe's child imports it: {versions}")


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
