"""Passwords in the OS keyring, and the demo's own small keyring for passwords of simulated accounts.

Values never reach a log or an error's text: what a backend raises is replaced, not chained. Must not know: accounts.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from mt5console.core.credentials import Secret
from mt5console.core.errors import SecretsUnavailable

T = TypeVar("T")

_one_at_a_time = threading.Lock()
"""Backends promise nothing about threads, and two calls at once into Wine's vault were seen to crash the process."""

SERVICE = "mt5console"
"""The service under which all entries of this program lie in the keyring (on Windows its name begins with this)."""

_NO_PROTECTION = ("keyrings.alt.", "sagecipher.")
_WHAT_TO_DO = {
    "win32": "log on with a normal account: Windows' Credential Manager is part of the system",
    "darwin": "unlock the login keychain",
    "linux": "install gnome-keyring or KWallet and log on to a desktop session, or start one with dbus-run-session",
}


class KeyringSecretStore:
    """The secrets port over the operating system's keyring: the backend is looked for when it is first needed.

    `backend` names one instead of the system's choice. Backends that keep nothing, or keep it for anybody to read,
    count as none.
    """

    def __init__(self, service: str = SERVICE, backend: KeyringBackend | None = None) -> None:
        self._service = service
        self._asked_for = backend
        self._found: KeyringBackend | None = None

    def describe(self) -> str:
        """The backend in words; says plainly when there is none and what to do."""
        try:
            backend = self._backend()
        except SecretsUnavailable as error:
            return error.text
        return f"{_name(backend)}, service {self._service}"

    def put(self, reference: str, secret: Secret) -> None:
        """Store or replace. Raises `SecretsUnavailable`."""
        backend = self._backend()
        _ask(backend, "store", lambda: backend.set_password(self._entry(reference), reference, secret.reveal()))

    def get(self, reference: str) -> Secret | None:
        """The value, None when there is none. Raises `SecretsUnavailable`."""
        backend = self._backend()
        return _ask(backend, "read", lambda: _wrapped(backend.get_password(self._entry(reference), reference)))

    def delete(self, reference: str) -> None:
        """Forget; a missing one is fine. Raises `SecretsUnavailable`."""
        if self.get(reference) is not None:
            backend = self._backend()
            _ask(backend, "delete", lambda: backend.delete_password(self._entry(reference), reference))

    def _entry(self, reference: str) -> str:
        """The service that an entry lies under. Windows' vault has one entry per service: entries that share one are
        moved about by the backend at every put, and of two puts at the same time one would be lost."""
        return f"{self._service}:{reference}" if sys.platform == "win32" else self._service

    def _backend(self) -> KeyringBackend:
        if self._found is None:
            self._found = _ask(None, "keep", lambda: _trustworthy(self._asked_for or keyring.get_keyring()))
            if self._found is None:
                hint = _WHAT_TO_DO.get(sys.platform, _WHAT_TO_DO["linux"])
                raise SecretsUnavailable(
                    "no_keyring", f"there is no keyring to keep passwords in; {hint}. Watching goes on without it"
                )
            if sys.platform == "win32":
                # The default may roam with the account to other machines of a domain.
                vault: Any = self._found
                vault.persist = "local machine"
        return self._found


def _trustworthy(backend: KeyringBackend) -> KeyringBackend | None:
    """The backend itself, or the first good one of a chain; None when it would not protect anything."""
    if isinstance(backend, chainer.ChainerBackend):
        return next((good for one in backend.backends if (good := _trustworthy(one)) is not None), None)
    kind = type(backend)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(backend, fail.Keyring | null.Keyring) or name.startswith(_NO_PROTECTION) or "plain" in name.lower():
        return None
    return backend


def _name(backend: KeyringBackend | None) -> str:
    if backend is None:
        return "the keyring"
    kind = type(backend)
    return f"keyring {kind.__module__.rsplit('.', 1)[-1]}"


def _wrapped(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)


def _ask(backend: KeyringBackend | None, act: str, call: Callable[[], T]) -> T:
    """Whatever a backend raises, its text and its frames may hold the value: only the error's kind is told."""
    try:
        with _one_at_a_time:
            return call()
    except Exception as error:  # noqa: BLE001 - backends raise what their buses and libraries raise
        kind = type(error).__name__
    # Raised out here, so that the backend's error is not even the context of this one.
    raise SecretsUnavailable(
        "keyring_failed",
        f"{_name(backend)} could not {act} a password ({kind}); unlock it, or see that its service runs, and try again",
    )
