"""The packed records of the MetaTrader5 package's pipe protocol, as tables of fields.

Offsets as the package 5.0.6231 reads them (little-endian, no padding, strings as zero-terminated UTF-16LE of a fixed
room). Must not know: commands, connections, or where the values come from.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_FORMATS = {"u32": "<I", "u64": "<Q", "i64": "<q", "f64": "<d", "bool": "<?"}
_BITS = {"u32": 32, "u64": 64, "i64": 64}


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a record. `kind` is u32, u64, i64, f64, bool or text; `room` is a text's size in UTF-16 units."""

    name: str
    kind: str
    room: int = 0

    @property
    def size(self) -> int:
        """Bytes that the value takes."""
        return 2 * self.room if self.kind == "text" else struct.calcsize(_FORMATS[self.kind])


@dataclass(frozen=True, slots=True)
class Layout:
    """A packed record: fields one after the other. A field named `_…` is room that the package does not read.

    `order` is the order of the package's named tuple where it differs from the wire's.
    """

    fields: tuple[Field, ...]
    order: tuple[str, ...] = ()
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(item.size for item in self.fields))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values, in the named tuple's order."""
        return self.order or tuple(item.name for item in self.fields if not item.name.startswith("_"))

    def offset(self, name: str) -> int:
        """Where a field begins."""
        position = 0
        for item in self.fields:
            if item.name == name:
                return position
            position += item.size
        raise KeyError(name)

    def pack(self, values: Mapping[str, Any]) -> bytes:
        """The record's bytes; values that are missing become zero or empty, long texts are cut."""
        return b"".join(_pack_field(item, values.get(item.name)) for item in self.fields)

    def unpack(self, data: bytes) -> dict[str, Any]:
        """The values in exactly `size` bytes. Raises ValueError for another size."""
        if len(data) != self.size:
            raise ValueError(f"record of {len(data)} bytes, expected {self.size}")
        values: dict[str, Any] = {}
        position = 0
        for item in self.fields:
            if not item.name.startswith("_"):
                values[item.name] = _unpack_field(item, data[position : position + item.size])
            position += item.size
        return {name: values[name] for name in self.names}


def _pack_field(item: Field, value: Any) -> bytes:
    if item.kind == "text":
        return pack_text(str(value or ""), item.room)
    if item.kind == "f64":
        return struct.pack("<d", float(value or 0.0))
    if item.kind == "bool":
        return struct.pack("<?", bool(value))
    bits = _BITS[item.kind]
    number = int(value or 0) & ((1 << bits) - 1)
    if item.kind == "i64" and number >> 63:
        number -= 1 << 64
    return struct.pack(_FORMATS[item.kind], number)


def _unpack_field(item: Field, data: bytes) -> Any:
    if item.kind == "text":
        return unpack_text(data)
    return struct.unpack(_FORMATS[item.kind], data)[0]


def pack_text(text: str, room: int) -> bytes:
    """UTF-16LE, zero-terminated, in `room` units; never cut inside a surrogate pair."""
    data = text.split("\0", 1)[0].encode("utf-16-le", "replace")[: 2 * (room - 1)]
    if len(data) >= 2 and 0xD8 <= data[-1] <= 0xDB:
        data = data[:-2]
    return data.ljust(2 * room, b"\0")


def unpack_text(data: bytes) -> str:
    """The text up to the first zero unit."""
    return data.decode("utf-16-le", "replace").split("\0", 1)[0]


def _fields(kind: str, names: str) -> tuple[Field, ...]:
    return tuple(Field(name, kind) for name in names.split())


TERMINAL = Layout(
    fields=(
        *_fields("u32", "build"),
        *_fields("bool", "community_account community_connection connected dlls_allowed trade_allowed"),
        *_fields("bool", "email_enabled ftp_enabled notifications_enabled"),
        *_fields("u32", "maxbars"),
        *_fields("bool", "mqid"),
        *_fields("u32", "codepage ping_last"),
        *_fields("f64", "community_balance retransmission"),
        Field("company", "text", 260),
        Field("name", "text", 260),
        Field("language", "text", 260),
        Field("path", "text", 260),
        Field("data_path", "text", 260),
        Field("commondata_path", "text", 260),
        *_fields("bool", "tradeapi_disabled"),
    ),
    order=(
        *("community_account", "community_connection", "connected", "dlls_allowed", "trade_allowed"),
        *("tradeapi_disabled", "email_enabled", "ftp_enabled", "notifications_enabled", "mqid", "build", "maxbars"),
        *("codepage", "ping_last", "community_balance", "retransmission", "company", "name", "language", "path"),
        *("data_path", "commondata_path"),
    ),
)

ACCOUNT = Layout(
    fields=(
        *_fields("u64", "login"),
        *_fields("u32", "trade_mode leverage limit_orders margin_so_mode"),
        *_fields("bool", "trade_allowed trade_expert"),
        *_fields("u32", "margin_mode currency_digits"),
        *_fields("bool", "fifo_close"),
        *_fields("f64", "balance credit profit equity margin margin_free margin_level margin_so_call margin_so_so"),
        *_fields("f64", "margin_initial margin_maintenance assets liabilities commission_blocked"),
        Field("name", "text", 128),
        Field("server", "text", 64),
        Field("currency", "text", 32),
        Field("company", "text", 128),
    )
)

POSITION = Layout(
    fields=(
        *_fields("u64", "ticket"),
        *_fields("i64", "time time_msc time_update time_update_msc"),
        *_fields("u32", "type"),
        *_fields("u64", "magic identifier"),
        *_fields("u32", "reason"),
        *_fields("f64", "volume price_open sl tp price_current _unused swap profit"),
        Field("symbol", "text", 32),
        Field("comment", "text", 32),
        Field("external_id", "text", 32),
    )
)

TICK = Layout(
    fields=(
        *_fields("i64", "time"),
        *_fields("f64", "bid ask last"),
        *_fields("u64", "volume"),
        *_fields("i64", "time_msc"),
        *_fields("u32", "flags"),
        *_fields("f64", "volume_real"),
    )
)

_SYMBOL_FIELDS = (
    *_fields("bool", "custom"),
    *_fields("u32", "chart_mode"),
    *_fields("bool", "select visible"),
    *_fields("u64", "session_deals session_buy_orders session_sell_orders volume volumehigh volumelow"),
    *_fields("i64", "time"),
    *_fields("u32", "digits spread"),
    *_fields("bool", "spread_float"),
    *_fields("u32", "ticks_bookdepth trade_calc_mode trade_mode"),
    *_fields("i64", "start_time expiration_time"),
    *_fields("u32", "trade_stops_level trade_freeze_level trade_exemode swap_mode swap_rollover3days"),
    *_fields("bool", "margin_hedged_use_leg"),
    *_fields("u32", "expiration_mode filling_mode order_mode order_gtc_mode option_mode option_right"),
    *_fields("f64", "bid bidhigh bidlow ask askhigh asklow last lasthigh lastlow"),
    *_fields("f64", "volume_real volumehigh_real volumelow_real option_strike point"),
    *_fields("f64", "trade_tick_value trade_tick_value_profit trade_tick_value_loss trade_tick_size"),
    *_fields("f64", "trade_contract_size trade_accrued_interest trade_face_value trade_liquidity_rate"),
    *_fields("f64", "volume_min volume_max volume_step volume_limit swap_long swap_short"),
    *_fields("f64", "margin_initial margin_maintenance session_volume session_turnover session_interest"),
    *_fields("f64", "session_buy_orders_volume session_sell_orders_volume session_open session_close session_aw"),
    *_fields("f64", "session_price_settlement session_price_limit_min session_price_limit_max margin_hedged"),
    *_fields("f64", "price_change price_volatility price_theoretical price_greeks_delta price_greeks_theta"),
    *_fields("f64", "price_greeks_gamma price_greeks_vega price_greeks_rho price_greeks_omega price_sensitivity"),
    Field("basis", "text", 32),
    Field("category", "text", 64),
    Field("currency_base", "text", 16),
    Field("currency_profit", "text", 16),
    Field("currency_margin", "text", 16),
    Field("bank", "text", 256),
    Field("description", "text", 64),
    Field("exchange", "text", 64),
    Field("formula", "text", 256),
    Field("isin", "text", 16),
    Field("page", "text", 256),
    Field("path", "text", 128),
    Field("name", "text", 32),
)
_SYMBOL_NAMES = tuple(item.name for item in _SYMBOL_FIELDS)

SYMBOL = Layout(fields=_SYMBOL_FIELDS, order=(*_SYMBOL_NAMES[:-3], "name", "page", "path"))
"""What the package expects of a terminal whose hello value is at least `SYMBOL_SINCE`."""

SYMBOL_SINCE = 2364
