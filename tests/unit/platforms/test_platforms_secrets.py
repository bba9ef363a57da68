"""Keyrings that misbehave, keyrings that protect nothing, and what the demo's keyring leaves on disk."""

from __future__ import annotations

import stat
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend

from mt5console.core.credentials import Secret
from mt5console.core.errors import RefusedForSafety, SecretsUnavailable
from mt5console.platforms.demo_secrets import DemoSecretStore
from mt5console.platforms.secrets import KeyringSecretStore

CANARY = "canary-" + "7731"


class MemoryKeyring(KeyringBackend):
    priority = 0.1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class ChattyKeyring(MemoryKeyring):
    """Fails, and says the value while it does."""

    def get_password(self, service: str, username: str) -> str | None:
        raise ValueError(f"cannot read {CANARY} of {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"cannot store {password}")


class PlaintextKeyring(MemoryKeyring):
    """By its name, a keyring that anybody can read."""


class Chain(ChainerBackend):
    backends: list[KeyringBackend] = []  # type: ignore[assignment]  # noqa: RUF012


def test_values_lie_under_the_programs_own_service() -> None:
    backend = MemoryKeyring()
    KeyringSecretStore(backend=backend).put("base:5001@Demo-Server", Secret("value"))
    assert backend.kept == {("mt5console", "base:5001@Demo-Server"): "value"}


@pytest.mark.parametrize("act", ["put", "get", "delete"])
def test_a_backend_that_says_the_value_in_its_error_is_not_repeated(act: str) -> None:
    store = KeyringSecretStore(backend=ChattyKeyring())
    secret = Secret(CANARY)
    with pytest.raises(SecretsUnavailable) as caught:
        store.put("r", secret) if act == "put" else getattr(store, act)("r")
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown
    assert caught.value.__context__ is None
    assert caught.value.code == "keyring_failed"
    assert ("OSError" if act == "put" else "ValueError") in caught.value.text


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring(), PlaintextKeyring()], ids=lambda b: str(type(b)))
def test_a_backend_that_protects_nothing_counts_as_none(backend: KeyringBackend) -> None:
    store = KeyringSecretStore(backend=backend)
    assert "there is no keyring" in store.describe()
    secret = Secret("value")
    for attempt in (lambda: store.put("r", secret), lambda: store.get("r"), lambda: store.delete("r")):
        with pytest.raises(SecretsUnavailable) as caught:
            attempt()
        assert caught.value.code == "no_keyring"


def test_of_a_chain_the_first_that_protects_is_used() -> None:
    plain, good = PlaintextKeyring(), MemoryKeyring()
    chain = Chain()
    chain.backends = [plain, good]  # type: ignore[misc]
    KeyringSecretStore(backend=chain).put("r", Secret("value"))
    assert plain.kept == {}
    assert list(good.kept.values()) == ["value"]


def test_the_demo_keyring_refuses_a_live_base(tmp_path: Path) -> None:
    with pytest.raises(RefusedForSafety):
        DemoSecretStore(tmp_path / "k", simulated=False)
    assert list(tmp_path.iterdir()) == []


@given(value=st.text(min_size=4, max_size=60).filter(lambda t: t.strip() != ""))
def test_no_file_of_the_demo_keyring_holds_a_value_in_any_encoding(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    folder = tmp_path_factory.mktemp("demo") / "k"
    store = DemoSecretStore(folder, simulated=True)
    store.put("5001@Demo-Server", Secret(value))
    found = store.get("5001@Demo-Server")
    assert found is not None
    assert found.reveal() == value
    everything = b"".join(path.read_bytes() + path.name.encode() for path in folder.iterdir())
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert value.encode(encoding) not in everything


def test_only_the_owner_can_open_the_demo_keyring(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    DemoSecretStore(folder, simulated=True).put("r", Secret("value"))
    assert len(list(folder.iterdir())) == 2
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_damaged_demo_keyring_is_told_not_guessed_at(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    store = DemoSecretStore(folder, simulated=True)
    store.put("r", Secret("value"))
    sealed = next(folder.glob("*.sealed"))
    good = sealed.read_bytes()
    for bad in (b"", good[:-1], good[:-1] + bytes([good[-1] ^ 1]), bytes([good[0] ^ 1]) + good[1:]):
        sealed.write_bytes(bad)
        with pytest.raises(SecretsUnavailable):
            store.get("r")
    sealed.write_bytes(good)
    (folder / "key").unlink()
    with pytest.raises(SecretsUnavailable):
        store.get("r")


def test_a_sealed_value_cannot_be_passed_off_as_another_accounts(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    store = DemoSecretStore(folder, simulated=True)
    store.put("one", Secret("value"))
    sealed = next(folder.glob("*.sealed")).read_bytes()
    store.put("two", Secret("other"))
    for path in folder.glob("*.sealed"):
        path.write_bytes(sealed)
    first = store.get("one")
    assert first is not None
    assert first.reveal() == "value"
    with pytest.raises(SecretsUnavailable):
        store.get("two")
