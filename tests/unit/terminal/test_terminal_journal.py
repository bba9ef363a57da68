"""Journals: every kind by its text, what needs the lines before it, and following a growing file."""

import codecs
import json
import os
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mt5console.core.errors import NotFound
from mt5console.core.terminal.encoding import encode
from mt5console.core.terminal.journal import JournalReader, entry_json, format_line, parse_line
from mt5console.core.terminal.journal_file import day_of, read_journal
from mt5console.core.terminal.journal_tail import JournalTail

DAY = date(2026, 1, 2)
START = "MetaTrader 5 x64 build 5260 started for MetaQuotes Ltd."


def line(category, text, level=0, clock="03:04:05.678"):
    return f"CS\t{level}\t{clock}\t{category}\t{text}"


KNOWN = [
    ("Terminal", START, "started", {"build": 5260, "company": "MetaQuotes Ltd.", "product": "MetaTrader 5 x64"}),
    (
        "Terminal",
        "MetaTrader 5 EXNESS x64 build 5430 started for Exness Technologies Ltd",
        "started",
        {"build": 5430, "company": "Exness Technologies Ltd"},
    ),
    ("Terminal", "shutdown with 0", "exited", {"code": 0}),
    ("Terminal", "exit with code 0", "other", {}),
    ("Terminal", "terminal process already started", "second_instance", {}),
    ("System", "terminal stopped due to system shutdown", "system_shutdown", {}),
    (
        "Network",
        "'5001': authorized on XMGlobal-MT5 5 through Access Server EU 1 (ping: 205.19 ms, build 4755)",
        "authorized",
        {
            "login": 5001,
            "server": "XMGlobal-MT5 5",
            "access_point": "Access Server EU 1",
            "ping_ms": 205.19,
            "access_point_build": 4755,
        },
    ),
    ("Network", "'5001': authorized on Demo-Server", "authorized", {"login": 5001, "server": "Demo-Server"}),
    (
        "Network",
        "'5001': authorized on Demo-Server through AP 1",
        "authorized",
        {"server": "Demo-Server", "access_point": "AP 1"},
    ),
    (
        "Network",
        "'5001': authorization on Demo-Server failed (Invalid account)",
        "authorization_failed",
        {"login": 5001, "server": "Demo-Server", "reason": "Invalid account"},
    ),
    ("Network", "'5001': connection to Demo-Server lost", "connection_lost", {"server": "Demo-Server"}),
    ("Network", "'5001': no connection to Demo-Server", "other", {}),
    (
        "Network",
        "'5001': auto connecting to a better access point with 76 % quality (previous: 30 %)",
        "access_point_switch",
        {"login": 5001, "quality": 76},
    ),
    ("Experts", "automated trading is enabled", "algo_enabled", {}),
    ("Experts", "automated trading is disabled", "algo_disabled", {"reason": None}),
    (
        "Experts",
        "automated trading is disabled because the account has been changed",
        "algo_disabled",
        {"reason": "the account has been changed"},
    ),
    (
        "Experts",
        "expert a live data folderAOSdeepseek(1) (EURUSD,M5) loaded successfully",
        "robot_loaded",
        {"robot": "a live data folderAOSdeepseek(1)", "symbol": "EURUSD", "timeframe": "M5"},
    ),
    (
        "Experts",
        "expert Robot (old) (x,y) (XAU(USD).m,Daily) removed",
        "robot_removed",
        {"robot": "Robot (old) (x,y)", "symbol": "XAU(USD).m", "timeframe": "D1"},
    ),
    (
        "Experts",
        "initializing of Robot_7_a (EURUSD,H1) failed with code 1",
        "robot_init_failed",
        {"robot": "Robot_7_a", "code": 1},
    ),
    (
        "Experts",
        "initializing of Robot_7_a (EURUSD,H1) failed with code 0 (symbol synchronization timeout)",
        "robot_init_failed",
        {"code": 0, "reason": "symbol synchronization timeout"},
    ),
    (
        "LiveUpdate",
        "new version build 5270 (IDE: 5270, Tester: 5270) is available",
        "update_available",
        {"build": 5270},
    ),
    (
        "LiveUpdate",
        'start "C:\\mt5_users\\user_1\\liveupdate\\terminal64.exe" /update /path:"C:\\mt5_users\\user_1" /portable',
        "update_started",
        {},
    ),
    ("Services", "service 'Bridge' started", "service_started", {"service": "Bridge"}),
    ("Services", "service 'Bridge' stopped", "service_stopped", {"service": "Bridge"}),
    ("Indicators", "custom indicator X (EURUSD,H1) loaded succesfully", "other", {}),
]


@pytest.mark.parametrize(("category", "text", "kind", "parts"), KNOWN)
def test_each_text_has_its_kind_and_parts(category, text, kind, parts):
    entry = parse_line(line(category, text, level=1), DAY, False)
    assert entry is not None
    shape = entry_json(entry)
    assert {"time": "2026-01-02T03:04:05.678", "kind": kind, "level": 1, "text": text}.items() <= shape.items()
    assert parts.items() <= shape.items()
    assert json.loads(json.dumps(shape)) == shape


@pytest.mark.parametrize(("category", "text", "kind", "parts"), KNOWN)
def test_a_program_cannot_speak_for_the_terminal(category, text, kind, parts):
    said = parse_line(line("Robot_7_a (EURUSD,H1)", text), DAY, True)
    posed = parse_line(line(category, text), DAY, True)
    assert said is not None
    assert posed is not None
    assert said.kind.value == posed.kind.value == "other"
    assert (said.detail("robot"), said.detail("symbol")) == ("Robot_7_a", "EURUSD")


@pytest.mark.parametrize(
    "text", ["", "half a line", "CS\t0\t03:04", "CS\t7\t03:04:05.678\tA\tb", "CS\t0\t24:04:05.678\tA\tb"]
)
def test_what_has_no_columns_is_no_entry(text):
    assert parse_line(text, DAY, False) is None


def test_the_metaeditors_log_brings_its_own_date():
    entry = parse_line("0\t2025.12.31 23:59:58.001\tCompile\tRobot.mq5 - 0 errors", DAY, False)
    assert entry is not None
    assert entry.time == "2025-12-31T23:59:58.001"


@given(st.text())
def test_parsing_never_raises(text):
    assert parse_line(text, DAY, False) is None or text


@given(
    st.datetimes(),
    st.integers(0, 3),
    st.sampled_from(["Terminal", "Network", "Experts", "Robot (1) (EURUSD,H1)"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\t\r\n")),
)
def test_a_line_as_it_is_written_comes_back(at, level, category, text):
    entry = parse_line(format_line(at, level, category, text), at.date(), False)
    assert entry is not None
    assert (entry.level, entry.category, entry.text) == (level, category, text)
    assert entry.time == at.replace(microsecond=at.microsecond // 1000 * 1000).isoformat(timespec="milliseconds")


def kinds(lines, running=None):
    reader = JournalReader(DAY, running=running)
    return [entry.kind.value for item in lines for entry in reader.feed(item)]


EXIT = [
    line("Terminal", "exit with code 0"),
    line("Terminal", "stopped with 0"),
    line("Terminal", "shutdown with 0"),
]


def test_a_start_without_an_exit_before_it_shows_an_unclean_exit():
    start = line("Terminal", START)
    assert kinds([start, *EXIT, start, start]) == [
        "started",
        "other",
        "other",
        "exited",
        "started",
        "unclean_exit",
        "started",
    ]


def test_a_system_shutdown_counts_as_an_exit():
    start = line("Terminal", START)
    stop = line("System", "terminal stopped due to system shutdown")
    assert kinds([start, stop, start]) == ["started", "system_shutdown", "started"]


def test_the_first_start_is_judged_by_what_ran_before():
    start = line("Terminal", START)
    assert kinds([start]) == ["started"]
    assert kinds([start], running=True) == ["unclean_exit", "started"]
    assert kinds([line("Network", "'1': no connection to X"), start]) == ["other", "unclean_exit", "started"]


def test_a_second_process_does_not_end_the_run_of_the_first():
    start = line("Terminal", START)
    second = line("Terminal", "terminal process already started", level=2)
    short = kinds([start, second, EXIT[0], start])
    assert short == ["started", "second_instance", "other", "unclean_exit", "started"]
    long = kinds([start, second, *EXIT, start])
    assert long == ["started", "second_instance", "other", "other", "exited", "unclean_exit", "started"]
    ended = kinds([start, second, EXIT[0], *EXIT, start])
    assert "unclean_exit" not in ended


def test_a_lost_connection_is_benign_only_soon_after_a_switch_of_the_same_account():
    reader = JournalReader(DAY)
    switch = "'{}': auto connecting to a better access point with 76 % quality (previous: 30 %)"
    lost = "'5001': connection to Demo-Server lost"
    seen = []
    for login, at, when in [("5001", "01", "02"), ("5001", "10", "20"), ("7", "30", "31")]:
        reader.feed(line("Network", switch.format(login), clock=f"03:04:{at}.000"))
        seen += [entry_json(entry)["benign"] for entry in reader.feed(line("Network", lost, clock=f"03:04:{when}.000"))]
    assert seen == [True, False, False]


def test_a_file_gives_one_entry_a_line_and_the_unclean_exits(tmp_path):
    path = tmp_path / "logs" / "20260102.log"
    path.parent.mkdir()
    lines = [line("Terminal", START), "the rest of a text", line("Terminal", START, clock="04:00:00.000")]
    path.write_bytes(encode("\n".join(lines) + "\n"))
    entries = list(read_journal(path))
    assert [entry.kind.value for entry in entries] == ["started", "other", "unclean_exit", "started"]
    assert entries[1].time == "2026-01-02T03:04:05.678"
    assert entries[1].text == "the rest of a text"
    assert entries[2].time == "2026-01-02T04:00:00.000"


def test_yesterdays_file_tells_whether_todays_first_start_follows_a_kill(tmp_path):
    (tmp_path / "20260101.log").write_bytes(encode(line("Terminal", START) + "\n"))
    (tmp_path / "20260102.log").write_bytes(encode(line("Terminal", START) + "\n"))
    assert [entry.kind.value for entry in read_journal(tmp_path / "20260102.log")] == ["unclean_exit", "started"]
    (tmp_path / "20260101.log").write_bytes(encode("\n".join([line("Terminal", START), *EXIT]) + "\n"))
    assert [entry.kind.value for entry in read_journal(tmp_path / "20260102.log")] == ["started"]


def test_an_experts_log_is_known_by_its_folder(tmp_path):
    path = tmp_path / "MQL5" / "Logs" / "20260102.log"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode(line("Terminal", "shutdown with 0") + "\n"))
    assert [entry.kind.value for entry in read_journal(path)] == ["other"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_journal_in_another_encoding_is_read_too(tmp_path, encoding):
    path = tmp_path / "20260102.log"
    path.write_bytes((line("Terminal", "shutdown with 0") + "\r\n" + line("Größe", "é") + "\r\n").encode(encoding))
    assert [(entry.kind.value, entry.text) for entry in read_journal(path)] == [
        ("exited", "shutdown with 0"),
        ("other", "é"),
    ]


def test_a_missing_journal_is_said_clearly(tmp_path):
    with pytest.raises(NotFound):
        list(read_journal(tmp_path / "20260102.log"))


@given(st.binary(max_size=400))
@settings(max_examples=50)
def test_a_garbage_file_is_read_to_its_end(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("journal") / "20260102.log"
    path.write_bytes(data)
    assert all(json.dumps(entry_json(entry)) for entry in read_journal(path))


@pytest.mark.parametrize(
    "name", ["20260132.log", "metaeditor.log", "2026010.log", "²0260102.log", "20260102.txt", "20260102"]
)
def test_other_files_are_no_journals(name):
    assert day_of(name) is None
    assert day_of("20260102.LOG") == DAY


class Terminal:
    """Writes a journal as a terminal does: appended bytes, a BOM first."""

    def __init__(self, directory, name="20260102.log"):
        self.path = directory / name
        self.path.write_bytes(codecs.BOM_UTF16_LE)

    def append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)

    def say(self, text, category="Test", end="\r\n"):
        self.append((line(category, text) + end).encode("utf-16-le"))


def texts(entries):
    return [entry.text for entry in entries]


def test_new_lines_are_told_once(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    terminal.say("one")
    assert texts(tail.poll()) == ["one"]
    assert tail.poll() == ()
    terminal.say("two")
    terminal.say("three")
    assert texts(tail.poll()) == ["two", "three"]


def test_a_half_line_waits_even_when_cut_inside_a_character(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    data = (line("Test", "Gurmukhi \u0a0a\u0a00 text") + "\r\n").encode("utf-16-le")
    terminal.say("first")
    tail.poll()
    for byte in data[:-1]:
        terminal.append(bytes([byte]))
        assert tail.poll() == ()
    terminal.append(data[-1:])
    assert texts(tail.poll()) == ["Gurmukhi \u0a0a\u0a00 text"]


def test_what_was_there_before_can_be_passed_over(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path, skip_past=True)
    terminal.say(START, "Terminal")
    assert tail.poll() == ()
    terminal.say(START, "Terminal")
    assert [entry.kind.value for entry in tail.poll()] == ["unclean_exit", "started"]


def test_the_first_look_at_a_large_file_reads_only_its_end(tmp_path, monkeypatch):
    terminal = Terminal(tmp_path)
    terminal.append((line("Test", "x" * 100) + "\r\n").encode("utf-16-le") * 20_000)
    terminal.say("last")
    tail = JournalTail(tmp_path)
    found = texts(tail.poll())
    assert found[-1] == "last"
    assert all(text == "x" * 100 for text in found[:-1])
    assert 200 < len(found) < 64 * 1024 / 200
    terminal.say("more")
    assert texts(tail.poll()) == ["more"]


def test_midnight_finishes_the_old_file_before_the_new_one(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    terminal.say("evening")
    tail.poll()
    terminal.say("23:59")
    tomorrow = Terminal(tmp_path, "20260103.log")
    tomorrow.say("00:00")
    found = tail.poll()
    assert texts(found) == ["23:59", "00:00"]
    assert [entry.time[:10] for entry in found] == ["2026-01-02", "2026-01-03"]
    tomorrow.say("later")
    assert texts(tail.poll()) == ["later"]


def test_a_journal_that_appears_later_is_read_from_its_beginning(tmp_path):
    tail = JournalTail(tmp_path / "logs", skip_past=True)
    assert tail.poll() == ()
    (tmp_path / "logs").mkdir()
    assert tail.poll() == ()
    Terminal(tmp_path / "logs").say("first")
    found = [text for _ in range(12) for text in texts(tail.poll())]
    assert found == ["first"]


def test_a_truncated_file_is_read_anew(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    terminal.say("a long line that stood there before")
    tail.poll()
    terminal = Terminal(tmp_path)
    terminal.say("new")
    assert texts(tail.poll()) == ["new"]


def test_a_file_rewritten_in_place_and_grown_is_read_anew(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    terminal.say("short")
    tail.poll()
    terminal = Terminal(tmp_path)
    terminal.say("another text, longer than before")
    terminal.say("and more")
    assert texts(tail.poll()) == ["another text, longer than before", "and more"]
    terminal.say("on")
    assert texts(tail.poll()) == ["on"]


def test_a_replaced_file_is_read_anew_and_a_removed_one_is_no_news(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    terminal.say("old")
    tail.poll()
    other = Terminal(tmp_path, "new.tmp")
    other.say("old")
    other.say("new")
    os.replace(other.path, terminal.path)
    assert texts(tail.poll()) == ["old", "new"]
    terminal.path.unlink()
    assert tail.poll() == ()


def test_a_flood_is_told_whole_in_several_looks(tmp_path):
    terminal, tail = Terminal(tmp_path), JournalTail(tmp_path)
    terminal.say("calm")
    tail.poll()
    wanted = [f"{number} " + "y" * 200 for number in range(6000)]
    terminal.append("".join(line("Test", text) + "\r\n" for text in wanted).encode("utf-16-le"))
    found = []
    looks = 0
    while looks < 10 and len(found) < len(wanted):
        found += texts(tail.poll())
        looks += 1
    assert found == wanted
    assert looks > 1


def test_a_start_after_midnight_follows_the_run_of_the_day_before(tmp_path):
    first, tail = Terminal(tmp_path), JournalTail(tmp_path)
    first.say(START, "Terminal")
    tail.poll()
    Terminal(tmp_path, "20260103.log").say(START, "Terminal")
    assert [entry.kind.value for entry in tail.poll()] == ["unclean_exit", "started"]


@given(st.lists(st.integers(1, 40), max_size=12), st.lists(st.text(max_size=12), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_however_the_bytes_arrive_every_line_is_told_once(tmp_path_factory, cuts, words):
    directory = tmp_path_factory.mktemp("tail")
    at = datetime(2026, 1, 2) + timedelta(seconds=1)
    data = encode("".join(format_line(at, 0, "Test", word) + "\n" for word in words))
    path = directory / "20260102.log"
    path.write_bytes(b"")
    tail = JournalTail(directory)
    found = list(tail.poll())
    for cut in [*cuts, len(data)]:
        piece, data = data[:cut], data[cut:]
        with path.open("ab") as file:
            file.write(piece)
        found += tail.poll()
    expected = [entry for word in words if (entry := parse_line(format_line(at, 0, "Test", word), DAY, False))]
    assert texts(found) == texts(expected)
