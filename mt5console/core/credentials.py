"""Secrets by reference: what a password is inside this program, and how its keyring entry is named.

The value lives in the OS keyring; here it passes through in a type that will not show itself. Must not know: keyrings.
"""

from __future__ import annotations

from typing import NoReturn
from weakref import WeakSet

from mt5console.core.model.ids import Account

MASK = "***"


_living: WeakSet[Secret] = WeakSet()
_SHORTEST_MASKED = 4
"""A shorter word would be found in every text by accident."""


class Secret:
    """A password in passing. Its repr, str, format are masked; it cannot be pickled, copied or compared by accident.

    `reveal()` is called only where a password must leave this program: the start ini, a probe's stdin, the keyring.
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _living.add(self)

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


def masked(text: str) -> str:
    """The text with the value of every secret that is alive now replaced; for logs, as the last of several guards."""
    for secret in tuple(_living):
        value = secret.reveal()
        if len(value) >= _SHORTEST_MASKED:
            text = text.replace(value, MASK)
    return text


def secret_reference(base_key: str, account: Account) -> str:
    """The keyring entry's name for an account in one base directory (`base_key` tells base directories apart)."""
    return f"{base_key}:{account.login}@{account.server}"
