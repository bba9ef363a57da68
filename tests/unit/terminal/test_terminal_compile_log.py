"""Compile logs in every known form, whole, torn and foreign."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import NotFound, StorageFailed
from mt5console.core.terminal.compile_log import MESSAGES_KEPT, read_compile_file, read_compile_log

PATH = "C:\\My robots (old)\\EA (2)\\Robot.mq5"
GOOD = [
    "",
    "",
    f"{PATH} : information: compiling 'Robot.mq5'",
    f"{PATH} : information: including C:\\My robots (old)\\Include\\Part.mqh",
    f"{PATH} : information: generating code",
    f"{PATH} : information: generating code 42%",
    f"{PATH} : information: code generated",
    "Result: 0 errors, 0 warnings, 3264 msec elapsed, cpu='X64 Regular'",
]
BAD = [
    f"{PATH} : information: compiling {PATH}",
    f"{PATH}(752,16) : error 256: 'x' - undeclared identifier",
    f"{PATH}(753,1) : warning 69: possible use (1,2) : error 3: of 'y'",
    f"{PATH} : information: info could be one of 2 function(s)",
    f"{PATH} : information: info    void Draw(string,int)",
    f"{PATH} : error 106: file 'Gone.mqh' not found",
    "Result: 2 errors, 1 warnings",
]


def spelt(lines, encoding="utf-16", end="\r\n"):
    return "".join(line + end for line in lines).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_clean_compile_is_ok_in_any_encoding_and_line_end(encoding, end):
    log = read_compile_log(spelt(GOOD, encoding, end))
    assert (log.ok, log.errors, log.warnings, log.elapsed_ms, log.included) == (True, 0, 0, 3264, 1)
    assert log.sources == (PATH,)
    assert log.messages == ()


@pytest.mark.parametrize(
    ("result", "ok", "errors", "warnings"),
    [
        ("Result: 0 error(s), 0 warning(s), 131 msec elapsed", True, 0, 0),
        ("Result: 1 error(s), 2 warning(s)", False, 1, 2),
        ("Result: 0 errors, 7 warnings", True, 0, 7),
        ("Result: 100 errors, 25 warnings", False, 100, 25),
        ("Result 0 errors, 0 warnings, 10 msec elapsed", True, 0, 0),
    ],
)
def test_every_form_of_the_result_is_read(result, ok, errors, warnings):
    log = read_compile_log(spelt([result]))
    assert (log.ok, log.errors, log.warnings, log.result) == (ok, errors, warnings, result)


def test_messages_have_their_place_code_and_notes():
    log = read_compile_log(spelt(BAD))
    shape = log.as_json()
    assert (shape["ok"], shape["errors"], shape["warnings"]) == (False, 2, 1)
    first, second, third = shape["messages"]
    assert first == {
        "file": PATH,
        "line": 752,
        "column": 16,
        "severity": "error",
        "code": 256,
        "text": "'x' - undeclared identifier",
        "notes": [],
    }
    assert (second["severity"], second["code"], second["line"]) == ("warning", 69, 753)
    assert second["notes"] == ["could be one of 2 function(s)", "void Draw(string,int)"]
    assert (third["file"], third["line"], third["column"], third["code"]) == (PATH, None, None, 106)
    assert json.loads(json.dumps(shape)) == shape


def test_a_log_without_a_result_is_never_ok():
    assert not read_compile_log(spelt(GOOD[:-1])).ok
    assert not read_compile_log(b"").ok
    assert read_compile_log(spelt(BAD[:-1])).errors == 2


def test_a_result_that_hides_listed_errors_is_not_believed():
    log = read_compile_log(spelt([BAD[1], "Result: 0 errors, 0 warnings"]))
    assert (log.ok, log.errors) == (False, 1)


def test_a_folders_log_is_ok_only_when_every_source_is():
    assert not read_compile_log(spelt([*BAD, *GOOD])).ok
    assert read_compile_log(spelt([*GOOD, *GOOD])).elapsed_ms == 2 * 3264


def test_a_log_cut_at_any_byte_is_never_ok_before_its_result_is_whole():
    for lines in (GOOD, BAD):
        data = spelt(lines)
        for cut in range(len(data)):
            log = read_compile_log(data[:cut])
            assert not log.ok or "0 warning" in log.result
            assert json.dumps(log.as_json())


@given(st.binary(max_size=300))
def test_foreign_bytes_are_no_result(data):
    log = read_compile_log(data)
    assert not log.result or "esult" in log.result
    assert log.ok <= bool(log.result)


@given(st.text(max_size=200))
def test_foreign_text_does_not_crash(text):
    assert json.dumps(read_compile_log(codecs.BOM_UTF16_LE + text.encode("utf-16-le", "surrogatepass")).as_json())


def test_a_flood_of_messages_is_counted_and_not_kept(tmp_path):
    path = tmp_path / "Robot.log"
    path.write_bytes(spelt([BAD[1]] * (MESSAGES_KEPT + 5)))
    log = read_compile_file(path)
    assert (len(log.messages), log.left_off, log.errors) == (MESSAGES_KEPT, 5, MESSAGES_KEPT + 5)


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(NotFound):
        read_compile_file(tmp_path / "none.log")
    with pytest.raises(StorageFailed):
        read_compile_file(tmp_path)
