"""common.ini and terminal.ini: an edit changes its line and no other byte, whatever stands around it."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import StorageFailed
from mt5console.core.terminal.encoding import decode, decode_exact, encode_exact, form_of, lines_of
from mt5console.core.terminal.ini import IniChange, edit_ini, ini_value, read_ini

TERMINAL = """[Window]
Fullscreen=0
Type = 1

[Unknown Section]
key without a value
  Spaced  =  a b
Twice=1
; a remark = not a key
Twice=2
[LiveUpdate]
LastBuild=5260
[window]
Type=2
"""
BOMS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE, "utf-8": codecs.BOM_UTF8}
line = st.text(alphabet=st.sampled_from("ab=; []\t#é"), max_size=10)


def spelt(text, codec="utf-16-le", bom=True, end="\r\n"):
    return (BOMS.get(codec, b"") if bom else b"") + text.replace("\n", end).encode(codec)


@pytest.mark.parametrize(("codec", "bom"), [*((codec, True) for codec in BOMS), ("utf-16-le", False), ("ascii", False)])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_only_the_lines_of_the_key_change(codec, bom, end):
    data = spelt(TERMINAL, codec, bom, end)
    edited = edit_ini(data, [IniChange(section="Window", key="type", value="9")])
    assert edited == spelt(TERMINAL.replace("Type = 1", "Type = 9").replace("Type=2", "Type=9"), codec, bom, end)
    assert edit_ini(edited, [IniChange(section="Window", key="type", value="9")]) == edited


@given(
    st.lists(line, max_size=10), st.sampled_from(["\r\n", "\n"]), line.map(lambda text: text.replace("\t", "").strip())
)
def test_every_other_line_stays_byte_for_byte(lines, end, value):
    data = spelt(end.join(["[Experts]", *lines, ""]), end=end)
    edited = edit_ini(data, [IniChange(section="Experts", key="Enabled", value=value)])
    assert ini_value(edited, "Experts", "Enabled") == value
    kept = [one for one in lines_of(decode(edited)) if not one.startswith("Enabled=")]
    assert kept == lines_of(decode(data))
    removed = edit_ini(edited, [IniChange(section="Experts", key="Enabled", value=None)])
    assert removed == data


def test_a_file_cut_at_any_byte_is_read_and_edited_or_refused():
    data = spelt(TERMINAL)
    for cut in range(len(data)):
        piece = data[:cut]
        assert isinstance(read_ini(piece), dict)
        try:
            edited = edit_ini(piece, [IniChange(section="New", key="k", value="v")])
        except StorageFailed:
            assert cut % 2
            continue
        form = form_of(piece) if piece else form_of(edited)
        assert encode_exact(decode_exact(edited, form), form) == edited
        assert ini_value(edited, "New", "k") == "v"
