"""Encodings as MetaTrader and people leave them."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.terminal.encoding import (
    TERMINAL_FORM,
    decode,
    decode_exact,
    encode,
    encode_exact,
    form_of,
    is_one_line,
    lines_of,
)

TEXT = "[Common]\r\nLogin=1001\r\nServer=Demo-Server\r\n"


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        TEXT.encode("utf-8"),
        TEXT.encode("ascii"),
    ],
)
def test_every_encoding_that_the_terminal_takes_is_read(data):
    assert decode(data) == TEXT


def test_ansi_text_is_the_last_resort():
    assert decode("Größe=5".encode("cp1252")) == "Größe=5"
    assert decode("Größe=5".encode()) == "Größe=5"


def test_utf8_cut_off_inside_a_character_stays_utf8():
    assert form_of("Größe".encode()[:3]).codec == "utf-8"


def test_written_text_is_utf16_with_bom_and_crlf():
    assert encode("a\nb\r\nc\r") == codecs.BOM_UTF16_LE + "a\r\nb\r\nc\r\n".encode("utf-16-le")


@given(st.binary())
def test_reading_never_raises(data):
    assert isinstance(decode(data), str)


@given(st.binary())
def test_what_can_be_edited_comes_back_byte_for_byte(data):
    form = form_of(data)
    try:
        text = decode_exact(data, form)
    except ValueError:
        assert form.unit == 2
        return
    assert encode_exact("".join(lines_of(text)), form) == data


@given(st.text())
def test_the_terminals_own_form_round_trips(text):
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    data = encode_exact(text, TERMINAL_FORM)
    assert form_of(data) == TERMINAL_FORM
    assert decode_exact(data, form_of(data)) == text


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\0", "\x1b[0m", "a\u2028b", "\x85", "\x7f"])
def test_a_value_with_a_control_character_is_not_one_line(bad):
    assert not is_one_line(bad)
    assert is_one_line("Größe = 5; [x] <y>")
