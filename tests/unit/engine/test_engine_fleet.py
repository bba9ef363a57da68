"""What many terminals share in one engine: whose turn it is, and an outage that the next engine goes on with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from mt5console.core.engine import Engine, Remembered, Step
from mt5console.core.model.commands import CloseTerminal, LogInAgain, StartTerminal
from mt5console.core.model.desired import DesiredUser, Run
from mt5console.core.model.facts import (
    AgentStatusSeen,
    FilesRead,
    ProcessExited,
    ProcessSeen,
    TerminalSpawned,
    UserForgotten,
)
from mt5console.core.model.ids import Account, Now, ServerId, TradeMode, UserId
from mt5console.core.model.observed import AgentStatus
from mt5console.core.model.records import Incident, IncidentKind, SaveWatch
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
        self.out: set[UserId] = set()
        self.engine = self._engine(Remembered(users=self.users), 3)
        self.stored: dict[UserId, dict[str, Any]] = {}
        self.logins: list[UserId] = []
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
        self.stored |= {change.user_id: change.state for change in step.changes if isinstance(change, SaveWatch)}
        self.logins += [command.user_id for command in step.commands if isinstance(command, LogInAgain)]
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

    def engine_dies(self) -> None:
        """The next engine knows only what was stored."""
        still_open = self.engine.incidents.all_open()
        remembered = Remembered(users=self.users, watches=self.stored, incidents=still_open)
        self.engine = self._engine(remembered, self.engine.generation + 1)
        self.step(*(self.seen(one.user_id) for one in self.users))

    @property
    def outages(self) -> list[Incident]:
        found = self.engine.incidents.all_open()
        return [incident for incident in found if incident.kind is IncidentKind.BROKER_DISCONNECTED]

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
            connected=user_id not in self.out,
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


def test_an_outage_of_the_fleet_goes_on_as_one_in_the_next_engine() -> None:
    """Its logins stay held, and the terminal whose link is back first does not end the incident of the others."""
    fleet = Fleet(4)
    fleet.out = set(fleet.speaking)
    fleet.passes(8.0)
    (outage,) = fleet.outages
    assert outage.user_id is None
    fleet.engine_dies()
    fleet.passes(POLICY.link_wait_s + POLICY.login_grace_s + 5.0)
    assert fleet.logins == []
    fleet.out.remove(UserId(1))
    fleet.passes(2.0)
    assert [incident.incident_id for incident in fleet.outages] == [outage.incident_id]
    fleet.out.clear()
    fleet.passes(2.0)
    assert fleet.outages == []


def test_a_user_that_is_removed_as_the_last_one_without_a_link_ends_the_outage() -> None:
    fleet = Fleet(4)
    fleet.out = set(fleet.speaking)
    fleet.passes(8.0)
    fleet.out = {UserId(4)}
    fleet.passes(2.0)
    assert len(fleet.outages) == 1
    fleet.step(UserForgotten(user_id=UserId(4)))
    assert fleet.outages == []


def test_nobody_is_taken_for_frozen_while_our_own_reading_hangs() -> None:
    """A directory that hangs keeps the files of every terminal from being read: their silence is then ours."""
    fleet = Fleet(2)
    fleet.step(FilesRead())
    everybody, fleet.speaking = fleet.speaking, set()
    fleet.passes(120.0)
    assert fleet.closed == []
    fleet.speaking = everybody
    fleet.passes(1.0)
    fleet.step(FilesRead())
    fleet.speaking = {UserId(2)}
    for _ in range(30):
        fleet.passes(1.0)
        fleet.step(FilesRead())
    assert len(fleet.closed) == 1
