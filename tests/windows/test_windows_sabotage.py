"""Every Windows adapter broken on purpose, one way at a time: a check of the lane sees each of them.

The checks are the lane's own tests, called as functions inside this process while the adapter is broken; unbroken,
they pass as tests. A sabotage that no check sees would be a promise that nobody keeps.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

import win32cred
import win32gui
import win32process

from mt5console.core.errors import ConsoleError
from mt5console.platforms import files, lock, trees
from mt5console.platforms.files import LocalFileStore
from mt5console.platforms.lock import FileBaseLock
from mt5console.platforms.secrets import KeyringSecretStore
from mt5console.platforms.windows import desktop, exits, permissions, processes, table
from mt5console.platforms.windows.exits import HandleExitWatcher
from mt5console.platforms.windows.processes import WindowsProcessHost
from tests.contract import process_worlds, test_files_contract, test_lock_contract, test_processes_contract
from tests.contract.process_worlds import WindowsWorld
from tests.windows import (
    test_windows_files,
    test_windows_permissions,
    test_windows_processes,
    test_windows_secrets,
    test_windows_session,
)

IMPATIENCE_S = 3.0
"""How long a check waits in vain for what a broken adapter does not do; long enough for a process to start."""

Break = Callable[[pytest.MonkeyPatch], None]
Check = Callable[..., None]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_worlds, "PATIENCE_S", IMPATIENCE_S)


@pytest.fixture
def world() -> Iterator[WindowsWorld]:
    made = WindowsWorld(WindowsProcessHost())
    yield made
    made.clean()


def replace(owner: Any, name: str, value: object) -> Break:
    """Break one thing by putting another in its place."""
    return lambda patch: patch.setattr(owner, name, value)


NOTICED = (AssertionError, pytest.fail.Exception, ConsoleError, OSError, ValueError, subprocess.TimeoutExpired)
"""How a check may notice: what it expected is not so, or the adapter fails. Never by being called wrongly."""


def sees(check: Check, *arguments: object) -> None:
    """The check does not pass."""
    inspect.signature(check).bind(*arguments)
    with pytest.raises(NOTICED):
        check(*arguments)


def every_window(_pid: int) -> list[int]:
    """All terminals' windows, whoever they belong to."""
    found: list[int] = []

    def note(window: int, _extra: None) -> bool:
        if (win32gui.GetClassName(window) or "").startswith("MetaQuotes"):
            found.append(window)
        return True

    win32gui.EnumWindows(note, None)
    return found


def by_name_only(path: str | os.PathLike[str]) -> str:
    return os.path.basename(path).lower()


def adopt_by_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(table, "path_key", by_name_only)
    patch.setattr(processes, "path_key", by_name_only)


def no_look_at_the_image(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(processes, "runs", lambda handle, _executable: not table.has_ended(handle))


def inherit_everything(flags: int, executable: Path, arguments: list[str], directory: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(executable), *arguments], executable=str(executable), cwd=directory, close_fds=False, creationflags=flags
    )


def with_our_streams(flags: int, executable: Path, arguments: list[str], directory: Path) -> subprocess.Popen[bytes]:
    del flags
    with Path(os.devnull).open("wb") as stream:
        command = [str(executable), *arguments]
        return subprocess.Popen(command, executable=str(executable), cwd=directory, stdout=stream, stderr=stream)


PROCESSES: list[tuple[str, Break, Check]] = [
    (
        "no WM_CLOSE",
        replace(desktop, "ask_to_close", lambda _pid: True),
        test_processes_contract.test_a_program_that_obeys_closes_when_asked,
    ),
    (
        "WM_CLOSE to every terminal",
        replace(desktop, "_windows_of", every_window),
        test_windows_processes.test_of_two_terminals_only_the_one_that_is_asked_closes,
    ),
    (
        "adopted by name only",
        adopt_by_name,
        test_processes_contract.test_the_same_program_name_in_another_directory_is_another_program,
    ),
    (
        "adopted without its birth",
        replace(table, "BIRTH_TOLERANCE_S", 1e9),
        test_processes_contract.test_a_later_process_with_the_same_pid_is_neither_alive_nor_killed_nor_closed,
    ),
    (
        "killed without a look at its program",
        no_look_at_the_image,
        test_processes_contract.test_a_pid_that_runs_another_program_is_not_killed,
    ),
    (
        "kill says yes and does nothing",
        replace(win32process, "TerminateProcess", lambda _handle, _code: None),
        test_processes_contract.test_a_killed_child_is_told_gone_and_not_found,
    ),
    (
        "an end is not told",
        replace(HandleExitWatcher, "_ended", lambda _self, _watch: None),
        test_processes_contract.test_the_end_of_a_child_is_told_once_with_its_exit_code,
    ),
    (
        "the exit code is not read",
        replace(HandleExitWatcher, "_collect", lambda _self, _watch: None),
        test_processes_contract.test_the_end_of_a_child_is_told_once_with_its_exit_code,
    ),
    (
        "one thread waits for all",
        replace(exits, "_HANDLES_A_THREAD", 10_000),
        test_windows_processes.test_more_processes_are_watched_than_one_thread_can_wait_for,
    ),
    (
        "another button is pressed",
        replace(desktop, "_ALGO_TRADING_COMMAND", 32850),
        test_windows_processes.test_the_algo_button_of_the_right_terminal_is_pressed_once,
    ),
    (
        "a session that is said to end",
        replace(desktop, "_SHUTTING_DOWN", 0),
        test_processes_contract.test_the_session_goes_on,
    ),
    (
        "started without a second try",
        replace(processes, "A_PROGRAMS_PAUSES_S", ()),
        test_windows_processes.test_a_program_that_a_scanner_holds_is_started_as_soon_as_it_is_let_go,
    ),
    (
        "its streams and console are handed on",
        replace(processes, "_start_with", with_our_streams),
        test_windows_processes.test_a_spawned_program_has_no_console_and_no_standard_stream,
    ),
]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("broken", "check"), [row[1:] for row in PROCESSES], ids=[row[0] for row in PROCESSES])
def test_a_broken_process_host_is_seen(
    world: WindowsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break, check: Check
) -> None:
    place = world.program(tmp_path / "user_1" / "terminal64.exe")
    wants = {"world": world, "terminal": place, "tmp_path": tmp_path}
    broken(monkeypatch)
    sees(check, *(wants[name] for name in _names(check)))


def the_main_window_first(patch: pytest.MonkeyPatch) -> None:
    dialogs, main_windows = desktop._dialogs, desktop._main_windows
    patch.setattr(desktop, "_dialogs", main_windows)
    patch.setattr(desktop, "_main_windows", dialogs)


WINDOWS: list[tuple[str, Break, Check, tuple[object, ...]]] = [
    (
        "a dialog is asked after its window",
        the_main_window_first,
        test_windows_processes.test_a_dialog_is_closed_before_the_window_that_it_belongs_to,
        (),
    ),
    (
        "every window that is shown is asked",
        replace(desktop, "_main_windows", lambda _pid: []),
        test_windows_processes.test_charts_in_windows_of_their_own_are_not_closed_before_their_terminal,
        (("undocked",),),
    ),
]


@pytest.mark.parametrize(("broken", "check", "words"), [row[1:] for row in WINDOWS], ids=[row[0] for row in WINDOWS])
def test_a_host_that_asks_the_wrong_windows_is_seen(
    world: WindowsWorld,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: Break,
    check: Check,
    words: tuple[object, ...],
) -> None:
    broken(monkeypatch)
    made: list[test_windows_processes.Owner] = []

    def owner(*words: str) -> test_windows_processes.Owner:
        made.append(test_windows_processes.Owner(tmp_path / "notes", *words))
        return made[-1]

    try:
        sees(check, world, owner, *words)
    finally:
        for one in made:
            one.process.kill()
            one.process.wait(20)


def test_a_spawn_that_hands_its_handles_down_is_seen(world: WindowsWorld, tmp_path: Path) -> None:
    """The spawning process is one of its own, so it is broken by a change of its text."""
    spawner = test_windows_processes._SPAWNER
    name = "from mt5console.platforms.windows import processes\n"
    broken = f"{name}import subprocess\nprocesses._start_with = lambda flags, program, words, directory: "
    broken += "subprocess.Popen([str(program), *words], cwd=directory, close_fds=False)\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test_windows_processes, "_SPAWNER", broken + spawner)
        sees(test_windows_processes.test_a_terminal_inherits_no_handle_of_its_parent, world, tmp_path)


def at_once(act: Callable[[], object]) -> object:
    return act()


def pythons_own_open(path: Path, *, to_write: bool = False) -> int:
    return os.open(path, os.O_BINARY | (os.O_WRONLY if to_write else os.O_RDONLY))


def copied_in_place(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """A replace without atomicity: whoever looks before the write finds nothing, whoever looks in it a part."""
    data = Path(source).read_bytes()
    written = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_BINARY)
    for half in (data[: len(data) // 2], data[len(data) // 2 :]):
        os.write(written, half)
    os.close(written)
    Path(source).unlink()


def open_to_all(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_BINARY)


FILES: list[tuple[str, Break, Check, tuple[object, ...]]] = [
    (
        "replaced without a second try",
        replace(files, "patiently", at_once),
        test_windows_files.test_a_file_that_somebody_reads_is_replaced_as_soon_as_it_is_let_go,
        (False,),
    ),
    (
        "read without a second try",
        replace(files, "open_shared", pythons_own_open),
        test_windows_files.test_a_file_that_somebody_has_to_himself_is_waited_for,
        (LocalFileStore.read,),
    ),
    (
        "written in place",
        replace(os, "replace", copied_in_place),
        test_files_contract.test_a_reader_sees_the_old_or_the_new_content_and_never_a_part,
        (),
    ),
    (
        "trees removed without a second try",
        replace(trees, "A_TREES_PAUSES_S", ()),
        test_windows_files.test_a_tree_in_which_somebody_reads_is_removed_as_soon_as_it_is_let_go,
        (),
    ),
    (
        "a failed write leaves its file beside",
        replace(files, "_discard", lambda _path, **_words: None),
        test_windows_files.test_a_file_held_for_good_is_given_up_with_its_old_content_and_a_clear_error,
        (),
    ),
    (
        "a private file that others can open",
        replace(files, "open_private_file", open_to_all),
        test_windows_files.test_a_private_file_is_this_accounts_alone_and_read_back,
        (),
    ),
    (
        "read-only files stay",
        replace(files, "let_go_of_read_only", lambda _path: None),
        test_windows_files.test_a_read_only_file_is_removed_all_the_same,
        (LocalFileStore.wipe,),
    ),
    (
        "long paths as they are",
        replace(test_windows_files, "reachable", lambda path: path),
        test_windows_files.test_long_paths_go_to_the_system_in_the_form_that_has_no_limit,
        (),
    ),
    (
        "a directory left open to others",
        replace(files, "make_private_directory", lambda path: path.mkdir(parents=True, exist_ok=True)),
        test_windows_permissions.test_a_directory_that_was_open_to_everyone_is_closed,
        (),
    ),
    (
        "access lists set and not read back",
        replace(permissions, "_who_else", lambda _path: []),
        test_windows_permissions.test_a_directory_that_stays_open_to_others_is_refused_in_words,
        (),
    ),
]


@pytest.mark.parametrize(("broken", "check", "words"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_broken_file_store_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break, check: Check, words: tuple[object, ...]
) -> None:
    wants = {"store": LocalFileStore(), "tmp_path": tmp_path, "monkeypatch": monkeypatch}
    given = [wants[name] for name in _names(check) if name in wants]
    broken(monkeypatch)
    sees(check, *given, *words)


class RoamingStore(KeyringSecretStore):
    """Forgets that the vault's entries are to stay on this machine."""

    def _backend(self) -> Any:
        vault: Any = super()._backend()
        vault.persist = win32cred.CRED_PERSIST_ENTERPRISE
        return vault


class OneEntryStore(KeyringSecretStore):
    """All passwords under one service, as keyring has it."""

    def _entry(self, _reference: str) -> str:
        return self._service


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (RoamingStore, test_windows_secrets.test_a_password_lies_in_the_vault_for_this_machine_alone),
        (OneEntryStore, test_windows_secrets.test_every_password_has_an_entry_of_its_own),
    ],
    ids=["passwords that roam", "passwords that share an entry"],
)
def test_a_broken_secret_store_is_seen(
    monkeypatch: pytest.MonkeyPatch, kind: type[KeyringSecretStore], check: Check
) -> None:
    monkeypatch.setattr(test_windows_secrets, "KeyringSecretStore", kind)
    store = kind(test_windows_secrets.SERVICE)
    try:
        sees(check, store)
    finally:
        for entry in test_windows_secrets.in_the_vault():
            delete: Any = win32cred.CredDelete
            delete(entry["TargetName"], win32cred.CRED_TYPE_GENERIC, 0)


def test_a_vault_that_keeps_what_was_deleted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyringSecretStore, "delete", lambda _self, _reference: None)
    try:
        store = KeyringSecretStore(test_windows_secrets.SERVICE)
        sees(test_windows_secrets.test_a_deleted_password_leaves_nothing_in_the_vault, store)
    finally:
        for entry in test_windows_secrets.in_the_vault():
            delete: Any = win32cred.CredDelete
            delete(entry["TargetName"], win32cred.CRED_TYPE_GENERIC, 0)


def test_a_keyring_that_protects_nothing_and_is_used_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look is a process of its own, so it is broken by a change of its text."""
    broken = "from mt5console.platforms import secrets\nsecrets._trustworthy = lambda backend: backend\n"
    monkeypatch.setattr(test_windows_secrets, "_FRESH", broken + test_windows_secrets._FRESH)
    sees(test_windows_secrets.test_without_a_vault_the_reason_and_the_remedy_are_told)


@pytest.mark.parametrize(
    "broken",
    [replace(lock, "try_lock", lambda _descriptor: True), replace(lock, "unlock", lambda _descriptor: None)],
    ids=["always granted", "never given back"],
)
def test_a_broken_lock_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break) -> None:
    broken(monkeypatch)
    monkeypatch.setattr(os, "close", _closes_nothing(os.close))
    sees(
        test_lock_contract.test_one_holds_and_the_other_is_refused_without_waiting,
        lambda: FileBaseLock(tmp_path / "engine.lock"),
    )


def test_a_session_check_that_does_not_look_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "from mt5console.platforms.windows import desktop\ndesktop.interactive_session = lambda: (1, True)\n"
    text = test_windows_session._IN_A_STATION_OF_ITS_OWN
    monkeypatch.setattr(test_windows_session, "_IN_A_STATION_OF_ITS_OWN", broken + text)
    sees(test_windows_session.test_a_program_whose_windows_nobody_can_see_is_told_what_to_do)


def test_a_store_that_writes_nothing_is_seen_by_the_shared_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalFileStore, "write_atomic", lambda *_words, **_more: None)
    sees(test_files_contract.test_what_was_written_is_read_back, LocalFileStore(), tmp_path)


def _names(check: Check) -> tuple[str, ...]:
    return check.__code__.co_varnames[: check.__code__.co_argcount]


def _closes_nothing(close: Callable[[int], None]) -> Callable[[int], None]:
    """Closing a file frees its lock, too: what `unlock` does shows only without that."""
    return lambda descriptor: None if descriptor > 2 else close(descriptor)
