"""What MQL5 itself declares and a trader's input uses: enumerations, limits of numbers, constants.

From the language's public reference. Must not know: sources or inputs.
"""

from __future__ import annotations

from types import MappingProxyType

from mt5console.core.deployment.inputs.description import Option

WHOLE_LIMITS = MappingProxyType(
    {
        "char": (-(2**7), 2**7 - 1),
        "uchar": (0, 2**8 - 1),
        "short": (-(2**15), 2**15 - 1),
        "ushort": (0, 2**16 - 1),
        "int": (-(2**31), 2**31 - 1),
        "uint": (0, 2**32 - 1),
        "long": (-(2**63), 2**63 - 1),
        # The robot echoes signed numbers: a larger one could not be compared.
        "ulong": (0, 2**63 - 1),
    }
)
"""Smallest and largest value of each whole type that an input takes."""

REAL_TYPES = ("double", "float")

LATEST_S = 32535215999
"""The last second of the year 3000, where MQL5's datetime ends."""

_FRAMES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)


def _counted(prefix: str, *names: str, start: int = 0, labels: tuple[str, ...] = ()) -> tuple[Option, ...]:
    told = labels or ("",) * len(names)
    pairs = enumerate(zip(names, told, strict=True), start)
    return tuple(Option(name=prefix + name, value=value, label=label) for value, (name, label) in pairs)


def _timeframes() -> tuple[Option, ...]:
    hours = ((1, 16385), (2, 16386), (3, 16387), (4, 16388), (6, 16390), (8, 16392), (12, 16396))
    longer = (("D1", 16408), ("W1", 32769), ("MN1", 49153))
    return (
        Option(name="PERIOD_CURRENT", value=0, label="the chart's own"),
        *(Option(name=f"PERIOD_M{minutes}", value=minutes, label=f"M{minutes}") for minutes in _FRAMES),
        *(Option(name=f"PERIOD_H{count}", value=value, label=f"H{count}") for count, value in hours),
        *(Option(name=f"PERIOD_{name}", value=value, label=name) for name, value in longer),
    )


_PRICES = ("Close", "Open", "High", "Low", "Median", "Typical", "Weighted close")
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_ORDER_TYPES = (
    "BUY",
    "SELL",
    "BUY_LIMIT",
    "SELL_LIMIT",
    "BUY_STOP",
    "SELL_STOP",
    "BUY_STOP_LIMIT",
    "SELL_STOP_LIMIT",
    "CLOSE_BY",
)

BUILTIN_ENUMS = MappingProxyType(
    {
        "ENUM_TIMEFRAMES": _timeframes(),
        "ENUM_MA_METHOD": _counted(
            "MODE_", "SMA", "EMA", "SMMA", "LWMA", labels=("Simple", "Exponential", "Smoothed", "Linear weighted")
        ),
        "ENUM_APPLIED_PRICE": _counted(
            "PRICE_", "CLOSE", "OPEN", "HIGH", "LOW", "MEDIAN", "TYPICAL", "WEIGHTED", start=1, labels=_PRICES
        ),
        "ENUM_APPLIED_VOLUME": _counted("VOLUME_", "TICK", "REAL"),
        "ENUM_STO_PRICE": _counted("STO_", "LOWHIGH", "CLOSECLOSE"),
        "ENUM_DAY_OF_WEEK": _counted("", *(day.upper() for day in _DAYS), labels=_DAYS),
        "ENUM_ORDER_TYPE": _counted("ORDER_TYPE_", *_ORDER_TYPES),
        "ENUM_ORDER_TYPE_FILLING": _counted("ORDER_FILLING_", "FOK", "IOC", "RETURN", "BOC"),
        "ENUM_ORDER_TYPE_TIME": _counted("ORDER_TIME_", "GTC", "DAY", "SPECIFIED", "SPECIFIED_DAY"),
        "ENUM_POSITION_TYPE": _counted("POSITION_TYPE_", "BUY", "SELL"),
        "ENUM_LINE_STYLE": _counted("STYLE_", "SOLID", "DASH", "DOT", "DASHDOT", "DASHDOTDOT"),
        "ENUM_CHART_MODE": _counted("CHART_", "BARS", "CANDLES", "LINE"),
        "ENUM_BORDER_TYPE": _counted("BORDER_", "FLAT", "RAISED", "SUNKEN"),
        "ENUM_BASE_CORNER": _counted("CORNER_", "LEFT_UPPER", "LEFT_LOWER", "RIGHT_LOWER", "RIGHT_UPPER"),
        "ENUM_ANCHOR_POINT": _counted(
            "ANCHOR_",
            "LEFT_UPPER",
            "LEFT",
            "LEFT_LOWER",
            "LOWER",
            "RIGHT_LOWER",
            "RIGHT",
            "RIGHT_UPPER",
            "UPPER",
            "CENTER",
        ),
    }
)
"""Members of the built-in enumerations, by the enumeration's name."""

CONSTANTS: MappingProxyType[str, int | float | bool | str] = MappingProxyType(
    {
        "true": True,
        "false": False,
        "NULL": 0,
        "WRONG_VALUE": -1,
        "INVALID_HANDLE": -1,
        "WHOLE_ARRAY": -1,
        "CHAR_MIN": -(2**7),
        "CHAR_MAX": 2**7 - 1,
        "UCHAR_MAX": 2**8 - 1,
        "SHORT_MIN": -(2**15),
        "SHORT_MAX": 2**15 - 1,
        "USHORT_MAX": 2**16 - 1,
        "INT_MIN": -(2**31),
        "INT_MAX": 2**31 - 1,
        "UINT_MAX": 2**32 - 1,
        "LONG_MIN": -(2**63),
        "LONG_MAX": 2**63 - 1,
        "ULONG_MAX": 2**64 - 1,
        "DBL_MAX": 1.7976931348623158e308,
        "DBL_EPSILON": 2.2204460492503131e-16,
        "EMPTY_VALUE": 1.7976931348623158e308,
        "M_PI": 3.14159265358979323846,
        "M_E": 2.71828182845904523536,
        **{option.name: option.value for options in BUILTIN_ENUMS.values() for option in options},
    }
)
"""Constants that need no declaration, members of the built-in enumerations among them."""
