"""Users and robots provisioned on a real disk with a real store: what is there afterwards, and what is not."""

from __future__ import annotations

import hashlib
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mt5console.core.config.base_directory import open_base
from mt5console.core.credentials import Secret
from mt5console.core.errors import (
    Conflict,
    ConsoleError,
    NotFound,
    RefusedForSafety,
    SecretsUnavailable,
    StorageFailed,
    UsageInvalid,
)
from mt5console.core.history.store import StateStore
from mt5console.core.isolation.provisioning import Provisioner
from mt5console.core.model.desired import DesiredRobot, Permit, RobotRun, Run
from mt5console.core.model.ids import Account, DeploymentId, RobotId, Timeframe, UserId
from mt5console.core.model.records import SaveRobot, SaveUser
from mt5console.core.ports import Platform
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import decode_desired, encode_desired
from mt5console.platforms.files import LocalFileStore
from tests.fakes.clock import FakeClock
from tests.fakes.lock import FakeBaseLock
from tests.fakes.metatrader import FakeCompiler, FakeProbePool, FakeTemplate, compile_report
from tests.fakes.processes import FakeProcessHost
from tests.fakes.secrets import FakeSecretStore

PASSWORD = "canary-7f3a"
SOURCE = "input double Lots = 0.1;\nint OnInit() { return INIT_SUCCEEDED; }\n"
ACCOUNT = Account(login=7001, server="Demo-Server")


@dataclass
class World:
    """One base directory with its provisioner and the fakes around it."""

    root: Path
    store: StateStore
    files: LocalFileStore
    secrets: FakeSecretStore
    template: FakeTemplate
    compiler: FakeCompiler
    processes: FakeProcessHost
    clock: FakeClock
    provisioner: Provisioner

    def add(self, user_id: int = 1, account: Account = ACCOUNT, **options: bool) -> tuple[str, ...]:
        return self.provisioner.add_user(UserId(user_id), account, Secret(PASSWORD), **options)[1]

    def robot(self, robot_id: int = 123, user_id: int = 1, **changes: object) -> DesiredRobot:
        arguments: dict[str, object] = {
            "symbol": "EURUSD",
            "timeframe": Timeframe.H1,
            "source_text": SOURCE,
            "source_name": "mine.mq5",
            "inputs": (("Lots", "0.2"),),
        }
        return self.provisioner.add_robot(RobotId(robot_id), UserId(user_id), **{**arguments, **changes})  # type: ignore[arg-type]

    def layout(self, user_id: int = 1) -> TerminalLayout:
        return TerminalLayout(self.root / f"user_{user_id}")

    def everything(self) -> set[str]:
        """What lies in the base directory, but the database's own files and the folder of unfinished acts."""
        names = {str(path.relative_to(self.root)) for path in self.root.rglob("*")}
        return {name for name in names if "state.db" not in name and not name.endswith("unfinished")}


def build(root: Path, simulated: bool) -> World:
    files = LocalFileStore()
    base = open_base(root, simulated, files, create=True)
    secrets, template, compiler = FakeSecretStore(), FakeTemplate(), FakeCompiler(files)
    processes, clock = FakeProcessHost(), FakeClock()
    platform = Platform(
        simulated=simulated,
        executable_name="terminal64",
        clock=clock,
        processes=processes,
        files=files,
        secrets=secrets,
        compiler=compiler,
        probes=FakeProbePool(),
        template=template,
        lock=FakeBaseLock(),
    )
    store = StateStore(base.layout.state_db)
    provisioner = Provisioner(base, platform, store)
    return World(root, store, files, secrets, template, compiler, processes, clock, provisioner)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(tmp_path / "base", simulated=True)
    yield made
    made.store.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[World]:
    made = build(tmp_path / "live", simulated=False)
    yield made
    made.store.close()


# ---- users ----------------------------------------------------------------------------------------------------------


def test_a_new_user_has_a_directory_a_password_and_a_row(world: World) -> None:
    assert world.add() == ()
    (user,) = world.store.load().users
    assert (user.user_id, user.account, user.run) == (1, ACCOUNT, Run.STOPPED)
    assert Path(user.directory) == world.root / "user_1"
    assert (world.layout().root / "terminal64").exists()
    assert world.layout().agent_binary.exists()
    password = world.provisioner.password(ACCOUNT)
    assert password is not None
    assert password.reveal() == PASSWORD
    assert world.provisioner.password(Account(login=1, server="x")) is None
    assert not list((world.root / ".mt5console" / "unfinished").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="mode bits are POSIX's; the Windows lane checks access lists")
def test_only_the_owner_may_look_into_a_users_directory(world: World) -> None:
    world.add()
    assert stat.S_IMODE(world.layout().root.stat().st_mode) & 0o077 == 0


def test_the_password_lies_in_no_file_and_no_database(world: World) -> None:
    world.add()
    world.robot()
    world.store.close()
    for path in world.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert PASSWORD.encode() not in content
            assert PASSWORD.encode("utf-16-le") not in content


@pytest.mark.parametrize(
    ("user_id", "account"),
    [(0, ACCOUNT), (-1, ACCOUNT), (2, replace(ACCOUNT, login=0)), (2, replace(ACCOUNT, server="x\n[StartUp]"))],
)
def test_a_user_that_cannot_be_is_refused_and_nothing_is_made(world: World, user_id: int, account: Account) -> None:
    before = world.everything()
    with pytest.raises(UsageInvalid):
        world.add(user_id, account)
    assert (world.everything(), world.secrets.references) == (before, ())


@pytest.mark.parametrize("password", ["", "two\nlines", "nul\0"])
def test_a_password_that_cannot_be_is_refused_without_being_shown(world: World, password: str) -> None:
    with pytest.raises(UsageInvalid) as refused:
        world.provisioner.add_user(UserId(1), ACCOUNT, Secret(password))
    assert "lines" not in refused.value.text
    assert world.secrets.references == ()


def test_an_id_or_an_account_that_is_taken_is_refused_and_nothing_changes(world: World) -> None:
    world.add()
    before = world.everything()
    for user_id, account in ((1, replace(ACCOUNT, login=2)), (2, ACCOUNT), (2, replace(ACCOUNT, server="DEMO-server"))):
        with pytest.raises(Conflict):
            world.add(user_id, account)
    assert world.everything() == before
    assert len(world.secrets.references) == 1


def test_who_only_watches_shares_an_account_but_not_its_password(world: World) -> None:
    world.add()
    world.provisioner.add_user(UserId(2), ACCOUNT, Secret("investor"), watch_only=True)
    trader, watcher = world.provisioner.password(ACCOUNT), world.provisioner.password_of(UserId(2))
    assert trader is not None
    assert watcher is not None
    assert (trader.reveal(), watcher.reveal()) == (PASSWORD, "investor")
    with pytest.raises(RefusedForSafety):
        world.robot(5, 2)
    world.provisioner.remove_user(UserId(2))
    assert world.provisioner.password(ACCOUNT) is not None


@pytest.mark.parametrize("kind", ["directory", "file", "dangling link"])
def test_a_directory_that_is_not_ours_is_never_touched(world: World, kind: str) -> None:
    place = world.root / "user_1"
    if kind == "directory":
        place.mkdir()
        (place / "precious.txt").write_text("keep", encoding="utf-8")
    elif kind == "file":
        place.write_text("keep", encoding="utf-8")
    else:
        place.symlink_to(world.root / "nowhere")
    before = world.everything()
    with pytest.raises(Conflict, match="user_1"):
        world.add()
    assert world.everything() == before
    assert world.secrets.references == ()


def test_capacity_binds_live_servers_only(live: World, world: World) -> None:
    for number in range(1, 13):
        account = replace(ACCOUNT, login=number)
        assert world.add(number, account) == ()
        if number <= 9:
            assert live.add(number, account) == ()
        elif number == 10:
            assert len(live.add(number, account)) == 1
        else:
            with pytest.raises(RefusedForSafety) as refused:
                live.add(number, account)
            assert refused.value.exit_code == 6
            assert len(live.add(number, account, over_capacity=True)) == 1


def test_a_locked_keyring_or_a_failing_template_leaves_nothing_behind(world: World) -> None:
    before = world.everything()
    world.secrets.unavailable = "the keyring is locked"
    with pytest.raises(SecretsUnavailable):
        world.add()
    world.secrets.unavailable = None
    world.template.refuse = "no template"
    with pytest.raises(ConsoleError, match="no template"):
        world.add()
    world.template.refuse = None
    assert world.secrets.references == ()
    assert world.store.load().users == ()
    world.add()
    assert len(world.store.load().users) == 1
    assert before <= world.everything()


def test_a_template_that_dies_in_the_middle_leaves_no_half_directory(world: World) -> None:
    def install(directory: Path) -> None:
        (directory / "MQL5").mkdir(parents=True)
        raise StorageFailed("disk_full", "the disk is full")

    world.template.install = install  # type: ignore[method-assign]
    with pytest.raises(StorageFailed):
        world.add()
    assert not world.layout().root.exists()
    assert world.secrets.references == ()
    assert not list((world.root / ".mt5console" / "unfinished").iterdir())


def test_a_removed_user_lives_on_in_the_folder_of_removed_things_only(world: World) -> None:
    world.add()
    world.robot()
    world.layout().start_ini.write_bytes(b"Password=secret")
    moved = world.provisioner.remove_user(UserId(1))
    assert moved is not None
    assert moved.parent == world.root / ".mt5console" / "removed"
    assert (moved / "terminal64").exists()
    assert (moved / "sources" / "123.mq5").read_text("utf-8") == SOURCE
    assert not (moved / "mt5console-start.ini").exists()
    assert not world.layout().root.exists()
    stored = world.store.load()
    assert (stored.users, stored.robots, world.secrets.references) == ((), (), ())
    world.add()
    again = world.provisioner.remove_user(UserId(1))
    assert again is not None
    assert again != moved


def test_a_user_with_a_running_terminal_is_not_removed(world: World) -> None:
    world.add()
    world.processes.start_elsewhere(world.layout().root / "terminal64")
    with pytest.raises(Conflict):
        world.provisioner.remove_user(UserId(1))
    assert world.layout().root.is_dir()
    assert len(world.store.load().users) == 1


def test_a_user_whose_directory_vanished_can_still_be_removed(world: World) -> None:
    world.add()
    world.layout().root.rename(world.root.parent / "stolen")
    assert world.provisioner.user_stats(UserId(1))["dir_exists"] is False
    with pytest.raises(StorageFailed, match="vanished"):
        world.robot()
    assert world.provisioner.remove_user(UserId(1)) is None
    assert (world.store.load().users, world.secrets.references) == ((), ())


def test_a_removal_with_a_locked_keyring_is_finished_later(world: World) -> None:
    world.add()
    world.secrets.unavailable = "locked"
    with pytest.raises(SecretsUnavailable):
        world.provisioner.remove_user(UserId(1))
    assert world.store.load().users == ()
    with pytest.raises(Conflict, match="not ended"):
        world.add()
    world.secrets.unavailable = None
    world.provisioner.settle()
    assert world.secrets.references == ()
    world.add()


def test_unknown_users_are_told_so(world: World) -> None:
    for act in (world.provisioner.remove_user, world.provisioner.user_stats, world.provisioner.password_of):
        with pytest.raises(NotFound):
            act(UserId(9))


def test_a_password_can_be_replaced(world: World) -> None:
    world.add()
    world.provisioner.set_password(ACCOUNT, Secret("changed"))
    password = world.provisioner.password(ACCOUNT)
    assert password is not None
    assert password.reveal() == "changed"
    with pytest.raises(Conflict):
        world.provisioner.set_password(Account(login=1, server="Other"), Secret("x"))
    with pytest.raises(UsageInvalid):
        world.provisioner.set_password(ACCOUNT, Secret("a\nb"))


def test_start_inis_left_by_a_crash_are_wiped_but_not_those_still_needed(world: World) -> None:
    for number in (1, 2, 3):
        world.add(number, replace(ACCOUNT, login=number))
    for number in (1, 2):
        world.layout(number).start_ini.write_bytes(b"Password=x")
    torn = world.layout(3).root / ".mt5console-start.ini.1-2-3.tmp"
    torn.write_bytes(b"Password=x")
    assert world.provisioner.sweep_start_inis(still_needed={UserId(2)}) == (1,)
    assert [world.layout(number).start_ini.exists() for number in (1, 2)] == [False, True]
    assert not torn.exists()
    assert world.provisioner.sweep_start_inis() == (2,)


# ---- robots ---------------------------------------------------------------------------------------------------------


def test_a_new_robot_has_a_source_two_slots_and_a_row(world: World) -> None:
    world.add()
    robot = world.robot(source_name="C:\\robots\\mine.mq5")
    assert world.store.load().robots == (robot,)
    assert (robot.magic, robot.source_name, robot.inputs) == (123, "mine.mq5", (("Lots", "0.2"),))
    assert robot.source_hash == hashlib.sha256(SOURCE.encode()).hexdigest()
    assert (world.root / ".mt5console" / "robots" / "123.mq5").read_text("utf-8") == SOURCE
    first, second = (world.layout().slot_binary(123, slot) for slot in ("a", "b"))
    assert first.read_bytes() == second.read_bytes() != b""
    world.robot(124)
    placeholders = [source for source in world.compiler.compiled if source.name == "Placeholder.mq5"]
    assert len(placeholders) == 1, "the placeholder is compiled once for a user"


def test_a_slot_that_is_there_is_not_overwritten(world: World) -> None:
    world.add()
    running = world.layout().slot_binary(123, "a")
    running.write_bytes(b"a version that runs")
    world.robot()
    assert running.read_bytes() == b"a version that runs"
    assert world.layout().slot_binary(123, "b").exists()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"robot_id": 0}, UsageInvalid),
        ({"user_id": 9}, NotFound),
        ({"symbol": "../EURUSD"}, UsageInvalid),
        ({"timeframe": "H7"}, UsageInvalid),
        ({"inputs": (("lots", "1"),)}, UsageInvalid),
        ({"inputs": (("Lots", "1\n2"),)}, UsageInvalid),
        ({"source_text": "  "}, UsageInvalid),
        ({"source_text": "\ud800"}, UsageInvalid),
        ({"magic": 0}, UsageInvalid),
    ],
)
def test_a_robot_that_cannot_be_is_refused_and_nothing_is_made(
    world: World, changes: dict[str, object], kind: type[ConsoleError]
) -> None:
    world.add()
    before = world.everything()
    with pytest.raises(kind) as refused:
        world.robot(**changes)  # type: ignore[arg-type]
    assert "\n" not in refused.value.text
    assert world.everything() == before
    assert world.store.load().robots == ()


def test_robot_ids_are_unique_in_the_base_directory(world: World) -> None:
    world.add(1)
    world.add(2, replace(ACCOUNT, login=2))
    world.robot(123, 1)
    for user_id in (1, 2):
        with pytest.raises(Conflict, match="123"):
            world.robot(123, user_id)
    with pytest.raises(Conflict):
        world.robot(123, 2, replace_existing=True)


def test_a_magic_number_is_one_robots_on_its_account_and_free_on_others(world: World) -> None:
    world.add(1)
    world.add(2, replace(ACCOUNT, login=2))
    world.robot(123, 1, magic=77)
    with pytest.raises(Conflict, match="77"):
        world.robot(124, 1, magic=77)
    with pytest.raises(Conflict):
        world.robot(77, 1)
    assert world.robot(124, 2, magic=77).magic == 77


def test_replacing_a_robots_source_keeps_what_runs(world: World) -> None:
    world.add()
    robot = world.robot(magic=5)
    world.store.commit([SaveRobot(robot=replace(robot, run=RobotRun.RUNNING))])
    again = world.robot(symbol="GBPUSD", source_text=SOURCE + "//2", replace_existing=True)
    assert (again.run, again.magic, again.symbol) == (RobotRun.RUNNING, 5, "GBPUSD")
    assert again.source_hash != robot.source_hash
    assert world.store.load().robots == (again,)


def test_a_metaeditor_that_fails_is_named_and_no_robot_is_registered(world: World) -> None:
    world.add()
    world.compiler.next_reports.append(compile_report(ok=False, errors=3))
    with pytest.raises(ConsoleError, match="3 errors"):
        world.robot()
    assert world.store.load().robots == ()
    world.robot()


def test_a_forgotten_robot_leaves_its_desired_file_so_that_strays_may_not_trade(world: World) -> None:
    world.add()
    world.robot()
    layout = world.layout()
    for path in (layout.ready(123), layout.desired(123), layout.robot_lock(123), layout.proven_source(123)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
    world.provisioner.forget_robot(RobotId(123))
    assert world.store.load().robots == ()
    assert layout.desired(123).exists()
    assert layout.robot_lock(123).exists()
    for path in (layout.ready(123), layout.proven_source(123), layout.slot_binary(123, "a")):
        assert not path.exists()
    (aside,) = (world.root / ".mt5console" / "removed").iterdir()
    assert {"123.mq5", "Robot_123_a.ex5", "Robot_123_b.ex5", "Robot_123.mq5", "ready.json"} == {
        path.name for path in aside.iterdir()
    }
    with pytest.raises(NotFound):
        world.provisioner.forget_robot(RobotId(123))
    world.robot()


def test_a_forgotten_robot_may_open_nothing_also_when_its_terminal_stood_still(world: World) -> None:
    """A stopped terminal's robot is detached by nobody: its profile may bring it back, and the slot may be held."""
    world.add()
    world.robot()
    desired = world.layout().desired(123)
    permit = Permit(deployment_id=DeploymentId("d-1"), login=7001, server="Demo-Server")
    world.files.write_atomic(desired, encode_desired(permit))
    world.provisioner.forget_robot(RobotId(123))
    assert desired.exists()
    assert decode_desired(world.files.read(desired)) is None


def test_a_robot_whose_permit_cannot_be_taken_stays_registered(world: World, monkeypatch) -> None:
    world.add()
    robot = world.robot()
    world.files.write_atomic(world.layout().desired(123), encode_desired(Permit(deployment_id=DeploymentId("d-1"))))

    def full(*_args: object, **_options: object) -> None:
        raise StorageFailed("disk_full", "no space is left")

    monkeypatch.setattr(world.files, "write_atomic", full)
    with pytest.raises(StorageFailed):
        world.provisioner.forget_robot(RobotId(123))
    assert world.store.load().robots == (robot,)


# ---- statistics -----------------------------------------------------------------------------------------------------


def test_statistics_have_the_seeds_shapes(world: World) -> None:
    world.add(1)
    world.add(2, replace(ACCOUNT, login=2))
    for robot_id in (1, 2, 3):
        world.robot(robot_id)
    layout = world.layout()
    (layout.root / "logs").mkdir(exist_ok=True)
    (layout.mql5 / "Logs").mkdir()
    for path in ("logs/20260101.log", "logs/20260102.LOG", "logs/metaeditor.log", "MQL5/Logs/20260101.log"):
        (layout.root / path).write_bytes(b"")
    assert world.provisioner.user_stats(UserId(1)) == {
        "user_id": 1,
        "user_dir": layout.root.as_posix(),
        "dir_exists": True,
        "ea_count": 3,
        "log_files": 3,
    }
    assert world.provisioner.system_stats() == {
        "total_users": 2,
        "total_eas": 3,
        "base_dir": world.root.as_posix(),
        "base_dir_exists": True,
    }
    assert not world.provisioner.never_ran(UserId(1))
    assert world.provisioner.never_ran(UserId(2))


def test_logs_are_counted_however_their_folders_are_spelt(world: World) -> None:
    world.add()
    layout = world.layout()
    for folder in ("Logs", "MQL5/LOGS"):
        (layout.root / folder).mkdir()
        (layout.root / folder / "20260101.log").write_bytes(b"")
    assert world.provisioner.user_stats(UserId(1))["log_files"] == 2


def test_a_user_changed_by_the_engine_keeps_its_password(world: World) -> None:
    world.add()
    (user,) = world.store.load().users
    world.store.commit([SaveUser(user=replace(user, run=Run.RUNNING))])
    assert world.provisioner.password(ACCOUNT) is not None
