"""The package's packed records: sizes and offsets as measured, and values that survive the wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.simulation.wire_layout import ACCOUNT, POSITION, SYMBOL, TERMINAL, TICK, Layout, pack_text, unpack_text

LAYOUTS = {"terminal": TERMINAL, "account": ACCOUNT, "position": POSITION, "tick": TICK, "symbol": SYMBOL}
units = st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0xFFFF))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "u32": st.integers(0, 2**32 - 1),
    "u64": st.integers(0, 2**64 - 1),
    "i64": st.integers(-(2**63), 2**63 - 1),
    "f64": st.floats(allow_nan=False),
    "bool": st.booleans(),
}


@st.composite
def records(draw: st.DrawFn) -> tuple[Layout, dict[str, Any]]:
    layout = draw(st.sampled_from(sorted(LAYOUTS)).map(LAYOUTS.__getitem__))
    named = [item for item in layout.fields if not item.name.startswith("_")]
    chosen = draw(st.lists(st.sampled_from(named), unique=True, max_size=12))
    return layout, {
        item.name: draw(units)[: item.room - 1] if item.kind == "text" else draw(VALUES[item.kind]) for item in chosen
    }


@given(records())
def test_a_record_survives_the_wire(record: tuple[Layout, dict[str, Any]]) -> None:
    layout, values = record
    unpacked = layout.unpack(layout.pack(values))
    assert {name: unpacked[name] for name in values} == values
    assert all(not value for name, value in unpacked.items() if name not in values)
    assert tuple(unpacked) == layout.names


@pytest.mark.parametrize(
    ("name", "size"), [("terminal", 0xC5A), ("account", 0x353), ("position", 320), ("tick", 60), ("symbol", 0xBB1)]
)
def test_records_have_the_measured_sizes(name: str, size: int) -> None:
    assert LAYOUTS[name].size == size


@pytest.mark.parametrize(
    ("layout", "name", "offset"),
    [
        (TERMINAL, "email_enabled", 0x9),
        (TERMINAL, "maxbars", 0xC),
        (TERMINAL, "mqid", 0x10),
        (TERMINAL, "ping_last", 0x15),
        (TERMINAL, "company", 0x29),
        (TERMINAL, "tradeapi_disabled", 0xC59),
        (ACCOUNT, "fifo_close", 0x22),
        (ACCOUNT, "balance", 0x23),
        (ACCOUNT, "name", 0x93),
        (ACCOUNT, "server", 0x193),
        (ACCOUNT, "currency", 0x213),
        (ACCOUNT, "company", 0x253),
        (POSITION, "symbol", 128),
        (SYMBOL, "time", 0x37),
        (SYMBOL, "trade_mode", 0x50),
        (SYMBOL, "bid", 0x91),
        (SYMBOL, "point", 0xF9),
        (SYMBOL, "volume_min", 0x141),
        (SYMBOL, "description", 0x551),
        (SYMBOL, "path", 0xA71),
        (SYMBOL, "name", 0xB71),
    ],
)
def test_fields_lie_where_they_were_measured(layout: Layout, name: str, offset: int) -> None:
    assert layout.offset(name) == offset


@given(units, st.integers(1, 40))
def test_a_long_text_is_cut_and_stays_terminated(text: str, room: int) -> None:
    data = pack_text(text, room)
    assert len(data) == 2 * room
    assert data.endswith(b"\0\0")
    assert text.startswith(unpack_text(data))


def test_a_text_is_never_cut_inside_a_surrogate_pair() -> None:
    assert unpack_text(pack_text("ab😀", 4)) == "ab"


@given(st.binary(max_size=100))
def test_records_of_another_size_are_refused(data: bytes) -> None:
    if len(data) != TICK.size:
        with pytest.raises(ValueError, match="expected 60"):
            TICK.unpack(data)
