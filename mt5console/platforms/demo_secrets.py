"""The demo's own small keyring: it outlives its engine and needs no desktop session.

FOR PASSWORDS OF SIMULATED ACCOUNTS ONLY. The key lies in a file beside the sealed values, so whoever can read this
account's files can open them: it keeps passwords out of greps, backups' indexes and screens, not out of an
attacker's hands. Must not know: accounts.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from mt5console.core.credentials import Secret
from mt5console.core.errors import RefusedForSafety, SecretsUnavailable, StorageFailed
from mt5console.platforms.files import LocalFileStore

_KEY_BYTES = 32
_NONCE_BYTES = 16
_TAG_BYTES = 32


class DemoSecretStore:
    """The secrets port in a private folder: one sealed file per reference, and the key. Any process may open it."""

    def __init__(self, folder: Path, *, simulated: bool) -> None:
        """Raises `RefusedForSafety` unless the base directory is a simulated one."""
        if not simulated:
            raise RefusedForSafety(
                "demo_keyring", "the demo's keyring is for simulated accounts only; use the system's keyring"
            )
        self._folder = folder
        self._files = LocalFileStore()

    def describe(self) -> str:
        """In words, for doctor."""
        return "the demo's own keyring (simulated passwords only, not a protection)"

    def put(self, reference: str, secret: Secret) -> None:
        """Store or replace. Raises `SecretsUnavailable`."""
        key = self._key(make=True)
        sealed = _seal(key, reference, secret.reveal().encode("utf-8"))
        try:
            self._files.write_atomic(self._path(reference), sealed, private=True)
        except StorageFailed as error:
            raise SecretsUnavailable("keyring_failed", f"the demo's keyring: {error.text}") from None

    def get(self, reference: str) -> Secret | None:
        """The value, None when there is none. Raises `SecretsUnavailable` when it is damaged."""
        sealed = self._files.read(self._path(reference))
        if sealed is None:
            return None
        value = _open(self._key(make=False), reference, sealed)
        if value is None:
            raise SecretsUnavailable(
                "keyring_failed", f"the demo's keyring in {self._folder} is damaged; start a fresh demo"
            )
        return Secret(value.decode("utf-8"))

    def delete(self, reference: str) -> None:
        """Forget; a missing one is fine. Raises `SecretsUnavailable`."""
        try:
            self._files.wipe(self._path(reference))
        except StorageFailed as error:
            raise SecretsUnavailable("keyring_failed", f"the demo's keyring: {error.text}") from None

    def _path(self, reference: str) -> Path:
        return self._folder / f"{hashlib.sha256(reference.encode('utf-8')).hexdigest()}.sealed"

    def _key(self, *, make: bool) -> bytes:
        path = self._folder / "key"
        try:
            if make and self._files.stamp(path) is None:
                self._make_key(path)
            key = self._files.read(path)
        except StorageFailed as error:
            raise SecretsUnavailable("keyring_failed", f"the demo's keyring: {error.text}") from None
        if key is None or len(key) != _KEY_BYTES:
            raise SecretsUnavailable("keyring_failed", f"the demo's keyring in {self._folder} has lost its key")
        return key

    def _make_key(self, path: Path) -> None:
        """Of several processes that make one at the same time, the first wins: a link never replaces."""
        self._files.make_private_directory(self._folder)
        candidate = self._folder / f"key.{secrets.token_hex(8)}"
        self._files.write_atomic(candidate, secrets.token_bytes(_KEY_BYTES), private=True, durable=True)
        try:
            os.link(candidate, path)
        except FileExistsError:
            pass
        except OSError as error:
            raise StorageFailed("write_failed", f"{path} could not be made: {error.strerror}") from error
        finally:
            self._files.remove(candidate)


def _stream(key: bytes, nonce: bytes, size: int) -> bytes:
    return hashlib.shake_256(b"stream" + key + nonce).digest(size)


def _tag(key: bytes, reference: str, body: bytes) -> bytes:
    name = hashlib.sha256(reference.encode("utf-8")).digest()
    return hmac.digest(hashlib.sha256(b"tag" + key).digest(), name + body, "sha256")


def _seal(key: bytes, reference: str, value: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = nonce + bytes(a ^ b for a, b in zip(value, _stream(key, nonce, len(value)), strict=True))
    return body + _tag(key, reference, body)


def _open(key: bytes, reference: str, sealed: bytes) -> bytes | None:
    body, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    if len(body) < _NONCE_BYTES or not hmac.compare_digest(tag, _tag(key, reference, body)):
        return None
    nonce, hidden = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    return bytes(a ^ b for a, b in zip(hidden, _stream(key, nonce, len(hidden)), strict=True))
