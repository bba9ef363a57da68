"""Whatever comes in whatever order: never two starts, never over budget, never an act on a wrong identity."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mt5console.core.model.commands import Announce, StartTerminal, WipeStartIni
from mt5console.core.model.desired import DesiredUser, Run
from mt5console.core.model.facts import ActFailed, LoginFinished, ProcessesConflict, StorageSeen
from mt5console.core.model.ids import Account, Now, TradeMode, UserId
from mt5console.core.model.observed import JournalKind, ProbeProblem
from mt5console.core.model.requests import (
    EnableAlgoRequest,
    MaintenanceRequest,
    Mode,
    ReconnectRequest,
    ReleaseRequest,
    RestartTerminalRequest,
    StartTerminalRequest,
    StopTerminalRequest,
)
from mt5console.core.watchdog.checks import look
from mt5console.core.watchdog.states import State
from mt5console.core.watchdog.view import settled, terminal_known, terminal_view
from mt5console.core.watchdog.watch import TORN, from_stored, to_stored

QUIET = (Announce, WipeStartIni)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.sampled_from([0.1, 0.5, 1.0, 3.0, 8.0, 25.0])),
        st.tuples(st.just("silence"), st.sampled_from([1.0, 10.0, 60.0])),
        st.tuples(st.just("process"), st.sampled_from(["seen", "other", "absent", "updater", "conflict", "spawned"])),
        st.tuples(st.just("exit"), st.sampled_from([0, 1, -9, None])),
        st.tuples(st.just("journal"), st.sampled_from(list(JournalKind))),
        st.tuples(st.just("link"), st.sampled_from(["no_connection", "agent given up"])),
        st.tuples(st.just("probe"), st.sampled_from(list(ProbeProblem))),
        st.tuples(st.just("login"), st.sampled_from([0, 5, 100690024])),
        st.tuples(st.just("connected"), st.booleans()),
        st.tuples(st.just("trade_allowed"), st.booleans()),
        st.tuples(st.just("trade_mode"), st.sampled_from(list(TradeMode))),
        st.tuples(st.just("charts"), st.sampled_from([(), ("Robot_123_a",), ("Robot_123_b",), ("Robot_9_a",)])),
        st.tuples(st.just("beats"), st.sampled_from([(), ((123, "d1"),), ((123, "d0"),)])),
        st.tuples(st.just("failed"), st.sampled_from(["no_secret", "disk_full", "spawn_failed", "other"])),
        st.tuples(st.just("login_end"), st.sampled_from([True, False])),
        st.tuples(st.just("storage"), st.sampled_from(["", "no space left"])),
        st.tuples(st.just("mode"), st.sampled_from([Mode.ON, Mode.ON, Mode.OBSERVE, Mode.OFF])),
        st.tuples(
            st.just("ask"), st.sampled_from(["start", "stop", "restart", "reconnect", "release", "algo", "maintain"])
        ),
        st.tuples(st.just("engine"), st.just(0)),
    ),
    max_size=40,
)


def request(name, user_id, utc):
    return {
        "start": StartTerminalRequest(user_id=user_id),
        "stop": StopTerminalRequest(user_id=user_id),
        "restart": RestartTerminalRequest(user_id=user_id),
        "reconnect": ReconnectRequest(user_id=user_id),
        "release": ReleaseRequest(user_id=user_id),
        "algo": EnableAlgoRequest(user_id=user_id),
        "maintain": MaintenanceRequest(user_id=user_id, until_utc_s=utc + 30),
    }[name]


def run_step(play, kind, value) -> None:
    user_id, world, link = play.watch.user.user_id, play.world, play.watch.link
    if kind in ("login", "connected", "trade_allowed", "trade_mode"):
        setattr(world, kind, value)
    elif kind == "charts":
        world.charts = dict.fromkeys(value, "EURUSD")
    elif kind == "beats":
        world.beats = dict(value)
    elif kind == "mode":
        play.fleet = replace(play.fleet, mode=value)
    elif kind in ("time", "silence"):
        spoke, world.agent = world.agent, kind == "time" and world.agent
        play._pass(value)
        world.agent = spoke
    elif kind == "process":
        process_step(play, value)
    elif kind == "engine":
        play._pending.clear()
        play.engine_dies()
    elif kind != "exit" or play.watch.pid is not None:
        start = play.watch.start.act_id if play.watch.start is not None else link.login_act
        facts = {
            "exit": lambda: play.exited(value),
            "journal": lambda: play.journal(value, robot="Robot_123_a"),
            "link": lambda: link_line(play, value),
            "probe": lambda: play.probe_failed(value),
            "failed": lambda: ActFailed(user_id=user_id, act_id=start, code=value, text="no"),
            "login_end": lambda: LoginFinished(user_id=user_id, act_id=link.login_act, ok=value, problem=None, text=""),
            "storage": lambda: StorageSeen(user_id=user_id, free_bytes=1, error=value),
            "ask": lambda: play.asked(request(value, user_id, play.utc)),
        }
        play.feed(facts[kind]())


def link_line(play, value):
    if value == "no_connection":
        return play.journal(JournalKind.OTHER, event=value)
    return play.journal(JournalKind.ROBOT_INIT_FAILED, robot="Agent", reason="symbol synchronization timeout")


def process_step(play, value) -> None:
    if value == "seen":
        play.feed(play.seen(play.watch.pid))
    elif value == "other":
        play.feed(play.seen())
    elif value == "spawned":
        if play.watch.start is not None:
            play.feed(play.spawned())
    elif value == "conflict":
        play.feed(ProcessesConflict(user_id=play.watch.user.user_id, pids=(1, 2)))
    else:
        play.feed(play.absent(updater=value == "updater"))


def is_an_end(kind, value, *, had_process, pending, overdue) -> bool:
    """Whether this step ends what a start command began: an exit, a failed act, another engine, an empty scan."""
    if kind in ("exit", "process") and value in (0, 1, -9, None, "absent", "updater"):
        return had_process or overdue
    return (kind == "failed" and pending) or kind == "engine" or value == "conflict"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, run=st.sampled_from([Run.RUNNING, Run.STOPPED]))
def test_no_order_of_facts_breaks_the_promises(play, steps, run) -> None:
    book = type(play)(play.policy, run=run)
    book.robot(123, "d1")
    starts: list[tuple[float, str, bool]] = []
    ended, last_start = True, book.utc
    for kind, value in steps:
        seen_verdicts = len(book.verdicts)
        had_process, pending = book.watch.pid is not None, book.watch.start is not None
        release = kind == "ask" and value in ("release", "stop", "restart")
        run_step(book, kind, value)
        overdue = book.utc - last_start >= book.policy.start_grace_s
        if is_an_end(kind, value, had_process=had_process, pending=pending, overdue=overdue):
            ended = True
        for verdict in book.verdicts[seen_verdicts:]:
            acts = [command for command in verdict.commands if not isinstance(command, QUIET)]
            if verdict.watch.identity_wrong and not verdict.watch.identity_released and not release:
                assert acts == []
                assert (verdict.restores, verdict.removals) == ((), ())
            for command in acts:
                if isinstance(command, StartTerminal):
                    assert ended, "two starts without an end between them"
                    ended = False
                    again = any(command.act_id == act_id for _, act_id, _ in starts)
                    assert verdict.remember or again
                    automatic = verdict.watch.start is not None and not verdict.watch.start.by_person
                    if not again:
                        utc = next(d.utc_s for d in verdict.decisions if "StartTerminal" in d.acts)
                        starts.append((utc, command.act_id, automatic))
                        last_start = utc
        if kind == "ask" and value == "release":
            starts = [start for start in starts if not start[2]]
        for utc, _, automatic in starts:
            window = [
                1 for at, _, auto in starts if auto and automatic and 0 <= at - utc < book.policy.restart_window_s
            ]
            assert len(window) <= book.policy.restart_budget
        check_honesty(book)
        check_round_trip(book)


def check_honesty(book) -> None:
    """Nothing that is not known is called well, and no reader falls over any state."""
    checks = look(book.watch, book.robots, book.now, book.policy)
    if book.watch.process is None:
        assert True not in checks.oks
    if book.watch.state is State.HEALTHY:
        assert book.watch.process is not None
    if book.watch.ipc.answer is None:
        assert checks.ipc.ok is not True
    if book.watch.agent is None and book.watch.ipc.answer is None:
        assert checks.account.ok is not True
    if 123 not in book.watch.robots:
        assert checks.robots.ok is not True
    view = terminal_view(book.watch, book.robots, book.now, book.policy, None, book.fleet.mode)
    json.dumps(view.as_json())
    terminal_known(book.watch, book.robots, (), book.now, book.policy)
    done, words = settled(book.watch, book.robots, book.now, book.policy)
    assert words
    assert not (done and book.watch.process is None)


def check_round_trip(book) -> None:
    """What is stored comes back through JSON with its budget, breaker, stops and pending start."""
    stored = json.loads(json.dumps(to_stored(book.watch)))
    again = from_stored(book.watch.user, stored, book.now)
    ladder, known = again.ladder, book.watch.ladder
    assert (ladder.restarts_utc_s, ladder.quarantined, ladder.hold, ladder.agentless) == (
        known.restarts_utc_s,
        known.quarantined,
        known.hold,
        known.agentless,
    )
    assert (again.link.auth_stop, again.identity_wrong, again.open) == (
        book.watch.link.auth_stop,
        book.watch.identity_wrong,
        book.watch.open,
    )
    assert (again.start is None) == (book.watch.start is None)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
GOOD = to_stored(
    from_stored(
        DesiredUser(user_id=UserId(1), account=Account(login=1, server="S"), directory="/d"),
        {"backoff_s": 0, "restarts": [], "quarantined": "", "start": None, "auth_stop": ""},
        Now(mono_s=0.0, utc_s=1e9),
    )
)


@given(
    damage=st.dictionaries(st.sampled_from([*GOOD, "what"]), JSON, max_size=4), lost=st.sets(st.sampled_from([*GOOD]))
)
def test_a_torn_or_foreign_record_never_raises_and_never_loses_the_breaker(damage, lost) -> None:
    user = SimpleNamespace(user=DesiredUser(user_id=UserId(1), account=Account(login=1, server="S"), directory="/d"))
    stored = {key: value for key, value in {**GOOD, **damage}.items() if key not in lost}
    watch = from_stored(user.user, stored, Now(mono_s=0.0, utc_s=1e9))
    assert watch.ladder.quarantined in (TORN, stored.get("quarantined"))
    assert all(instant <= 1e9 for instant in watch.ladder.restarts_utc_s)


def test_a_torn_record_starts_nothing_and_calls_a_person(play) -> None:
    play.watch = from_stored(play.watch.user, {"restarts": "torn"}, play.now)
    play >> play.absent()
    play >> 120.0
    assert play.watch.state is State.QUARANTINED
    assert "could not be read" in next(iter(o.text for v in play.verdicts for o in v.opened))


def test_the_same_arguments_give_the_same_verdict(play) -> None:
    from mt5console.core.watchdog.decide import decide

    play.healthy()
    fact = play.exited(-9)
    arguments = (play.watch, fact, play.now, play.policy, play.robots, play.fleet)
    assert decide(*arguments) == decide(*arguments)


def test_time_that_changes_nothing_is_cheap_and_leaves_the_memory_alone(play) -> None:
    from time import perf_counter

    from mt5console.core.watchdog.decide import decide

    for robot_id in range(1, 4):
        play.robot(robot_id, f"d{robot_id}")
    play.healthy()
    arguments = (play.watch, None, play.now, play.policy, play.robots, play.fleet)
    assert decide(*arguments).watch is play.watch
    best = 1.0
    for _ in range(20):
        began = perf_counter()
        for _ in range(50):
            decide(*arguments)
        best = min(best, (perf_counter() - began) / 50)
    assert best < 200e-6, f"{best * 1e6:.0f} us"
