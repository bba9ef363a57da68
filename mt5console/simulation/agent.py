"""The simulated resident agent: exports what Python cannot see, and carries out command files, each one once.

A second agent refuses by the lock file. Started by the start ini, whose chart is never saved, it puts itself on a
chart of the profile and leaves the passing one. Must not know: processes, journals, the broker.
"""

from __future__ import annotations

import os

from mt5console.core.model.observed import AgentStatus
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import TerminalLayout
from mt5console.core.terminal.protocol import CommandFile, ReplyFile
from mt5console.simulation.agent_commands import DONE, Answer, Verbs
from mt5console.simulation.binary import INIT_FAILED, INIT_SUCCEEDED
from mt5console.simulation.locks import HeldLock
from mt5console.simulation.programs import HOME_INPUT, AccountSeen, ApplyEnd, ChartOfProgram, Deinit, ProgramHost
from mt5console.simulation.robot import host_root

AGENT_VERSION = "simulated-1"
_STATUS_EVERY = 10
_REMEMBERED = 500
_SETTLING_EVENTS = 5


class Agent:
    """Timer of 100 ms: commands are looked for at every event; the status is written at every tenth, and when the
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
        self._verbs = Verbs(host, chart)
        self._lock: HeldLock | None = None
        self._is_home = chart.input(HOME_INPUT).casefold() in ("true", "1")
        self._started_utc_s = 0.0
        self._sequence = 0
        self._events = 0
        self._settling = _SETTLING_EVENTS
        self._told: AccountSeen | None = None
        self._generation = 0
        self._commands_seen_ns = -1
        self._answered: dict[str, ReplyFile] = {}
        self._cancelled: dict[str, str] = {}

    def on_init(self) -> int:
        """Take the lock; without it another agent lives, and this one leaves at its first timer event."""
        try:
            for folder in self._folders:
                self._host.disk.make_directory(folder)
        except OSError as error:
            self._host.print(self._chart, f"cannot create the channel's folders: {error.strerror}")
            return INIT_FAILED
        self._lock = self._host.disk.lock(self._lock_path)
        self._started_utc_s = round(self._host.utc(), 3)
        if self._lock is None:
            self._host.print(self._chart, "another agent holds the lock: this one leaves")
        return INIT_SUCCEEDED

    def on_timer(self) -> None:
        """Settle down, then: commands, and once a second the status."""
        if self._lock is None:
            self._host.close_chart(self._chart.chart_id)
            return
        if not self._is_home:
            self._is_home = True
            if self._move_home():
                return
        if self._settling > 0 and self._has_twin():
            # The passing agent beside this one is about to leave: the first status shows one of them.
            self._settling -= 1
            return
        self._settling = 0
        self._look_for_commands()
        account = self._host.account()
        if self._events % _STATUS_EVERY == 0 or account != self._told:
            self._write_status(account)
        self._events += 1

    def on_deinit(self, reason: Deinit) -> None:
        """The lock goes with the agent; its last status stays as evidence."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _move_home(self) -> bool:
        """Put a copy of this agent on a chart that will be saved, and leave; False when that did not work."""
        chart_id = self._host.open_chart(self._chart.symbol, self._chart.timeframe)
        if chart_id == 0 or self._lock is None:
            return False
        self._lock.release()
        self._lock = None
        end = self._host.apply_self(chart_id, self._chart, ((HOME_INPUT, "true"),))
        if end is ApplyEnd.RUNNING:
            self._host.close_chart(self._chart.chart_id)
            return True
        self._host.close_chart(chart_id)
        self._lock = self._host.disk.lock(self._lock_path)
        return False

    def _has_twin(self) -> bool:
        own = self._chart
        return any(c.expert == own.expert and c.chart_id != own.chart_id for c in self._host.charts())

    def _write_status(self, account: AccountSeen) -> None:
        self._sequence += 1
        self._told = account
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
            connected=account.connected,
            trade_allowed=account.trade_allowed,
            account_trade_allowed=account.account_trade_allowed,
            account_trade_expert=account.account_trade_expert,
            charts=self._host.charts(),
            globals=self._host.globals_starting_with("EA_"),
            sessions=self._host.sessions(),
            positions=self._host.positions(),
        )
        try:
            self._host.disk.replace(self._status_path, protocol.encode_status(status))
        except OSError:
            return

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
            self._answer(command)
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

    def _answer(self, command: CommandFile) -> None:
        path = os.path.join(self._commands, f"{command.id}.json")
        if not os.path.exists(path):
            return
        reply = self._answered.get(command.id) or self._stored_reply(command.id) or self._judge(command)
        # Without its reply on disk the command stays: it is answered again, never carried out again.
        if self._reply(reply):
            self._host.disk.remove(path)

    def _judge(self, command: CommandFile) -> ReplyFile:
        answer = self._refusal(command)
        if answer is None:
            self._generation = max(self._generation, command.generation)
            answer = self._cancel(command) if command.verb == "cancel" else self._verbs.run(command)
        return self._as_reply(command.id, answer)

    def _refusal(self, command: CommandFile) -> Answer | None:
        account = self._host.account()
        here = (account.login, account.server, _same_path(self._host.data_path))
        if (command.login, command.server, _same_path(command.data_path)) != here:
            return Answer("wrong_terminal", f"this is {account.login}@{account.server} in {self._host.data_path}")
        if self._host.utc() > command.not_after_utc_s:
            return Answer("expired", "the command came too late")
        if command.generation < self._generation:
            return Answer("older_generation", f"generation {self._generation} has spoken already")
        if command.id in self._cancelled:
            return Answer("cancelled", f"cancelled by {self._cancelled[command.id]}")
        return None

    def _cancel(self, command: CommandFile) -> Answer:
        wanted = command.argument("command_id")
        if not wanted or not _is_file_name(wanted):
            return Answer("bad_arguments", "cancel needs command_id")
        done = self._answered.get(wanted) or self._stored_reply(wanted)
        if done is not None:
            return Answer(DONE, f"it was carried out before: {done.code}", (("state", "executed"), ("code", done.code)))
        self._cancelled[wanted] = command.id
        path = os.path.join(self._commands, f"{wanted}.json")
        if not os.path.exists(path):
            return Answer(DONE, "it has not come yet and will be refused", (("state", "cancelled"),))
        if self._reply(self._as_reply(wanted, Answer("cancelled", f"cancelled by {command.id}"))):
            self._host.disk.remove(path)
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
            self._host.print(self._chart, f"cannot write the reply to {reply.id}: {error.strerror}")
            return False
        return True

    def _stored_reply(self, command_id: str) -> ReplyFile | None:
        """The reply of an agent before this one: a command is never carried out twice, whoever lived then."""
        path = os.path.join(self._replies, f"{command_id}.json")
        reply = protocol.decode_reply(self._host.disk.read(path))
        return reply if reply is not None and reply.id == command_id else None


def _same_path(path: str) -> str:
    return os.path.normcase(os.path.normpath(path))


def _is_file_name(text: str) -> bool:
    return os.path.basename(text) == text and "\\" not in text
