"""The console's own MQL5 programs in a terminal: MetaEditor judges, versions are told, nothing works half."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mt5console.core.errors import ConsoleError
from mt5console.core.isolation.mql5_installation import AGENT_SOURCE, Mql5Installation, read_installed
from mt5console.core.ports import Platform
from mt5console.core.terminal.layout import TerminalLayout
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFileStore
from tests.fakes.metatrader import FakeCompiler, compile_report

SERVICE = "Services/Mt5Console/AgentService.mq5"
INCLUDE = "Include/Mt5Console/Heartbeat.mqh"


class World:
    """A shipped tree, a MetaEditor and terminals, all in one place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shipped = root / "shipped"
        for name in (AGENT_SOURCE, SERVICE, INCLUDE):
            self.ship(name, f"// {name} 1\n")
        self.files = FakeFileStore()
        self.compiler = FakeCompiler(self.files)
        self.platform = Platform(
            simulated=True,
            executable_name="terminal64",
            clock=FakeClock(),
            processes=None,  # type: ignore[arg-type]
            files=self.files,
            secrets=None,  # type: ignore[arg-type]
            compiler=self.compiler,
            probes=None,  # type: ignore[arg-type]
            template=None,  # type: ignore[arg-type]
            lock=None,  # type: ignore[arg-type]
        )

    def ship(self, name: str, text: str) -> None:
        path = self.shipped / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def installation(self) -> Mql5Installation:
        """A console's start: the shipped tree is read anew."""
        return Mql5Installation(self.platform, self.shipped, self.root / "compiled")

    def user(self, number: int) -> TerminalLayout:
        return TerminalLayout(self.root / f"user_{number}")

    def names(self) -> list[str]:
        return [path.name for path in self.compiler.compiled]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_sources_are_copied_programs_compiled_and_the_record_names_editor_and_version(world: World) -> None:
    installation = world.installation()
    installed = installation.bring_up(user := world.user(1))
    assert world.files.read(user.mql5 / INCLUDE) == b"// Include/Mt5Console/Heartbeat.mqh 1\n"
    assert world.files.read(user.agent_binary)
    assert world.names() == ["Agent.mq5", "AgentService.mq5"]
    assert installed.version == installation.version
    assert installed.editor == "MetaEditor 5.0.0.5260"
    assert [(taken.file, taken.ok) for taken in installed.programs] == [(AGENT_SOURCE, True), (SERVICE, True)]
    assert read_installed(user, world.files) == installed


def test_what_is_there_whole_is_left_alone(world: World) -> None:
    world.installation().bring_up(world.user(1))
    world.compiler.compiled.clear()
    world.installation().bring_up(world.user(1))
    assert world.names() == []


@pytest.mark.parametrize("lost", [AGENT_SOURCE, INCLUDE, "Experts/Mt5Console/Agent.ex5"])
def test_a_file_that_somebody_took_away_comes_back(world: World, lost: str) -> None:
    world.installation().bring_up(user := world.user(1))
    world.files.remove(user.mql5 / lost)
    world.installation().bring_up(user)
    assert world.files.read(user.mql5 / lost)


def test_the_same_metaeditor_serves_the_next_user_without_compiling_again(world: World) -> None:
    world.installation().bring_up(world.user(1))
    world.compiler.compiled.clear()
    installed = world.installation().bring_up(world.user(2))
    assert world.names() == []
    assert world.files.read(world.user(2).agent_binary) == world.files.read(world.user(1).agent_binary)
    assert all(taken.ok for taken in installed.programs)


def test_another_metaeditor_compiles_for_itself(world: World) -> None:
    world.installation().bring_up(world.user(1))
    world.compiler.editor = "MetaEditor 5.0.0.5430"
    world.installation().bring_up(world.user(2))
    assert world.names() == ["Agent.mq5", "AgentService.mq5"] * 2


def test_a_newer_version_replaces_what_lies_there(world: World) -> None:
    before = world.installation().bring_up(user := world.user(1))
    world.ship(AGENT_SOURCE, "// newer\n")
    after = world.installation().bring_up(user)
    assert after.version != before.version
    assert world.files.read(user.mql5 / AGENT_SOURCE) == b"// newer\n"
    assert world.files.read(user.agent_binary) == b"EX-// newer\n"


def test_an_agent_that_metaeditor_refuses_is_refused_with_its_words(world: World) -> None:
    world.compiler.next_reports.append(
        compile_report(ok=False, errors=1, messages=("Agent.mq5(3,1) : error 256: 'x' - undeclared identifier",))
    )
    with pytest.raises(ConsoleError) as refused:
        world.installation().bring_up(world.user(1))
    assert refused.value.code == "agent_refused"
    assert "undeclared identifier" in refused.value.text
    assert "MetaEditor 5.0.0.5260" in refused.value.text
    kept = read_installed(world.user(1), world.files)
    assert kept is not None
    assert not kept.programs[0].ok


def test_a_newer_agent_that_is_refused_leaves_the_one_that_works(world: World) -> None:
    world.installation().bring_up(user := world.user(1))
    works = world.files.read(user.agent_binary)
    world.ship(AGENT_SOURCE, "// newer, and wrong\n")
    world.compiler.next_reports.append(compile_report(ok=False, errors=1))
    installed = world.installation().bring_up(user)
    assert world.files.read(user.agent_binary) == works
    assert [taken.ok for taken in installed.programs] == [False, True]


def test_what_was_refused_is_tried_again_by_another_metaeditor_only(world: World) -> None:
    world.compiler.next_reports.extend((compile_report(), compile_report(ok=False, errors=2)))
    world.installation().bring_up(world.user(1))
    world.compiler.compiled.clear()
    world.installation().bring_up(world.user(1))
    assert world.names() == []
    world.compiler.editor = "MetaEditor 5.0.0.5430"
    assert all(taken.ok for taken in world.installation().bring_up(world.user(1)).programs)


def test_a_refused_service_refuses_nothing(world: World) -> None:
    world.compiler.next_reports.extend((compile_report(), compile_report(ok=False, errors=2)))
    installed = world.installation().bring_up(world.user(1))
    assert [taken.ok for taken in installed.programs] == [True, False]


def test_without_a_known_editor_nothing_is_shared(world: World) -> None:
    world.compiler.editor = ""
    world.installation().bring_up(world.user(1))
    world.installation().bring_up(world.user(2))
    assert world.names() == ["Agent.mq5", "AgentService.mq5"] * 2


def test_includes_alone_are_brought_without_touching_a_program(world: World) -> None:
    world.installation().bring_includes(user := world.user(1))
    assert world.files.read(user.mql5 / INCLUDE)
    assert world.files.read(user.mql5 / AGENT_SOURCE) is None
    assert world.names() == []


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"version": 1}', b'{"version":"x","editor":"","programs":[7]}'])
def test_a_torn_or_foreign_record_reads_as_none_and_is_made_anew(world: World, record: bytes) -> None:
    user = world.user(1)
    world.files.write_atomic(user.console_experts / "installed.json", record)
    assert read_installed(user, world.files) is None
    world.installation().bring_up(user)
    assert json.loads(world.files.read(user.console_experts / "installed.json") or b"")["version"]
