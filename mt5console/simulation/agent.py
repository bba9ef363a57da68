"""The simulated resident agent: exports what Python cannot see, and carries out command files, each one once.

A second agent refuses by the lock file. Started by the start ini, whose chart is never saved, it puts itself on a
chart of the profile and leaves the passing one. It does what the MQL5 agent does (AgentCore.mqh), in the same order.
Must not know: processes, journals, the broker.
"""

from __future__ import annotations

import os

from mt5console.core.model.observed import AgentStatus
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import CONSOLE_FOLDER, TerminalLayout
from mt5console.core.terminal.protocol import CommandFile, ReplyFile
from mt5console.simulation.agent_attach import DONE, Answer
from mt5console.simulation.agent_commands import Verbs
from mt5console.simulation.agent_memory import AgentMemory
from mt5console.simulation.binary import INIT_FAILED, INIT_SUCCEEDED
from mt5console.simulation.inifile import encode_text
from mt5console.simulation.locks import HeldLock
from mt5console.simulation.programs import HOME_INPUT, AccountSeen, ChartOfProgram, Deinit, ProgramHost
from mt5console.simulation.robot import host_root

AGENT_VERSION = "1.1"
AGENT_NAME = "Agent"
_STATUS_MS = 950
_REMEMBERED = 500
_SETTLE_MS = 500
_LOCK_WAIT_MS = 3_000
_MOVE_WAIT_MS = 10_000
_HOME = """<chart>
id=0
symbol={symbol}
period_type=1
period_size=1
scale_fix=0
scale=8
mode=1
fore=0
grid=1
volume=0
scroll=1
shift=0
window_left=0
window_top=0
window_right=0
window_bottom=0
window_type=1
floating=0
windows_total=1

<expert>
name={name}
path={path}
expertmode=1
<inputs>
{home}=true
</inputs>
</expert>

<window>
height=100.000000
objects=0

<indicator>
name=Main
path=
apply=1
show_data=1
scale_inherit=0
expertmode=0
fixed_height=-1
</indicator>
</window>
</chart>
"""
"""The template of an agent that knows itself at home (AgentWriteHome in AgentCore.mqh); a template's symbol and period
do not change its chart's."""


class Agent:
    """Timer of 100 ms: commands are looked for at every event; the status is written once a second, and when the
    account or a permission changed."""

    period_s = 0.1

    def __init__(self, host: ProgramHost, chart: ChartOfProgram) -> None:
        self._host = host
        self._chart = chart
        layout = TerminalLayout(host_root(host))
        self._folders = (str(layout.commands), str(layout.replies), str(layout.channel / "robots"))
        self._commands = str(layout.commands)
        self._replies = str(layout.replies)
        self._status_path = str(layout.agent_status)
        self._lock_path = str(layout.agent_lock)
        self._home_path = str(layout.agent_status.with_name("home.tpl"))
        self._memory = AgentMemory(host.disk, str(layout.agent_status.with_name("memory.json")))
        self._verbs = Verbs(host, chart, self._memory)
        self._lock: HeldLock | None = None
        self._is_home = chart.input(HOME_INPUT).casefold() in ("true", "1")
        self._new_home: tuple[int, bool] | None = None
        self._replaces = False
        self._since_ms = 0
        self._is_settled = False
        self._started_utc_s = 0.0
        self._is_losing = False
        self._sequence = 0
        self._told: tuple[AccountSeen, bool] | None = None
        self._told_ms = 0
        self._commands_seen_ns = -1
        self._not_written = ""
        self._answered: dict[str, ReplyFile] = {}

    def on_init(self) -> int:
        """Take the lock; without it another agent lives, and this one leaves at its first timer event."""
        try:
            for folder in self._folders:
                self._host.disk.make_directory(folder)
        except OSError as error:
            self._host.print(self._chart, f"cannot create the channel's folders: {error.strerror}")
            return INIT_FAILED
        self._since_ms = self._host.tick_ms()
        self._take_lock()
        return INIT_SUCCEEDED

    def on_timer(self) -> None:
        """One turn; an agent that has nothing to do here any more leaves with its chart."""
        if not self._turn():
            self._host.close_chart(self._chart.chart_id)

    def on_deinit(self, reason: Deinit) -> None:
        """The lock goes with the agent; its last status stays as evidence."""
        self._give_lock()

    def _turn(self) -> bool:
        if self._new_home is not None:
            return self._go_on_moving(*self._new_home)
        if self._replaces_twin():
            return True
        if self._lock is None:
            return self._wait_for_lock()
        if not self._is_home:
            self._is_home = True
            if self._begin_move():
                return True
        if not self._has_settled():
            return True
        self._look_for_commands()
        for command_id, answer in self._verbs.attaches.work():
            self._answer(command_id, self._as_reply(command_id, answer))
        self._tell()
        return True

    def _take_lock(self) -> bool:
        self._lock = self._host.disk.lock(self._lock_path)
        if self._lock is None:
            return False
        self._verbs.attaches.clear_away(self._memory.load())
        self._started_utc_s = round(self._host.utc(), 3)
        self._sequence = 0
        self._told = None
        return True

    def _give_lock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _replaces_twin(self) -> bool:
        """On the start ini's chart and with the permission to trade it closes an agent at home that lacks it, by that
        one's last word: the permission is saved with the chart, and one bad start would last. True until it is gone."""
        if self._is_home or not self._may_trade():
            return False
        twin = self._twin()
        if twin == 0 or not self._home_may_not():
            return False
        if not self._replaces:
            self._replaces, self._since_ms = True, self._host.tick_ms()
            self._host.print(self._chart, "the agent at home may not trade: this one takes its place")
            self._host.close_chart(twin)
        return self._host.tick_ms() - self._since_ms < _LOCK_WAIT_MS

    def _may_trade(self) -> bool:
        return self._host.trade_allowed_on(self._chart.chart_id)

    def _home_may_not(self) -> bool:
        status = protocol.decode_status(self._host.disk.read(self._status_path))
        return status is not None and status.trade_allowed and status.agent_trade_allowed is False

    def _wait_for_lock(self) -> bool:
        """On the start ini's chart it leaves at once, unless it takes another's place. At home it waits: the lock may
        just be on its way to it."""
        waits = self._is_home or self._replaces
        if waits and (self._take_lock() or self._host.tick_ms() - self._since_ms < _LOCK_WAIT_MS):
            return True
        self._host.print(self._chart, "another agent holds the lock: this one leaves")
        return False

    def _begin_move(self) -> bool:
        """Hand the lock to an agent on a chart that will be saved: one that is there, or a copy of this one."""
        twin = self._twin()
        home = twin or self._open_home()
        if home == 0:
            return False
        self._give_lock()
        self._new_home = (home, twin == 0)
        self._since_ms = self._host.tick_ms()
        if twin == 0:
            self._host.apply_template(home, "\\Files\\mt5console\\agent\\home.tpl", self._chart)
        return True

    def _open_home(self) -> int:
        """Write the template of this agent that knows itself at home, and open a chart for it; 0 when that failed."""
        path = f"Experts\\{CONSOLE_FOLDER}\\{AGENT_NAME}.ex5"
        text = _HOME.format(symbol=self._chart.symbol, name=AGENT_NAME, path=path, home=HOME_INPUT)
        try:
            self._host.disk.rewrite(self._home_path, encode_text(text))
        except OSError as error:
            told = f"the agent's own template could not be written: {error.strerror}; it stays where it is"
            self._host.print(self._chart, told)
            return 0
        home = self._host.open_chart(self._chart.symbol, self._chart.timeframe)
        if home == 0:
            self._host.print(self._chart, "no chart could be opened for the agent, error 4105; it stays where it is")
        return home

    def _go_on_moving(self, home: int, was_opened: bool) -> bool:
        """Wait until the other agent holds the lock; else close what was opened, and serve from here."""
        is_there = any(chart.chart_id == home and chart.expert == AGENT_NAME for chart in self._host.charts())
        if is_there and self._is_locked():
            return False
        if self._host.tick_ms() - self._since_ms < _MOVE_WAIT_MS:
            return True
        self._new_home = None
        self._host.print(self._chart, "the agent did not come up on a chart of its own: it stays where it is")
        if was_opened:
            self._host.close_chart(home)
        self._since_ms = self._host.tick_ms()
        self._take_lock()
        return True

    def _is_locked(self) -> bool:
        held = self._host.disk.lock(self._lock_path)
        if held is None:
            return True
        held.release()
        return False

    def _twin(self) -> int:
        """Another chart with an agent on it, 0 when there is none."""
        own = self._chart.chart_id
        return next((c.chart_id for c in self._host.charts() if c.expert == AGENT_NAME and c.chart_id != own), 0)

    def _has_settled(self) -> bool:
        """The passing agent beside this one is about to leave: the first status shows one of them."""
        if not self._is_settled:
            self._is_settled = self._host.tick_ms() - self._since_ms >= _SETTLE_MS or self._twin() == 0
        return self._is_settled

    def _tell(self) -> None:
        seen, now = (self._host.account(), self._may_trade()), self._host.tick_ms()
        if seen != self._told or now - self._told_ms >= _STATUS_MS:
            self._told, self._told_ms = seen, now
            self._write_status(*seen)

    def _write_status(self, account: AccountSeen, may_trade: bool) -> None:
        self._sequence += 1
        status = AgentStatus(
            sequence=self._sequence,
            utc_s=round(self._host.utc(), 3),
            started_utc_s=self._started_utc_s,
            agent_version=AGENT_VERSION,
            build=self._host.build,
            data_path=self._host.data_path,
            login=account.login,
            server=account.server,
            trade_mode=account.trade_mode,
            margin_mode=account.margin_mode,
            connected=account.connected,
            trade_allowed=account.trade_allowed,
            account_trade_allowed=account.account_trade_allowed,
            account_trade_expert=account.account_trade_expert,
            agent_trade_allowed=may_trade,
            charts=self._host.charts(),
            globals=self._host.globals_starting_with("EA_"),
            sessions=self._host.sessions(),
            positions=self._host.positions(),
        )
        try:
            self._host.disk.replace(self._status_path, protocol.encode_status(status))
            is_lost = False
        except OSError:
            is_lost = True
        if is_lost != self._is_losing:
            self._host.print(self._chart, f"the status {'cannot be written now' if is_lost else 'is written again'}")
        self._is_losing = is_lost

    def _look_for_commands(self) -> None:
        try:
            stamp = os.stat(self._commands).st_mtime_ns
        except OSError:
            return
        if stamp == self._commands_seen_ns:
            return
        # A folder's time may not move for changes within a few milliseconds: trust it only once it is older.
        is_settled = self._host.utc() * 1e9 - stamp > 50_000_000
        commands, is_whole = self._waiting()
        for command in sorted(commands, key=lambda found: (found.verb != "cancel", found.not_after_utc_s, found.id)):
            self._serve(command)
        self._commands_seen_ns = stamp if is_settled and is_whole and not commands else -1

    def _waiting(self) -> tuple[list[CommandFile], bool]:
        """The commands that lie there, and whether every file was one: a torn one is looked at again."""
        found, is_whole = [], True
        for name in os.listdir(self._commands):
            if not name.endswith(".json"):
                continue
            command = protocol.decode_command(self._host.disk.read(os.path.join(self._commands, name)))
            if command is not None and f"{command.id}.json" == name:
                found.append(command)
            else:
                is_whole = False
        return found, is_whole

    def _serve(self, command: CommandFile) -> None:
        path = os.path.join(self._commands, f"{command.id}.json")
        if not os.path.exists(path) or self._verbs.attaches.of_command(command.id) is not None:
            return
        reply = self._earlier(command.id)
        if reply is None:
            answer = self._judge(command)
            if answer is None:
                return
            reply = self._as_reply(command.id, answer)
        self._answer(command.id, reply)

    def _answer(self, command_id: str, reply: ReplyFile) -> None:
        """Without its reply on disk the command stays: it is answered again, never carried out again."""
        if self._reply(reply):
            self._host.disk.remove(os.path.join(self._commands, f"{command_id}.json"))

    def _judge(self, command: CommandFile) -> Answer | None:
        refusal = self._refusal(command)
        if refusal is not None:
            return refusal
        self._memory.heard(command.generation)
        return self._cancel(command) if command.verb == "cancel" else self._verbs.run(command)

    def _refusal(self, command: CommandFile) -> Answer | None:
        account = self._host.account()
        here = (account.login, account.server, _same_path(self._host.data_path))
        if (command.login, command.server, _same_path(command.data_path)) != here:
            return Answer("wrong_terminal", f"this is {account.login}@{account.server} in {self._host.data_path}")
        if self._host.utc() > command.not_after_utc_s:
            return Answer("expired", "the command came too late")
        if command.generation < self._memory.generation:
            return Answer("older_generation", f"generation {self._memory.generation} has spoken already")
        by = self._memory.cancelled_by(command.id)
        return None if by is None else Answer("cancelled", f"cancelled by {by}")

    def _cancel(self, command: CommandFile) -> Answer:
        wanted = command.argument("command_id")
        if not wanted or not _is_file_name(wanted):
            return Answer("bad_arguments", "cancel needs command_id")
        done = self._earlier(wanted)
        if done is not None:
            return Answer(DONE, f"it was carried out before: {done.code}", (("state", "executed"), ("code", done.code)))
        self._memory.cancel(wanted, command.id)
        word = f"cancelled by {command.id}"
        job = self._verbs.attaches.of_command(wanted)
        if job is not None:
            self._verbs.attaches.give_up(job, "cancelled", word)
        elif os.path.exists(os.path.join(self._commands, f"{wanted}.json")):
            self._answer(wanted, self._as_reply(wanted, Answer("cancelled", word)))
        else:
            return Answer(DONE, "it has not come yet and will be refused", (("state", "cancelled"),))
        return Answer(DONE, "it will not be carried out", (("state", "cancelled"),))

    def _as_reply(self, command_id: str, answer: Answer) -> ReplyFile:
        return ReplyFile(
            id=command_id,
            ok=answer.code == DONE,
            code=answer.code,
            text=answer.text,
            utc_s=round(self._host.utc(), 3),
            result=answer.result,
        )

    def _reply(self, reply: ReplyFile) -> bool:
        self._answered[reply.id] = reply
        if len(self._answered) > _REMEMBERED:
            del self._answered[next(iter(self._answered))]
        try:
            self._host.disk.replace(os.path.join(self._replies, f"{reply.id}.json"), protocol.encode_reply(reply))
        except OSError as error:
            if self._not_written != reply.id:
                self._host.print(self._chart, f"cannot write the reply to {reply.id}: {error.strerror}")
            self._not_written = reply.id
            return False
        return True

    def _earlier(self, command_id: str) -> ReplyFile | None:
        """The reply of this agent or one before it: a command is never carried out twice, whoever lived then."""
        known = self._answered.get(command_id)
        if known is not None:
            return known
        path = os.path.join(self._replies, f"{command_id}.json")
        reply = protocol.decode_reply(self._host.disk.read(path))
        return reply if reply is not None and reply.id == command_id else None


def _same_path(path: str) -> str:
    return os.path.normcase(os.path.normpath(path))


def _is_file_name(text: str) -> bool:
    return os.path.basename(text) == text and "\\" not in text
