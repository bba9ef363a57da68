"""Starts: when one is due, what it costs, and how it is seen to have worked.

Budget and intent are stored in the same verdict as the command (write ahead). Must not know: why the process was lost.
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.commands import Command, StartTerminal
from mt5console.core.model.desired import Run
from mt5console.core.model.facts import ActFailed, StartRemarked
from mt5console.core.model.ids import same_server
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import Mode
from mt5console.core.terminal.layout import expert_name
from mt5console.core.watchdog import start_ini
from mt5console.core.watchdog.checks import agent_fresh, expected_robots
from mt5console.core.watchdog.ending import show_quarantine
from mt5console.core.watchdog.memory import StartIntent
from mt5console.core.watchdog.process import wait_before_next_start
from mt5console.core.watchdog.states import State, Trigger
from mt5console.core.watchdog.turn import Turn
from mt5console.core.watchdog.watch import TerminalWatch

MENDED_BY_UP = (
    IncidentKind.TERMINAL_DOWN,
    IncidentKind.TERMINAL_FROZEN,
    IncidentKind.AGENT_MISSING,
    IncidentKind.UPDATE_STUCK,
    IncidentKind.START_FAILED,
    IncidentKind.NO_SECRET,
    IncidentKind.CLOSED_BY_HAND,
    IncidentKind.AUTH_FAILED,
    IncidentKind.LOGGED_OUT,
    IncidentKind.NEEDS_PERSON,
)
"""Incidents that an answering, logged-in terminal ends."""

PASSES_BY_ITSELF = frozenset({"spawn_failed", "os_error", "no_permission", "write_failed", "keyring_failed"})
"""Codes of a failed start whose cause may be gone at the next try (a scanner that holds a file, a keyring that is not
up yet). Every other one, known or not, is held for a person."""


def restarts_in_window(turn_utc_s: float, window_s: float, instants: tuple[float, ...]) -> tuple[float, ...]:
    """The instants that still count; one that lies in the future counts as now."""
    clamped = (min(instant, turn_utc_s) for instant in instants)
    return tuple(instant for instant in clamped if turn_utc_s - instant < window_s)


def budget_left(turn: Turn) -> int:
    """Automatic restarts that the window still allows."""
    ladder = turn.watch.ladder
    spent = restarts_in_window(turn.now.utc_s, turn.policy.restart_window_s, ladder.restarts_utc_s)
    if spent != ladder.restarts_utc_s:
        turn.put(ladder=replace(ladder, restarts_utc_s=spent))
    return turn.policy.restart_budget - len(spent)


def start_if_due(turn: Turn) -> None:
    """Start a terminal that is down and wanted, when everything allows it."""
    watch = turn.watch
    if watch.state is not State.DOWN or watch.process is not None or watch.exit is not None:
        return
    if watch.user.run is not Run.RUNNING or turn.acts_stopped:
        return
    if watch.start is not None:
        _issue_again(turn, watch.start)
    elif watch.asked == "start":
        if _paced(turn):
            _issue(turn, by_person=True, why="asked for by a person")
    elif not _held(turn) and turn.may("start", "start the terminal", "no process runs, though one is wanted"):
        _start_automatically(turn)


def _held(turn: Turn) -> bool:
    """Whether something that a restart cannot mend holds it; said once."""
    watch = turn.watch
    if watch.ladder.hold:
        turn.explain_once(
            "hold", "not started", watch.ladder.hold, "a person mends the cause and starts or releases it"
        )
    elif watch.link.auth_stop:
        turn.explain_once(
            "auth",
            "not started",
            f"a start would log in again; {watch.link.auth_stop}",
            "a person sets the right password, or releases the terminal",
        )
    elif watch.storage_error:
        turn.explain_once("storage", "not started", f"its directory cannot be written: {watch.storage_error}")
    else:
        return False
    return True


def _paced(turn: Turn) -> bool:
    if turn.now.mono_s >= turn.fleet.next_start_mono_s:
        return True
    wait_s = turn.fleet.next_start_mono_s - turn.now.mono_s
    turn.explain_once("pace", "waits for its turn", f"the fleet's starts are spaced; {wait_s:.1f} s to go")
    return False


def _start_automatically(turn: Turn) -> None:
    left = budget_left(turn)
    if left <= 0:
        quarantine(turn, budget_words(turn))
        return
    if turn.now.mono_s < turn.watch.ladder.not_before_mono_s or not _paced(turn):
        return
    count = turn.policy.restart_budget - left + 1
    _issue(
        turn,
        by_person=False,
        why=f"restart {count} of {turn.policy.restart_budget} within {turn.policy.restart_window_s:.0f} s",
    )


def budget_words(turn: Turn) -> str:
    """Why a spent budget opens the breaker."""
    return f"{turn.policy.restart_budget} restarts within {turn.policy.restart_window_s:.0f} s did not mend it"


def quarantine(turn: Turn, text: str) -> None:
    """Restarts do not help: the breaker opens, and a person must look; `text` says why."""
    before = turn.watch.state
    turn.keep_ladder(quarantined=text)
    show_quarantine(turn)
    if turn.is_open(IncidentKind.TERMINAL_DOWN):
        # It said that the watchdog starts it again.
        down = f"the terminal of {turn.who} is not running and is not started any more: {text}"
        turn.tried(IncidentKind.TERMINAL_DOWN, down, "find the cause, then release it", "")
    turn.explain("quarantined", text, "a person finds the cause and releases it", before=before)


def _issue(turn: Turn, *, by_person: bool, why: str) -> None:
    before, now = turn.watch.state, turn.now
    act_id = turn.next_act_id("start")
    ladder = turn.watch.ladder
    if by_person:
        asked = restarts_in_window(now.utc_s, turn.policy.restart_window_s, ladder.asked_utc_s)
        spent = replace(ladder, asked_utc_s=(*asked, now.utc_s))
    else:
        spent = replace(
            ladder,
            restarts_utc_s=(*ladder.restarts_utc_s, now.utc_s),
            backoff_s=turn.policy.next_backoff_s(ladder.backoff_s),
        )
    intent = StartIntent(act_id=act_id, reason=why, by_person=by_person, issued_mono_s=now.mono_s)
    turn.keep(ladder=spent, start=intent, asked="" if by_person else turn.watch.asked)
    start_ini.forget(turn)
    turn.move(Trigger.START_ISSUED)
    command = _command(turn, intent)
    turn.issue(command)
    turn.say("info", f"Starting MT5 terminal... ({turn.who}: {why})")
    turn.explain("start the terminal", why, "agent and login are awaited", before=before, acts=(command,))
    if not by_person:
        turn.tried(
            IncidentKind.TERMINAL_DOWN,
            f"the terminal of {turn.who} is not running",
            "the watchdog starts it again",
            why,
        )


def _command(turn: Turn, intent: StartIntent) -> Command:
    keep = tuple(
        expert_name(robot.robot_id, robot.active.slot)
        for robot in expected_robots(turn.watch, turn.robots)
        if robot.active is not None
    )
    user = turn.watch.user
    return StartTerminal(
        user_id=user.user_id,
        act_id=intent.act_id,
        account=user.account,
        reason=intent.reason,
        keep_experts=keep,
        algo=not turn.watch.algo_off,
    )


def _issue_again(turn: Turn, intent: StartIntent) -> None:
    """A start that the last engine stored and perhaps never did: the same act, charged once."""
    if intent.issued_mono_s is not None:
        return
    if not intent.by_person and (turn.fleet.mode is not Mode.ON or turn.automatic_held):
        turn.keep(start=None)
        return
    if not _paced(turn):
        return
    before = turn.watch.state
    again = replace(intent, issued_mono_s=turn.now.mono_s)
    turn.put(start=again)
    start_ini.forget(turn)
    turn.move(Trigger.START_ISSUED)
    command = _command(turn, again)
    turn.issue(command)
    turn.say("info", f"Starting MT5 terminal... ({turn.who}: taken up again after the engine's restart)")
    turn.explain(
        "take the start up again",
        f"it was stored before the engine ended ({intent.reason}) and no process runs; the budget was charged then",
        "agent and login are awaited",
        before=before,
        acts=(command,),
    )


def take_start_failed(turn: Turn, fact: ActFailed) -> None:
    """Our start could not be carried out: an incident. An automatic one is tried again by policy where the cause may
    pass; a person's is not, for that person is told, and can ask again."""
    start = turn.watch.start
    if start is None or start.act_id != fact.act_id:
        return
    before = turn.watch.state
    turn.by_person = start.by_person
    turn.keep(start=None)
    turn.move(Trigger.PROCESS_LOST)
    start_ini.wipe(turn, "the start failed")
    again = fact.code in PASSES_BY_ITSELF and not start.by_person
    if fact.code == "disk_full":
        turn.put(storage_error=fact.text)
    elif again:
        wait_before_next_start(turn)
    else:
        turn.keep_ladder(hold=f"the start failed ({fact.code}): {fact.text}")
    _show_start_failed(turn, fact, again=again)
    why = f"{fact.code}: {fact.text}"
    if again:
        wait_s = max(0.0, turn.watch.ladder.not_before_mono_s - turn.now.mono_s)
        turn.explain("will be tried again", why, f"in {wait_s:.0f} s (backoff), while the budget lasts", before=before)
    else:
        turn.explain("not tried again", why, "a person mends the cause, then starts it", before=before)


def _show_start_failed(turn: Turn, fact: ActFailed, *, again: bool) -> None:
    kinds = {"no_secret": IncidentKind.NO_SECRET, "disk_full": IncidentKind.DISK_FULL}
    kind = kinds.get(fact.code, IncidentKind.START_FAILED)
    next_step = "mend the cause, then start or release it"
    if again:
        next_step = "the watchdog tries again while its budget lasts; mend the cause meanwhile"
    if kind is IncidentKind.NO_SECRET:
        next_step = "set its password (`mt5console user password`): it is started with it by itself"
    else:
        turn.clear(IncidentKind.NO_SECRET, "a password is stored now")
    text = f"the terminal of {turn.who} could not be started: {fact.text}"
    turn.tried(kind, text, next_step, f"{fact.code}: {fact.text}" if again else "")
    turn.say("error", f"MT5 terminal could not be started ({turn.who}, {fact.code}): {fact.text}")


def take_remark(turn: Turn, fact: StartRemarked) -> None:
    """Our start goes on, and people should know what did not go with it."""
    start = turn.watch.start
    if start is None or start.act_id != fact.act_id:
        return
    turn.by_person = start.by_person
    turn.say("warning", f"MT5 terminal is started all the same ({turn.who}): {fact.text}")
    next_step = "after an update, or a start by hand, algo trading may be off: an incident says so then"
    turn.explain("started all the same", fact.text, next_step)


def login_seen(watch: TerminalWatch, *, fresh_agent: bool) -> bool:
    """Whether agent or probe shows the expected account in, with its broker link."""
    account = watch.user.account
    agent, answer = watch.agent, watch.ipc.answer
    if fresh_agent and agent is not None and agent.login == account.login and agent.connected:
        return same_server(account.server, agent.server)
    return (
        answer is not None
        and answer.login == account.login
        and answer.connected
        and same_server(account.server, answer.server)
    )


def watch_start(turn: Turn) -> None:
    """Follow a process until its login is seen and its agent speaks; wipe the start ini on the way."""
    life = turn.watch.process
    if life is None or (life.up and life.ini_wiped):
        return
    fresh = agent_fresh(turn.watch, turn.now, turn.policy)
    seen = not turn.watch.identity_wrong and login_seen(turn.watch, fresh_agent=fresh)
    if seen and life.login_seen_mono_s is None:
        turn.put_process(login_seen_mono_s=turn.now.mono_s)
    overdue = turn.now.mono_s - life.first_seen_mono_s >= turn.policy.start_ini_deadline_s
    if not life.ini_wiped and (seen or overdue):
        turn.put_process(ini_wiped=True)
        start_ini.wipe(turn, "the login was seen" if seen else "its deadline passed without a login")
    if seen and fresh and not life.up:
        _came_up(turn)


def _came_up(turn: Turn) -> None:
    life = turn.watch.process
    assert life is not None
    turn.put_process(up=True)
    login = turn.watch.user.account.login
    was_down = any(turn.is_open(kind) for kind in MENDED_BY_UP)
    why = f"pid {life.pid} runs, its agent speaks and {login} is in"
    for kind in MENDED_BY_UP:
        turn.clear(kind, why)
    if turn.watch.ladder.hold or turn.watch.ladder.agentless:
        turn.keep_ladder(hold="", agentless=0)
    if was_down or life.by_us:
        turn.say("info", f"MT5 connection recovered successfully. Account: {login} ({turn.who})")
        turn.explain("terminal is up", why, "its robots are awaited")
    turn.forget_said("hold", "auth", "storage")
