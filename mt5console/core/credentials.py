"""Secrets by reference: what a password is inside this program, and how its keyring entry is named.

The value lives in the OS keyring; here it passes through in a type that will not show itself. Must not know: keyrings.
"""

from __future__ import annotations

from typing import NoReturn

from mt5console.core.model.ids import Account

MASK = "***"


class Secret:
    """A password in passing. Its repr, str, format are masked; it cannot be pickled, copied or compared by accident.

    `reveal()` is called only where a password must leave this program: the start ini, a probe's stdin, the keyring.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; never log, store or format what this returns."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be pickled or copied")


def secret_reference(base_key: str, account: Account) -> str:
    """The keyring entry's name for an account in one base directory (`base_key` tells base directories apart)."""
    return f"{base_key}:{account.login}@{account.server}"
