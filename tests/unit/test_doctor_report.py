"""The field test's report: what outweighs what, what comes first, and that nothing of the desk is in it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mt5console.doctor.field_report import (
    BROKEN,
    FAILED,
    HELD,
    NOT_SEEN,
    PASSED,
    Record,
    Redaction,
    StepEnd,
    report_json,
    report_text,
)

BASE = Path("/srv/desk seven/mt5_users")
REDACTION = Redaction(login=100690024, server="XMGlobal-MT5 5", base=BASE)


@given(st.lists(st.sampled_from([True, False, None]), max_size=6))
def test_one_look_against_it_outweighs_all_others_and_no_look_is_not_seen(looks: list[bool | None]) -> None:
    record = Record()
    for look in looks:
        record.saw("A1", look, str(look))
    wanted = BROKEN if False in looks else HELD if True in looks else NOT_SEEN
    assert record.verdict("A1")[0] == wanted


def test_a_report_is_well_only_without_a_failed_step_and_a_broken_assumption() -> None:
    record = Record(steps=[StepEnd(name="start", outcome=PASSED, seconds=1, evidence="")])
    record.saw("A1", True, "seen")
    assert record.is_well
    record.saw("A2", False, "not so")
    assert not record.is_well
    failed = Record(steps=[StepEnd(name="start", outcome=FAILED, seconds=1, evidence="")])
    assert not failed.is_well


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("100690024@XMGlobal-MT5 5 is in", "<login>@<server> is in"),
        (
            "'100690024': authorized on xmglobal-mt5 5 through Access",
            "'<login>': authorized on <server> through Access",
        ),
        ("/srv/desk seven/mt5_users/user_1/logs", "<base>/user_1/logs"),
        (r"C:\Users\Jane Doe\Desktop\terminal64.exe is missing", r"…\terminal64.exe is missing"),
        (r"\\?\D:\brokers\one\metaeditor64.exe", r"…\metaeditor64.exe"),
        ("/opt/brokers/one/terminal64 is missing", "…/terminal64 is missing"),
        ("previous login from 192.168.17.4", "previous login from <address>"),
        ("2 / 3 beats, 1006900245 ticks", "2 / 3 beats, 1006900245 ticks"),
        (f"on {socket.gethostname()}.", "on <machine>."),
    ],
)
def test_what_belongs_to_one_desk_is_taken_out(text: str, wanted: str) -> None:
    assert REDACTION.text(text) == wanted


def test_windows_paths_are_taken_out_in_any_spelling() -> None:
    redaction = Redaction(login=7000001, server="Broker-Demo", base=Path("C:\\mt5_users"))
    for spelt in (r"C:\mt5_users\user_1\MQL5", r"c:\MT5_USERS\user_1\MQL5", "C:/mt5_users/user_1/MQL5"):
        assert "mt5_users" not in redaction.text(spelt).casefold()
    assert redaction.text(r"C:\mt5_users\user_1") == r"<base>\user_1"


@given(st.text(), st.text())
def test_no_login_and_no_server_survives_between_any_words(before: str, after: str) -> None:
    assume("100690024" not in before + after and "xmglobal" not in (before + after).casefold())
    text = REDACTION.text(f"{before} 100690024 {after} XMGlobal-MT5 5 {after}")
    assert "100690024" not in text
    assert "xmglobal" not in text.casefold()


def test_the_text_tells_first_what_did_not_hold() -> None:
    record = Record()
    record.saw("A1", True, "fine")
    record.saw("A26", False, "it had to be killed")
    report = report_json(record, {"mt5console": "0.1.0"}, REDACTION)
    text = report_text(report)
    assert text.index("Did not hold: 1") < text.index("A26") < text.index("Not seen") < text.index("Held: 1")
    assert "it had to be killed" in text


def test_everything_that_was_seen_goes_through_the_redaction() -> None:
    word = "100690024@XMGlobal-MT5 5 in /srv/desk seven/mt5_users/user_1"
    record = Record(steps=[StepEnd(name="start", outcome=PASSED, seconds=1, evidence=word)])
    record.saw("A5", True, word)
    record.journal = {"kinds": {"other": 1}, "not_recognised": [word]}
    report = report_json(record, {"left_behind": word, "doctor": {"deep": [word]}}, REDACTION)
    whole = json.dumps(report) + report_text(report)
    for secret in ("100690024", "XMGlobal", "desk seven"):
        assert secret not in whole
