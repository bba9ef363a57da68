"""A kill at every step of adding and removing a user, in real processes: the next start finds all or nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import json, os, sys
from pathlib import Path
from mt5console.core.config.base_directory import open_base
from mt5console.core.credentials import Secret
from mt5console.core.history.store import StateStore
from mt5console.core.isolation.provisioning import Provisioner
from mt5console.core.model.ids import Account, UserId
from mt5console.core.ports import Platform
from mt5console.platforms.files import LocalFileStore
from tests.fakes.clock import FakeClock
from tests.fakes.lock import FakeBaseLock
from tests.fakes.metatrader import FakeCompiler, FakeProbePool, FakeTemplate
from tests.fakes.processes import FakeProcessHost

folder, act, steps = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ACCOUNT = Account(login=7001, server="Demo-Server")


class Steps:
    left = None

    @classmethod
    def take(cls):
        if cls.left is not None:
            cls.left -= 1
            if cls.left < 0:
                os._exit(9)


def stepping(thing, names):
    # A kill before and after every call that reaches outside.
    for name in names:
        def call(*args, _real=getattr(thing, name), **options):
            Steps.take()
            answer = _real(*args, **options)
            Steps.take()
            return answer
        setattr(thing, name, call)
    return thing


class FileKeyring:
    def __init__(self, place):
        self.place = place
        place.mkdir(exist_ok=True)

    def put(self, reference, secret):
        (self.place / reference).write_text(secret.reveal())

    def get(self, reference):
        path = self.place / reference
        return Secret(path.read_text()) if path.exists() else None

    def delete(self, reference):
        (self.place / reference).unlink(missing_ok=True)


def provisioner(root):
    acts = ["write_atomic", "make_private_directory", "move_directory", "remove", "remove_tree", "wipe"]
    files = stepping(LocalFileStore(), acts)
    base = open_base(root, True, files, create=True)
    secrets = stepping(FileKeyring(root.parent / (root.name + "-keyring")), ["put", "delete"])
    store = stepping(StateStore(base.layout.state_db), ["commit", "forget_user"])
    template = stepping(FakeTemplate(), ["install"])
    platform = Platform(
        simulated=True, executable_name="terminal64", clock=FakeClock(), processes=FakeProcessHost(), files=files,
        secrets=secrets, compiler=FakeCompiler(files), probes=FakeProbePool(), template=template, lock=FakeBaseLock(),
    )
    return Provisioner(base, platform, store), store


def state(root):
    keyring = root.parent / (root.name + "-keyring")
    made, store = provisioner(root)
    made.settle()
    found = {
        "users": len(store.load().users),
        "directory": (root / "user_1" / "terminal64").exists(),
        "anything": (root / "user_1").exists(),
        "passwords": len(list(keyring.iterdir())),
        "unfinished": len(list((root / ".mt5console" / "unfinished").glob("*"))),
        "removed": len(list((root / ".mt5console" / "removed").glob("user_1-*"))),
    }
    made.add_user(UserId(2), Account(login=2, server="Demo-Server"), Secret("other"))
    if not found["users"]:
        made.add_user(UserId(1), ACCOUNT, Secret("secret"))
    return found


report = []
for step in range(steps):
    root = folder / f"{act}-{step}"
    made, store = provisioner(root)
    if act == "remove":
        made.add_user(UserId(1), ACCOUNT, Secret("secret"))
    store.close()
    child = os.fork()
    if child == 0:
        made, store = provisioner(root)
        Steps.left = step
        if act == "add":
            made.add_user(UserId(1), ACCOUNT, Secret("secret"))
        else:
            made.remove_user(UserId(1))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    report.append({"killed": os.waitstatus_to_exitcode(status) == 9, **state(root)})
print(json.dumps(report))
"""

WHOLE = {"users": 1, "directory": True, "anything": True, "passwords": 1, "unfinished": 0, "removed": 0}
NOTHING = {"users": 0, "directory": False, "anything": False, "passwords": 0, "unfinished": 0, "removed": 0}
REMOVED = {**NOTHING, "removed": 1}
STEPS = 90


def killed_at_every_step(tmp_path: Path, act: str) -> list[dict[str, int | bool]]:
    script = tmp_path / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])}
    command = [sys.executable, str(script), str(tmp_path), act, str(STEPS)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
    report: list[dict[str, int | bool]] = json.loads(ended.stdout)
    killed = [entry.pop("killed") for entry in report]
    assert killed[0]
    assert not killed[-1], "the last step must lie beyond the act's end"
    return report


@pytest.mark.skipif(sys.platform == "win32", reason="uses fork")
def test_an_add_that_is_killed_anywhere_is_whole_or_never_was(tmp_path: Path) -> None:
    report = killed_at_every_step(tmp_path, "add")
    assert [entry for entry in report if entry not in (WHOLE, NOTHING)] == []
    assert report[0] == NOTHING
    assert report[-1] == WHOLE


@pytest.mark.skipif(sys.platform == "win32", reason="uses fork")
def test_a_removal_that_is_killed_anywhere_has_happened_or_not(tmp_path: Path) -> None:
    report = killed_at_every_step(tmp_path, "remove")
    assert [entry for entry in report if entry not in (WHOLE, REMOVED)] == []
    assert report[0] == WHOLE
    assert report[-1] == REMOVED
