"""Passwords in the Windows credential vault: looked up in the vault itself, not only through the store.

The contract that every system shares is tests/contract/test_secrets_contract.py; here is what only Windows has.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

assert sys.platform == "win32", "the Windows lane runs on Windows"

import pywintypes
import win32cred

from mt5console.core.credentials import Secret
from mt5console.core.errors import SecretsUnavailable
from mt5console.platforms.secrets import KeyringSecretStore

ROOT = Path(__file__).resolve().parents[2]
SERVICE = f"mt5console-test-{uuid.uuid4().hex}"
REFERENCES = [f"base-7f3a:{5000 + number}@Demo-Server" for number in range(8)]

_FRESH = """
import sys
from mt5console.core.errors import SecretsUnavailable
from mt5console.platforms.secrets import KeyringSecretStore
store = KeyringSecretStore(sys.argv[1])
print(store.describe())
try:
    found = store.get(sys.argv[2])
    print(None if found is None else ascii(found.reveal()))
except SecretsUnavailable as error:
    print(error.code, error.text)
"""


@pytest.fixture
def store() -> Iterator[KeyringSecretStore]:
    made = KeyringSecretStore(SERVICE)
    yield made
    for reference in REFERENCES:
        made.delete(reference)
    assert in_the_vault() == [], "the vault keeps what was deleted"


def in_the_vault() -> list[dict[str, Any]]:
    """The vault's own entries of this run, asked for without the store."""
    try:
        found: Any = win32cred.CredEnumerate(None, 0)
    except pywintypes.error:
        return []  # It has no entry at all.
    return [entry for entry in found if SERVICE in entry["TargetName"]]


def value(store: KeyringSecretStore, reference: str) -> str | None:
    found = store.get(reference)
    return None if found is None else found.reveal()


def fresh(reference: str, **environment: str) -> list[str]:
    """What a process of its own sees."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _FRESH, SERVICE, reference],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_store_is_the_windows_credential_vault(store: KeyringSecretStore) -> None:
    assert store.describe() == f"keyring Windows, service {SERVICE}"


def test_a_password_lies_in_the_vault_for_this_machine_alone(store: KeyringSecretStore) -> None:
    """The vault's default would let it roam with the account to other machines of a domain."""
    store.put(REFERENCES[0], Secret("one"))
    store.put(REFERENCES[1], Secret("two"))
    entries = in_the_vault()
    assert {entry["UserName"] for entry in entries} == set(REFERENCES[:2])
    assert {entry["Persist"] for entry in entries} == {win32cred.CRED_PERSIST_LOCAL_MACHINE}
    assert {entry["Type"] for entry in entries} == {win32cred.CRED_TYPE_GENERIC}


def test_every_password_has_an_entry_of_its_own(store: KeyringSecretStore) -> None:
    """The backend moves entries that share a name: of two put at the same time by two programs one would be lost."""
    for reference in REFERENCES[:3]:
        store.put(reference, Secret("value"))
    assert {entry["TargetName"] for entry in in_the_vault()} == {f"{SERVICE}:{name}" for name in REFERENCES[:3]}


def test_a_deleted_password_leaves_nothing_in_the_vault(store: KeyringSecretStore) -> None:
    for reference in REFERENCES[:3]:
        store.put(reference, Secret("old"))
        store.put(reference, Secret("new"))
    for reference in REFERENCES[:3]:
        store.delete(reference)
        assert reference not in {entry["UserName"] for entry in in_the_vault()}
    assert in_the_vault() == []


@pytest.mark.parametrize(
    "secret",
    ["密码 Ünïcode 😀 'quoted\" \\", " blanks at both ends ", "x" * 1000, "ä" * 1000, "a\ttab"],
    ids=["any script", "blanks", "long", "long, not ASCII", "tab"],
)
def test_any_password_is_got_back_also_by_another_process(store: KeyringSecretStore, secret: str) -> None:
    store.put(REFERENCES[0], Secret(secret))
    assert value(store, REFERENCES[0]) == secret
    assert fresh(REFERENCES[0])[1:] == [ascii(secret)]


def test_passwords_put_at_the_same_time_are_all_kept(store: KeyringSecretStore) -> None:
    """Users are added side by side."""
    start = threading.Barrier(len(REFERENCES))
    other = [KeyringSecretStore(SERVICE) for _ in REFERENCES]

    def put(number: int) -> None:
        start.wait()
        for turn in range(5):
            other[number].put(REFERENCES[number], Secret(f"value {number} {turn}"))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(len(REFERENCES))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [value(store, reference) for reference in REFERENCES] == [f"value {n} 4" for n in range(len(REFERENCES))]


def test_an_entry_that_somebody_else_deleted_is_no_error(store: KeyringSecretStore) -> None:
    store.put(REFERENCES[0], Secret("value"))
    for entry in in_the_vault():
        delete: Any = win32cred.CredDelete
        delete(entry["TargetName"], win32cred.CRED_TYPE_GENERIC, 0)
    assert store.get(REFERENCES[0]) is None
    store.delete(REFERENCES[0])


def test_without_a_vault_the_reason_and_the_remedy_are_told() -> None:
    described, refused = fresh(REFERENCES[0], PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    assert described.startswith("there is no keyring to keep passwords in")
    assert refused.startswith("no_keyring there is no keyring")
    assert "Credential Manager" in refused


@pytest.mark.needs_real_windows("Wine's vault takes a password of any length, the real one 1280 letters")
def test_a_password_too_long_for_the_vault_is_refused_in_words(store: KeyringSecretStore) -> None:
    with pytest.raises(SecretsUnavailable) as caught:
        store.put(REFERENCES[0], Secret("x" * 1281))
    assert caught.value.code == "keyring_failed"
    assert "could not store a password" in caught.value.text
    assert store.get(REFERENCES[0]) is None
