"""What the doctor finds in the base directory: its path and disk, keyring, template, terminals, MQL5 programs, engine.

Must not know: how findings are shown.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from mt5console.bases import find_base, metaeditor, secret_store
from mt5console.core.errors import ConsoleError
from mt5console.core.isolation.mql5_installation import Installed, read_installed, shipped_version
from mt5console.core.resources import mql5_path
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout, program_file
from mt5console.doctor.finding import Finding, finding
from mt5console.platforms import process_host
from mt5console.platforms.files import LocalFileStore

LEAST_FREE_BYTES = 2_000_000_000
LONGEST_PATH = 259
"""What Windows takes without a special switch, which MetaTrader and MetaEditor are not known to use."""
DEEPEST_IN_TERMINAL = 140
"""Room for what lies deepest under a user's directory: MetaTrader's own history and browser caches (an estimate)."""
WRITES_TRIED = 20
SLOW_WRITE_S = 0.02


def base(base_dir: Path | None, simulate: bool | None, layout: BaseLayout) -> Finding:
    """Whether the base directory is there, and of the kind that is meant."""
    if not layout.root.exists():
        return finding("base directory", None, f"{layout.root} is not there yet", "the first `user add` makes it")
    try:
        found = find_base(base_dir, simulate, create=False)
    except ConsoleError as error:
        return finding("base directory", False, error.text, "choose another one with --base-dir")
    return finding("base directory", True, f"{layout.root}, {'simulated' if found.simulated else 'live'}")


def path(layout: BaseLayout, simulated: bool) -> Finding:
    """Whether MetaTrader, MetaEditor and the start ini can live with this path."""
    text = str(layout.root)
    longest = len(text) + len("\\user_1000\\") + DEEPEST_IN_TERMINAL
    evidence = f"{len(text)} characters"
    mend = "choose a short path without blanks, for example --base-dir C:\\mt5_users"
    if simulated and sys.platform != "win32":
        return finding("path", True, f"{evidence}; simulated terminals take any")
    if "program files" in text.casefold():
        return finding("path", False, "it lies under Program Files, where portable terminals cannot write", mend)
    if " " in text:
        harm = "it holds a blank: MetaEditor may do nothing with it, and a start ini may not be found"
        return finding("path", None if simulated else False, harm, mend)
    if not text.isascii():
        harm = f"{evidence}, not all of them plain letters: nobody has tried that with MetaEditor"
        return finding("path", None, harm, mend)
    if longest > LONGEST_PATH:
        return finding("path", None if simulated else False, f"{evidence}: too long for what lies below it", mend)
    return finding("path", True, f"{evidence}, no blanks")


def disk(layout: BaseLayout) -> Finding:
    """Free space."""
    spot = _existing(layout.root)
    free = LocalFileStore().free_bytes(spot)
    evidence = f"{free / 1e9:.1f} GB free on the volume of {spot}"
    return finding("disk", free >= LEAST_FREE_BYTES, evidence, "make room: a real terminal needs 0.5 to 2 GB")


def writing(layout: BaseLayout, simulated: bool) -> Finding:
    """How long a small file takes to be written and moved into place: virus scanners show there."""
    name = "small files"
    spot = layout.console if layout.console.is_dir() else _existing(layout.root)
    files = LocalFileStore()
    try:
        with tempfile.TemporaryDirectory(dir=spot, prefix="doctor-") as directory:
            began = time.monotonic()
            for _ in range(WRITES_TRIED):
                files.write_atomic(Path(directory) / "beat.json", b"{}")
            each_s = (time.monotonic() - began) / WRITES_TRIED
    except (ConsoleError, OSError) as error:
        words = error.text if isinstance(error, ConsoleError) else f"{spot}: {error.strerror or error}"
        return finding(name, False, words, "let this account write there, or choose another --base-dir")
    evidence = f"written and moved into place in {1000 * each_s:.1f} ms each"
    if sys.platform == "win32" and not simulated:
        evidence += "; leave the base directory out of the virus scanner's watch: robots and agent write every second"
    mend = f"leave {layout.root} out of the virus scanner's watch, and keep it off network and synchronised drives"
    return finding(name, True if each_s < SLOW_WRITE_S else None, evidence, mend)


def keyring(layout: BaseLayout, simulated: bool) -> Finding:
    """Whether passwords can be kept."""
    store = secret_store(layout, simulated)
    try:
        store.get("mt5console:doctor")
    except ConsoleError as error:
        mend = "do what is said there, then look again; until then no user can be added and no terminal logged in anew"
        return finding("keyring", False, error.text, mend)
    return finding("keyring", True, store.describe())


def template(layout: BaseLayout, simulated: bool) -> list[Finding]:
    """The golden template that new users' directories are copied from; a simulation needs none."""
    if simulated:
        return []
    place = layout.console / "template"
    terminal, editor = place / program_file("terminal64"), place / program_file("metaeditor64")
    needed = (terminal, place / "MQL5")
    missing = [one.name for one in needed if not one.exists()]
    mend = (
        f"put a portable copy of the broker's own terminal into {place}, without starting it there; the window's "
        "*Set up the first terminal…* does that"
    )
    if not layout.root.exists():
        # Looked at before anything is set up: there is nothing yet that could be wrong.
        return [finding("golden template", None, f"{layout.root} is not there yet, and no template in it", mend)]
    if missing:
        return [finding("golden template", False, f"{place} lacks {', '.join(missing)}", mend)]
    found = [finding("golden template", True, f"{terminal.name} and MQL5 lie in {place}")]
    if _runs(terminal):
        found = [finding("golden template", None, "its terminal runs: files it holds cannot be copied", "close it")]
    described = metaeditor().describe(place)
    mend = f"copy {editor.name} from the same installation into the template: without it nothing is compiled"
    found.append(finding("golden template's MetaEditor", bool(described), described or f"no {editor.name}", mend))
    return found


def portable(layout: BaseLayout) -> list[Finding]:
    """For each user's directory: whether a portable terminal can write there and has what it needs."""
    return [_portable_of(directory) for directory in _users(layout)]


def _portable_of(directory: Path) -> Finding:
    name = f"directory of {directory.name}"
    needed = (program_file("terminal64"), program_file("metaeditor64"))
    lacking = [one for one in needed if not (directory / one).exists()]
    if lacking:
        mend = "copy it from the golden template, or remove the user and add it again"
        return finding(name, False, f"{', '.join(lacking)} is missing", mend)
    try:
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        mend = "give this account full access to the directory (owner, permissions, not under Program Files)"
        return finding(name, False, f"nothing can be written there: {error.strerror or error}", mend)
    editor = metaeditor().describe(directory)
    return finding(name, True, f"terminal and {editor} are there; it can be written")


def programs(layout: BaseLayout) -> list[Finding]:
    """For each user's terminal: which MetaEditor took which of the console's MQL5 programs."""
    files = LocalFileStore()
    shipped = shipped_version(mql5_path())
    return [
        _programs_of(directory.name, read_installed(TerminalLayout(directory), files), shipped)
        for directory in _users(layout)
    ]


def _programs_of(user: str, installed: Installed | None, shipped: str) -> Finding:
    name = f"MQL5 programs of {user}"
    if installed is None:
        mend = "start the terminal with `mt5console terminal start`: they are installed before it"
        return finding(name, None, "not installed by this console yet", mend)
    taken = "; ".join(f"{one.file}: {'taken' if one.ok else 'REFUSED'} ({one.evidence})" for one in installed.programs)
    evidence = f"version {installed.version}, {installed.editor or 'no MetaEditor'}: {taken or 'include files alone'}"
    if not all(one.ok for one in installed.programs):
        return finding(name, False, evidence, "open the file in MetaEditor, press F7, and report what it says")
    if installed.version != shipped:
        mend = f"version {shipped} is installed at the terminal's next start: restart it when it suits"
        return finding(name, None, evidence, mend)
    return finding(name, True, evidence)


def engine(layout: BaseLayout) -> Finding:
    """Whether an engine watches here."""
    from mt5console.finding import engine_client

    client = engine_client(layout)
    if client is not None:
        client.close()
        return finding("engine", True, "an engine answers on this base directory")
    mend = "start it with `mt5console watchdog run`, at every logon with `mt5console autostart install`"
    return finding("engine", None, "no engine answers on this base directory", mend)


def _users(layout: BaseLayout) -> list[Path]:
    found = [directory for directory in layout.root.glob("user_*") if directory.is_dir()]
    return sorted(found, key=lambda directory: (len(directory.name), directory.name))


def _existing(directory: Path) -> Path:
    return next(spot for spot in (directory, *directory.parents) if spot.exists())


def _runs(executable: Path) -> bool:
    host = process_host()
    try:
        return bool(host.find(executable))
    finally:
        host.close()
