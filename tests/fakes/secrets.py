"""A keyring in memory."""

from __future__ import annotations

from mt5console.core.credentials import Secret
from mt5console.core.errors import SecretsUnavailable


class FakeSecretStore:
    """The secrets port in memory; `unavailable` is the reason that every act fails with, or None."""

    def __init__(self) -> None:
        self.unavailable: str | None = None
        self._values: dict[str, str] = {}

    def describe(self) -> str:
        return "no keyring" if self.unavailable else "a keyring in memory"

    def put(self, reference: str, secret: Secret) -> None:
        self._check()
        self._values[reference] = secret.reveal()

    def get(self, reference: str) -> Secret | None:
        self._check()
        value = self._values.get(reference)
        return None if value is None else Secret(value)

    def delete(self, reference: str) -> None:
        self._check()
        self._values.pop(reference, None)

    @property
    def references(self) -> tuple[str, ...]:
        """What is stored, by name."""
        return tuple(self._values)

    def _check(self) -> None:
        if self.unavailable is not None:
            raise SecretsUnavailable("no_keyring", self.unavailable)
