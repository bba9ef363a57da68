"""The account: logged out, refused, without broker link, or with algo trading off; and the few logins that may help.

Logging in again is an account change that can switch algo trading off, so it is limited, spaced and verified.
Must not know: processes.
"""

from __future__ import annotations

from mt5console.core.model.commands import LogInAgain
from mt5console.core.model.facts import ActFailed, LoginFinished
from mt5console.core.model.observed import ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.refusal import refusal_next_step
from mt5console.core.watchdog.absorb import auth_failed_text, logged_out_words, login_refused, stop_logins
from mt5console.core.watchdog.checks import Word, account_word, expected_robots
from mt5console.core.watchdog.recovery import fleet_holds
from mt5console.core.watchdog.turn import Turn
from mt5console.core.watchdog.watch import TerminalWatch

LOGIN_ANSWER_S = 2.0
"""A refusal is taken back only by a word on the account that is newer by this much."""


def is_disconnected(watch: TerminalWatch) -> bool:
    """Whether the broker link is an open outage (not a benign switch of access points)."""
    return (IncidentKind.BROKER_DISCONNECTED, None) in watch.open


def watch_account(turn: Turn) -> None:
    """Judge the freshest word on the account; without one nothing is concluded."""
    life = turn.watch.process
    if life is None:
        return
    _probe_refused(turn)
    word = account_word(turn.watch, turn.now, turn.policy)
    if word is None:
        return
    if word.login != 0 and word.connected:
        _account_in(turn, word)
    elif turn.watch.link.auth_stop:
        show_auth_stop(turn)
    elif word.login == 0:
        _logged_out(turn)
    else:
        _link_lost(turn)


def _probe_refused(turn: Turn) -> None:
    ipc, link = turn.watch.ipc, turn.watch.link
    if ipc.problem is ProbeProblem.AUTH_REFUSED and not link.auth_stop and not link.login_act:
        agent = turn.watch.agent
        if agent is None or agent.login == 0:
            login_refused(turn, ipc.text)


def _account_in(turn: Turn, word: Word) -> None:
    link = turn.watch.link
    if link.auth_stop:
        stopped = link.auth_stop_mono_s
        if stopped is not None and word.mono_s < stopped + LOGIN_ANSWER_S:
            return
        turn.put_link(auth_stop="", auth_stop_mono_s=None, logins=0)
        turn.remember()
    was_out = link.out_since_mono_s is not None or link.lost_since_mono_s is not None
    if was_out or link.login_act:
        turn.put_link(out_since_mono_s=None, lost_since_mono_s=None, login_act="")
        turn.forget_said("login", "login:tries", "link", "fleet", "held:login", "observed:login")
    _reset_tries(turn)
    if turn.watch.open:
        _account_back(turn, word)
    _algo(turn, word)


def _account_back(turn: Turn, word: Word) -> None:
    """The rising edge, once: incidents of the account end."""
    seen = f"{turn.watch.user.account} is in and its broker link is up"
    kinds = (
        IncidentKind.LOGGED_OUT,
        IncidentKind.BROKER_DISCONNECTED,
        IncidentKind.AUTH_FAILED,
        IncidentKind.NO_SECRET,
    )
    if any([turn.clear(kind, seen) for kind in kinds]):
        turn.say("info", f"MT5 connection recovered successfully. Account: {word.login} ({turn.who})")
        turn.explain("account is back", seen)


def _reset_tries(turn: Turn) -> None:
    link = turn.watch.link
    if link.logins == 0:
        return
    if link.last_login_mono_s is None or turn.now.mono_s - link.last_login_mono_s >= turn.policy.stable_s:
        turn.put_link(logins=0, last_login_mono_s=None)
        turn.remember()


def show_auth_stop(turn: Turn) -> None:
    """A refused account is an incident; nobody tries it again until a person looked."""
    why = turn.watch.link.auth_stop
    if turn.is_open(IncidentKind.NO_SECRET):
        return
    next_step = refusal_next_step(why)
    if turn.open(IncidentKind.AUTH_FAILED, auth_failed_text(turn.watch, why), next_step):
        turn.say("error", f"MT5 login refused ({turn.who}, {turn.watch.user.account}); not tried again")
        turn.explain("no further login", why, next_step)


def _patience(turn: Turn, usual_s: float) -> float:
    """A terminal that is still coming up gets the login's grace."""
    life = turn.watch.process
    return usual_s if life is not None and life.up else max(usual_s, turn.policy.login_grace_s)


def _logged_out(turn: Turn) -> None:
    since = turn.watch.link.out_since_mono_s
    if since is None:
        turn.put_link(out_since_mono_s=turn.now.mono_s, lost_since_mono_s=None, algo_off_since_mono_s=None)
        return
    out_s = turn.now.mono_s - since
    if out_s < _patience(turn, turn.policy.login_after_out_s):
        return
    if turn.watch.link.login_act and not turn.is_open(IncidentKind.LOGGED_OUT):
        return  # a login that is under way has taken the account out by itself
    account = turn.watch.user.account
    if turn.open(IncidentKind.LOGGED_OUT, *logged_out_words(turn)):
        turn.say("warning", f"MT5 account logged out ({turn.who}, {account})")
    _log_in(turn, IncidentKind.LOGGED_OUT, turn.policy.login_tries, f"logged out for {out_s:.0f} s")


def _link_lost(turn: Turn) -> None:
    since = turn.watch.link.lost_since_mono_s
    if since is None:
        turn.put_link(lost_since_mono_s=turn.now.mono_s, out_since_mono_s=None, algo_off_since_mono_s=None)
        return
    lost_s = turn.now.mono_s - since
    if lost_s <= _patience(turn, turn.policy.link_benign_s):
        return
    server = turn.watch.user.account.server
    opened = turn.open(
        IncidentKind.BROKER_DISCONNECTED,
        f"no broker link to {server}",
        f"it mostly mends itself; after {turn.policy.link_wait_s:.0f} s a login is tried",
    )
    if opened:
        turn.say("warning", f"MT5 broker link lost ({turn.who}, {server})")
        turn.explain(
            "waits for the link",
            f"no link to {server} for {lost_s:.0f} s, longer than a switch of access points",
            f"a login after {turn.policy.link_wait_s:.0f} s",
        )
    if lost_s >= turn.policy.link_wait_s:
        _log_in(turn, IncidentKind.BROKER_DISCONNECTED, turn.policy.link_login_tries, f"no link for {lost_s:.0f} s")


def _log_in(turn: Turn, kind: IncidentKind, tries: int, why: str) -> None:
    link, policy = turn.watch.link, turn.policy
    last = link.last_login_mono_s
    if link.login_act:
        return  # one is under way, and may take longer than the spacing
    if last is not None and turn.now.mono_s - last < policy.login_spacing_s:
        return
    if link.logins >= tries:
        turn.explain_once(
            "login:tries", "no further login", f"{why}; {link.logins} logins did not help", "a person looks"
        )
        return
    outage = fleet_holds(turn)
    if outage:
        turn.explain_once("fleet", "waits with the fleet", f"{why}; {outage}", "at most until the hold's time is over")
        return
    if turn.watch.ladder.hold or not turn.may("login", "log in again", why):
        return
    agent = turn.watch.agent
    user, count = turn.watch.user, link.logins + 1
    act_id = turn.act(
        lambda act: LogInAgain(user_id=user.user_id, act_id=act, account=user.account, reason=why),
        "login",
        "log in again",
        f"{why}; try {count} of {tries}",
        "algo trading is verified afterwards, for a login may switch it off",
    )
    before = agent.trade_allowed if agent is not None and link.algo_before is None else link.algo_before
    turn.put_link(logins=count, last_login_mono_s=turn.now.mono_s, login_act=act_id, algo_before=before)
    turn.remember()
    turn.say("info", f"Logging MT5 in again... ({turn.who}, try {count} of {tries})")


def take_login_finished(turn: Turn, fact: LoginFinished) -> None:
    """A login ended; what it did is seen in the account, not in its answer."""
    if fact.act_id != turn.watch.link.login_act:
        return
    turn.put_link(login_act="")
    if fact.ok:
        _count_anew(turn)
        turn.explain("login answered", fact.text or "the package accepted the login", "the account must be seen in")
        return
    if fact.problem is ProbeProblem.AUTH_REFUSED:
        login_refused(turn, fact.text)
        show_auth_stop(turn)
        return
    _login_failed(turn, f"{fact.problem or 'failed'}: {fact.text}")


def _count_anew(turn: Turn) -> None:
    """The last word on the account is of before the login: it gets its time to show what the login did."""
    link, now = turn.watch.link, turn.now.mono_s
    turn.put_link(
        out_since_mono_s=None if link.out_since_mono_s is None else now,
        lost_since_mono_s=None if link.lost_since_mono_s is None else now,
    )


def take_login_act_failed(turn: Turn, fact: ActFailed) -> None:
    """A login could not even be tried."""
    if not fact.act_id or fact.act_id != turn.watch.link.login_act:
        return
    turn.put_link(login_act="")
    if fact.code != "no_secret":
        _login_failed(turn, fact.text)
        return
    stop_logins(turn, f"no password is stored: {fact.text}")
    turn.open(
        IncidentKind.NO_SECRET,
        f"the terminal of {turn.who} cannot be logged in: {fact.text}",
        "set its password (`mt5console user password`): it is logged in with it by itself",
    )


def _login_failed(turn: Turn, text: str) -> None:
    for kind in (IncidentKind.LOGGED_OUT, IncidentKind.BROKER_DISCONNECTED):
        if turn.is_open(kind):
            turn.tried(kind, f"the account {turn.watch.user.account} of {turn.who} is out", "it is tried again", text)
    turn.explain("login failed", text, f"the next not before {turn.policy.login_spacing_s:.0f} s have passed")


def _algo(turn: Turn, word: Word) -> None:
    """Algo trading off where robots need it, or forbidden by the account."""
    if word.trade_allowed and turn.watch.algo_off:
        turn.keep(algo_off=False)
    why, mend, later = _algo_lack(word)
    needed = bool(expected_robots(turn.watch, turn.robots)) or turn.watch.link.algo_before is True
    if not why or not needed:
        _algo_on(turn)
        return
    since = turn.watch.link.algo_off_since_mono_s
    if since is None:
        turn.put_link(algo_off_since_mono_s=turn.now.mono_s)
        return
    life = turn.watch.process
    if turn.now.mono_s - since < turn.policy.algo_grace_s or life is None or not life.up:
        return
    if not word.trade_allowed and not turn.watch.algo_off:
        turn.keep(algo_off=True)
    reason = turn.watch.marks.algo_reason or "the journal gives no reason"
    text = f"algo trading is off in the terminal of {turn.who}: {why} ({reason})"
    if turn.open(IncidentKind.ALGO_OFF, text, mend):
        turn.say("warning", f"MT5 algo trading is off ({turn.who}): {reason}")
        turn.explain("algo trading is off", f"{why}; {reason}", later)


def _algo_lack(word: Word) -> tuple[str, str, str]:
    """Why robots may not trade, `""` when they may; what mends it; and in a decision's words, what comes next."""
    if not word.trade_allowed:
        mend = "switch it on (one click); the watchdog does not switch it by itself"
        return "the terminal's algo trading switch is off", mend, "a person switches it on"
    if not word.account_trades:
        why = "the account does not permit trading by robots (investor password, or the broker's setting)"
        mend = "store the account's trading password (`mt5console user password`), or ask the broker; no switch helps"
        return why, mend, "a person sees to the account"
    return "", "", ""


def _algo_on(turn: Turn) -> None:
    if turn.watch.link.algo_off_since_mono_s is not None:
        turn.put_link(algo_off_since_mono_s=None)
    if turn.clear(IncidentKind.ALGO_OFF, "algo trading is on again, or no robot needs it"):
        turn.say("info", f"MT5 algo trading is on again ({turn.who})")
