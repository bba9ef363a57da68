"""Journals in the forms of eight years of builds: what happened is found, whatever the age of the terminal."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mt5console.core.terminal.journal import JournalReader, entry_json, parse_line
from mt5console.core.terminal.journal_file import file_lines, read_journal
from mt5console.core.terminal.journal_removals import REASONS
from mt5console.core.terminal.journal_texts import event_names, meaning_of
from tests.unit.terminal.journal_samples import LOGIN, SERVER, JournalWriter
from tests.unit.terminal.test_terminal_journal import DAY, line

BUILDS = [1755, 2085, 3683, 5260, 6182]


def shapes(path):
    return [entry_json(entry) for entry in read_journal(path)]


def kinds_of(path):
    return Counter(shape["kind"] for shape in shapes(path))


@pytest.mark.parametrize("build", BUILDS)
def test_starts_exits_and_kills_are_counted_in_every_age(tmp_path, build):
    writer = JournalWriter(build=build)
    writer.start().login().load().remove().exit()
    writer.start().login(form=1).load()
    writer.start().login(form=2).remove().exit()
    counted = kinds_of(writer.save(tmp_path / "20260102.log"))
    wanted = {"started": 3, "exited": 2, "unclean_exit": 1, "authorized": 3, "robot_loaded": 2, "robot_removed": 2}
    assert wanted.items() <= counted.items()
    assert not counted.keys() - wanted.keys() - {"other"}


@pytest.mark.parametrize("build", BUILDS)
def test_a_second_process_is_told_from_the_run_in_every_age(tmp_path, build):
    writer = JournalWriter(build=build).start()
    writer.line("Terminal", "terminal process already started", level=2).exit()
    writer.pause(60).exit().start().exit()
    counted = kinds_of(writer.save(tmp_path / "20260102.log"))
    assert counted["second_instance"] == 1
    assert counted["unclean_exit"] == 0


def test_a_broker_may_put_its_name_anywhere_into_the_product(tmp_path):
    for build, product in (
        (2085, "MetaTrader 5 - BROKER (EU)"),
        (5430, "MetaTrader 5 BROKER"),
        (6000, "Broker build 7"),
    ):
        start = shapes(JournalWriter(build=build, product=product).start().save(tmp_path / "20260102.log"))[0]
        assert (start["kind"], start["product"], start["build"]) == ("started", f"{product} x64", build)
        assert start["company"] == "Example Broker Ltd."


def test_the_updaters_own_lines_end_no_run(tmp_path):
    writer = JournalWriter().start()
    writer.line("LiveUpdate", 'start "C:\\t\\liveupdate\\terminal64.exe" /update /path:"C:\\t" /portable').exit()
    writer.line("LiveUpdate", "updating...").line("LiveUpdate", "'C:\\t\\terminal64.exe' updated")
    writer.line("LiveUpdate", "updated successfully").line("Terminal", "shutdown with 0").start()
    told = shapes(writer.save(tmp_path / "20260102.log"))
    assert [shape.get("updater", False) for shape in told if shape["kind"] == "exited"] == [False, True]
    assert "unclean_exit" not in {shape["kind"] for shape in told}
    assert [shape["event"] for shape in told if "updat" in shape.get("event", "")] == [
        "updating",
        "updating",
        "updated",
    ]


def test_the_updaters_own_log_says_nothing_of_a_terminal(tmp_path):
    writer = JournalWriter().line("LiveUpdate", "updating...", level=0)
    writer.line("LiveUpdate", "update 'C:\\t\\MetaEditor64.exe' failed [32]", level=3)
    writer.line("LiveUpdate", "failed to update program", level=2).line("Terminal", "shutdown with 0")
    told = shapes(writer.save(tmp_path / "temp" / "logs" / "20260102.log"))
    assert [shape.get("event") for shape in told] == ["updating", "update_failed", "update_failed", None]
    assert told[3]["updater"] is True


@pytest.mark.parametrize(
    ("category", "text", "event", "parts"),
    [
        ("Network", "'5001': no connection to Demo-Server", "no_connection", {"login": 5001, "server": "Demo-Server"}),
        ("Network", "'5001': disconnected from Demo-Server", "disconnected", {"server": "Demo-Server"}),
        (
            "Network",
            "'5001': trading has been disabled - investor mode",
            "trading_disabled",
            {"reason": "investor mode"},
        ),
        (
            "Network",
            "'5001': trading has been enabled, demo account - hedging mode",
            "trading_enabled",
            {"account": "demo account", "mode": "hedging"},
        ),
        ("Network", "'5001': trading has been enabled - netting mode", "trading_enabled", {"mode": "netting"}),
        (
            "Network",
            "'5001': terminal synchronized with Example (EU) S/A: 2 positions, 1 orders, 9 symbols, 0 spreads",
            "synchronized",
            {"company": "Example (EU) S/A", "positions": 2, "orders": 1},
        ),
        ("Network", "'5001': terminal synchronized with Example", "synchronized", {"company": "Example"}),
        ("Network", "'5001': synchronization timeout", "synchronization_timeout", {"login": 5001}),
        ("Accounts", "account 'Demo-Server' - '5001' has been deleted", "account_deleted", {"login": 5001}),
        ("Demo-Server", "'5001': master password must be changed", "password_must_change", {"login": 5001}),
        (
            "Experts",
            "loading of My EA (2) (EURUSD,H1) failed [2]",
            "robot_load_failed",
            {"robot": "My EA (2)", "code": 2},
        ),
        ("Scripts", "script Tool (XAUUSD.m,Daily) removed", "script_removed", {"timeframe": "D1"}),
        (
            "Startup",
            'cannot load config "C:\\a b.ini" at start',
            "start_config_failed",
            {"start_config": "C:\\a b.ini"},
        ),
        ("LiveUpdate", "download 'MT5CLWIDE64' failed", "update_failed", {"part": "MT5CLWIDE64"}),
        ("Services", "service 'Bridge' disabled", "service_disabled", {"service": "Bridge"}),
    ],
)
def test_lines_without_a_kind_say_what_they_are_about(category, text, event, parts):
    shape = entry_json(parse_line(line(category, text), DAY, False))
    assert (shape["kind"], shape["event"]) == ("other", event)
    assert parts.items() <= shape.items()
    assert event in event_names()


def test_old_builds_name_no_code_for_a_failed_start_of_a_robot():
    shape = entry_json(parse_line(line("Experts", "initializing of Robot (EURUSD,H1) failed", 2), DAY, False))
    assert (shape["kind"], shape["robot"]) == ("robot_init_failed", "Robot")
    assert "code" not in shape


def test_an_access_point_that_a_person_chose_explains_a_lost_connection_too(tmp_path):
    writer = JournalWriter().start().login()
    writer.line("Network", f"'{LOGIN}': connecting to an access point with 61 % quality (previous: 83 %)")
    writer.line("Network", f"'{LOGIN}': connection to {SERVER} lost", level=1).login()
    lost = next(shape for shape in shapes(writer.save(tmp_path / "20260102.log")) if shape["kind"] == "connection_lost")
    assert lost["benign"] is True


def removed_because(tmp_path, writer):
    told = shapes(writer.save(tmp_path / "20260102.log"))
    return [shape.get("because") for shape in told if shape["kind"] == "robot_removed"]


def running():
    return JournalWriter().start().login().load().pause(60)


REMOVALS = {
    "exit": lambda: running().remove().pause(2).exit(),
    "account_switch": lambda: running().remove().load().pause(1).login(login=7002),
    "profile_change": lambda: (
        running().remove().line("Experts", "automated trading is disabled because profile has been changed", 3)
    ),
    "init_failed": lambda: (
        running().line("Experts", "initializing of Robot_7_a (EURUSD,H1) failed with code 1", 2).remove().load()
    ),
    "reloaded": lambda: running().remove().load().pause(60).login(),
    "replaced": lambda: running().remove().load("Other", "EURUSD").pause(60).login(),
    "person": lambda: running().remove().pause(60).login(),
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_removal_is_told_by_what_follows(tmp_path, reason):
    assert removed_because(tmp_path, REMOVALS[reason]()) == [reason]


def test_a_removal_at_the_files_end_is_not_guessed(tmp_path):
    assert removed_because(tmp_path, running().remove()) == [None]


def test_a_login_of_the_same_account_is_no_account_switch(tmp_path):
    assert removed_because(tmp_path, running().remove().load().login().pause(60).login()) == ["reloaded"]


def test_explaining_removals_keeps_every_line_in_its_place(tmp_path):
    writer = running().remove()
    for number in range(5000):
        writer.line("Trades", f"number {number}", after_ms=0)
    told = shapes(writer.exit().save(tmp_path / "20260102.log"))
    assert [shape["text"] for shape in told] == [text.split("\t")[4] for text in writer.lines]
    assert [shape.get("because") for shape in told if shape["kind"] == "robot_removed"] == [None]


def test_metatrader_4_and_the_editors_own_log_keep_their_times():
    old = parse_line("0\t12:23:26.886\tHeiken Ashi US30,M5: initialized", DAY, False)
    editor = parse_line("5\t2026.01.02 14:58:32.809\tGit\t0 / 3 objects received", DAY, False)
    compiled = parse_line("2\t2026.01.02 14:58:33.000\tCompile\tC:\\a\\b.mq5 - 2 errors, 1 warnings", DAY, False)
    assert (old.time, old.level, old.text) == ("2026-01-02T12:23:26.886", 0, "Heiken Ashi US30,M5: initialized")
    assert (editor.time, editor.level) == ("2026-01-02T14:58:32.809", 5)
    assert entry_json(compiled).items() >= {"event": "compiled", "errors": 2, "warnings": 1}.items()


@given(st.sampled_from(["Terminal", "Network", "Experts", "Startup", "LiveUpdate", "X (E,M1)"]), st.text(max_size=300))
def test_any_text_has_a_meaning_of_some_kind(category, text):
    kind, details = meaning_of(category, text, False)
    assert kind.value
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in details)


SAMPLE = JournalWriter(build=4000).start().login(form=2).load("R (1)").remove("R (1)").exit()


def test_a_journal_cut_at_any_byte_loses_at_most_its_last_line(tmp_path):
    data = SAMPLE.data()
    path = tmp_path / "20260102.log"
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        told = shapes(path)
        whole = data[:cut].count(b"\n\0")
        assert [shape["text"] for shape in told][:whole] == [text.split("\t")[4] for text in SAMPLE.lines][:whole]
        assert len(told) <= whole + 1


@given(st.binary(max_size=600), st.integers(0, 400))
@settings(max_examples=60)
def test_garbage_inside_a_journal_hides_no_more_than_itself(tmp_path_factory, garbage, at):
    data = SAMPLE.data()
    at = at * 2
    path = tmp_path_factory.mktemp("journal") / "20260102.log"
    path.write_bytes(data[:at] + garbage + b"\r\0\n\0" * (1 + len(garbage) % 2) + data[at:])
    assert all(json.dumps(shape) for shape in shapes(path))


def test_one_line_without_an_end_is_read_in_pieces(tmp_path):
    path = tmp_path / "20260102.log"
    path.write_bytes("x".encode("utf-16-le") * 1_000_000)
    pieces = list(file_lines(path))
    assert "".join(pieces) == "x" * 1_000_000
    assert max(map(len, pieces)) <= 64 * 1024


@given(st.lists(st.text(alphabet=st.characters(codec="utf-16", exclude_characters="\r\n\ufeff")), max_size=8))
def test_lines_are_what_stands_between_line_ends(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("lines") / "20260102.log"
    path.write_bytes(b"\xff\xfe" + "".join(f"{text}\r\n" for text in texts).encode("utf-16-le"))
    assert list(file_lines(path)) == texts


def test_kinds_do_not_depend_on_the_day_or_the_letters(tmp_path):
    reader = JournalReader(DAY)
    for text in SAMPLE.lines:
        assert [entry.kind for entry in reader.feed(text)] == [
            entry.kind for entry in [parse_line("ZZ" + text[2:], DAY, False)]
        ]
