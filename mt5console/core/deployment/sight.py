"""What a deployment can see in a terminal: charts of the robot, fresh words of the agent, permission, beats.

Pure readings of `TerminalKnown`. Must not know: what a deployment does about them.
"""

from __future__ import annotations

from mt5console.core.deployment.plan import AGENT_STALE_S, BEAT_STALE_S
from mt5console.core.deployment.state import Key, Mark
from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.ids import RobotId
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.observed import AgentStatus, ChartSeen, Heartbeat, Ready
from mt5console.core.model.versions import ready_differences
from mt5console.core.terminal.layout import robot_of_expert


def fresh_agent(known: TerminalKnown) -> AgentStatus | None:
    """The agent's word when it is young enough to prove something."""
    if known.pid is None or known.agent is None or known.agent_age_s is None:
        return None
    return known.agent if known.agent_age_s <= AGENT_STALE_S else None


def why_no_acts(known: TerminalKnown) -> tuple[str, str] | None:
    """(cause, sentence) when no command may be given to this terminal's agent now, else None."""
    if known.identity_ok is False:
        return "wrong_account", "the terminal's identity is not the expected one"
    if known.pid is None:
        return "terminal_died", "the terminal is not running"
    if known.blocked:
        return known.blocked_cause, f"no act may touch this terminal: {known.blocked}"
    if fresh_agent(known) is None:
        age = "never spoke" if known.agent_age_s is None else f"spoke {known.agent_age_s:.1f} s ago"
        return "agent_dead", f"the agent {age}"
    return None


def mark_of(known: TerminalKnown) -> Mark | None:
    """Marks the agent's present word, so that a later one can be told from it."""
    return None if known.agent is None else (known.agent.started_utc_s, known.agent.sequence)


def newer(known: TerminalKnown, mark: Mark | None) -> bool:
    """Whether the agent's fresh word came after the mark; a restarted agent's words do too."""
    agent = fresh_agent(known)
    if agent is None:
        return False
    return mark is None or agent.started_utc_s != mark[0] or agent.sequence > mark[1]


def charts_of(known: TerminalKnown, robot_id: RobotId) -> tuple[ChartSeen, ...]:
    """Charts on which any version of the robot sits, by the agent's last word however old."""
    if known.agent is None:
        return ()
    return tuple(chart for chart in known.agent.charts if is_robot(chart.expert, robot_id))


def is_robot(expert: str, robot_id: RobotId) -> bool:
    """Whether the expert is a version of this robot, also under the seed's plain name `Robot_<id>`."""
    slot = robot_of_expert(expert)
    if slot is not None:
        return slot[0] == robot_id
    plain = expert.replace("/", "\\").rsplit("\\", 1)[-1].removesuffix(".ex5")
    return plain == f"Robot_{robot_id}"


def shows(charts: tuple[ChartSeen, ...], version: RobotVersion) -> bool:
    """Whether exactly this version's slot sits on one of the robot's charts, and no other slot does."""
    slots = [robot_of_expert(chart.expert) for chart in charts]
    return bool(slots) and all(slot is not None and slot[1] == version.slot for slot in slots)


def ready_key(ready: Ready | None) -> Key | None:
    """Tells one READY from a later one of the same deployment."""
    return None if ready is None else (ready.deployment_id, ready.chart_id, ready.utc_s)


def beat_key(beat: Heartbeat | None) -> Key | None:
    """Tells one beat from the next."""
    return None if beat is None else (beat.deployment_id, beat.sequence, beat.utc_s)


def beat_is_fresh(known: TerminalKnown, robot_id: RobotId) -> bool:
    """Whether the robot's last beat is young."""
    age = known.beat_ages_s.get(robot_id)
    return known.beats.get(robot_id) is not None and age is not None and age <= BEAT_STALE_S


def runs(known: TerminalKnown, robot_id: RobotId, version: RobotVersion, magic: int) -> bool:
    """Whether exactly this version is seen running now: its chart, its READY as sent, its fresh beats."""
    ready = known.readies.get(robot_id)
    beat = known.beats.get(robot_id)
    return (
        fresh_agent(known) is not None
        and shows(charts_of(known, robot_id), version)
        and ready is not None
        and ready.deployment_id == version.deployment_id
        and ready_differences(ready, version, magic) is None
        and beat is not None
        and beat.deployment_id == version.deployment_id
        and beat_is_fresh(known, robot_id)
    )


def why_agent_not_permitted(known: TerminalKnown) -> tuple[str, str] | None:
    """(cause, sentence) when the agent's own chart lacks the permission to trade, which every robot that it attaches
    inherits. While the terminal's switch is off no program has it, and that says nothing of the chart."""
    agent = known.agent
    if agent is None or not agent.trade_allowed or agent.agent_trade_allowed is not False:
        return None
    return "agent_not_permitted", "the agent may not trade on its chart, so no robot that it attaches may"


def why_not_permitted(known: TerminalKnown) -> tuple[str, str] | None:
    """(cause, sentence) when the terminal or the account does not let robots trade, else None."""
    agent = known.agent
    if agent is None:
        return "agent_dead", "the agent has not said whether trading is allowed"
    if not agent.trade_allowed:
        return "algo_off", "algo trading is switched off in the terminal"
    if not agent.connected or agent.login == 0:
        return "wrong_account", "the account is not connected to its broker"
    if not agent.account_trade_allowed:
        return "algo_off", "the broker does not let this account trade"
    if not agent.account_trade_expert:
        return "algo_off", "the broker does not let robots trade on this account"
    return None
