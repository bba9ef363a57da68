"""Carries out commands: each in its lane, each end posted as a fact. The only place where the engine's acts happen.

Must not know: why a command was given. Passwords are read from the keyring at the last moment and never kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from mt5console.core.errors import ConsoleError
from mt5console.core.model.commands import (
    Announce,
    CloseTerminal,
    Command,
    CompileSlot,
    ForgetRobot,
    KillTerminal,
    LogInAgain,
    PauseEntries,
    PressAlgoButton,
    PromoteSource,
    ReattachProbe,
    SendAgentCommand,
    SetStopLatch,
    StartTerminal,
    WipeStartIni,
    WriteDesired,
    WriteSlotSource,
)
from mt5console.core.model.facts import ActDone, ActFailed, Fact
from mt5console.runtime.deployment_acts import DeploymentActs
from mt5console.runtime.lanes import Lanes
from mt5console.runtime.terminal_acts import TerminalActs

log = logging.getLogger(__name__)
people = logging.getLogger("mt5console.watchdog")

LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Executor:
    """Hands commands to lanes. Runs in: the loop's thread for the hand-over, `lanes` for the acts.

    `probe_lanes`: those of the probe rounds, so that no round is begun while a login has the probe. `latch_lanes`: the
    stop latches' alone, for a stop waits behind nothing: not a terminal's start, nor sixteen that hang.
    """

    def __init__(
        self,
        terminals: TerminalActs,
        deployments: DeploymentActs,
        forget_robot: Callable[[ForgetRobot], None],
        lanes: Lanes,
        probe_lanes: Lanes,
        latch_lanes: Lanes,
        post: Callable[[Fact], None],
    ) -> None:
        self._terminals = terminals
        self._deployments = deployments
        self._forget_robot = forget_robot
        self._lanes = lanes
        self._probe_lanes = probe_lanes
        self._latch_lanes = latch_lanes
        self._post = post

    def __call__(self, commands: Sequence[Command]) -> None:
        """Carry these out, in order within each lane."""
        for command in commands:
            self._hand_over(command)

    def _hand_over(self, command: Command) -> None:
        match command:
            case Announce():
                people.log(LEVELS.get(command.level, logging.INFO), "%s", command.text)
            case CompileSlot():
                self._in(("compile", command.robot_id % 2), command, lambda: self._deployments.compile(command))
            case LogInAgain():
                self._in(("probe", command.user_id), command, lambda: self._terminals.log_in(command))
            case ReattachProbe():
                # Not in the probe's lane: a call that hangs there is what this ends.
                self._in(("reattach", command.user_id), command, lambda: self._terminals.reattach(command))
            case KillTerminal():
                self._in(("kill", command.user_id), command, lambda: self._terminals.kill(command))
            case _:
                self._in(("acts", command.user_id), command, lambda: self._act(command))

    def _act(self, command: Command) -> str | None:
        match command:
            case StartTerminal():
                self._terminals.start(command)
            case CloseTerminal():
                return self._terminals.close(command)
            case WipeStartIni():
                return self._terminals.wipe(command)
            case PressAlgoButton():
                return self._terminals.press_algo(command)
            case SetStopLatch():
                return self._terminals.latch(command)
            case WriteSlotSource():
                return self._deployments.write_source(command)
            case WriteDesired():
                return self._deployments.write_desired(command)
            case PauseEntries():
                return self._deployments.pause_entries(command)
            case PromoteSource():
                return self._deployments.promote(command)
            case SendAgentCommand():
                self._deployments.send(command)
            case ForgetRobot():
                self._forget_robot(command)
            case _:
                raise TypeError(f"no way to carry out {type(command).__name__}")
        return None

    def _in(self, lane: tuple[str, int], command: Command, act: Callable[[], str | None]) -> None:
        """Run in a lane; evidence becomes ActDone, None means the act posted its own end, an error ActFailed."""
        if isinstance(command, Announce):
            return
        user_id, act_id = command.user_id, command.act_id

        def run() -> None:
            try:
                evidence = act()
            except ConsoleError as error:
                self._post(ActFailed(user_id=user_id, act_id=act_id, code=error.code, text=error.text))
            except OSError as error:
                text = f"{type(command).__name__}: {error.strerror or error}"
                self._post(ActFailed(user_id=user_id, act_id=act_id, code="os_error", text=text))
            except Exception as error:
                # The last boundary of an act: whoever waits for its end must hear of it, whatever broke.
                log.exception("act %s broke", act_id)
                text = f"{type(command).__name__}: this is a mistake in mt5console itself ({type(error).__name__})"
                self._post(ActFailed(user_id=user_id, act_id=act_id, code="internal", text=text))
            else:
                if evidence is not None:
                    self._post(ActDone(user_id=user_id, act_id=act_id, evidence=evidence))

        self._lanes_for(command).submit(lane, run)

    def _lanes_for(self, command: Command) -> Lanes:
        match command:
            case LogInAgain():
                return self._probe_lanes
            case SetStopLatch():
                return self._latch_lanes
        return self._lanes
