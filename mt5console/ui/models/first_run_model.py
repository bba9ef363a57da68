"""The first run's five steps: which are done by what is seen, and where to begin. Must not know: Qt, or how it is seen.

A step is done because of how the world is, not because somebody went through it: so the wizard can be left at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mt5console.ui.bridge.first_run import MachinePicture
from mt5console.ui.bridge.first_run_access import Point, TemplateState
from mt5console.ui.models.stages_model import RUNNING, WAITING, StageRow
from mt5console.ui.pictures import TerminalPicture


class Step(IntEnum):
    """The steps in their order."""

    MACHINE = 0
    TEMPLATE = 1
    USER = 2
    START = 3
    DONE = 4


NEXT_LINE = "\u2028"
"""Begins a line of its own where text is laid out."""

TITLES = ("This machine", "The terminal", "The first user", "Agent and login", "What comes next")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the steps are judged by.

    `accepted`: a person goes on although the machine lacks something. `start_failed`: the last start led nowhere.
    """

    machine: MachinePicture
    accepted: bool = False
    template: TemplateState | None = None
    terminal: TerminalPicture | None = None
    start_failed: bool = False

    def is_done(self, step: Step) -> bool:
        """Whether nothing is left to do in this step."""
        match step:
            case Step.MACHINE:
                return self.machine.is_fit or (self.machine.ended and self.accepted)
            case Step.TEMPLATE:
                return self.template is not None and self.template.is_fit
            case Step.USER:
                return self.terminal is not None
            case Step.START:
                return self.terminal is not None and self.terminal.state == "healthy"
            case _:
                return False

    @property
    def first_open(self) -> Step:
        """Where to begin: a user that is there needs no template any more."""
        for step in (Step.MACHINE, Step.TEMPLATE, Step.USER, Step.START):
            if not self.is_done(step) and not (step == Step.TEMPLATE and self.terminal is not None):
                return step
        return Step.DONE

    @property
    def is_begun(self) -> bool:
        """Whether something was set up here before."""
        has_template = self.template is not None and self.template.needed and self.template.is_there
        return self.terminal is not None or has_template


def step_rows(seen: Seen, now: Step) -> tuple[StageRow, ...]:
    """The steps as the list beside the page shows them; `now` is the one that is looked at."""
    return tuple(
        StageRow(
            name=step.name.lower(),
            title=TITLES[step],
            outcome=_outcome(seen, step, now),
            seconds=None,
            evidence=_summary(seen, step),
        )
        for step in Step
    )


def _outcome(seen: Seen, step: Step, now: Step) -> str:
    if step == Step.MACHINE and seen.machine.ended and not seen.machine.is_fit:
        return "failed"
    if step == Step.START and seen.start_failed:
        return "failed"
    if step == Step.DONE:
        return "passed" if now == Step.DONE and seen.is_done(Step.START) else WAITING
    if seen.is_done(step) or (step == Step.TEMPLATE and seen.terminal is not None):
        return "passed"
    return RUNNING if step == now else WAITING


def _summary(seen: Seen, step: Step) -> str:
    """What is known of a step, in a few words."""
    match step:
        case 0:
            return _machine_words(seen.machine)
        case 1:
            return _template_words(seen.template)
        case 2:
            one = seen.terminal
            return f"{one.name}, {one.login}" if one is not None else "an account of its own"
        case 3:
            return "did not come up" if seen.start_failed else _start_words(seen.terminal)
        case _:
            return "a robot, every logon"


def _machine_words(machine: MachinePicture) -> str:
    failing = sum(point.ok is False for point in machine.points)
    if not machine.ended:
        return "is looked at"
    if failing or not machine.points:
        return f"{failing or 1} to mend"
    warned = sum(point.ok is None for point in machine.points)
    well = f"{len(machine.points) - warned} of {len(machine.points)} well"
    return well if warned else f"all {len(machine.points)} well"


def _template_words(template: TemplateState | None) -> str:
    if template is None:
        return "the broker's own"
    if not template.needed:
        return "simulated: none needed"
    if not template.is_there:
        return "the broker's own"
    return f"template {template.build}" if template.is_fit else "template to mend"


def _start_words(terminal: TerminalPicture | None) -> str:
    if terminal is None:
        return "compiled, started, seen"
    if terminal.state == "healthy":
        return "healthy"
    return "running, not yet healthy" if terminal.pid is not None else "compiled, started, seen"


def point_rows(points: tuple[Point, ...]) -> tuple[StageRow, ...]:
    """Points with their evidence, and how to mend what is not well."""
    return tuple(
        StageRow(
            name=f"point_{place}",
            title=point.title,
            outcome={True: "passed", False: "failed", None: "warned"}[point.ok],
            seconds=None,
            evidence=_with_mend(point),
        )
        for place, point in enumerate(points)
    )


def start_rows(
    terminal: TerminalPicture | None, progress: str, failure: str, agent: Point | None
) -> tuple[StageRow, ...]:
    """How the first terminal comes up: what was asked for, the agent, and the checks, each as it is seen now.

    `progress`: the running operation's words, empty while nothing was asked for. `failure`: why it ended.
    """
    lives = terminal is not None and terminal.pid is not None
    asked = "failed" if failure else RUNNING if progress and not lives else "passed" if lives else WAITING
    words = failure or ("its process was started" if lives else progress or "not asked for yet")
    rows = [StageRow(name="asked", title="Start", outcome=asked, seconds=None, evidence=words)]
    if agent is not None:
        outcome = {True: "passed", False: "failed", None: RUNNING if progress else WAITING}[agent.ok]
        rows.append(StageRow(name="agent", title="Agent", outcome=outcome, seconds=None, evidence=_with_mend(agent)))
    for title, check in _checks(terminal):
        ok = check[0] if progress or lives else None
        outcome = "passed" if ok else "failed" if ok is False and failure else RUNNING if progress else WAITING
        rows.append(StageRow(name=title.lower(), title=title, outcome=outcome, seconds=None, evidence=check[1]))
    return tuple(rows)


def _with_mend(point: Point) -> str:
    """What was seen, and on a line of its own what to do."""
    return f"{point.evidence}{NEXT_LINE}To mend: {point.mend}" if point.mend else point.evidence


def _checks(terminal: TerminalPicture | None) -> tuple[tuple[str, tuple[bool | None, str]], ...]:
    if terminal is None:
        return ()
    return (
        ("Process", (terminal.process.ok, terminal.process.evidence)),
        ("Login", (terminal.account.ok, terminal.account.evidence)),
        ("IPC", (terminal.ipc.ok, terminal.ipc.evidence)),
    )
