"""What the deploy dialog says: its ends in words, the next steps that a window can offer, beats and limits.

Pure. Must not know: widgets, or the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mt5console.ui.models.stages_model import StageRow, stage_title
from mt5console.ui.pictures import ChangePicture, DeploymentPicture, DiagnosisPicture, RobotPicture, TerminalPicture

BEATS_NEEDED = 3
"""Advancing beats that make a heartbeat (the interfaces' words)."""

ENDED = ("SUCCESS", "PARTIAL", "FAILED")

_SUCCESS = {
    "deploy": "Chart opened, READY, at least three beats, inputs echoed as sent, trading permitted: "
    "all seen of this deployment, and all still true after 10 s.",
    "restore": "The version that should run is back on its chart and proven.",
    "remove": "The robot was seen to leave its chart.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Something that the window can do now: `act` is the name that the dialog knows it by."""

    act: str
    button: str


_STEPS: Mapping[str, tuple[NextStep, ...]] = MappingProxyType(
    {
        "compile_error": (NextStep(act="show_error", button="Show the compile error"),),
        "init_failed": (NextStep(act="show_journal", button="Show the journal"),),
        "robot_removed": (NextStep(act="show_journal", button="Show the journal"),),
        "algo_off": (NextStep(act="enable_algo", button="Enable algo trading"),),
        "agent_not_permitted": (NextStep(act="restart", button="Restart the terminal"),),
        "terminal_down": (NextStep(act="start", button="Start the terminal"),),
        "restart_needed": (NextStep(act="restart", button="Restart the terminal"),),
        "agent_dead": (NextStep(act="restart", button="Restart the terminal"),),
        "locked": (NextStep(act="restart", button="Restart the terminal"),),
        "stopped": (NextStep(act="resume", button="Lift the stop"),),
    }
)
"""By the diagnosis's cause; "Try again" and "Roll back" come behind them where they make sense."""

TRY_AGAIN = NextStep(act="try_again", button="Try again")
ROLL_BACK = NextStep(act="roll_back", button="Roll back")

CANCELLING = "Cancelling: what was attached is removed, and the version before it is put back and proven."

_MADE_BY_PEOPLE = ("", "deploy", "redeploy")
_TOUCH_NOTHING = frozenset({"preflight", "write", "compile"})

_NO_USE_IN_TRYING = frozenset({"watch_only"})


def next_steps(deployment: DeploymentPicture, *, can_roll_back: bool) -> tuple[NextStep, ...]:
    """What to offer after this end, the likeliest first; nothing after SUCCESS, or when nothing here can help."""
    if deployment.status == "SUCCESS" or deployment.diagnosis is None:
        return ()
    cause = deployment.diagnosis.cause
    steps = list(_STEPS.get(cause, ()))
    if deployment.kind in _MADE_BY_PEOPLE and cause not in _NO_USE_IN_TRYING:
        steps.append(TRY_AGAIN)
        if can_roll_back:
            steps.append(ROLL_BACK)
    return tuple(steps)


def ended_words(deployment: DeploymentPicture) -> str:
    """What the end means, for the robot and for the money."""
    robot = f"Robot {deployment.robot_id}"
    if deployment.status == "SUCCESS":
        return _SUCCESS.get(deployment.kind, _SUCCESS["deploy"])
    reason = _reason(deployment.diagnosis)
    if deployment.status == "PARTIAL":
        return f"{reason} {_partial_means(deployment, robot)}".strip()
    if deployment.kind == "remove":
        return f"{reason} {robot} was not seen gone; it may open nothing.".strip()
    return f"{reason} {_failed_means(deployment, robot)}".strip()


def _reason(diagnosis: DiagnosisPicture | None) -> str:
    if diagnosis is None:
        return ""
    if diagnosis.cause == "compile_error":
        # The messages themselves are shown line by line on request.
        return f"The source does not compile: {diagnosis.text.split(':', 1)[0]}."
    return _sentence(diagnosis.text)


def _partial_means(deployment: DeploymentPicture, robot: str) -> str:
    if not deployment.ready_confirmed:
        return f"Whether {robot} is attached could not be proven; an incident says what is open."
    paused = any(stage.name == "pause" and stage.outcome == "passed" for stage in deployment.stages)
    entries = "its entries are paused" if paused else "its entries could not be paused, so it may open positions"
    return f"{robot} stays attached but is not proven; {entries}."


def _failed_means(deployment: DeploymentPicture, robot: str) -> str:
    names = {stage.name for stage in deployment.stages if stage.outcome in ("passed", "skipped")}
    if "put_back_desired" in names:
        back = "put_back_attach" in names or "put_back_ready" in names
        told = "the version before it is back and proven" if back else "no version of it is on a chart"
        return f"{robot}'s new version is proven not attached; {told}."
    return f"Nothing on {robot}'s chart was changed; no money was at stake."


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


def heading(deployment_kind: str, robot_id: int | None, terminal: str) -> str:
    """The dialog's title for what goes on."""
    match deployment_kind:
        case "restore":
            return f"Putting robot {robot_id} back on {terminal}"
        case "remove":
            return f"Removing robot {robot_id} from {terminal}"
        case _:
            return f"Deploying robot {robot_id} to {terminal}"


def ended_heading(deployment: DeploymentPicture, terminal: str) -> str:
    """The dialog's title once it is over."""
    what = {"restore": "Put-back", "remove": "Removal"}.get(deployment.kind, "Deployment")
    return f"{what} of robot {deployment.robot_id} on {terminal}"


def can_cancel(deployment: DeploymentPicture) -> bool:
    """Whether a running deployment may still be cancelled: not on its way back already, and not judged yet."""
    names = {stage.name for stage in deployment.stages}
    on_the_way_back = any(name.startswith(("put_back", "remove_new")) for name in names)
    judged = bool(names & {"promote", "pause"})
    return deployment.status == "RUNNING" and deployment.kind in _MADE_BY_PEOPLE and not on_the_way_back and not judged


def changes_a_chart(deployment: DeploymentPicture) -> bool:
    """Whether a chart was, or may have been, changed by now: cancelling then changes it back."""
    return any(stage.name not in _TOUCH_NOTHING for stage in deployment.stages)


def cancel_title(deployment: DeploymentPicture, *, first: bool | None) -> str:
    """What the button that cancels will do. `first`: nothing of this robot ran before; None: not known."""
    if not changes_a_chart(deployment) or first is None:
        return "Cancel deployment"
    return "Cancel and remove it" if first else "Cancel and put the old one back"


def waiting_words(running: StageRow | None, left_s: float | None, *, has_previous: bool) -> str:
    """What is awaited now, and when it is given up."""
    if running is None:
        return "Asked for; the engine begins."
    waiting = f"Waiting for: {stage_title(running.name)}."
    if left_s is None or running.name.startswith(("put_back", "remove_new")):
        return waiting
    back = " and puts the version before it back" if has_previous else ""
    return f"{waiting} Gives up in {max(0.0, left_s):.0f} s{back}."


def beats_words(robot: RobotPicture | None, deployment_id: str, first: int | None) -> tuple[str, float | None]:
    """What is seen of the heartbeat of this deployment, and how much of it that is (0 to 1)."""
    if robot is None or robot.deployment_id != deployment_id or robot.sequence is None:
        return "", None
    seen = min(BEATS_NEEDED, robot.sequence - (robot.sequence if first is None else first) + 1)
    age = "" if robot.heartbeat_age_s is None else f", last {robot.heartbeat_age_s:.1f} s ago"
    return f"{seen} of {BEATS_NEEDED} beats seen, sequence {robot.sequence}{age}", seen / BEATS_NEEDED


def change_words(change: ChangePicture) -> str:
    """One difference between the running version and the new one."""
    old, new = _short(change.what, change.old), _short(change.what, change.new)
    if change.old is None:
        return f"{change.what}: {new}"
    if change.new is None:
        return f"{change.what}: {old} goes"
    return f"{change.what}: {old} → {new}"


def _short(what: str, value: str | None) -> str:
    if value is None:
        return "none"
    return f"{value[:8]}…" if what == "Source" and len(value) > 12 else value


def review_title(robot_id: int, terminal: TerminalPicture | None) -> str:
    """The review's heading."""
    return f"Deploy robot {robot_id}" + (f" to {terminal.name}" if terminal is not None else "")


def changes_heading(review: DeploymentPicture) -> str:
    """What the changes are measured against."""
    if review.first:
        return "First deployment: nothing of this robot runs yet"
    if not any(change.what != "Slot" for change in review.changes or ()):
        return "Nothing changes against the running version; it is attached anew"
    return "What changes against the running version"


def same_source(review: DeploymentPicture | None) -> bool:
    """Whether the running version was made from the very source that is registered: then its inputs can be put back."""
    return (
        review is not None
        and review.first is False
        and review.changes is not None
        and not any(change.what == "Source" for change in review.changes)
    )


def can_roll_back(review: DeploymentPicture | None) -> bool:
    """Whether a version ran before that differs from the registered one, and what it was made from is known."""
    if review is None or review.first is not False or review.changes is None:
        return False
    differs = any(change.what != "Slot" for change in review.changes)
    return differs and (same_source(review) or source_before(review) is not None)


def source_before(review: DeploymentPicture) -> str | None:
    """The SHA-256 of the running version's source, where the registered source is another one."""
    return next((change.old for change in review.changes or () if change.what == "Source"), None)


def previous_inputs(review: DeploymentPicture, registered: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The running version's inputs, told from the registered ones and what would change."""
    old = {
        change.what.removeprefix("Input "): change.old
        for change in review.changes or ()
        if change.what.startswith("Input ")
    }
    known = dict(registered)
    names = [*known, *(name for name in old if name not in known)]
    pairs = ((name, old[name] if name in old else known[name]) for name in names)
    return tuple((name, value) for name, value in pairs if value is not None)


def previous_value(review: DeploymentPicture, what: str, now: str) -> str:
    """The running version's symbol or timeframe (`what` as the review calls it)."""
    found = next((change.old for change in review.changes or () if change.what == what), None)
    return found if found is not None else now
