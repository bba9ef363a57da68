"""The reserved words: those of the subset, and those that C++ or MQL5 know but the subset leaves out.

It must not know the grammar: only which words can never be names.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INTEGER_TYPES: Final = ("char", "uchar", "short", "ushort", "int", "uint", "long", "ulong")
SIMPLE_TYPES: Final = frozenset((*INTEGER_TYPES, "bool", "float", "double", "string", "datetime", "color"))
TYPE_WORDS: Final = SIMPLE_TYPES | {"void"}

KEYWORDS: Final = TYPE_WORDS | _words(
    "break case class const continue default delete do else enum false final for if input interface NULL new "
    "override private protected public return sinput sizeof static struct switch template this true typename "
    "virtual while"
)

# Known to MQL5 itself, and still left out: none of our sources needs them, and each costs the translator a construct.
LEFT_OUT_WORDS: Final = _words(
    "export extern import matrix matrixf matrixc vector vectorf vectorc complex operator typedef union dynamic_cast "
    "offsetof"
)

# Words of C++ that are no MQL5, or that MQL5 takes as names and the translation to C++ cannot.
FOREIGN_WORDS: Final = _words(
    "alignas alignof and and_eq asm auto bitand bitor catch char8_t char16_t char32_t compl concept const_cast "
    "consteval constexpr constinit co_await co_return co_yield decltype explicit friend goto inline mutable namespace "
    "noexcept "
    "not not_eq nullptr or or_eq register reinterpret_cast requires signed static_assert static_cast thread_local "
    "throw try typeid unsigned using volatile wchar_t xor xor_eq"
)

RESERVED_WORDS: Final = KEYWORDS | LEFT_OUT_WORDS | FOREIGN_WORDS
