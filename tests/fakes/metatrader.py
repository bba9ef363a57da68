"""MetaTrader's programs as seen through the ports: compiler, probes, golden template."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError
from mt5console.core.model.ids import Account, TradeMode
from mt5console.core.model.observed import CompileReport, ProbeAnswer, ProbeProblem
from mt5console.core.ports import FileStore, ProbeResult


def compile_report(
    *, ok: bool = True, errors: int = 0, warnings: int = 0, messages: tuple[str, ...] = ()
) -> CompileReport:
    """A report as MetaEditor's log would give."""
    evidence = f"Result: {errors} errors, {warnings} warnings"
    return CompileReport(ok=ok, errors=errors, warnings=warnings, messages=messages, evidence=evidence)


class FakeCompiler:
    """Gives the reports laid in `next_reports`, then success; success leaves an .ex5 in `files` when it has one."""

    def __init__(self, files: FileStore | None = None) -> None:
        self.files = files
        self.next_reports: deque[CompileReport] = deque()
        self.compiled: list[Path] = []
        self.editor = "MetaEditor 5.0.0.5260"

    def compile(self, source: Path, data_directory: Path, deadline_s: float) -> CompileReport:
        self.compiled.append(source)
        report = self.next_reports.popleft() if self.next_reports else compile_report()
        if report.ok and self.files is not None:
            self.files.write_atomic(source.with_suffix(".ex5"), b"EX-" + (self.files.read(source) or b""))
        return report

    def describe(self, data_directory: Path) -> str:
        return self.editor


def probe_answer(
    account: Account, directory: Path, *, connected: bool = True, trade_allowed: bool = True
) -> ProbeAnswer:
    """A healthy terminal's answer."""
    return ProbeAnswer(
        build=5260,
        path=str(directory),
        data_path=str(directory),
        connected=connected,
        trade_allowed=trade_allowed,
        tradeapi_disabled=False,
        ping_us=20_000,
        login=account.login,
        server=account.server,
        trade_mode=TradeMode.DEMO,
        account_trade_allowed=True,
        account_trade_expert=True,
        balance=10_000.0,
        equity=10_000.0,
        currency="USD",
        positions_total=0,
    )


def probe_problem(problem: ProbeProblem, code: int = -10001, text: str = "IPC send failed") -> ProbeResult:
    """A probe that did not answer."""
    return ProbeResult(answer=None, problem=problem, code=code, text=text)


@dataclass
class FakeProbePool:
    """Answers by executable from `answers`; `problems` come first; an unknown executable is not running.

    `login` succeeds when `passwords` holds that account's password (or does not mention the account), and then
    answers as that account. Passwords are compared, never kept.
    """

    answers: dict[Path, ProbeAnswer] = field(default_factory=dict)
    problems: dict[Path, ProbeResult] = field(default_factory=dict)
    passwords: dict[Account, str] = field(default_factory=dict)
    polled: list[Path] = field(default_factory=list)
    dropped: list[Path] = field(default_factory=list)
    logins: list[tuple[Path, Account]] = field(default_factory=list)
    closed: bool = False

    def poll(self, executable: Path, deadline_s: float) -> ProbeResult:
        self.polled.append(executable)
        return self._result(executable)

    def login(self, executable: Path, account: Account, secret: Secret, deadline_s: float) -> ProbeResult:
        self.logins.append((executable, account))
        expected = self.passwords.get(account)
        if expected is not None and expected != secret.reveal():
            return probe_problem(ProbeProblem.AUTH_REFUSED, -6, "Authorization failed")
        if executable in self.answers:
            self.answers[executable] = probe_answer(account, executable.parent)
        return self._result(executable)

    def drop(self, executable: Path) -> None:
        self.dropped.append(executable)

    def close(self) -> None:
        self.closed = True

    def _result(self, executable: Path) -> ProbeResult:
        if executable in self.problems:
            return self.problems[executable]
        if executable not in self.answers:
            return probe_problem(ProbeProblem.NOT_RUNNING, -10003, "IPC initialize failed")
        return ProbeResult(answer=self.answers[executable], problem=None, code=1, text="Success")


class FakeTemplate:
    """Fills a directory with the least a portable terminal has; `refuse` is the reason to fail with, or None."""

    def __init__(self, executable_name: str = "terminal64") -> None:
        self.executable_name = executable_name
        self.refuse: str | None = None
        self.installed: list[Path] = []

    def install(self, directory: Path) -> None:
        if self.refuse is not None:
            raise ConsoleError("template_failed", self.refuse)
        for folder in ("MQL5/Experts/Mt5Console", "MQL5/Include/Mt5Console", "MQL5/Files", "config", "logs"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        (directory / self.executable_name).write_bytes(b"terminal")
        (directory / "MQL5/Experts/Mt5Console/Agent.ex5").write_bytes(b"agent")
        self.installed.append(directory)
