"""Whether what answers is the terminal that was registered: directory, login and server, from agent and probe.

Must not know: what follows from a wrong one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mt5console.core.model.desired import DesiredUser
from mt5console.core.model.ids import Account, same_server
from mt5console.core.model.observed import AgentStatus, ProbeAnswer
from mt5console.core.watchdog.watch import TerminalWatch

Finding = tuple[str, str, str, bool | None]
"""(what, expected, seen, ok): ok is None while nothing was seen."""

_DRIVE = re.compile(r"^[A-Za-z]:")


@lru_cache(maxsize=2048)
def normal_path(path: str) -> str:
    """One spelling per directory: Windows paths without case and with backslashes, none with a trailing separator."""
    text = path.strip()
    if text.startswith("\\\\?\\"):
        text = text[4:]
    if _DRIVE.match(text) or "\\" in text:
        return re.sub(r"\\+", r"\\", text.replace("/", "\\")).rstrip("\\").casefold()
    return re.sub(r"/+", "/", text).rstrip("/") or "/"


def same_directory(expected: str, seen: str) -> bool:
    """Whether both name the same directory; `seen` may also name a file directly inside it (the executable)."""
    wanted, found = normal_path(expected), normal_path(seen)
    if wanted == found:
        return True
    separator = "\\" if "\\" in found else "/"
    return found.endswith((f"{separator}terminal64.exe", f"{separator}terminal64")) and (
        found.rsplit(separator, 1)[0] == wanted
    )


def account_as_spelt(watch: TerminalWatch) -> Account:
    """The registered account, its server as the terminal spells it: its agent compares letter by letter."""
    account, agent = watch.user.account, watch.agent
    if agent is None or agent.login != account.login or not same_server(account.server, agent.server):
        return account
    return Account(login=account.login, server=agent.server)


def findings(watch: TerminalWatch) -> tuple[Finding, ...]:
    """Every point of identity with what was seen of it; login 0 is logged out, which is not wrong."""
    agent, answer = watch.agent, watch.ipc.answer
    return (
        _pid_finding(watch),
        *_agent_findings(watch.user, agent),
        *_probe_findings(watch.user, answer),
    )


def wrong_identity(watch: TerminalWatch) -> str:
    """What is wrong in words, `""` when nothing is seen to be."""
    agent, answer = watch.agent, watch.ipc.answer
    if (agent is None or _agent_fits(watch.user, agent)) and (answer is None or _probe_fits(watch.user, answer)):
        return ""
    wrong = [f"{what} is {seen}, expected {expected}" for what, expected, seen, ok in findings(watch) if ok is False]
    return "; ".join(wrong)


def identity_ok(watch: TerminalWatch) -> bool | None:
    """False when anything is wrong, True when directory and login were seen and fit, None while unknown."""
    if watch.conflict_pids or wrong_identity(watch):
        return False
    seen = (watch.agent, watch.ipc.answer)
    return True if any(source is not None and source.login != 0 for source in seen) else None


def _agent_fits(user: DesiredUser, agent: AgentStatus) -> bool:
    return same_directory(user.directory, agent.data_path) and (
        agent.login == 0 or (agent.login == user.account.login and same_server(user.account.server, agent.server))
    )


def _probe_fits(user: DesiredUser, answer: ProbeAnswer) -> bool:
    return (
        same_directory(user.directory, answer.data_path)
        and same_directory(user.directory, answer.path)
        and (
            answer.login == 0
            or (answer.login == user.account.login and same_server(user.account.server, answer.server))
        )
    )


def _pid_finding(watch: TerminalWatch) -> Finding:
    if watch.conflict_pids:
        return "process", "one", ", ".join(f"pid {pid}" for pid in watch.conflict_pids), False
    if watch.process is None:
        return "process", "one", "none", None
    return "process", "one", f"pid {watch.process.pid}", True


def _agent_findings(user: DesiredUser, agent: AgentStatus | None) -> tuple[Finding, ...]:
    if agent is None:
        return (("directory (agent)", user.directory, "", None), ("login (agent)", str(user.account), "", None))
    return (
        (
            "directory (agent)",
            user.directory,
            agent.data_path,
            same_directory(user.directory, agent.data_path),
        ),
        _login_finding("login (agent)", user, agent.login, agent.server),
    )


def _probe_findings(user: DesiredUser, answer: ProbeAnswer | None) -> tuple[Finding, ...]:
    if answer is None:
        return (
            ("executable (IPC)", user.directory, "", None),
            ("directory (IPC)", user.directory, "", None),
            ("login (IPC)", str(user.account), "", None),
        )
    return (
        ("executable (IPC)", user.directory, answer.path, same_directory(user.directory, answer.path)),
        ("directory (IPC)", user.directory, answer.data_path, same_directory(user.directory, answer.data_path)),
        _login_finding("login (IPC)", user, answer.login, answer.server),
    )


def _login_finding(what: str, user: DesiredUser, login: int, server: str) -> Finding:
    expected = str(user.account)
    if login == 0:
        return what, expected, "logged out", None
    return what, expected, f"{login}@{server}", login == user.account.login and same_server(user.account.server, server)
