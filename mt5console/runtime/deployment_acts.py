"""Acts of a deployment: source into a slot, compile, desired.json, the agent's command files, promotion.

Must not know: which stage comes next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from mt5console.core.errors import NotFound, StorageFailed
from mt5console.core.isolation.mql5_installation import Mql5Installation
from mt5console.core.model.commands import (
    AgentTemplate,
    CompileSlot,
    PauseEntries,
    PromoteSource,
    SendAgentCommand,
    WriteDesired,
    WriteSlotSource,
)
from mt5console.core.model.facts import CompileFinished, Fact
from mt5console.core.model.ids import Account, UserId
from mt5console.core.ports import Platform
from mt5console.core.terminal.layout import BaseLayout
from mt5console.core.terminal.protocol import CommandFile, encode_command, encode_desired
from mt5console.core.terminal.templates import template_bytes
from mt5console.runtime.targets import Target, Targets


class DeploymentActs:
    """Each method carries out one command; raises ConsoleError when it cannot. Runs in: lanes."""

    def __init__(
        self,
        platform: Platform,
        base: BaseLayout,
        targets: Targets,
        account_of: Callable[[UserId], Account],
        post: Callable[[Fact], None],
        generation: int,
        programs: Mql5Installation,
    ) -> None:
        self._platform = platform
        self._programs = programs
        self._base = base
        self._targets = targets
        self._account_of = account_of
        self._post = post
        self._generation = generation

    def _target(self, user_id: UserId) -> Target:
        target = self._targets.get(user_id)
        if target is None:
            raise NotFound("unknown_user", f"user {user_id} is not watched any more")
        return target

    def write_source(self, command: WriteSlotSource) -> str:
        """The registered source becomes the slot's; the evidence is its SHA-256."""
        path = self._base.robot_source(command.robot_id)
        data = self._platform.files.read(path)
        if data is None:
            raise StorageFailed("no_source", f"the registered source of robot {command.robot_id} is gone: {path.name}")
        slot = self._target(command.user_id).layout.slot_source(command.robot_id, command.slot)
        self._platform.files.write_atomic(slot, data)
        return hashlib.sha256(data).hexdigest()

    def compile(self, command: CompileSlot) -> None:
        """Compile the slot, against the include files of this console's version; MetaEditor's log is the judge."""
        layout = self._target(command.user_id).layout
        self._programs.bring_includes(layout)
        source = layout.slot_source(command.robot_id, command.slot)
        report = self._platform.compiler.compile(source, layout.root, command.deadline_s)
        self._post(
            CompileFinished(
                user_id=command.user_id,
                act_id=command.act_id,
                deployment_id=command.deployment_id,
                slot=command.slot,
                report=report,
            )
        )

    def write_desired(self, command: WriteDesired) -> str:
        """desired.json names the one deployment that may trade."""
        path = self._target(command.user_id).layout.desired(command.robot_id)
        self._platform.files.write_atomic(path, encode_desired(command.permit), durable=True)
        return f"desired.json names {command.permit.deployment_id if command.permit else 'nobody'}"

    def pause_entries(self, command: PauseEntries) -> str:
        """The pause flag, as the agent would set it."""
        path = self._target(command.user_id).layout.paused(command.robot_id)
        self._platform.files.write_atomic(path, b"paused\r\n", durable=True)
        return "the console has set the pause flag itself"

    def promote(self, command: PromoteSource) -> str:
        """The slot's source becomes the robot's proven one."""
        layout = self._target(command.user_id).layout
        data = self._platform.files.read(layout.slot_source(command.robot_id, command.slot))
        if data is None:
            raise StorageFailed("no_source", f"the source of slot {command.slot} of robot {command.robot_id} is gone")
        self._platform.files.write_atomic(layout.proven_source(command.robot_id), data)
        return f"{layout.proven_source(command.robot_id).name} written"

    def send(self, command: SendAgentCommand) -> None:
        """Put the command before the agent; its reply is posted when it comes."""
        target = self._target(command.user_id)
        account = self._account_of(command.user_id)
        arguments = command.arguments
        if command.template is not None:
            name = f"{command.command_id}.tpl"
            self._write_template(target, name, command.template)
            arguments = (*arguments, ("template", name))
        file = CommandFile(
            id=command.command_id,
            verb=command.verb,
            generation=self._generation,
            login=account.login,
            server=account.server,
            data_path=str(target.layout.root),
            not_after_utc_s=self._platform.clock.now().utc_s + command.valid_for_s,
            arguments=arguments,
        )
        self._targets.await_reply(command.user_id, command.command_id)
        path = target.layout.commands / f"{command.command_id}.json"
        self._platform.files.write_atomic(path, encode_command(file))

    def _write_template(self, target: Target, name: str, wanted: AgentTemplate) -> None:
        expert_path = f"Experts\\{wanted.expert}.ex5"
        expert_name = wanted.expert.rsplit("\\", 1)[-1]
        data = template_bytes(expert_path, expert_name, wanted.symbol, wanted.timeframe, wanted.inputs)
        self._platform.files.write_atomic(target.layout.templates / name, data)
