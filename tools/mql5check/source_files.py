"""Reads a source file as MetaEditor would: UTF-8, UTF-16 or the Windows code page. It must not know the language."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class UnreadableFile(Exception):
    """The file is missing, no file, or no text; the message is one sentence that names it."""


def read_source(path: Path) -> str:
    """Give the text of a file without its mark; raise UnreadableFile."""
    if path.is_dir():
        raise UnreadableFile(f"{path} is a folder; name a .mq5 or .mqh file")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(f"{path} does not exist") from None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        return decode(data)
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path} is no text in UTF-8, UTF-16 or Windows-1252") from None


def decode(data: bytes) -> str:
    """Give the text of a file's bytes; raise UnicodeDecodeError when they are none in a known encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    if len(data) >= 2 and len(data) % 2 == 0 and data[0] != 0 and data[1] == 0:
        return data.decode("utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")
