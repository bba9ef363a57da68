"""Safety rules for what people ask: real money needs its login repeated, open positions need a word, the latch holds.

Pure. A dry run touches nothing and needs nothing. Must not know: who asks, or how an act is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable

from mt5console.core.deployment.sight import fresh_agent
from mt5console.core.errors import RefusedForSafety
from mt5console.core.model.desired import DesiredRobot
from mt5console.core.model.ids import RobotId
from mt5console.core.model.known import TerminalKnown
from mt5console.core.model.requests import (
    CancelDeployRequest,
    DeployRequest,
    EnableAlgoRequest,
    PauseRequest,
    ReleaseRequest,
    RemoveRobotRequest,
    Request,
    RestartTerminalRequest,
    ResumeRequest,
    StopAllRequest,
    StopTerminalRequest,
)

STOP_WORD = "STOP"
START_WORD = "START"


def refusal(
    request: Request, known: TerminalKnown | None, robots: Iterable[DesiredRobot] = ()
) -> RefusedForSafety | None:
    """Why the request must not be carried out as it stands, with the option to add; None when it may.

    `known`: the terminal that the request touches (None for requests about no terminal). `robots`: those registered.
    """
    match request:
        case StopAllRequest():
            return _word(request.word, STOP_WORD, "stop-all stops every robot")
        case ResumeRequest():
            return _word(request.word, START_WORD, "resume lets robots trade again") or _live(
                known, request.confirm_live, "resuming"
            )
        case DeployRequest():
            return _deploy(request, known, _robot(robots, known, request.robot_id))
        case CancelDeployRequest():
            return _cancel(request, known, _robot(robots, known, request.robot_id))
        case RemoveRobotRequest():
            return _replace(
                known,
                _robot(robots, known, request.robot_id),
                request.confirm_live,
                request.even_with_positions,
                "removing the robot",
            )
        case StopTerminalRequest():
            return _close(known, request.confirm_live, request.even_with_positions, "stopping the terminal")
        case RestartTerminalRequest():
            return _close(known, request.confirm_live, request.even_with_positions, "restarting the terminal")
        case EnableAlgoRequest():
            return _live(known, request.confirm_live, "switching algo trading on")
        case PauseRequest():
            return None if request.paused else _live(known, request.confirm_live, "letting the robot open positions")
        case ReleaseRequest():
            return _live(known, request.confirm_live, "releasing the terminal to the watchdog")
        case _:
            return None


def _word(given: str, needed: str, what: str) -> RefusedForSafety | None:
    if given == needed:
        return None
    return RefusedForSafety("word_needed", f"{what}: confirm it with `--word {needed}`")


def _robot(robots: Iterable[DesiredRobot], known: TerminalKnown | None, robot_id: RobotId) -> DesiredRobot | None:
    own = known.robots if known is not None else ()
    return next((robot for robot in (*robots, *own) if robot.robot_id == robot_id), None)


def _live(known: TerminalKnown | None, confirm_live: int | None, what: str) -> RefusedForSafety | None:
    missing = _live_option(known, confirm_live)
    return None if missing is None or known is None else _refused(known, [missing], "", what)


def _live_option(known: TerminalKnown | None, confirm_live: int | None) -> str | None:
    """The option that real money asks for, None when it is given or not needed."""
    if known is None or not known.trade_mode.counts_as_real or confirm_live == known.user.account.login:
        return None
    return f"--live {known.user.account.login}"


def _refused(known: TerminalKnown, options: list[str], why: str, what: str) -> RefusedForSafety:
    reasons = []
    if any(option.startswith("--live") for option in options):
        kind = "real" if known.trade_mode.value == "real" else "perhaps real (its kind is not known yet)"
        reasons.append(f"account {known.user.account} is {kind}")
    if why:
        reasons.append(why)
    code = "live_not_confirmed" if len(reasons) > (1 if why else 0) else "positions_open"
    return RefusedForSafety(code, f"{what}: {' and '.join(reasons)}; add `{' '.join(options)}` to do it all the same")


def _close(
    known: TerminalKnown | None, confirm_live: int | None, even_with_positions: bool, what: str
) -> RefusedForSafety | None:
    """A living terminal that is closed leaves its positions without their robots."""
    if known is None or known.pid is None:
        return None
    positions = known.agent.positions if known.agent is not None else None
    count = None if positions is None else len(positions)
    return _guard(known, confirm_live, even_with_positions, count, what)


def _deploy(request: DeployRequest, known: TerminalKnown | None, robot: DesiredRobot | None) -> RefusedForSafety | None:
    if known is None or request.dry_run:
        return None
    if known.user.watch_only:
        return RefusedForSafety(
            "watch_only", f"account {known.user.account} is watch-only; deploy to a user whose account may be traded"
        )
    if known.user.stop_latched:
        user_id = known.user.user_id
        text = f"user {user_id} is stopped; run `mt5console resume {user_id} --word {START_WORD}` first"
        return RefusedForSafety("stopped", text)
    if robot is None or robot.active is None:
        return _live(known, request.confirm_live, "deploying")
    return _replace(known, robot, request.confirm_live, request.even_with_positions, "replacing the running version")


def _cancel(
    request: CancelDeployRequest, known: TerminalKnown | None, robot: DesiredRobot | None
) -> RefusedForSafety | None:
    """A version before it comes back under the same magic number and takes its positions over; a first one leaves
    them without a robot. (While nothing was touched yet, nobody asks.)"""
    what = "cancelling the deployment"
    if known is None or robot is None:
        return None
    if robot.active is not None or known.pid is None:
        return _live(known, request.confirm_live, what)
    positions = known.positions_of_magic(robot.magic)
    return _guard(known, request.confirm_live, request.even_with_positions, positions, what)


def _replace(
    known: TerminalKnown | None,
    robot: DesiredRobot | None,
    confirm_live: int | None,
    even_with_positions: bool,
    what: str,
) -> RefusedForSafety | None:
    if known is None:
        return None
    if robot is None or robot.active is None or known.pid is None:
        return _live(known, confirm_live, what)
    return _guard(known, confirm_live, even_with_positions, known.positions_of_magic(robot.magic), what)


def _guard(
    known: TerminalKnown, confirm_live: int | None, even_with_positions: bool, count: int | None, what: str
) -> RefusedForSafety | None:
    """Live money and positions together, so that one refusal names every option that is missing."""
    options = [option for option in (_live_option(known, confirm_live),) if option is not None]
    why = ""
    if not even_with_positions:
        if count:
            why = f"{count} open position{'s' if count > 1 else ''} would lose the robot's guard"
        elif count is None and (known.trade_mode.counts_as_real or fresh_agent(known) is not None):
            why = "whether positions are open is not known"
    if why:
        options.append("--even-with-positions")
    return _refused(known, options, why, what) if options else None
