"""Fleets as pictures, made up but plausible: healthy ones and ones on fire, and a history that fits them."""

from __future__ import annotations

import random
from dataclasses import replace

from mt5console.ui.pictures import CheckPicture, FleetPicture, RobotPicture, TerminalPicture

NOW_UTC_S = 1_767_000_000.0
SERVERS = (("XMGlobal-MT5 5", "real"), ("ICMarkets-Demo", "demo"), ("Pepperstone-Edge04", "real"))
SYMBOLS = ("EURUSD", "XAUUSD", "GBPUSD", "USDJPY", "US500")
GOOD = CheckPicture(ok=True, age_s=0.4, evidence="seen 0.4 s ago")
BAD = CheckPicture(ok=False, age_s=11.0, evidence="no answer within 5 s (-10005); probe killed, next try in 6 s")
DARK = CheckPicture(ok=None, age_s=None, evidence="unknown since IPC was lost")

_WORDS = {
    "unknown": "not enough was seen to say; unknown is never healthy",
    "stopped": "no process, and none is wanted",
    "down": "no process, though one is wanted; 4 s of backoff left",
    "starting": "a start was issued; agent and login are awaited within their grace",
    "healthy": "process, IPC, account and robots are all seen to be well",
    "degraded": "the process lives, and at least one check is seen to fail",
    "closing": "asked to close; killed when it does not end in time",
    "updating": "LiveUpdate is at work; left alone until its deadline",
    "quarantined": "quarantined: 5 restarts within 10 min; a person must release it",
    "suspended": "closed by a person; the console asks instead of fighting",
    "wrong_identity": "every act is stopped: account 52290871 is logged in, 52290990 was registered",
    "conflict": "more than one process runs the executable; no act is safe",
}

_CHECKS = {
    "healthy": (GOOD, GOOD, GOOD, GOOD),
    "degraded": (GOOD, BAD, DARK, BAD),
    "starting": (GOOD, DARK, DARK, DARK),
    "closing": (GOOD, DARK, DARK, DARK),
    "updating": (GOOD, DARK, DARK, DARK),
    "unknown": (DARK, DARK, DARK, DARK),
    "wrong_identity": (GOOD, GOOD, BAD, GOOD),
    "conflict": (BAD, GOOD, GOOD, GOOD),
}
_DEAD = (BAD, BAD, DARK, BAD)

ALL_STATES = tuple(_WORDS)


def terminal(
    user_id: int, state: str = "healthy", robots: int = 3, dice: random.Random | None = None
) -> TerminalPicture:
    """One terminal in a state, with checks, words and robots that fit."""
    dice = dice or random.Random(user_id)
    server, money = SERVERS[user_id % len(SERVERS)]
    process, ipc, account, check = _CHECKS.get(state, _DEAD)
    lives = process.ok is True or state == "conflict"
    silent = {"degraded": 1, "quarantined": robots, "down": robots, "suspended": robots, "stopped": robots}.get(
        state, 0
    )
    return TerminalPicture(
        user_id=user_id,
        name=f"user_{user_id}",
        login=100_690_000 + 13 * user_id,
        account_server=server,
        trade_mode="unknown" if state in ("starting", "unknown") else money,
        state=state,
        words=_WORDS[state],
        desired="stopped" if state == "stopped" else "running",
        pid=4000 + user_id if lives else None,
        started_utc_s=NOW_UTC_S - (14.0 if state == "starting" else 3600.0 * (5 + 11 * user_id)) if lives else None,
        process=process,
        ipc=ipc,
        account=account,
        robots=check,
        robot_pictures=tuple(robot(user_id, at, state, at < silent, dice) for at in range(robots)),
        restarts_in_window={"quarantined": 5, "degraded": 1, "down": 3}.get(state, 0),
        restart_budget=5,
        incident="Robot 1107 has been silent for 41 s; its session is open" if state == "degraded" else None,
        positions=2 if user_id % 5 == 0 else 0,
        trade_allowed=True,
        cpu_percent=dice.uniform(0.3, 4.0) if lives else None,
        rss_bytes=int(dice.uniform(140, 260) * 2**20) if lives else None,
        build=5430,
        stop_latched=user_id % 17 == 0,
        maintenance_until_utc_s=NOW_UTC_S + 600 if user_id % 23 == 0 else None,
        directory=f"C:\\mt5_users\\user_{user_id}",
    )


def robot(user_id: int, at: int, state: str, is_silent: bool, dice: random.Random) -> RobotPicture:
    """One robot: beating, or silent for long."""
    unseen = state in ("starting", "unknown")
    age = None if unseen else dice.uniform(360, 380) if is_silent and state != "degraded" else dice.uniform(0.1, 1.0)
    if is_silent and state == "degraded":
        age = 41.0
    return RobotPicture(
        robot_id=100 * user_id + at,
        symbol=SYMBOLS[at % len(SYMBOLS)],
        timeframe="H1",
        state="unknown" if unseen else "stale" if is_silent else "beating",
        ready=not unseen,
        heartbeat_age_s=age,
        sequence=512,
        deployment_id=f"d{user_id}-{at}",
        entries="open",
    )


def healthy_fleet(count: int, robots: int = 3) -> FleetPicture:
    """All is well."""
    return fleet_of_states(["healthy"] * count, robots)


def burning_fleet(count: int, robots: int = 3) -> FleetPicture:
    """Every state at least once if there is room, the rest healthy."""
    sick = [state for state in ALL_STATES if state != "healthy"][:count]
    return fleet_of_states([*sick, *["healthy"] * (count - len(sick))], robots)


def fleet_of_states(states: list[str], robots: int = 3, sequence: int = 1) -> FleetPicture:
    """One terminal for each state, user ids from 1."""
    return FleetPicture(
        sequence=sequence,
        at_utc_s=NOW_UTC_S,
        server="TRADE-SRV-01",
        simulated=False,
        mode="on",
        check_interval_s=10.0,
        watchdog_running=True,
        terminals=tuple(terminal(user_id, state, robots) for user_id, state in enumerate(states, start=1)),
    )


def one_second_later(fleet: FleetPicture, dice: random.Random) -> FleetPicture:
    """The same fleet a second on: beats come, silence grows, CPU and memory tremble."""

    def aged(one: RobotPicture) -> RobotPicture:
        if one.heartbeat_age_s is None:
            return one
        age = dice.uniform(0.1, 1.1) if one.state == "beating" else one.heartbeat_age_s + 1.0
        return replace(one, heartbeat_age_s=age, sequence=(one.sequence or 0) + 1)

    def moved(one: TerminalPicture) -> TerminalPicture:
        cpu = None if one.cpu_percent is None else max(0.1, one.cpu_percent + dice.uniform(-0.3, 0.3))
        return replace(one, robot_pictures=tuple(aged(robot) for robot in one.robot_pictures), cpu_percent=cpu)

    return replace(
        fleet,
        sequence=fleet.sequence + 1,
        at_utc_s=fleet.at_utc_s + 1.0,
        terminals=tuple(moved(one) for one in fleet.terminals),
    )


def past_of(fleet: FleetPicture, seconds: int = 300, seed: int = 7) -> list[FleetPicture]:
    """What was seen in the seconds before, oldest first; the last one is the fleet itself."""
    dice = random.Random(seed)
    pictures = []
    for back in range(seconds - 1, 0, -1):
        terminals = []
        for one in fleet.terminals:
            robots = []
            for robot_picture in one.robot_pictures:
                age = robot_picture.heartbeat_age_s
                if age is not None:
                    age = age - back if age > back + 1 else dice.uniform(0.3, 1.1)
                    if one.state == "healthy" and one.user_id % 7 == 3 and 90 < back < 110:
                        age = 110.0 - back
                robots.append(replace(robot_picture, heartbeat_age_s=age))
            pid = one.pid
            if one.state in ("healthy", "degraded") and one.user_id % 7 == 3 and back >= 90:
                pid = 9000 + one.user_id
            terminals.append(replace(one, pid=pid, robot_pictures=tuple(robots)))
        pictures.append(replace(fleet, at_utc_s=fleet.at_utc_s - back, terminals=tuple(terminals)))
    return [*pictures, fleet]
