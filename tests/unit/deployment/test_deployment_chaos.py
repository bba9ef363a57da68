"""Whatever happens outside, in whatever order: never two versions, an end in time, and no word that is not true."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mt5console.core.deployment.plan import Step
from mt5console.core.deployment.sight import charts_of
from mt5console.core.model.commands import SendAgentCommand
from mt5console.core.model.desired import RobotVersion
from mt5console.core.model.ids import DeploymentId
from mt5console.core.model.records import Outcome
from mt5console.core.terminal.layout import robot_of_expert
from tests.unit.deployment.deployment_world import OLD, Run, World, plan

NEW = DeploymentId("dep-new")


class Watched(World):
    """A world that checks every attach at the instant at which it is issued."""

    def carry_out(self, commands):
        for command in commands:
            if isinstance(command, SendAgentCommand) and command.verb == "attach":
                wanted = robot_of_expert(command.template.expert)
                for chart in charts_of(self.known(), self.plan.robot_id):
                    assert robot_of_expert(chart.expert) == wanted, "attached while another version was last seen"
                assert self.pid is not None, "attached to a terminal that does not run"
                assert self.identity_ok is not False, "attached to a foreign terminal"
        super().carry_out(commands)


def toggle_verb(verbs: set[str], index: int) -> None:
    verbs.symmetric_difference_update({["symbol", "attach", "detach", "cancel", "pause"][index]})


def start_from_profile(world: World, version: RobotVersion | None) -> None:
    """A profile can only bring back what once sat on a chart."""
    known = version is not None and version.deployment_id in world.ever
    world.start_terminal(brings_back=version if known else None)


def freeze(world: World) -> None:
    world.beats = lambda robot: False


HAPPENINGS = {
    "kill": lambda world, index: world.kill_terminal(),
    "start": lambda world, index: world.start_terminal(),
    "start_old": lambda world, index: start_from_profile(world, OLD),
    "start_new": lambda world, index: start_from_profile(world, world.plan.target),
    "agent": lambda world, index: setattr(world, "agent_alive", not world.agent_alive),
    "algo": lambda world, index: setattr(world, "algo", not world.algo),
    "stop": lambda world, index: setattr(world, "stop_latched", True),
    "identity": lambda world, index: setattr(world, "identity_ok", not world.identity_ok),
    "blocked": lambda world, index: setattr(world, "blocked", "" if world.blocked else "quarantined"),
    "deaf": lambda world, index: toggle_verb(world.deaf_to, index),
    "mute": lambda world, index: toggle_verb(world.mute_about, index),
    "order": lambda world, index: setattr(world, "newest_first", not world.newest_first),
    "clock": lambda world, index: setattr(world, "utc", world.utc + (index - 2) * 1000.0),
    "lose_facts": lambda world, index: world.facts.clear(),
    "shuffle_facts": lambda world, index: world.facts.reverse(),
    "freeze": lambda world, index: freeze(world),
}
CRASHES = {"crash_engine": 1.0, "long_crash": 120.0}


def happen(run: Run, act: str, index: int) -> None:
    if act in CRASHES:
        if not run.state.ended:
            run.crash_engine(CRASHES[act])
    else:
        HAPPENINGS[act](run.world, index)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["deploy", "deploy", "deploy", "restore", "remove"]),
    old=st.booleans(),
    script=st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(sorted({*HAPPENINGS, *CRASHES})), st.integers(0, 4)), max_size=6
    ),
    robot=st.sampled_from(["well", "well", "init_fails", "silent", "no_beat", "other_inputs"]),
)
def test_no_order_of_events_makes_two_versions_or_a_false_word(kind, old, script, robot):
    made = plan(kind, old=old or kind != "deploy", timeout_s=20.0)
    world = Watched(made)
    if robot == "init_fails":
        world.init_fails = lambda found: found.deployment_id == NEW
    elif robot == "silent":
        world.says_ready = lambda found: found.deployment_id != NEW
    elif robot == "no_beat":
        world.beats = lambda found: found is not None and found.deployment_id != NEW
    elif robot == "other_inputs":
        world.echo = lambda found: "other" if found.deployment_id == NEW else OLD.inputs_hash
    run = Run.start(world)
    by_tick: dict[int, list[tuple[str, int]]] = {}
    for tick, act, index in script:
        by_tick.setdefault(tick, []).append((act, index))
    crashes = sum(1 for _, act, _ in script if act in CRASHES)
    most = int((20.0 + 125.0 + crashes * 275.0) / 0.5)
    for tick in range(most):
        if run.state.ended:
            break
        for act, index in by_tick.get(tick, []):
            happen(run, act, index)
        before = is_proven(run)
        run.step()
        if is_proven(run) and not before:
            check_proof(run)
    assert run.state.ended, f"still at {run.state.stage}"
    _check_word(run)


def is_proven(run: Run) -> bool:
    return any(stage.name == "proven" and stage.outcome == "passed" for stage in run.state.stages)


def check_proof(run: Run) -> None:
    """At the instant of the proof the world is as the word says."""
    world, target = run.world, run.world.plan.target
    assert [robot.deployment_id for robot in world.charts] == [target.deployment_id]
    robot = world.charts[0]
    assert robot.ready
    assert robot.sequence >= 3
    assert world.echo(robot) == target.inputs_hash
    assert world.desired == target.deployment_id
    assert world.status.trade_allowed


def _check_word(run: Run) -> None:
    world, state = run.world, run.state
    if world.plan.kind == "remove":
        assert state.outcome in (Outcome.SUCCESS, Outcome.FAILED)
        return
    if state.outcome is Outcome.SUCCESS:
        assert state.step is Step.ENDED
        passed = {stage.name: stage.outcome for stage in state.stages}
        assert passed["ready"] == passed["heartbeat"] == passed["proven"] == "passed"
        assert state.active_after == world.plan.target
    else:
        assert state.diagnosis is not None
        assert state.diagnosis["cause"]
    if state.outcome is Outcome.PARTIAL:
        assert state.incident is not None
    if state.outcome is Outcome.FAILED and world.plan.deploys:
        assert NEW not in [robot.deployment_id for robot in world.charts]
        if state.touched and world.plan.previous is not None and not state.stopping:
            assert [robot.deployment_id for robot in world.charts] == [OLD.deployment_id]
            assert world.desired == OLD.deployment_id
