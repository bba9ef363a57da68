"""Every command: what it asks of the engine, what stands on stdout, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mt5console.core.errors import ConsoleError, EngineHeld, RefusedForSafety
from tests.fakes.fake_door import deploy_result, every_error

READINGS = [
    ("status",),
    ("incidents",),
    ("incidents", "--all"),
    ("why", "1"),
    ("user", "list"),
    ("user", "stats", "1"),
    ("robot", "list"),
    ("robot", "status", "123"),
    ("system", "stats"),
]
ACTS = [
    ("terminal", "start", "1"),
    ("terminal", "stop", "1"),
    ("terminal", "restart", "1"),
    ("deploy", "123"),
    ("deploy", "123", "--cancel"),
    ("robot", "remove", "123"),
    ("resume", "1", "--word", "START"),
    ("release", "1"),
    ("user", "remove", "1"),
    ("robot", "add", "5", "--user", "1", "--symbol", "EURUSD", "--timeframe", "h1"),
]


@pytest.mark.parametrize("command", READINGS, ids=" ".join)
def test_readings_never_act_and_give_one_document_or_words(run, command):
    ran = run(*command, "--json")
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.document is not None
    words = run(*command)
    assert words.exit_code == 0
    assert words.out.strip()
    assert not words.out.startswith(("{", "["))
    assert all(asked[3] is False for asked in run.app.asked if asked[0] == "open_door")


@pytest.mark.parametrize("command", ACTS, ids=" ".join)
def test_acts_open_an_acting_door_and_give_one_document(run, command):
    run.app.door.ends["deploy"] = {"result": deploy_result()}
    ran = run("--json", *command)
    assert (ran.exit_code, ran.err) == (0, "")
    assert isinstance(ran.document, dict)
    assert run.app.asked[0] == ("open_door", None, None, True)


def test_a_cancel_asks_with_its_confirmations_and_tells_the_end_in_a_sentence(run):
    run.app.door.ends["deploy_cancel"] = {"result": deploy_result("FAILED"), "progress": "cancelled: it is back"}
    ran = run("deploy", "123", "--cancel", "--live", "1001", "--even-with-positions")
    assert (ran.exit_code, ran.out, ran.err) == (0, "Cancelled: it is back.\n", "")
    arguments = {"robot_id": 123, "confirm_live": 1001, "even_with_positions": True}
    assert ("submit", "deploy_cancel", arguments) in [call[:3] for call in run.app.door.calls]


def test_a_cancel_of_a_dry_run_is_wrong_use(run):
    ran = run("deploy", "123", "--cancel", "--dry-run")
    assert ran.exit_code == 2
    assert "--cancel or --dry-run" in ran.err
    assert run.app.door.calls == []


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("command", [("status",), ("deploy", "1"), ("user", "list", "--json")], ids=" ".join)
def test_an_error_is_one_line_on_stderr_and_its_exit_code(run, command, error):
    run.app.failure = error
    ran = run(*command)
    assert ran.exit_code == error.exit_code
    assert ran.out == ""
    assert ran.err == f"mt5console: {error.text}\n"


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["--base-dir", "/x/y", "--simulate", "status"], (Path("/x/y"), True)),
        (["status", "--base-dir=/x/y"], (Path("/x/y"), None)),
        (["user", "--simulate", "list"], (None, True)),
        (["status"], (None, None)),
        (["status", "--base-dir", "here"], (Path.cwd() / "here", None)),
    ],
)
def test_common_options_stand_before_or_after_the_command(run, arguments, asked):
    assert run(*arguments).exit_code == 0
    assert run.app.asked == [("open_door", *asked, False)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--base-dir"],
        ["status", "--base-dir", "--json"],
        ["status", "--nope"],
        ["nope"],
        ["deploy"],
        ["deploy", "0"],
        ["deploy", "-3"],
        ["deploy", "abc"],
        ["deploy", "1", "--timeout", "0"],
        ["deploy", "1", "2"],
        ["terminal"],
        ["terminal", "explode", "1"],
        ["stop-all"],
        ["stop-all", "--word", "stop"],
        ["user", "add", "1", "--login", "5", "--server", "S"],
        ["user", "add", "0", "--login", "5", "--server", "S", "--password-stdin"],
        ["robot", "add", "1", "--user", "1", "--symbol", "E", "--timeframe", "H7"],
        ["robot", "add", "1", "--user", "1", "--symbol", "E", "--timeframe", "H1", "--input", "Lots"],
        ["robot", "add", "1", "--user", "1", "--symbol", "E", "--timeframe", "H1", "--input", "a=1", "--input", "a=2"],
        ["robot", "add", "1", "--user", "1", "--symbol", "E", "--timeframe", "H1", "--source", "/no/such.mq5"],
        ["watchdog", "run", "--check-interval", "nan"],
        ["demo", "--users", "0"],
        ["--", "status", "--json"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_with_one_line_and_nothing_is_asked(run, arguments):
    ran = run(*arguments)
    assert ran.exit_code == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    assert run.app.asked == []


@pytest.mark.parametrize(("arguments", "read_only"), [([], False), (["--read-only"], True)])
def test_the_bare_command_opens_the_window(run, arguments, read_only):
    run.app.exit_code = 7
    ran = run("--simulate", *arguments)
    assert run.app.asked == [("run_console", None, True, read_only)]
    assert ran.exit_code == 7
    assert ran.out == ""


def test_the_version_is_told(run):
    from mt5console import __version__

    assert run("--version").out == f"mt5console {__version__}\n"


@pytest.mark.parametrize(
    ("command", "submitted"),
    [
        (["terminal", "start", "1"], ("terminal_start", {"user_id": 1, "timeout_s": 120.0})),
        (
            ["terminal", "stop", "1", "--live", "1001", "--even-with-positions"],
            (
                "terminal_stop",
                {"user_id": 1, "confirm_live": 1001, "even_with_positions": True, "timeout_s": 60.0},
            ),
        ),
        (
            ["terminal", "restart", "1", "--timeout", "9"],
            ("terminal_restart", {"user_id": 1, "confirm_live": None, "even_with_positions": False, "timeout_s": 9.0}),
        ),
        (
            ["deploy", "123", "--dry-run", "--live", "1001", "--timeout", "30"],
            (
                "deploy",
                {
                    "robot_id": 123,
                    "timeout_s": 30.0,
                    "dry_run": True,
                    "confirm_live": 1001,
                    "even_with_positions": False,
                },
            ),
        ),
        (
            ["robot", "remove", "123", "--even-with-positions"],
            ("robot_remove", {"robot_id": 123, "confirm_live": None, "even_with_positions": True, "timeout_s": 60.0}),
        ),
        (["stop-all", "--word", "STOP"], ("stop_all", {"word": "STOP", "timeout_s": 60.0})),
        (
            ["resume", "1", "--word", "START", "--live", "1001"],
            ("resume", {"user_id": 1, "word": "START", "confirm_live": 1001}),
        ),
        (["release", "1", "--live", "1001"], ("release", {"user_id": 1, "confirm_live": 1001})),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_acts_are_submitted_as_typed(run, command, submitted):
    assert run(*command).exit_code == 0
    assert ("submit", *submitted, "command line") in run.app.door.calls


@pytest.mark.parametrize(("status", "exit_code"), [("SUCCESS", 0), ("PARTIAL", 3), ("FAILED", 4)])
def test_a_deployment_ends_as_its_word_says(run, status, exit_code):
    run.app.door.ends["deploy"] = {
        "result": deploy_result(status),
        "state": "done" if exit_code == 0 else "failed",
        "exit_code": exit_code,
    }
    ran = run("deploy", "123", "--json")
    assert ran.exit_code == exit_code
    assert ran.document == deploy_result(status)
    if exit_code:
        assert ran.err == f"mt5console: deployment {status}: Algo trading is off. Switch it on.\n"
    words = run("deploy", "123")
    assert words.exit_code == exit_code
    assert f"Robot 123: {status}" in words.out
    assert "compile" in words.out


def test_an_act_that_is_refused_says_why_and_exits_6(run):
    run.app.door.failure = RefusedForSafety("confirm_live", "account 1001 is real: give --live 1001")
    ran = run("deploy", "123", "--json")
    assert (ran.exit_code, ran.out, ran.err) == (6, "", "mt5console: account 1001 is real: give --live 1001\n")


def test_an_act_that_failed_says_why_and_exits_1(run):
    error = {"code": "auth_failed", "text": "the broker\nrefused the password"}
    run.app.door.ends["terminal_start"] = {"state": "failed", "error": error, "exit_code": 1}
    ran = run("terminal", "start", "1")
    assert (ran.exit_code, ran.out, ran.err) == (1, "", "mt5console: the broker refused the password\n")


def test_stop_all_with_a_silent_engine_writes_the_latches_says_so_and_exits_5(run):
    run.app.failure = EngineHeld("engine_silent", "the engine does not answer")
    ran = run("stop-all", "--word", "STOP", "--base-dir", "/x")
    assert ran.exit_code == 5
    assert "stop latch" in ran.err
    assert run.app.asked[-1] == ("emergency_stop", Path("/x"), None)


def test_stop_all_with_an_engine_that_dies_meanwhile_writes_the_latches(run):
    run.app.door.failure = EngineHeld("engine_silent", "the engine does not answer")
    assert run("stop-all", "--word", "STOP").exit_code == 5
    assert run.app.asked[-1][0] == "emergency_stop"


@pytest.mark.parametrize("code", ["engine_silent", "engine_waits", "engine_broken"])
def test_stop_all_with_an_engine_that_answers_and_cannot_act_writes_the_latches(run, code):
    run.app.door.failure = ConsoleError(code, "the engine does nothing")
    assert run("stop-all", "--word", "STOP").exit_code == 5
    assert run.app.asked[-1][0] == "emergency_stop"


def test_stop_all_names_whom_it_could_not_latch(run):
    run.app.failure = EngineHeld("engine_silent", "the engine does not answer")
    run.app.unlatched = {"user_3": "there is no room"}
    ran = run("stop-all", "--word", "STOP")
    assert ran.exit_code == 5
    assert "NOT LATCHED" in ran.err
    assert "user_3 (there is no room)" in ran.err


def test_watchdog_stop_says_that_terminals_go_on_and_nobody_watches(run):
    ran = run("watchdog", "stop", "--base-dir", "/x")
    assert (ran.exit_code, ran.err) == (0, "")
    assert "go on" in ran.out
    assert "nobody watches" in ran.out
    assert run.app.asked == [("stop_engine", Path("/x"), None)]
    told = run("watchdog", "stop", "--json").document
    assert (told["stopped"], told["pid"]) == (True, 4711)


def test_unknown_robots_and_users_exit_1(run):
    for command in (["robot", "status", "9"], ["user", "stats", "9"], ["why", "9"], ["terminal", "start", "9"]):
        ran = run(*command)
        assert (ran.exit_code, ran.out) == (1, ""), command
        assert "not known" in ran.err


def test_a_robot_is_added_with_its_source_inputs_and_magic(run, tmp_path):
    source = tmp_path / "Mine.mq5"
    source.write_bytes("// größer\r\nint OnInit() { return 0; }".encode("utf-16"))
    ran = run(
        *("robot", "add", "5", "--user", "1", "--symbol", "EURUSD", "--timeframe", "m15", "--magic", "77"),
        *("--source", str(source), "--input", "Lots=0.10", "--input", "Comment=a=b", "--no-add-heartbeat"),
    )
    assert ran.exit_code == 0
    assert run.app.door.calls[-1] == (
        "add_robot",
        {
            "robot_id": 5,
            "user_id": 1,
            "symbol": "EURUSD",
            "timeframe": "M15",
            "source_text": "// größer\r\nint OnInit() { return 0; }",
            "source_name": "Mine.mq5",
            "inputs": {"Lots": "0.10", "Comment": "a=b"},
            "magic": 77,
        },
    )
    assert run("robot", "add", "5", "--user", "1", "--symbol", "E", "--timeframe", "H1").exit_code == 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("// é".encode(), "// é"),
        ("// é".encode("utf-8-sig"), "// é"),
        ("// é".encode("cp1252"), "// é"),
        (b"\xfe\xff" + "// é".encode("utf-16-be"), "// é"),
    ],
)
def test_a_source_is_read_as_metaeditor_saved_it(run, tmp_path, data, text):
    source = tmp_path / "Mine.mq5"
    source.write_bytes(data)
    arguments = ["robot", "add", "5", "--user", "1", "--symbol", "E", "--timeframe", "H1", "--source", str(source)]
    assert run(*arguments, "--no-add-heartbeat").exit_code == 0
    assert run.app.door.calls[-1][1]["source_text"] == text


def test_a_compiled_file_is_no_source(run, tmp_path):
    source = tmp_path / "Mine.ex5"
    source.write_bytes(b"EX5\0\1\2")
    arguments = ["robot", "add", "5", "--user", "1", "--symbol", "E", "--timeframe", "H1", "--source", str(source)]
    ran = run(*arguments)
    assert ran.exit_code == 2
    assert "not the .ex5" in ran.err
    assert run("robot", "add", "5", *arguments[3:], "--template", "x").exit_code == 2


def test_why_tells_sentences(run):
    ran = run("why", "1")
    assert "the process ended: start it again, because 2 of 5 restarts are used." in ran.out
    assert "Next: the login within 120 s." in ran.out
    assert run("why", "1", "--json").document[0]["decided"] == "start it again"


def test_status_words_tell_the_checks_apart(run):
    out = run("status").out
    assert "SIMULATED" in out
    line = next(line for line in out.splitlines() if "1001@Demo-Server" in line)
    for word in ("healthy", "4711", "ok", "unknown", "FAILED", "1 of 1", "0.8 s", "1 of 5"):
        assert word in line


def test_status_tells_no_oldest_beat_of_a_robot_that_was_taken_off_by_hand(run):
    (terminal,) = run.app.door.terminals.values()
    terminal["robots"].append({**terminal["robots"][0], "robot_id": 124, "state": "suspended", "heartbeat_age": 7200.0})
    line = next(line for line in run("status").out.splitlines() if "1001@Demo-Server" in line)
    assert "0.8 s" in line
    assert "7200" not in line


def test_a_journal_is_an_object_a_line(run, tmp_path):
    start = "MetaTrader 5 x64 build 5260 started for MetaQuotes Ltd."
    journal = tmp_path / "20260102.log"
    journal.write_text(f"CS\t0\t03:04:05.678\tTerminal\t{start}\r\n" * 2, "utf-16", newline="")
    run.app.journals = [journal]
    told = [json.loads(line) for line in run("journal", "1", "--json").out.splitlines()]
    assert [entry["kind"] for entry in told] == ["started", "unclean_exit", "started"]
    assert told[0].items() >= {"time": "2026-01-02T03:04:05.678", "level": 0, "text": start, "build": 5260}.items()
    assert "unclean exit" in run("journal", "1").out


def test_doctor_fails_when_a_check_fails_and_says_how_to_mend_it(run):
    run.app.findings = [{"name": "python", "ok": True, "evidence": "3.11", "mend": ""}]
    assert run("doctor").exit_code == 0
    run.app.findings.append({"name": "keyring", "ok": False, "evidence": "no backend", "mend": "install one"})
    ran = run("doctor")
    assert ran.exit_code == 1
    assert "install one" in ran.out
    assert run("doctor", "--json").document[1]["name"] == "keyring"


def test_the_token_is_told(run):
    assert run("api", "token", "--json").document == {"url": "http://127.0.0.1:5", "token": "t"}


def test_a_fault_is_injected(run):
    assert run("sim", "fault", "1", "slow-start", "5", "--json").document["fault"] == "slow-start"
    assert run.app.asked == [("inject_fault", None, None, 1, "slow-start", "5")]


def test_the_engine_is_run_as_typed_and_its_exit_code_is_ours(run):
    run.app.exit_code = 5
    assert run("watchdog", "run", "--check-interval", "2.5", "--robot", "3", "--observe-only").exit_code == 5
    assert run.app.asked == [("run_engine", None, None, 2.5, 3, True)]


def test_the_demo_is_run_as_typed(run):
    ran = run("demo", "--users", "2", "--robots", "1", "--headless", "--seconds", "3", "--chaos", "--json")
    assert ran.exit_code == 0
    assert run.app.asked[0][1] == {
        "base_dir": None,
        "users": 2,
        "robots": 1,
        "headless": True,
        "seconds": 3.0,
        "screenshot": None,
        "chaos": True,
        "json_output": True,
        "native": False,
    }


def test_an_operation_that_never_ends_is_not_waited_for_for_ever(run, monkeypatch):
    monkeypatch.setattr("mt5console.commands.acts.PATIENCE_EXTRA_S", -60.0)
    run.app.door.ends["never"] = ["stop_all"]
    ran = run("stop-all", "--word", "STOP")
    assert ran.exit_code == 1
    assert "still runs" in ran.err


def test_a_mistake_of_ours_is_a_line_without_its_words(run):
    run.app.failure = RuntimeError("secret words")
    ran = run("status")
    assert ran.exit_code == 1
    assert "RuntimeError" in ran.err
    assert "secret words" not in ran.err
    assert "Traceback" not in ran.err


def test_an_interrupted_act_is_said(run):
    run.app.failure = KeyboardInterrupt()
    assert run("status").exit_code == 130
