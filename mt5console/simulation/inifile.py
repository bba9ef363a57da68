"""MetaTrader's ini files: sections of `Key=value`, in UTF-16LE with BOM (as the terminal writes) or UTF-8.

Keys are compared without case. Wrong lines are passed over, as the terminal does. Must not know: what keys mean.
"""

from __future__ import annotations

from collections.abc import Mapping

BOM = b"\xff\xfe"


def decode_text(data: bytes) -> str:
    """Text of a MetaTrader file: UTF-16LE or UTF-8, with or without BOM; what is no text is replaced."""
    if data.startswith(BOM):
        return data[2 : len(data) - len(data) % 2].decode("utf-16-le", "replace")
    if data[1:2] == b"\x00":
        return data[: len(data) - len(data) % 2].decode("utf-16-le", "replace")
    return data.decode("utf-8-sig", "replace")


def encode_text(text: str) -> bytes:
    """UTF-16LE with BOM and CRLF: the form that MetaTrader itself writes."""
    return BOM + text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-16-le")


class IniFile:
    """The sections of one ini file, in their order."""

    def __init__(self, sections: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._sections: dict[str, dict[str, str]] = {name: dict(keys) for name, keys in (sections or {}).items()}

    @classmethod
    def decode(cls, data: bytes) -> IniFile:
        """Read from a file's content."""
        ini = cls()
        section: dict[str, str] | None = None
        for line in decode_text(data).splitlines():
            line = line.strip()
            if line.startswith("[") and line.endswith("]"):
                section = ini._section(line[1:-1])
            elif section is not None and "=" in line and not line.startswith(";"):
                key, value = line.split("=", 1)
                section[key.strip()] = value.strip()
        return ini

    def encode(self) -> bytes:
        """The file's content."""
        lines = []
        for name, keys in self._sections.items():
            lines.append(f"[{name}]")
            lines += [f"{key}={value}" for key, value in keys.items()]
        return encode_text("\n".join([*lines, ""]))

    def get(self, section: str, key: str) -> str | None:
        """The value, None when it is not there."""
        wanted = key.casefold()
        for name, value in self._section(section, make=False).items():
            if name.casefold() == wanted:
                return value
        return None

    def number(self, section: str, key: str) -> int | None:
        """The value as a whole number; None when it is missing or none (a wrong value is silently the default)."""
        try:
            return int(self.get(section, key) or "")
        except ValueError:
            return None

    def set(self, section: str, key: str, value: str) -> None:
        """Set or add a value."""
        keys = self._section(section)
        keys[next((name for name in keys if name.casefold() == key.casefold()), key)] = value

    def _section(self, name: str, make: bool = True) -> dict[str, str]:
        for known, keys in self._sections.items():
            if known.casefold() == name.casefold():
                return keys
        return self._sections.setdefault(name, {}) if make else {}
