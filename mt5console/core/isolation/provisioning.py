"""Adds, removes and looks after users and robots of one base directory.

A user gets a directory of its own from the golden template, a password in the keyring, and a row in the store, in an
order that survives a kill at any instruction. Must not know: the watchdog, the engine, or a password's value.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from mt5console.core.config.base_directory import BaseDirectory
from mt5console.core.credentials import Secret, secret_reference
from mt5console.core.deployment.inputs.includes import terminal_includes
from mt5console.core.deployment.inputs.reader import read_inputs
from mt5console.core.errors import Conflict, ConsoleError, RefusedForSafety, StorageFailed, UsageInvalid, unknown_robot
from mt5console.core.history.store import StateStore
from mt5console.core.isolation import registry
from mt5console.core.isolation.capacity import judge_capacity
from mt5console.core.isolation.mql5_installation import Mql5Installation
from mt5console.core.isolation.retirement import free_place, move_aside, move_user_aside, robot_files
from mt5console.core.isolation.slots import make_slots
from mt5console.core.isolation.start_inis import sweep_start_inis
from mt5console.core.isolation.statistics import count_journals, system_statistics, user_statistics
from mt5console.core.isolation.unfinished import ADD, REMOVE, Intent, Unfinished
from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import Account, RobotId, Timeframe, UserId, same_account
from mt5console.core.model.records import SaveRobot, SaveUser
from mt5console.core.ports import Platform
from mt5console.core.resources import mql5_path
from mt5console.core.terminal.encoding import is_one_line
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import encode_desired

log = logging.getLogger(__name__)

RECOMMENDED_TERMINALS = 10
LARGEST_SOURCE_BYTES = 8 * 1024 * 1024


class Provisioner:
    """The registry of one base directory, with the files and keyring entries that belong to it.

    The caller holds the base directory's lock for everything that changes something, and one thread changes at a time.
    """

    def __init__(
        self,
        base: BaseDirectory,
        platform: Platform,
        store: StateStore,
        recommended_terminals: int = RECOMMENDED_TERMINALS,
    ) -> None:
        self._base = base
        self._platform = platform
        self._store = store
        self._recommended = recommended_terminals
        self._unfinished = Unfinished(base.layout, platform.files)
        self.programs = Mql5Installation(platform, mql5_path(), base.layout.compiled)

    # ---- users ---------------------------------------------------------------------------------------------------

    def add_user(
        self,
        user_id: UserId,
        account: Account,
        password: Secret,
        watch_only: bool = False,
        over_capacity: bool = False,
    ) -> tuple[DesiredUser, tuple[str, ...]]:
        """Provision a user, stopped; gives warnings beside it. On any error nothing of it is left behind.

        Raises `UsageInvalid`, `Conflict`, `RefusedForSafety` (capacity), `SecretsUnavailable`, `StorageFailed`.
        """
        registry.check_id(user_id, "user")
        registry.check_account(account)
        _check_password(password)
        self.settle()
        self._refuse_unfinished(user_id)
        stored = self._store.load()
        if any(user.user_id == user_id for user in stored.users):
            raise Conflict(
                "user_exists", f"user {user_id} is registered already: choose another id, or remove it first"
            )
        if not watch_only:
            registry.check_account_free(account, user_id, stored.users)
        place = self._base.layout.user(user_id)
        if os.path.lexists(place):
            text = f"{place} is there already, but no user {user_id} is registered: move it away, or choose another id"
            raise Conflict("directory_exists", text)
        warnings = self._judge_capacity(len(stored.users), over_capacity)
        user = DesiredUser(user_id=user_id, account=account, directory=str(place), watch_only=watch_only)
        self._make(user, password)
        return user, warnings

    def remove_user(self, user_id: UserId) -> Path | None:
        """Move the user's directory aside, forget its password and its rows; gives where the directory is now.

        None when it had vanished. The caller has seen that the terminal does not run. Raises `NotFound`, `Conflict`,
        `StorageFailed` (the directory is held: nothing was changed), `SecretsUnavailable` (removed, password kept).
        """
        self.settle()
        stored = self._store.load()
        user = registry.known_user(user_id, stored)
        layout = TerminalLayout(Path(user.directory))
        if self._platform.processes.find_under(layout.root):
            text = f"a program runs from {layout.root}: stop user {user_id}'s terminal first"
            raise Conflict("terminal_running", text)
        moved = None
        intent = self._unfinished.begin(REMOVE, user_id, self._reference(user))
        try:
            if layout.root.exists():
                self._platform.files.wipe(layout.start_ini)
                moved = free_place(self._base.layout, f"user_{user_id}", self._utc_s())
                move_user_aside(layout.root, moved)
        except ConsoleError:
            self._unfinished.end(intent)
            raise
        robots = [robot.robot_id for robot in stored.robots if robot.user_id == user_id]
        sources = [self._base.layout.robot_source(robot_id) for robot_id in robots]
        held = move_aside(
            sources, (moved or free_place(self._base.layout, f"user_{user_id}", self._utc_s())) / "sources"
        )
        self._tell_held(f"user {user_id}", held)
        self._finish_removal(intent)
        return moved

    def never_ran(self, user_id: UserId) -> bool:
        """Whether the user's directory is there and its terminal has never written a journal."""
        user = registry.known_user(user_id, self._store.load())
        layout = TerminalLayout(Path(user.directory))
        return layout.root.is_dir() and count_journals(layout) == 0

    def settle(self) -> None:
        """End what a killed engine left half done: an add is taken back unless it was stored, a removal finished.

        Every add and removal begins with this. What cannot be ended now is tried again the next time.
        """
        self._unfinished.tidy()
        intents = list(self._unfinished.all())
        if not intents:
            return
        registered = {int(user.user_id) for user in self._store.load().users}
        for intent in intents:
            is_there = intent.user_id in registered
            try:
                if intent.act == ADD and not is_there:
                    self._undo(intent)
                elif intent.act == REMOVE and not self._base.layout.user(intent.user_id).exists():
                    self._finish_removal(intent)
                else:
                    self._unfinished.end(intent)
            except ConsoleError as error:
                log.warning("user %s is still half removed: %s", intent.user_id, error.text)

    # ---- passwords -----------------------------------------------------------------------------------------------

    def password(self, account: Account) -> Secret | None:
        """The password of the user who trades this account, else of one who watches it; None when there is none."""
        user = self._user_of(account)
        return None if user is None else self._platform.secrets.get(self._reference(user))

    def password_of(self, user_id: UserId) -> Secret | None:
        """This user's own password (one who only watches may have the account's investor password)."""
        user = registry.known_user(user_id, self._store.load())
        return self._platform.secrets.get(self._reference(user))

    def set_password(self, account: Account, secret: Secret) -> None:
        """Replace the password of the user who trades this account, else of one who watches it."""
        user = self._user_of(account)
        if user is None:
            raise Conflict("account_unknown", f"no user has account {account}: add one first")
        self.set_password_of(user.user_id, secret)

    def set_password_of(self, user_id: UserId, secret: Secret) -> None:
        """Replace this user's own password. Raises `NotFound`, `UsageInvalid`, `SecretsUnavailable`."""
        _check_password(secret)
        user = registry.known_user(user_id, self._store.load())
        self._platform.secrets.put(self._reference(user), secret)

    def sweep_start_inis(self, still_needed: Collection[UserId] = ()) -> tuple[UserId, ...]:
        """Wipe what a crash left of start inis, but of users whose start is under way; gives whose there were."""
        return sweep_start_inis(self._store.load().users, self._platform.files, still_needed)

    # ---- robots --------------------------------------------------------------------------------------------------

    def add_robot(
        self,
        robot_id: RobotId,
        user_id: UserId,
        symbol: str,
        timeframe: Timeframe | str,
        source_text: str,
        source_name: str,
        inputs: Collection[tuple[str, str]] = (),
        magic: int | None = None,
        source_hash: str = "",
        replace_existing: bool = False,
    ) -> DesiredRobot:
        """Register a robot: its source is stored, its slots get names that the terminal will know.

        `replace_existing`: a robot of this user that exists gets this source, symbol, timeframe and inputs. Raises
        `UsageInvalid`, `NotFound`, `Conflict`, `RefusedForSafety`, `StorageFailed`, and `ConsoleError`
        (`placeholder_failed`).
        """
        registry.check_id(robot_id, "robot")
        registry.check_symbol(symbol)
        period = registry.timeframe_of(timeframe)
        source = _checked_source(source_text)
        stored = self._store.load()
        user = registry.known_user(user_id, stored)
        includes = terminal_includes(TerminalLayout(Path(user.directory)), self._platform.files.read)
        registry.check_inputs(inputs, [spec.name for spec in read_inputs(source_text, includes).own])
        present = registry.robot_of(robot_id, stored)
        self._refuse_robot(robot_id, user, present, replace_existing)
        kept_magic = present.magic if present is not None and magic is None else magic
        robot = DesiredRobot(
            robot_id=robot_id,
            user_id=user_id,
            symbol=symbol,
            timeframe=period,
            magic=registry.magic_for(robot_id, user, kept_magic, stored),
            inputs=tuple(inputs),
            source_name=_file_name(source_name),
            source_hash=source_hash or hashlib.sha256(source).hexdigest(),
        )
        if present is not None:
            robot = replace(robot, run=present.run, active=present.active)
        make_slots(TerminalLayout(Path(user.directory)), robot_id, self._platform)
        self._platform.files.write_atomic(self._base.layout.robot_source(robot_id), source, private=True, durable=True)
        self._store.commit([SaveRobot(robot=robot)])
        return robot

    def forget_robot(self, robot_id: RobotId) -> None:
        """Take a robot that is proven gone, or whose terminal stands still, out of the registry and move its files
        aside. Raises `NotFound`, `StorageFailed`."""
        stored = self._store.load()
        robot = registry.robot_of(robot_id, stored)
        if robot is None:
            raise unknown_robot(robot_id)
        owner = next((user for user in stored.users if user.user_id == robot.user_id), None)
        terminal = None if owner is None else TerminalLayout(Path(owner.directory))
        if terminal is not None and self._platform.files.read(terminal.desired(robot_id)) is not None:
            # A saved profile may bring it back at the next start, and who holds its slots keeps them where they are.
            self._platform.files.write_atomic(terminal.desired(robot_id), encode_desired(None), durable=True)
        self._store.forget_robot(robot_id)
        place = free_place(self._base.layout, f"robot_{robot_id}", self._utc_s())
        self._tell_held(f"robot {robot_id}", move_aside(robot_files(self._base.layout, terminal, robot_id), place))

    # ---- statistics ----------------------------------------------------------------------------------------------

    def user_stats(self, user_id: UserId) -> dict[str, Any]:
        """The seed's user stats shape. Raises `NotFound`."""
        stored = self._store.load()
        return user_statistics(registry.known_user(user_id, stored), stored)

    def system_stats(self) -> dict[str, Any]:
        """The seed's system stats shape."""
        return system_statistics(self._base.layout, self._store.load())

    # ---- steps ---------------------------------------------------------------------------------------------------

    def _make(self, user: DesiredUser, password: Secret) -> None:
        intent = self._unfinished.begin(ADD, user.user_id, self._reference(user))
        try:
            self._platform.secrets.put(intent.reference, password)
            workshop = self._unfinished.workshop(intent)
            self._platform.template.install(workshop)
            self.programs.bring_up(TerminalLayout(workshop))
            place = self._unfinished.put_in_place(intent)
            self._platform.files.make_private_directory(place)
            self._store.commit([SaveUser(user=user)])
        except Exception:
            self._undo(intent)
            raise
        self._unfinished.end(intent)

    def _undo(self, intent: Intent) -> None:
        """Take back an add that failed; what cannot be taken back now stays written down for the next time."""
        is_clear = True
        for step in (self._forget_password, self._unfinished.take_back):
            try:
                step(intent)
            except ConsoleError as error:
                is_clear = False
                log.warning("the unfinished user %s could not be cleared away yet: %s", intent.user_id, error.text)
        if is_clear:
            self._unfinished.end(intent)

    def _finish_removal(self, intent: Intent) -> None:
        self._store.forget_user(UserId(intent.user_id))
        self._forget_password(intent)
        self._unfinished.end(intent)

    def _forget_password(self, intent: Intent) -> None:
        self._platform.secrets.delete(intent.reference)

    def _refuse_unfinished(self, user_id: UserId) -> None:
        if any(intent.user_id == user_id for intent in self._unfinished.all()):
            text = f"an earlier act on user {user_id} has not ended: unlock the keyring, close what holds its files"
            raise Conflict("user_unfinished", f"{text}, and try again")

    def _judge_capacity(self, registered: int, over_capacity: bool) -> tuple[str, ...]:
        if self._base.simulated:
            return ()
        free_bytes = self._platform.files.free_bytes(self._base.layout.root)
        return judge_capacity(registered, self._recommended, over_capacity, free_bytes)

    def _refuse_robot(
        self, robot_id: RobotId, user: DesiredUser, present: DesiredRobot | None, replace_existing: bool
    ) -> None:
        if present is not None and (not replace_existing or present.user_id != user.user_id):
            text = f"robot {robot_id} is registered already, for user {present.user_id}: choose another id"
            raise Conflict("robot_exists", text)
        if user.watch_only:
            text = f"user {user.user_id} only watches account {user.account}: choose a user who trades it"
            raise RefusedForSafety("watch_only", text)
        if not Path(user.directory).is_dir():
            text = (
                f"the directory of user {user.user_id} has vanished ({user.directory}): put it back, or remove the user"
            )
            raise StorageFailed("directory_missing", text)

    def _user_of(self, account: Account) -> DesiredUser | None:
        mine = [user for user in self._store.load().users if same_account(user.account, account)]
        return min(mine, key=lambda user: (user.watch_only, user.user_id), default=None)

    def _reference(self, user: DesiredUser) -> str:
        """The keyring entry of a user; who only watches has one of its own, or the trader's would be overwritten."""
        reference = secret_reference(self._base.key, user.account)
        return f"{reference}#watch-{user.user_id}" if user.watch_only else reference

    def _utc_s(self) -> float:
        return self._platform.clock.now().utc_s

    @staticmethod
    def _tell_held(whose: str, held: Collection[Path]) -> None:
        if held:
            log.warning("%s: something holds these files, they stay: %s", whose, ", ".join(str(path) for path in held))


def _check_password(password: Secret) -> None:
    if not password or not is_one_line(password.reveal()):
        raise UsageInvalid("bad_password", "the password is empty or not one line of plain text: give it again")


def _checked_source(source_text: str) -> bytes:
    if not source_text.strip() or "\0" in source_text:
        raise UsageInvalid("bad_source", "the source is empty or no text: give an MQL5 source")
    try:
        source = source_text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageInvalid("bad_source", "the source is no clean text: save it as UTF-8 and give it again") from None
    if len(source) > LARGEST_SOURCE_BYTES:
        raise UsageInvalid("bad_source", f"the source is larger than {LARGEST_SOURCE_BYTES // 1024**2} MB")
    return source


def _file_name(source_name: str) -> str:
    """The name without its folders, on one line."""
    name = source_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in name if is_one_line(sign))[:120]
