"""A password goes through everything and is seen nowhere: not while things run, not afterwards."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mt5console.bases import DEMO_KEYRING
from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError
from tests.contract.secret_service import secret_service
from tests.story.desk import Desk, place, wait_for

INI = "mt5console-start.ini"
SCRIPT = """
import sys
from mt5console.scripting import UserMT5Manager, configure
configure(base_dir=sys.argv[1], simulate=True)
manager = UserMT5Manager(user_id=3, login=700003, password=sys.stdin.read(), server="Demo-Server")
print(manager.connect(), manager, vars(manager))
"""


class Lookout:
    """Looks for a word in every process's arguments and environment, and in every file under some places.

    Runs in: its own thread, until it is stopped. The start ini may hold the word; nobody else may read it then.
    """

    def __init__(self, word: str, *places: Path) -> None:
        core = word.partition("Ü")[0]
        self._needles = (core.encode(), core.encode("utf-16-le"), core.encode("utf-16-be"))
        self._places = places
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
        self.found: set[str] = set()
        self.inis_seen = 0
        self.files_read = 0
        self.processes_read = 0

    def __enter__(self) -> Lookout:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(0.02)

    def shows(self, data: bytes) -> bool:
        return any(needle in data for needle in self._needles)

    def look(self) -> None:
        """One look at everything."""
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                self._process(Path(entry.path))
        for root in self._places:
            for folder, _folders, names in os.walk(root):
                for name in names:
                    self._file(Path(folder) / name)

    def _process(self, process: Path) -> None:
        for name in ("cmdline", "environ"):
            try:
                data = (process / name).read_bytes()
            except OSError:
                continue
            self.processes_read += 1
            if self.shows(data):
                self.found.add(f"{name} of process {process.name}")

    def _file(self, path: Path) -> None:
        try:
            if not path.is_file():
                return
            # The mode before the content: a file that is replaced in between is looked at again.
            mode = path.stat().st_mode & 0o777
            data = path.read_bytes()
        except OSError:
            return
        self.files_read += 1
        if not self.shows(data):
            return
        if INI in path.name and mode == 0o600:
            self.inis_seen += 1
        else:
            self.found.add(str(path))


@contextmanager
def _desk(environment: dict[str, str], *, demo_keyring: bool) -> Iterator[tuple[Desk, Path]]:
    """A desk whose engine's words and temporary files lie in a place of their own."""
    root = Path(tempfile.mkdtemp(prefix="mt5canary-", dir=place()))
    (root / "tmp").mkdir()
    desk = Desk(
        root / "base",
        demo_keyring=demo_keyring,
        environment={**environment, "TMPDIR": str(root / "tmp")},
        engine_says=root / "engine.out",
    )
    try:
        desk.start_engine()
        yield desk, root
    finally:
        desk.end()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Desk, Path]]:
    with secret_service(tmp_path) as environment, _desk(environment, demo_keyring=False) as opened:
        yield opened


def _post_user(desk: Desk, user_id: int, word: str) -> str:
    """A user by plain HTTP."""
    record = json.loads(desk.layout.api.read_text("utf-8"))
    connection = http.client.HTTPConnection(urlsplit(record["url"]).netloc, timeout=30)
    body = {"user_id": user_id, "login": 700000 + user_id, "server": "Demo-Server", "password": word}
    head = {"Authorization": f"Bearer {record['token']}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/api/users", json.dumps(body), head)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status in (200, 201), text
    finally:
        connection.close()
    return text


def _everything_told(desk: Desk) -> str:
    """What every reading door says."""
    door = desk.door
    told = [door.status(), door.incidents(True), door.users(), door.robots(), door.deployments(None, 100)]
    told += [door.decisions(user, 500) for user in (1, 2, 3)]
    told += [door.user_stats(user) for user in (1, 2, 3)]
    told.append(door.next_event(0, 0.1))
    words = [("status",), ("incidents", "--all"), ("why", "1"), ("doctor",), ("journal", "1"), ("user", "list")]
    ran = [desk.command(*command) for command in words]
    return json.dumps(told, ensure_ascii=False) + "".join(done.stdout + done.stderr for done in ran)


@pytest.mark.timeout(300)
def test_a_password_is_nowhere_but_in_the_keyring(told: tuple[Desk, Path]) -> None:
    desk, root = told
    word = f"canary-{secrets.token_hex(4)}-Ünïcode-42"
    said = []
    with Lookout(word, root) as lookout:
        add = ("user", "add", "1", "--login", "700001", "--server", "Demo-Server", "--password-stdin")
        done = desk.command(*add, input=f"{word}\n")
        assert done.returncode == 0, done.stderr
        said += [done.stdout, done.stderr, _post_user(desk, 2, word)]
        for user in (1, 2):
            desk.add_robot(user * 100 + 1, user)
            desk.start(user)
        assert all(not desk.user_layout(user).start_ini.exists() for user in (1, 2))
        script = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(desk.root)],
            input=word,
            env=desk.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert script.returncode == 0, script.stderr
        said += [script.stdout, script.stderr]
        deployed = [desk.door.submit("deploy", {"robot_id": robot}, "test") for robot in (101, 201)]
        desk.fault(3, "live-update")
        said += [json.dumps(desk.ended(one["operation_id"])) for one in deployed]
        desk.fault(1, "logout")
        desk.kill_terminal(2)
        wait_for(lambda: any("LogInAgain" in d["acts"] for d in desk.door.decisions(1, 50)), "a login over IPC", 30)
        for user in (1, 2, 3):
            desk.wait_healthy(user)
        desk.fault(3, "auth-fail")
        desk.fault(3, "logout")
        wait_for(lambda: [one for one in desk.open_incidents() if one["user_id"] == 3], "a login that is refused", 40)
        desk.fault(3, "clear")
        said += [json.dumps(desk.act("terminal_restart", user_id=1)), _everything_told(desk)]
        lookout.look()
    assert not [text for text in said if lookout.shows(text.encode()) or word in text]
    assert lookout.found == set()
    # It was looked for where it had to be, and found there: the lookout sees.
    assert lookout.inis_seen > 0
    assert lookout.files_read > 1000
    assert lookout.processes_read > 1000
    assert not [user for user in (1, 2, 3) if desk.user_layout(user).start_ini.exists()]
    desk.stop_engine()
    lookout.look()
    assert lookout.found == set()


def test_a_keyring_that_fails_tells_nothing_of_what_it_was_given(desk: Desk) -> None:
    word = f"canary-{secrets.token_hex(4)}-Ünïcode-42"
    desk.door.add_user(1, 700001, "Demo-Server", Secret(word))
    folder = desk.layout.console / DEMO_KEYRING
    for path in folder.iterdir():
        path.write_bytes(b"torn")
    added = desk.command(
        "user", "add", "2", "--login", "700002", "--server", "Demo-Server", "--password-stdin", input=f"{word}\n"
    )
    started = desk.command("terminal", "start", "1")
    for done in (added, started):
        assert (done.returncode, done.stdout) == (1, ""), done
        assert len(done.stderr.splitlines()) == 1
        assert "keyring" in done.stderr
    with pytest.raises(ConsoleError) as refused:
        desk.door.add_user(3, 700003, "Demo-Server", Secret(word))
    assert "keyring" in refused.value.text
    assert [user["user_id"] for user in desk.door.users()] == [1]
    assert not desk.layout.user(2).exists()
    lookout = Lookout(word, desk.root)
    lookout.look()
    assert lookout.found == set()
    assert lookout.inis_seen == 0
    assert not lookout.shows((added.stderr + started.stderr + refused.value.text).encode())


def test_without_any_keyring_the_engine_watches_and_only_what_needs_a_password_fails(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "DISPLAY"))}
    bare |= {
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    with _desk(dict(os.environ), demo_keyring=True) as (desk, _root):
        desk.add_user(1)
        desk.start(1)
        pid = desk.terminal()["pid"]
        desk.kill_engine()
        shutil.move(desk.layout.console / DEMO_KEYRING, tmp_path / "taken away")
        desk.environment = bare
        desk.start_engine()
        wait_for(lambda: desk.terminal()["pid"] == pid, "the living terminal, adopted")
        desk.wait_healthy()
        added = desk.command(
            "user", "add", "2", "--login", "700002", "--server", "Demo-Server", "--password-stdin", input="word-1\n"
        )
        assert desk.act("terminal_stop", user_id=1)["state"] == "done"
        started = desk.command("terminal", "start", "1")
        for done in (added, started):
            assert (done.returncode, done.stdout) == (1, ""), done
            assert len(done.stderr.splitlines()) == 1
            assert "install gnome-keyring" in done.stderr
        assert desk.door.status()["watchdog"]["running"]
        assert desk.processes() == []
