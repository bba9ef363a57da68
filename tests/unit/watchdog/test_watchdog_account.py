"""The account: logged out, refused, link lost, algo trading off; limited and verified logins."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from mt5console.core.model.commands import LogInAgain, StartTerminal
from mt5console.core.model.facts import ActFailed, LoginFinished, PasswordStored
from mt5console.core.model.ids import UserId
from mt5console.core.model.observed import JournalKind, ProbeProblem
from mt5console.core.model.records import IncidentKind
from mt5console.core.model.requests import ReleaseRequest
from mt5console.core.watchdog.states import State


def finished(play, *, ok: bool, problem: ProbeProblem | None = None) -> LoginFinished:
    return LoginFinished(
        user_id=play.watch.user.user_id,
        act_id=play.watch.link.login_act,
        ok=ok,
        problem=problem,
        text="said the package",
    )


def log_out(play) -> None:
    play.world.login, play.world.connected = 0, False


def log_in(play) -> None:
    play.world.login, play.world.connected = play.watch.user.account.login, True


def test_a_logged_out_account_is_logged_in_again_and_verified(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    assert all(verdict.remember for verdict in play.verdicts if play.last in verdict.commands)
    assert play.open_kinds == {IncidentKind.LOGGED_OUT}
    play >> finished(play, ok=True)
    assert play.open_kinds == {IncidentKind.LOGGED_OUT}
    log_in(play)
    play >> 3.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY
    assert any(
        line.startswith("INFO: MT5 connection recovered successfully. Account: 100690024") for line in play.lines
    )


def test_algo_trading_that_a_login_switched_off_is_an_incident_with_its_reason(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> finished(play, ok=True)
    log_in(play)
    play.world.trade_allowed = False
    play >> play.journal(
        JournalKind.ALGO_DISABLED, "automated trading is disabled because the account has been changed"
    )
    play >> 4.0
    assert play.open_kinds == {IncidentKind.ALGO_OFF}
    assert "because the account has been changed" in play.verdicts[-1].watch.marks.algo_reason


def test_logins_are_limited_and_spaced(play) -> None:
    play.healthy()
    log_out(play)
    instants = []
    for _ in range(240):
        play._pass(0.5)
        if play._pending:
            play << LogInAgain
            instants.append(play.mono)
            play >> finished(play, ok=False, problem=ProbeProblem.OTHER)
    assert len(instants) == play.policy.login_tries
    assert all(b - a >= play.policy.login_spacing_s for a, b in pairwise(instants))
    assert play.said("logins did not help")


def test_no_second_login_is_sent_while_one_is_under_way(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> play.policy.login_spacing_s * 2
    play >> finished(play, ok=False, problem=ProbeProblem.HUNG) << LogInAgain


def test_a_login_that_was_accepted_gets_its_time_to_show(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> play.policy.login_spacing_s + 1.0
    play >> finished(play, ok=True)
    play >> play.policy.login_after_out_s - 1.0
    log_in(play)
    play >> 3.0
    assert play.open_kinds == set()


def test_used_login_tries_survive_the_engine(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play.engine_dies()
    assert play.watch.link.logins == 1


def next_steps(play, kind: IncidentKind) -> list[str]:
    return [one.next_step for verdict in play.verdicts for one in verdict.opened if one.kind is kind]


def test_a_refused_login_is_not_tried_again_until_a_person_released_it(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> finished(play, ok=False, problem=ProbeProblem.AUTH_REFUSED)
    play >> 120.0
    assert IncidentKind.AUTH_FAILED in play.open_kinds
    assert next_steps(play, IncidentKind.LOGGED_OUT)[-1].startswith("no login is tried: the broker refused the login")
    play.engine_dies()
    play >> play.seen()
    play >> 60.0
    play >> play.asked(ReleaseRequest(user_id=play.watch.user.user_id))
    assert next_steps(play, IncidentKind.LOGGED_OUT)[-1] == "it is logged in again, at most 3 times"
    play >> play.policy.login_grace_s + 1.0 << LogInAgain


ONE_TIME = "Unsupported authorization mode, OTP or certificate password needed"


@pytest.mark.parametrize("source", ["login", "probe", "journal"])
def test_an_account_with_one_time_passwords_is_told_as_such_and_never_logged_in_again(play, source) -> None:
    play.healthy()
    log_out(play)
    play.world.probe = False
    if source == "login":
        play >> play.policy.login_after_out_s + 1.0 << LogInAgain
        play >> replace(finished(play, ok=False, problem=ProbeProblem.AUTH_REFUSED), text=ONE_TIME)
    elif source == "probe":
        play >> 0.5
        play >> replace(play.probe_failed(ProbeProblem.AUTH_REFUSED), text=ONE_TIME)
    else:
        text = f"'{play.world.login}': authorization on S failed (one-time password required)"
        play >> play.journal(JournalKind.AUTHORIZATION_FAILED, text)
    play >> 120.0
    (incident,) = (o for v in play.verdicts for o in v.opened if o.kind is IncidentKind.AUTH_FAILED)
    assert "one-time password (OTP)" in incident.text
    assert incident.next_step.startswith("log it in by hand at every start")
    log_in(play)
    play.world.probe = True
    play >> 5.0
    assert play.open_kinds == set()


def test_a_wrong_password_is_not_told_as_a_one_time_one(play) -> None:
    play.healthy()
    log_out(play)
    text = "authorization on OTP-Demo failed (Invalid account)"
    play >> play.journal(JournalKind.AUTHORIZATION_FAILED, text, reason="Invalid account")
    play >> 5.0
    (incident,) = (o for v in play.verdicts for o in v.opened if o.kind is IncidentKind.AUTH_FAILED)
    assert "one-time" not in incident.text
    assert "a new password is tried once it is set" in incident.next_step


def test_a_release_is_not_taken_back_by_the_probes_word_on_the_login_before(play) -> None:
    play.healthy()
    log_out(play)
    play.world.probe = False
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> play.probe_failed(ProbeProblem.AUTH_REFUSED)
    assert play.watch.link.auth_stop == ""  # the login that is under way answers for itself
    play >> finished(play, ok=False, problem=ProbeProblem.AUTH_REFUSED)
    assert IncidentKind.AUTH_FAILED in play.open_kinds
    play >> play.asked(ReleaseRequest(user_id=play.watch.user.user_id)) << LogInAgain
    play >> finished(play, ok=True)
    log_in(play)
    play.world.probe = True
    play >> 5.0
    assert play.open_kinds == set()


def refuse(play) -> None:
    """Logged out, and the login is refused."""
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> finished(play, ok=False, problem=ProbeProblem.AUTH_REFUSED)
    play >> 30.0
    assert IncidentKind.AUTH_FAILED in play.open_kinds


def test_a_password_that_was_stored_is_tried_once_and_ends_the_incident_when_the_account_is_in(play) -> None:
    play.healthy()
    refuse(play)
    play >> PasswordStored(user_id=play.watch.user.user_id) << LogInAgain
    assert IncidentKind.AUTH_FAILED in play.open_kinds
    told = next(d for d in play.decisions if d.decided == "logins are allowed again")
    assert told.trigger == "password stored"
    assert "the broker refused the login" in told.why
    assert play.verdicts[-1].remember
    play >> finished(play, ok=True)
    log_in(play)
    play >> 5.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY


def test_a_stored_password_that_is_refused_too_stops_logins_again_and_says_so(play) -> None:
    play.healthy()
    refuse(play)
    play >> PasswordStored(user_id=play.watch.user.user_id) << LogInAgain
    before = len(play.verdicts)
    play >> finished(play, ok=False, problem=ProbeProblem.AUTH_REFUSED)
    play >> 120.0
    later = [d.decided for verdict in play.verdicts[before:] for d in verdict.decisions]
    assert "no further login" in later
    tried = [o for verdict in play.verdicts[before:] for o in verdict.opened]
    assert [(o.kind, o.tried) for o in tried] == [
        (IncidentKind.LOGGED_OUT, ""),
        (IncidentKind.AUTH_FAILED, "one more login: said the package"),
    ]
    assert tried[0].next_step.startswith("no login is tried: ")


def test_a_stored_password_lifts_a_stop_that_the_last_engine_stored(play) -> None:
    play.healthy()
    refuse(play)
    play.engine_dies()
    play >> play.seen()
    play >> 60.0
    assert play.watch.link.auth_stop
    play >> PasswordStored(user_id=play.watch.user.user_id)
    play >> play.policy.login_grace_s + 1.0 << LogInAgain


def test_a_stored_password_starts_a_terminal_whose_start_would_have_logged_in_again(play) -> None:
    play.healthy()
    refuse(play)
    play >> play.exited(-9)
    play >> 60.0
    assert play.said("a start would log in again")
    play >> PasswordStored(user_id=play.watch.user.user_id) << StartTerminal
    log_in(play)
    play >> play.spawned()
    play >> 5.0
    assert play.open_kinds == set()


def test_a_stored_password_starts_a_terminal_that_had_none_and_no_other_hold_is_lifted(play) -> None:
    play >> play.absent() << StartTerminal
    play >> ActFailed(user_id=play.watch.user.user_id, act_id=play.last.act_id, code="no_secret", text="none stored")
    play >> 30.0
    assert IncidentKind.NO_SECRET in play.open_kinds
    play >> PasswordStored(user_id=play.watch.user.user_id) << StartTerminal
    play >> ActFailed(user_id=play.watch.user.user_id, act_id=play.last.act_id, code="not_found", text="no program")
    play >> 30.0
    play >> PasswordStored(user_id=play.watch.user.user_id)
    play >> 30.0
    assert "not_found" in play.watch.ladder.hold


def test_the_first_password_of_a_living_terminal_that_the_broker_refuses_is_a_refused_one(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> ActFailed(user_id=play.watch.user.user_id, act_id=play.last.act_id, code="no_secret", text="none stored")
    play >> PasswordStored(user_id=play.watch.user.user_id) << LogInAgain
    play >> finished(play, ok=False, problem=ProbeProblem.AUTH_REFUSED)
    play >> 5.0
    assert IncidentKind.NO_SECRET not in play.open_kinds
    assert IncidentKind.AUTH_FAILED in play.open_kinds


def test_a_stored_password_of_an_account_that_is_in_decides_nothing(play) -> None:
    play.healthy() >> PasswordStored(user_id=play.watch.user.user_id)
    play >> 10.0
    assert play.decisions == []
    assert play.watch.link.passwords == 1


def test_a_stored_password_opens_no_breaker(play) -> None:
    play.healthy()
    refuse(play)
    play.watch = replace(play.watch, ladder=replace(play.watch.ladder, quarantined="too many restarts"))
    play >> PasswordStored(user_id=play.watch.user.user_id)
    play >> 60.0
    assert play.watch.ladder.quarantined


def test_a_refusal_in_the_journal_stops_logins_and_restarts(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.journal(
        JournalKind.AUTHORIZATION_FAILED, "authorization on X failed (Invalid account)", login="100690024"
    )
    play >> 60.0
    assert IncidentKind.AUTH_FAILED in play.open_kinds
    play >> play.exited(-9)
    play >> 60.0
    assert play.said("a start would log in again")


def test_a_refusal_of_another_login_is_not_ours(play) -> None:
    play.healthy() >> play.journal(JournalKind.AUTHORIZATION_FAILED, "refused", login="5")
    play >> 10.0
    assert play.watch.state is State.HEALTHY


def test_a_refusal_that_a_person_mended_in_the_terminal_is_over(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.journal(JournalKind.AUTHORIZATION_FAILED, "refused")
    play >> 10.0
    log_in(play)
    play >> 4.0
    assert play.open_kinds == set()
    assert play.watch.link.auth_stop == ""


def test_a_login_without_a_stored_password_says_so(play) -> None:
    play.healthy()
    log_out(play)
    play >> play.policy.login_after_out_s + 1.0 << LogInAgain
    play >> ActFailed(
        user_id=play.watch.user.user_id, act_id=play.last.act_id, code="no_secret", text="no password stored"
    )
    play >> 60.0
    assert IncidentKind.NO_SECRET in play.open_kinds
    assert IncidentKind.AUTH_FAILED not in play.open_kinds


def test_a_terminal_that_starts_gets_the_logins_grace(play) -> None:
    play >> play.absent() << StartTerminal
    log_out(play)
    play >> play.spawned()
    play >> play.policy.login_grace_s - 1.0
    play >> 3.0 << LogInAgain


def test_a_switch_of_access_points_is_no_outage(play) -> None:
    play.healthy()
    play.world.connected = False
    play >> 1.5
    assert play.watch.state is State.HEALTHY
    play.world.connected = True
    play >> 5.0
    assert (play.opened, play.lines) == ([], [])


def test_a_lost_broker_link_is_waited_for_and_then_logged_in_again(play) -> None:
    play.healthy()
    play.world.connected = False
    play >> play.policy.link_benign_s + 1.0
    assert play.open_kinds == {IncidentKind.BROKER_DISCONNECTED}
    play >> play.policy.link_wait_s - play.policy.link_benign_s - 1.0
    play >> 1.0 << LogInAgain
    play >> finished(play, ok=False, problem=ProbeProblem.LOGIN_PENDING)
    play >> play.policy.login_spacing_s << LogInAgain
    play >> 60.0
    play.world.connected = True
    play >> 1.0
    assert play.open_kinds == set()


def test_an_account_that_our_own_login_took_out_is_no_second_trouble(play) -> None:
    play.healthy()
    play.world.connected = False
    play >> play.policy.link_wait_s + 1.0 << LogInAgain
    play.world.login = 0
    play >> play.policy.login_after_out_s + 5.0
    assert play.open_kinds == {IncidentKind.BROKER_DISCONNECTED}
    log_in(play)
    play >> 3.0
    assert play.open_kinds == set()


def test_many_lost_links_hold_every_login_for_a_bounded_time(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, total=6, disconnected=frozenset(UserId(n) for n in (1, 2, 3)))
    play.world.connected = False
    play >> play.policy.fleet_hold_s - 1.0
    assert play.said("one outage of broker or network")
    play >> 3.0 << LogInAgain


def test_many_lost_links_heal_when_the_link_is_back(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, total=3, disconnected=frozenset(UserId(n) for n in (1, 2, 3)))
    play.world.connected = False
    play >> 30.0
    play.world.connected = True
    play >> 2.0
    assert play.open_kinds == set()
    assert play.watch.state is State.HEALTHY


def test_a_dead_terminal_is_started_during_an_outage_of_the_fleet(play) -> None:
    play.healthy()
    play.fleet = replace(play.fleet, total=3, disconnected=frozenset(UserId(n) for n in (1, 2, 3)))
    play >> play.exited(-9) << StartTerminal


def test_algo_trading_off_is_an_incident_with_the_journals_reason_and_clears(play) -> None:
    play.robot(123, "d1")
    play.healthy() >> play.journal(JournalKind.ALGO_DISABLED, "automated trading is disabled", reason="by somebody")
    play.world.trade_allowed = False
    play >> play.policy.algo_grace_s + 1.0
    assert play.open_kinds == {IncidentKind.ALGO_OFF}
    assert "by somebody" in next(o.text for v in play.verdicts for o in v.opened)
    assert play.watch.state is State.DEGRADED
    play.world.trade_allowed = True
    play >> 1.0
    assert play.open_kinds == set()


def test_algo_trading_off_without_robots_is_nobodys_trouble(play) -> None:
    play.healthy()
    play.world.trade_allowed = False
    play >> 30.0
    assert play.opened == []
    assert play.watch.state is State.HEALTHY


def test_a_start_leaves_algo_trading_off_that_was_off_before_until_a_person_switched_it_on(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.trade_allowed = False
    play >> 20.0
    assert play.open_kinds == {IncidentKind.ALGO_OFF}
    play.engine_dies()
    play >> play.absent() << StartTerminal
    assert play.last.algo is False
    play >> play.spawned()
    play >> 20.0
    assert IncidentKind.ALGO_OFF in play.open_kinds
    play.world.trade_allowed = True
    play >> 10.0
    play >> play.exited(-9)
    play >> 30.0 << StartTerminal
    assert play.last.algo is True


def test_an_account_that_forbids_robots_is_no_switch_that_is_off(play) -> None:
    play.robot(123, "d1")
    play.healthy()
    play.world.account_trades = False
    play >> 20.0
    assert play.open_kinds == {IncidentKind.ALGO_OFF}
    assert "no switch helps" in next_steps(play, IncidentKind.ALGO_OFF)[-1]
    play >> play.exited(-9) << StartTerminal
    assert play.last.algo is True
