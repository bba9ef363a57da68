"""Text as MetaTrader writes it: which encoding some bytes are in, and how to write what the terminal surely reads.

The terminal writes UTF-16LE with BOM and CRLF; people and other tools also leave UTF-8, ANSI and UTF-16 without a
BOM. Must not know: what any text means, or where it lies.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_LOOK = 4096
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class TextForm:
    """How some text is spelt in bytes: Python's codec name, and the byte order mark before it (may be empty)."""

    codec: str
    bom: bytes = b""

    @property
    def unit(self) -> int:
        """Bytes of the smallest piece: 2 in UTF-16, otherwise 1."""
        return 2 if self.codec.startswith("utf-16") else 1

    @property
    def newline(self) -> bytes:
        """A line feed in this form."""
        return "\n".encode(self.codec)

    def find_newline(self, data: bytes, start: int = 0, end: int | None = None, *, last: bool = False) -> int:
        """The first or last line feed between two places that stands on a whole character of `data`; -1 for none."""
        stop, newline = len(data) if end is None else end, self.newline
        place = data.rfind(newline, start, stop) if last else data.find(newline, start, stop)
        while place >= 0 and place % self.unit:
            place = data.rfind(newline, start, place + 1) if last else data.find(newline, place + 1, stop)
        return place


TERMINAL_FORM = TextForm("utf-16-le", codecs.BOM_UTF16_LE)
"""What the terminal itself writes."""

_UTF16_BE = TextForm("utf-16-be", codecs.BOM_UTF16_BE)
_UTF8_BOM = TextForm("utf-8", codecs.BOM_UTF8)
_UTF8 = TextForm("utf-8")
_ANSI = TextForm("cp1252")


def form_of(data: bytes) -> TextForm:
    """The form of a file's beginning (or a piece of it that starts on a whole character). Never raises.

    Text holds no null characters, so null bytes mean UTF-16, and where they stand tells the byte order.
    """
    for form in (TERMINAL_FORM, _UTF16_BE, _UTF8_BOM):
        if data.startswith(form.bom):
            return form
    head = data[:_LOOK]
    if b"\0" in head:
        little = head[1::2].count(0) >= head[0::2].count(0)
        return TextForm("utf-16-le" if little else "utf-16-be")
    try:
        # A file that is cut off inside a character is UTF-8 all the same, so the end is left open.
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return _ANSI
    return _UTF8


def decode(data: bytes, form: TextForm | None = None) -> str:
    """The text of a file for reading. What cannot be decoded shows as U+FFFD; never raises."""
    form = form or form_of(data)
    return data.removeprefix(form.bom).decode(form.codec, errors="replace")


def decode_exact(data: bytes, form: TextForm) -> str:
    """The text for editing: `encode_exact` gives the same bytes back. Raises ValueError when the file is torn."""
    return data.removeprefix(form.bom).decode(form.codec, errors=_exact(form))


def encode_exact(text: str, form: TextForm) -> bytes:
    """The bytes of an edited text. Raises ValueError when the form cannot spell a character of it."""
    return form.bom + text.encode(form.codec, errors=_exact(form))


def encode(text: str) -> bytes:
    """Text as the terminal writes it: UTF-16LE, BOM, CRLF whatever line ends `text` has."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return encode_exact(lines, TERMINAL_FORM)


def _exact(form: TextForm) -> str:
    """The error handler that keeps even malformed pieces: lone surrogates in UTF-16, stray bytes elsewhere."""
    return "surrogatepass" if form.unit == 2 else "surrogateescape"


def is_one_line(value: str) -> bool:
    """Whether a value can stand in a line-based file: no control character and no line separator of any kind."""
    return not any(ord(char) < 32 or 0x7F <= ord(char) <= 0x9F or char in "\u2028\u2029" for char in value)


def lines_of(text: str) -> list[str]:
    """The lines with their ends, divided at CRLF, LF and CR alone: other separators are text to the terminal."""
    return _LINE.findall(text)
