"""The end of a huge journal, its lines with a text, and what a person asks of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mt5console.core.errors import NotFound, StorageFailed, UsageInvalid
from mt5console.core.terminal import journal_search
from mt5console.core.terminal.journal_reading import JournalQuery, answer, known_words, latest_run, time_from
from mt5console.core.terminal.journal_search import find_lines, last_lines
from tests.unit.terminal.journal_samples import LOGIN, SERVER, JournalWriter

plain = st.text(alphabet=st.characters(codec="utf-16", exclude_characters="\0\r\n\ufeff"), max_size=12)


def saved(directory, text, encoding="utf-16"):
    path = directory / "20260102.log"
    path.write_bytes(text.encode(encoding, "surrogatepass" if "16" in encoding else "strict"))
    return path


@given(st.lists(plain, max_size=12), st.integers(0, 14), st.booleans())
@settings(max_examples=60)
def test_the_last_lines_are_the_last_lines(tmp_path_factory, texts, count, half):
    end = "" if half and texts and texts[-1] else "\r\n"
    text = "\r\n".join(texts) + (end if texts else "")
    path = saved(tmp_path_factory.mktemp("last"), text)
    assert list(last_lines(path, count)) == (texts[-count:] if count else [])


def test_the_last_lines_are_found_when_lines_are_long(tmp_path):
    texts = [f"{number} " + "x" * 3000 for number in range(400)]
    path = saved(tmp_path, "".join(f"{text}\r\n" for text in texts))
    assert list(last_lines(path, 300)) == texts[-300:]
    assert list(last_lines(path, 500)) == texts


@given(
    st.lists(plain, max_size=10), plain, st.sampled_from(["utf-16", "utf-16-be", "utf-8"]), st.sampled_from([16, 64])
)
@settings(max_examples=120)
def test_exactly_the_lines_that_hold_a_text_are_found(tmp_path_factory, texts, needle, encoding, block):
    if encoding == "utf-16-be":
        texts = ["a plain first line", *texts]
    path = saved(tmp_path_factory.mktemp("find"), "".join(f"{text}\r\n" for text in texts), encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_search, "_BLOCK", block)
        found = [line.text for line in find_lines(path, needle)]
    assert found == ([text for text in texts if needle in text] if needle else [])


def test_a_text_across_two_blocks_is_found_once(tmp_path):
    text = "authorization on Demo"
    for shift in range(40):
        path = saved(tmp_path, "y" * (64 * 1024 - 30 + shift) + "\r\n" + f"a {text} b {text}\r\n")
        assert [line.text for line in find_lines(path, text)] == [f"a {text} b {text}"]


def test_a_line_without_an_end_is_not_read_whole(tmp_path):
    path = saved(tmp_path, "z" * 500_000 + "needle" + "z" * 500_000)
    found = list(find_lines(path, "needle"))
    assert len(found) == 1
    assert "needle" in found[0].text
    assert len(found[0].text) <= journal_search.LINE_AT_MOST


def day(tmp_path):
    writer = JournalWriter().start().login().load()
    writer.pause(600).line("Network", f"'{LOGIN}': auto connecting to a better access point with 76 % quality")
    writer.line("Network", f"'{LOGIN}': connection to {SERVER} lost", 1).login(form=2)
    writer.pause(600).line("Network", f"'{LOGIN}': connection to {SERVER} lost", 1)
    writer.pause(30).login(form=1).remove().pause(60).exit()
    return writer.save(tmp_path / "logs" / "20260102.log")


def kinds(path, **query):
    return [entry.kind.value for entry in answer(((path, 0),), JournalQuery(**query))]


def test_a_query_takes_kinds_events_levels_times_and_the_last(tmp_path):
    path = day(tmp_path)
    assert kinds(path, kinds=frozenset({"connection_lost"})) == ["connection_lost"] * 2
    assert kinds(path, kinds=frozenset({"synchronized"})) == ["other"] * 3
    assert kinds(path, level=1) == ["connection_lost"] * 2
    assert kinds(path, since="2026-01-02T08:20:00.000", kinds=frozenset({"authorized", "exited"})) == [
        "authorized",
        "exited",
    ]
    assert kinds(path, last=1) == ["exited"]
    assert kinds(path, last=1, kinds=frozenset({"authorized"})) == ["authorized"]
    assert kinds(path, last=10_000) == kinds(path)


def test_what_is_found_or_last_is_understood_by_its_neighbours(tmp_path):
    path = day(tmp_path)
    whole = [entry for entry in answer(((path, 0),), JournalQuery())]
    for word in ("lost", "removed", "shutdown"):
        assert list(answer(((path, 0),), JournalQuery(find=word))) == [one for one in whole if word in one.text]
    for count in range(1, len(whole) + 1):
        assert list(answer(((path, 0),), JournalQuery(last=count))) == whole[-count:]


def test_todays_journal_without_a_start_begins_with_the_last_one_before(tmp_path):
    logs = tmp_path / "logs"
    JournalWriter().start().exit().start().login().save(logs / "20260101.log")
    JournalWriter().login().save(logs / "20260102.log")
    JournalWriter().login().save(logs / "20260103.log")
    told = list(answer(latest_run(logs), JournalQuery()))
    assert [entry.kind.value for entry in told if entry.kind.value != "other"] == ["started", *["authorized"] * 3]
    assert sorted({entry.time[:10] for entry in told}) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    JournalWriter().login().start().save(logs / "20260103.log")
    assert [path.name for path, _ in latest_run(logs)] == ["20260103.log"]
    assert latest_run(tmp_path / "nowhere") == ()


def test_of_logs_without_any_start_only_the_newest_is_told(tmp_path):
    for folder in (tmp_path / "logs", tmp_path / "MQL5" / "Logs"):
        JournalWriter().login().save(folder / "20260101.log")
        JournalWriter().login().save(folder / "20260102.log")
        assert [path.name for path, _ in latest_run(folder)] == ["20260102.log"]


def test_times_are_taken_as_people_say_them(tmp_path):
    parts = ((tmp_path / "20260102.log", 0),)
    assert time_from("9:05", parts) == "2026-01-02T09:05:00.000"
    assert time_from("2026-01-02 14:30", parts) == time_from("2026-01-02T14:30:00", parts) == "2026-01-02T14:30:00.000"
    assert time_from("2026-01-02", parts) == "2026-01-02T00:00:00.000"
    assert time_from("", parts) == ""
    with pytest.raises(UsageInvalid):
        time_from("yesterday", parts)


def test_every_kind_and_event_may_be_asked_for():
    assert {"started", "unclean_exit", "other", "no_connection", "update_failed"} <= known_words()


@pytest.mark.parametrize("query", [JournalQuery(), JournalQuery(last=5), JournalQuery(find="x")])
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, query):
    with pytest.raises(NotFound) as missing:
        list(answer(((tmp_path / "20260102.log", 0),), query))
    with pytest.raises(StorageFailed) as directory:
        list(answer(((tmp_path, 0),), query))
    assert "\n" not in missing.value.text + directory.value.text
    assert "is a directory" in directory.value.text
