"""Editing ini files: only the named values change."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.credentials import Secret
from mt5console.core.errors import StorageFailed, UsageInvalid
from mt5console.core.model.ids import Account, Timeframe
from mt5console.core.terminal.encoding import decode, encode
from mt5console.core.terminal.ini import IniChange, edit_ini, ini_value, read_ini
from mt5console.core.terminal.start_ini import start_ini_bytes

COMMON = """; written by hand
[Common]
Login=1001
Server = Demo-Server
ProxyEnable=0

[Charts]
ProfileLast=Default
# a note
MaxBars=100000
[Experts]
Enabled=1
WebRequestUrl=https=a;b=c
enabled=1
[Empty]
[experts]
Api=0
"""


def change(section, key, value):
    return IniChange(section=section, key=key, value=value)


def test_sections_keys_and_repeated_keys_are_read_in_order():
    sections = read_ini(encode(COMMON))
    assert list(sections) == ["Common", "Charts", "Experts", "Empty"]
    assert sections["Experts"] == (("Enabled", "1"), ("WebRequestUrl", "https=a;b=c"), ("enabled", "1"), ("Api", "0"))
    assert ini_value(encode(COMMON), "COMMON", "server") == "Demo-Server"
    assert ini_value(encode(COMMON), "Common", "none") is None


def test_a_change_touches_every_repetition_and_nothing_else():
    edited = decode(edit_ini(encode(COMMON), [change("Experts", "Enabled", "0")]))
    expected = COMMON.replace("Enabled=1", "Enabled=0").replace("enabled=1", "enabled=0")
    assert edited == expected.replace("\n", "\r\n")


def test_a_new_key_goes_to_the_end_of_its_section_before_blank_lines():
    edited = decode(edit_ini(encode(COMMON), [change("Common", "NewsEnable", "0")]))
    assert "ProxyEnable=0\r\nNewsEnable=0\r\n\r\n[Charts]" in edited


def test_a_new_section_goes_to_the_end():
    edited = decode(edit_ini(b"[A]\nx=1", [change("B", "y", "2")]))
    assert edited == "[A]\nx=1\n[B]\ny=2\n"


def test_an_empty_file_becomes_one_in_the_terminals_form():
    assert edit_ini(b"", [change("Experts", "Enabled", "1")]) == encode("[Experts]\nEnabled=1\n")


def test_a_key_is_removed():
    edited = edit_ini(encode(COMMON), [change("common", "LOGIN", None), change("Nowhere", "x", None)])
    assert decode(edited) == COMMON.replace("Login=1001\n", "").replace("\n", "\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"[A]\nx=1\n",
        b"[A]\r\nx=\xe9\r\n",
        codecs.BOM_UTF8 + "[A]\nx=é\n".encode(),
        codecs.BOM_UTF16_BE + "[A]\r\nx=é\r\n".encode("utf-16-be"),
        "[A]\r\nx=1\r\n".encode("utf-16-le"),
    ],
)
def test_encoding_and_line_ends_stay(data):
    assert edit_ini(edit_ini(data, [change("A", "y", "2")]), [change("A", "y", None)]) == data


@pytest.mark.parametrize("value", ["a\r\n[Experts]\r\nEnabled=1", "a\nb", "\0", "a\u2028b"])
def test_a_value_with_line_breaks_is_refused_and_not_shown(value):
    with pytest.raises(UsageInvalid) as caught:
        edit_ini(encode(COMMON), [change("Common", "Server", value)])
    assert caught.value.code == "bad_ini_value"
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("section", "key"), [("", "k"), ("a]b", "k"), ("a\nb", "k"), ("s", ""), ("s", "[k"), ("s", "a=b")]
)
def test_names_that_would_become_structure_are_refused(section, key):
    with pytest.raises(UsageInvalid):
        edit_ini(b"", [change(section, key, "1")])


def test_a_torn_file_is_refused():
    with pytest.raises(StorageFailed):
        edit_ini(encode(COMMON)[:-1], [change("Common", "Login", "1")])


def test_a_value_that_the_encoding_cannot_spell_is_refused():
    with pytest.raises(UsageInvalid):
        edit_ini(b"[A]\nx=\xe9\n", [change("A", "x", "Привет")])


names = st.text(
    alphabet=st.characters(codec="utf-16", exclude_characters="[];#=\ufeff\u2028\u2029", exclude_categories=["C", "Z"]),
    min_size=1,
)
values = st.text(
    alphabet=st.characters(codec="utf-16", exclude_characters="\ufeff\u2028\u2029", exclude_categories=["C", "Z"])
)


@given(st.lists(st.tuples(names, names, values), max_size=8))
def test_what_was_set_is_what_is_read(entries):
    data = b""
    expected = {}
    for section, key, value in entries:
        data = edit_ini(data, [change(section, key, value)])
        expected[section.casefold(), key.casefold()] = value
    for (section, key), value in expected.items():
        assert ini_value(data, section, key) == value


@given(st.binary(), values)
def test_editing_garbage_keeps_every_line_of_it(data, value):
    try:
        edited = edit_ini(data, [change("Sec", "Key", value)])
    except (UsageInvalid, StorageFailed):
        return
    assert ini_value(edited, "Sec", "Key") == value or not decode(data).isascii()
    before = {name: entries for name, entries in read_ini(data).items() if name.casefold() != "sec"}
    after = {name: entries for name, entries in read_ini(edited).items() if name.casefold() != "sec"}
    assert before == after or data == b""


ACCOUNT = Account(login=5001, server="Demo-Server")


def start_ini(password=None, account=ACCOUNT, symbol="EURUSD"):
    return start_ini_bytes(account, password, agent_symbol=symbol, agent_timeframe=Timeframe.H1)


def test_the_start_ini_says_what_a_terminal_must_know():
    assert start_ini(Secret("p=w;[x] #1")) == encode(
        "[Common]\nLogin=5001\nServer=Demo-Server\nPassword=p=w;[x] #1\nKeepPrivate=0\nNewsEnable=0\nCertInstall=0\n"
        "[Experts]\nAllowLiveTrading=1\nAllowDllImport=0\nEnabled=1\nAccount=0\nProfile=0\n"
        "[StartUp]\nExpert=Mt5Console\\Agent\nSymbol=EURUSD\nPeriod=H1\n"
    )


def test_without_a_password_there_is_no_password_line():
    assert "Password" not in decode(start_ini())


@pytest.mark.parametrize("password", ["", "a\nExpert=Evil", "a\0b", "a\u2028b"])
def test_a_password_that_would_become_structure_is_refused_without_showing_it(password):
    with pytest.raises(UsageInvalid) as caught:
        start_ini(Secret(password))
    assert caught.value.code == "bad_start_ini"
    assert "Evil" not in str(caught.value)


@pytest.mark.parametrize(
    "account", [Account(login=0, server="X"), Account(login=1, server=""), Account(login=1, server="a\nb")]
)
def test_an_account_that_would_become_structure_is_refused(account):
    with pytest.raises(UsageInvalid):
        start_ini(account=account)
    with pytest.raises(UsageInvalid):
        start_ini(symbol="EUR\nUSD")
