"""What the engine knows of one terminal at one instant, as deployments and safety rules read it.

Built by the watchdog from what it saw; frozen. Must not know: how the watchdog remembers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mt5console.core.model.desired import DesiredRobot, DesiredUser
from mt5console.core.model.ids import RobotId, TradeMode
from mt5console.core.model.observed import AgentStatus, Heartbeat, JournalEntry, Ready, RobotError


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalKnown:
    """One terminal, seen from a decision.

    `pid` None: no process. `identity_ok`: None until identity was seen, False stops every act. `agent_age_s`: age of
    the agent's word, None when it never spoke in this process's life. `blocked`: why no act may touch this terminal
    now (`""` when acts are allowed), `blocked_cause` the same as a diagnosis's cause. `beat_ages_s` and `beats` by
    robot; `advances` counts beats seen to advance per robot since its READY. `rivals`: robots of other users on the
    same account (watch-only accounts excepted). `coming`: robots of this account, as they will run, whose
    deployment has passed its checks and goes on.
    `recent_journal`: the last lines of both logs, oldest first.
    """

    user: DesiredUser
    state: str
    pid: int | None
    identity_ok: bool | None
    blocked: str
    trade_mode: TradeMode
    agent: AgentStatus | None
    agent_age_s: float | None
    readies: Mapping[RobotId, Ready]
    beats: Mapping[RobotId, Heartbeat]
    beat_ages_s: Mapping[RobotId, float]
    errors: Mapping[RobotId, tuple[RobotError, ...]]
    robots: tuple[DesiredRobot, ...]
    rivals: tuple[DesiredRobot, ...] = ()
    coming: tuple[DesiredRobot, ...] = ()
    recent_journal: tuple[JournalEntry, ...] = ()
    advances: Mapping[RobotId, int] = field(default_factory=dict)
    blocked_cause: str = "blocked"

    @property
    def positions_known(self) -> bool:
        """Whether the number of open positions can be told now."""
        return self.agent is not None and self.agent.positions is not None

    def positions_of_magic(self, magic: int) -> int | None:
        """Open positions with this magic number, None when unknown."""
        if self.agent is None or self.agent.positions is None:
            return None
        return sum(1 for position in self.agent.positions if position.magic == magic)
