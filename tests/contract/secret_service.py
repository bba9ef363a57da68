"""A real Secret Service for tests: a D-Bus session of its own with gnome-keyring in it, apart from the user's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.process_worlds import eventually

TOOLS = ("dbus-run-session", "gnome-keyring-daemon")

_SESSION = """
printf '\\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
echo "$DBUS_SESSION_BUS_ADDRESS"
cat >/dev/null
kill $! 2>/dev/null
"""


@contextmanager
def secret_service(home: Path) -> Iterator[dict[str, str]]:
    """Start one; gives the environment in which it is the session's keyring. Ends with the block.

    Without the tools this fails in CI, and skips by name elsewhere (packages gnome-keyring and dbus).
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        text = f"no real Secret Service to test with: install {', '.join(missing)} (packages gnome-keyring, dbus)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    places = {
        name: str(home / name.lower()) for name in ("HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME")
    }
    for place in places.values():
        Path(place).mkdir(mode=0o700)
    environment = {**os.environ, **places}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL", "PYTHON_KEYRING_BACKEND"):
        environment.pop(name, None)
    session = subprocess.Popen(
        ["dbus-run-session", "--", "/bin/sh", "-c", _SESSION],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert session.stdout is not None
        address = session.stdout.readline().strip()
        eventually(lambda: _is_up(address), "the Secret Service to be up")
        environment["DBUS_SESSION_BUS_ADDRESS"] = address
        yield environment
    finally:
        session.communicate(timeout=20)


def _is_up(address: str) -> bool:
    """Asks the bus, not the service: a call to the service would start another one, which is locked."""
    from jeepney import DBus
    from jeepney.io.blocking import open_dbus_connection

    with open_dbus_connection(bus=address) as connection:
        reply = connection.send_and_get_reply(DBus().NameHasOwner("org.freedesktop.secrets"), timeout=10)
    return bool(reply.body[0])
