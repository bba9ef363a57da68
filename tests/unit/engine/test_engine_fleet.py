"""What many terminals share in one engine: whose turn it is, and an outage that the next engine goes on with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from mt5console.core.engine import Engine, Remembered, Step
from mt5console.core.model.commands import CloseTerminal, StartTerminal
from mt5console.core.model.desired import DesiredUser, Run
from mt5console.core.model.facts import AgentStatusSeen, ProcessExited, ProcessSeen, TerminalSpawned
from mt5console.core.model.ids import Account, Now, ServerId, TradeMode, UserId
from mt5console.core.model.observed import AgentStatus
from mt5console.core.watchdog.policy import Policy

SPACING_S = 5.0
POLICY = replace(Policy.simulated(), start_spacing_s=SPACING_S)


def user(number: int) -> DesiredUser:
    account = Account(login=500 + number, server="Demo-Server")
    return DesiredUser(user_id=UserId(number), account=account, directory=f"/base/user_{number}", run=Run.RUNNING)


class Fleet:
    """Terminals of one engine; the agents of those in `speaking` speak. Closings and starts with their instants."""

    def __init__(self, count: int) -> None:
        self.now = Now(mono_s=1000.0, utc_s=1_700_000_000.0)
        self.users = [user(number + 1) for number in range(count)]
        self.speaking = {one.user_id for one in self.users}
        self.connected = True
        self.engine = self._engine(Remembered(users=self.users), 3)
        self.closed: list[float] = []
        self.started: list[float] = []
        self.step(*(self.seen(one.user_id) for one in self.users))
        self.passes(5.0)

    def _engine(self, remembered: Remembered, generation: int) -> Engine:
        return Engine(
            remembered, server=ServerId("srv"), simulated=True, policy=POLICY, generation=generation, now=self.now
        )

    def seen(self, user_id: UserId) -> ProcessSeen:
        return ProcessSeen(user_id=user_id, pid=40 + user_id, started_utc_s=1_699_990_000.0, adopted=True)

    def step(self, *facts: object) -> Step:
        step = self.engine.step(facts, self.now)  # type: ignore[arg-type]
        for command in step.commands:
            if isinstance(command, CloseTerminal):
                self.closed.append(self.now.mono_s)
                self.step(ProcessExited(user_id=command.user_id, pid=command.pid, exit_code=0))
            elif isinstance(command, StartTerminal):
                self.started.append(self.now.mono_s)
                self.speaking.add(command.user_id)
                self.step(
                    TerminalSpawned(
                        user_id=command.user_id,
                        act_id=command.act_id,
                        pid=len(self.started) + 900,
                        started_utc_s=self.now.utc_s,
                    )
                )
        return step

    def passes(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.now = Now(mono_s=self.now.mono_s + 0.5, utc_s=self.now.utc_s + 0.5)
            self.step(*(self.agent(user_id) for user_id in sorted(self.speaking)))

    def agent(self, user_id: UserId) -> AgentStatusSeen:
        status = AgentStatus(
            sequence=int(self.now.mono_s * 10),
            utc_s=self.now.utc_s,
            started_utc_s=self.now.utc_s - 5,
            agent_version="1",
            build=5260,
            data_path=f"/base/user_{user_id}",
            login=500 + user_id,
            server="Demo-Server",
            trade_mode=TradeMode.DEMO,
            connected=self.connected,
            trade_allowed=True,
            account_trade_allowed=True,
            account_trade_expert=True,
            positions=(),
        )
        return AgentStatusSeen(user_id=user_id, status=status, age_s=0.0)


def gaps(instants: Iterable[float]) -> list[float]:
    return [later - sooner for sooner, later in pairwise(instants)]


def test_terminals_that_freeze_together_are_closed_one_by_one_as_they_are_started() -> None:
    fleet = Fleet(4)
    fleet.speaking.clear()
    fleet.passes(60.0)
    assert len(fleet.closed) == len(fleet.started) == 4
    assert min(gaps(fleet.closed)) >= SPACING_S
    assert [start - close for close, start in zip(fleet.closed, fleet.started, strict=True)] == [0.0] * 4
