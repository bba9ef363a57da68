"""What every secret store does: in memory, the demo's own, and a real keyring of this system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mt5console.core.credentials import MASK, Secret
from mt5console.core.ports import SecretStore
from mt5console.platforms.demo_secrets import DemoSecretStore
from mt5console.platforms.secrets import KeyringSecretStore
from tests.contract.secret_service import secret_service
from tests.fakes.secrets import FakeSecretStore

REFERENCE = "base-7f3a:5001@Demo-Server"
VALUE = "Pä$$ 'w\"ord\\ 密码 with spaces"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a running Secret Service."""
    with secret_service(tmp_path_factory.mktemp("keyring")) as environment:
        yield environment


def _system_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SecretStore:
    service = f"mt5console-test-{os.getpid()}"
    if sys.platform != "linux":
        return KeyringSecretStore(service)
    from keyring.backends.SecretService import Keyring

    address = request.getfixturevalue("bus")["DBUS_SESSION_BUS_ADDRESS"]
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    return KeyringSecretStore(service, Keyring())


@pytest.fixture(params=["fake", "demo", "system"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretStore]:
    made: SecretStore
    if request.param == "fake":
        made = FakeSecretStore()
    elif request.param == "demo":
        made = DemoSecretStore(tmp_path / "demo-keyring", simulated=True)
    else:
        made = _system_store(request, monkeypatch)
    yield made
    made.delete(REFERENCE)


def _value(store: SecretStore, reference: str) -> str | None:
    secret = store.get(reference)
    return None if secret is None else secret.reveal()


def test_what_was_put_is_got_back(store: SecretStore) -> None:
    store.put(REFERENCE, Secret(VALUE))
    assert _value(store, REFERENCE) == VALUE


def test_what_is_got_back_does_not_show_itself(store: SecretStore) -> None:
    store.put(REFERENCE, Secret(VALUE))
    assert repr(store.get(REFERENCE)) == MASK
    assert VALUE not in repr(store) + repr(vars(store) if isinstance(store, KeyringSecretStore) else "")


def test_an_unknown_reference_has_no_value(store: SecretStore) -> None:
    assert store.get("base-7f3a:404@Demo-Server") is None


def test_a_second_put_replaces_the_first(store: SecretStore) -> None:
    store.put(REFERENCE, Secret("old"))
    store.put(REFERENCE, Secret("new"))
    assert _value(store, REFERENCE) == "new"


def test_references_are_kept_apart(store: SecretStore) -> None:
    other = REFERENCE + "2"
    store.put(REFERENCE, Secret("one"))
    store.put(other, Secret("two"))
    store.delete(other)
    assert _value(store, REFERENCE) == "one"
    assert store.get(other) is None


def test_a_deleted_value_is_gone_and_deleting_again_is_fine(store: SecretStore) -> None:
    store.put(REFERENCE, Secret(VALUE))
    store.delete(REFERENCE)
    store.delete(REFERENCE)
    assert store.get(REFERENCE) is None


def test_an_empty_and_a_long_value_are_kept(store: SecretStore) -> None:
    for value in ("", "x" * 500):
        store.put(REFERENCE, Secret(value))
        assert _value(store, REFERENCE) == value


def test_a_store_describes_itself_in_one_line(store: SecretStore) -> None:
    assert store.describe()
    assert "\n" not in store.describe()


_FRESH = """
import sys
from mt5console.core.credentials import Secret
from mt5console.core.errors import SecretsUnavailable
from mt5console.platforms.secrets import KeyringSecretStore
store = KeyringSecretStore("mt5console-test-fresh")
print(store.describe())
try:
    if sys.argv[1] == "put":
        store.put("reference", Secret(sys.stdin.read()))
    else:
        print((store.get("reference") or Secret("")).reveal())
except SecretsUnavailable as error:
    print(error.code, error.text)
"""


def _fresh(act: str, environment: dict[str, str], value: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _FRESH, act], env=environment, input=value, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux' keyring")
def test_another_process_finds_the_secret_service_by_itself_and_reads_the_value(
    bus: dict[str, str],
) -> None:
    assert _fresh("put", bus, "kept") == ["keyring SecretService, service mt5console-test-fresh"]
    assert _fresh("get", bus)[1:] == ["kept"]


@pytest.mark.skipif(sys.platform != "linux", reason="Windows and macOS always have a keyring")
def test_without_any_keyring_the_reason_and_the_remedy_are_told(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    described, refused = _fresh("put", bare, "canary-7731")
    assert described.startswith("there is no keyring")
    assert refused.startswith("no_keyring there is no keyring")
    assert "install gnome-keyring" in refused
    assert "canary" not in refused


def test_the_demo_keyring_outlives_its_engine(tmp_path: Path) -> None:
    DemoSecretStore(tmp_path / "k", simulated=True).put(REFERENCE, Secret(VALUE))
    assert _value(DemoSecretStore(tmp_path / "k", simulated=True), REFERENCE) == VALUE
