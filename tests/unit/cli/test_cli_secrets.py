"""A password comes in by stdin alone, and is seen nowhere afterwards."""

from __future__ import annotations

import logging

import pytest

from mt5console.core.errors import ConsoleError

CANARY = "c4nary-Pa55-übung"
ADD = ("user", "add", "2", "--login", "222", "--server", "Demo-Server", "--password-stdin")


@pytest.mark.parametrize("line", [f"{CANARY}\n", f"{CANARY}\r\n", CANARY, f"\ufeff{CANARY}\nmore\n"])
def test_one_line_of_stdin_becomes_the_password(run, line):
    ran = run(*ADD, "--json", stdin=line.encode())
    assert ran.exit_code == 0
    assert run.app.door.passwords[2] == CANARY
    assert ran.document["user_id"] == 2


def test_spaces_belong_to_the_password(run):
    run(*ADD, stdin=b" a b \n")
    assert run.app.door.passwords[2] == " a b "


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe\n", b"x" * 2000])
def test_an_empty_torn_or_endless_password_is_refused(run, data):
    ran = run(*ADD, stdin=data)
    assert ran.exit_code == 2
    assert run.app.door.passwords == {}
    assert run.app.asked == []


def test_a_password_is_replaced(run):
    assert run("user", "password", "1", "--password-stdin", stdin=CANARY.encode()).exit_code == 0
    assert run.app.door.passwords[1] == CANARY
    assert run("user", "password", "1", stdin=CANARY.encode()).exit_code == 2


def test_the_password_is_in_no_output_error_or_log(run, caplog):
    with caplog.at_level(logging.DEBUG):
        seen = [run(*ADD, stdin=CANARY.encode())]
        for failure in (ConsoleError("failed", "it failed"), RuntimeError(CANARY)):
            run.app.door.failure = failure
            seen.append(run(*ADD, stdin=CANARY.encode()))
    assert [ran.exit_code for ran in seen] == [0, 1, 1]
    for ran in seen:
        assert CANARY not in ran.out + ran.err + caplog.text


def test_warnings_of_a_provisioning_stand_on_stderr(run, monkeypatch):
    monkeypatch.setattr(
        run.app.door, "add_user", lambda *_a, **_k: {"user_id": 2, "warnings": ["eleven terminals on one server"]}
    )
    ran = run(*ADD, "--json", stdin=b"pw")
    assert ran.err == "eleven terminals on one server\n"
    assert ran.document["user_id"] == 2
