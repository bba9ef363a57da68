"""A person's day at the command line, with an engine and without; scripts by the seed's names; plain HTTP."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from mt5console.platforms.lock import FileBaseLock
from mt5console.scripting import generate_mql5
from tests.story.desk import PASSWORD, Desk, wait_for

CHECKS = {"process", "ipc", "account", "robots"}
JOURNAL_KINDS = {
    "started", "exited", "unclean_exit", "second_instance", "system_shutdown", "authorized", "authorization_failed",
    "connection_lost", "access_point_switch", "algo_enabled", "algo_disabled", "robot_loaded", "robot_removed",
    "robot_init_failed", "update_available", "update_started", "service_started", "service_stopped", "other",
}  # fmt: skip


def _json(done: subprocess.CompletedProcess[str], exit_code: int = 0) -> Any:
    """The one JSON document of a command."""
    assert done.returncode == exit_code, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def _lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """One JSON object a line."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def _words(desk: Desk, *words: str) -> str:
    """What a person reads, without --json; exit code 0 and nothing on stderr."""
    arguments = [sys.executable, "-m", "mt5console", "--simulate", "--base-dir", str(desk.root), *words]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "\x1b" not in done.stdout
    return done.stdout


def _ask(desk: Desk, method: str, path: str, body: Any = None, token: str | None = "") -> tuple[int, Any]:
    """Plain HTTP with the engine's token (None: without one)."""
    record = json.loads(desk.layout.api.read_text("utf-8"))
    connection = http.client.HTTPConnection(urlsplit(record["url"]).netloc, timeout=30)
    head = {} if token is None else {"Authorization": f"Bearer {token or record['token']}"}
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {**head, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


def _put_back(desk: Desk) -> bool:
    newest = {one["robot_id"]: one for one in reversed(desk.door.deployments(None, 20))}
    return [(one["kind"], one["status"]) for one in newest.values()] == [("restore", "SUCCESS")] * 2


@pytest.mark.timeout(300)
def test_a_day_with_an_engine(desk: Desk, tmp_path: Path) -> None:
    run = desk.command
    # Users and robots.
    password = f"{PASSWORD}\n"
    user = _json(
        run("user", "add", "1", "--login", "700001", "--server", "Demo-Server", "--password-stdin", input=password)
    )
    assert (user["user_id"], user["login"], user["server"]) == (1, 700001, "Demo-Server")
    assert [one["user_id"] for one in _json(run("user", "list"))] == [1]
    source = tmp_path / "mine.mq5"
    source.write_text(generate_mql5(robot_id=101), encoding="utf-16")
    add = ("robot", "add", "101", "--user", "1", "--symbol", "EURUSD", "--timeframe", "h1")
    assert _json(run(*add, "--source", str(source), "--input", "FastPeriod=7"))["robot_id"] == 101
    second = run(
        "robot", "add", "102", "--user", "1", "--symbol", "GBPUSD", "--timeframe", "M15", "--template", "ma_cross"
    )
    assert _json(second)["magic"] == 102
    assert [one["robot_id"] for one in _json(run("robot", "list"))] == [101, 102]
    assert _json(run("robot", "status", "101"))["ready"] is False
    # Start and deploy.
    started = _json(run("terminal", "start", "1"))
    assert started["pid"] == desk.processes()[0]
    assert not desk.user_layout().start_ini.exists()
    planned = _json(run("deploy", "101", "--dry-run"))
    assert planned["changes"]
    assert _json(run("robot", "status", "101"))["ready"] is False
    second_deploy = desk.door.submit("deploy", {"robot_id": 102}, "test")
    shape = _json(run("deploy", "101", "--timeout", "60"))
    assert (shape["robot_id"], shape["status"]) == (101, "SUCCESS")
    assert shape["ready_confirmed"] is shape["heartbeat_confirmed"] is shape["chart_opened"] is True
    assert shape["diagnosis"] is None
    assert all({"name", "outcome", "seconds", "evidence"} <= stage.keys() for stage in shape["stages"])
    desk.ended(second_deploy["operation_id"])
    # Looking.
    robot = _json(run("robot", "status", "101"))
    assert robot["ready"] is robot["heartbeat_active"] is True
    assert robot["heartbeat_age"] < 5
    assert robot["errors"] == []
    desk.wait_healthy()
    status = _json(run("status"))
    assert status["watchdog"] == {"running": True, "mode": "on", "check_interval": 1}
    terminal = status["terminals"][0]
    assert terminal["checks"].keys() == CHECKS
    assert all(check["ok"] is True and check["evidence"] for check in terminal["checks"].values())
    assert (terminal["desired"], terminal["restarts_in_window"], terminal["incident"]) == ("running", 0, None)
    assert _json(run("incidents")) == []
    stats = _json(run("user", "stats", "1"))
    assert (stats["user_id"], stats["dir_exists"], stats["ea_count"]) == (1, True, 2)
    assert stats["log_files"] >= 1
    totals = _json(run("system", "stats"))
    assert (totals["total_users"], totals["total_eas"], totals["base_dir_exists"]) == (1, 2, True)
    # A fault, what was decided about it, and why.
    assert _json(run("sim", "fault", "1", "crash"))["fault"] == "crash"
    wait_for(lambda: desk.terminal()["pid"] not in (None, started["pid"]), "a replacement")
    desk.wait_healthy()
    sentences = [entry["sentence"] for entry in _json(run("why", "1"))]
    assert any("start the terminal" in sentence for sentence in sentences)
    assert [one["cleared_at"] is not None for one in _json(run("incidents", "--all"))].count(False) == 0
    # What MetaTrader's own files say.
    entries = _lines(run("journal", "1"))
    assert {entry["kind"] for entry in entries} >= {"started", "authorized", "unclean_exit"}
    assert {entry["kind"] for entry in entries} <= JOURNAL_KINDS
    journal = max(desk.user_layout().journals.glob("2*.log"))
    of_file = _lines(run("journal", str(journal)))
    assert all({"time", "kind", "level", "text"} <= entry.keys() for entry in of_file)
    assert [entry["kind"] for entry in of_file].count("started") == 2
    # In words, for people.
    assert "EURUSD" in _words(desk, "robot", "list")
    assert "700001@Demo-Server" in _words(desk, "status")
    assert "Nothing is wrong" in _words(desk, "incidents")
    assert "start the terminal" in _words(desk, "why", "1")
    assert "authorized" in _words(desk, "journal", "1")
    # Restart, stop all, resume, remove, stop.
    assert _json(run("terminal", "restart", "1"))["pid"] == desk.terminal()["pid"]
    stopped = _json(run("stop-all", "--word", "STOP"))
    assert [entry["stopped"] for entry in stopped["terminals"]] == [True]
    latched = run("deploy", "101")
    assert (latched.returncode, latched.stdout) == (6, "")
    assert run("resume", "1", "--word", "START").returncode == 0
    wait_for(lambda: _put_back(desk), "both robots put back and proven")
    desk.wait_healthy()
    assert _json(run("robot", "remove", "102"))["removed"] is True
    assert [one["robot_id"] for one in _json(run("robot", "list"))] == [101]
    busy = run("user", "remove", "1")
    assert (busy.returncode, busy.stdout) == (1, "")
    assert _json(run("terminal", "stop", "1"))["pid"] is None
    assert desk.processes() == []
    removed = _json(run("user", "remove", "1"))
    assert Path(removed["moved_to"]).is_dir()
    assert _json(run("user", "list")) == []
    # The machine.
    findings = {finding["name"]: finding for finding in json.loads(run("doctor").stdout)}
    assert findings["engine"]["ok"] is True
    assert all({"name", "ok", "evidence", "mend"} <= finding.keys() for finding in findings.values())


def test_the_api_by_plain_http(desk: Desk) -> None:
    desk.add_user(1)
    desk.add_robot(101, 1)
    desk.start(1)
    token = _json(desk.command("api", "token"))
    assert token == {name: json.loads(desk.layout.api.read_text())[name] for name in ("url", "token")}
    if os.name == "posix":
        assert desk.layout.api.stat().st_mode & 0o077 == 0
    seed = [
        ("GET", "/api/accounts/ea/status/101/", None),
        ("POST", "/api/accounts/mt5/start-watchdog/", {"robot_id": 101}),
        ("GET", "/api/accounts/mt5/status/", None),
        ("POST", "/api/accounts/mt5/reconnect/", {"user_id": 1}),
    ]
    for method, path, body in seed:
        for wrong in (None, "wrong-token"):
            assert _ask(desk, method, path, body, wrong)[0] == 401
    answers = [_ask(desk, method, path, body) for method, path, body in seed]
    assert [code for code, _ in answers] == [200, 200, 200, 202]
    robot, watching, status, reconnect = (answer for _, answer in answers)
    assert {name: robot[name] for name in ("robot_id", "ready", "heartbeat_active", "heartbeat_age", "errors")} == {
        "robot_id": 101, "ready": False, "heartbeat_active": False, "heartbeat_age": None, "errors": [],
    }  # fmt: skip
    assert watching == {"status": "WATCHDOG_STARTED", "robot_id": 101, "check_interval": 1}
    assert status["terminals"][0]["checks"].keys() == CHECKS
    assert desk.ended(reconnect["operation_id"])["state"] == "done"
    assert _ask(desk, "GET", "/api/accounts/mt5/status/?user_id=1")[1]["pid"] == status["terminals"][0]["pid"]
    assert _ask(desk, "GET", "/api/accounts/mt5/status/?user_id=9")[0] == 404
    assert _ask(desk, "GET", "/api/accounts/ea/status/999/")[0] == 404
    assert _ask(desk, "POST", "/api/accounts/mt5/start-watchdog/", {"robot_id": 999})[0] == 404
    assert _ask(desk, "POST", "/api/accounts/mt5/start-watchdog/")[0] == 200
    assert _ask(desk, "POST", "/api/accounts/mt5/reconnect/")[0] == 202
    assert "mt5console_" in _ask(desk, "GET", "/metrics")[1]
    assert _ask(desk, "GET", "/openapi.json")[1]["paths"]["/api/accounts/mt5/status/"]
    _events(desk)


def _events(desk: Desk) -> None:
    """The stream tells snapshots by itself, and an operation that begins meanwhile."""
    record = json.loads(desk.layout.api.read_text("utf-8"))
    connection = http.client.HTTPConnection(urlsplit(record["url"]).netloc, timeout=10)
    heard: set[str] = set()
    try:
        connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {record['token']}"})
        stream = connection.getresponse()
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        asked = threading.Timer(0.3, lambda: desk.door.submit("reconnect", {"user_id": 1}, "test"))
        asked.start()
        kind = ""
        while not {"snapshot", "operation"} <= heard:
            line = stream.readline().decode().strip()
            kind = line.removeprefix("event: ") if line.startswith("event: ") else kind
            if line.startswith("data: "):
                data = json.loads(line.removeprefix("data: "))
                assert kind != "snapshot" or data["terminals"][0]["user_id"] == 1
                heard.add(kind)
        asked.join()
    finally:
        connection.close()


@pytest.mark.timeout(300)
def test_a_day_without_an_engine(desk: Desk) -> None:
    desk.stop_engine()
    assert not desk.layout.api.exists()
    alone = "nobody watches"

    def act(*words: str, exit_code: int = 0, **options: Any) -> Any:
        done = desk.command(*words, **options)
        assert done.returncode == exit_code, done
        assert alone in done.stderr
        lock = FileBaseLock(desk.layout.lock)
        assert lock.acquire()
        lock.release()
        return json.loads(done.stdout)

    act("user", "add", "1", "--login", "700001", "--server", "Demo-Server", "--password-stdin", input=f"{PASSWORD}\n")
    act("robot", "add", "101", "--user", "1", "--symbol", "EURUSD", "--timeframe", "H1")
    pid = act("terminal", "start", "1")["pid"]
    assert desk.processes() == [pid]
    assert not desk.user_layout().start_ini.exists()
    assert act("deploy", "101")["status"] == "SUCCESS"
    status = desk.command("status")
    assert status.stderr == ""
    answer = _json(status)
    assert answer["watchdog"]["running"] is False
    assert answer["terminals"][0]["pid"] == pid
    assert answer["terminals"][0]["robots"][0]["heartbeat_age"] < 5
    assert _json(desk.command("robot", "status", "101"))["heartbeat_active"] is True
    assert _json(desk.command("incidents", "--all")) == []
    assert _json(desk.command("why", "1"))
    assert _json(desk.command("system", "stats"))["total_eas"] == 1
    assert desk.command("api", "token").returncode == 1
    # Whether positions are open is known before the first act: nothing has to be waved through.
    assert act("terminal", "restart", "1")["pid"] not in (None, pid)
    stopped = act("stop-all", "--word", "STOP")
    assert [entry["stopped"] for entry in stopped["terminals"]] == [True]
    act("robot", "remove", "101")
    assert act("terminal", "stop", "1")["pid"] is None
    assert desk.processes() == []
    act("user", "remove", "1")
    assert _json(desk.command("user", "list")) == []


SCRIPT = """
import json, sys
from mt5console.core.errors import UsageInvalid
from mt5console.scripting import EAManager, MT5Watchdog, UserMT5Manager, configure, generate_mql5
configure(base_dir=sys.argv[1], simulate=True)
password = sys.stdin.read()
told = {}
user_mt5 = UserMT5Manager(user_id=1, login=100690024, password=password, server="Demo-Server")
user_mt5.connect()
ea_path = user_mt5.deploy_ea(robot_id=123, ea_code=generate_mql5(robot_id=123))
told["path"], told["user"], told["system"] = ea_path, user_mt5.get_user_stats(), UserMT5Manager.get_system_stats()
watchdog = MT5Watchdog(
    mt5_path=told["user"]["user_dir"] + "/terminal64", login=100690024, password=password, server="Demo-Server",
    check_interval=10,
)
told["watchdog"] = watchdog.start(robot_id=123)
try:
    MT5Watchdog(mt5_path="/elsewhere/terminal64", login=100690024, password=password, server="Demo-Server").start()
except UsageInvalid as refused:
    told["refused"] = refused.text
told["first"] = EAManager.deploy_and_confirm(robot_id=123, symbol="EURUSD", timeframe="H1", timeout=60)
told["connected"] = user_mt5.connect()
print(json.dumps(told))
"""
AGAIN = """
import json, sys
from mt5console.scripting import EAManager, configure
configure(base_dir=sys.argv[1], simulate=True)
print(json.dumps(EAManager.deploy_and_confirm(robot_id=123, symbol="GBPUSD", timeframe="M15", timeout=60)))
"""


def _script(desk: Desk, text: str, stdin: str = "") -> Any:
    done = subprocess.run(
        [sys.executable, "-c", text, str(desk.root)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.timeout(300)
def test_the_seeds_own_names_in_a_script(desk: Desk) -> None:
    desk.stop_engine()
    try:
        told = _script(desk, SCRIPT, PASSWORD)
        assert Path(told["path"]).is_file()
        assert told["user"]["user_dir"] == str(desk.layout.user(1))
        assert told["user"]["ea_count"] == 1
        assert told["system"]["total_users"] == 1
        assert told["watchdog"] == {"status": "WATCHDOG_STARTED", "robot_id": 123, "check_interval": 10}
        assert "outside the base directory" in told["refused"]
        assert told["connected"]["pid"] == desk.processes()[0]
        # The robot is newer than its terminal's start: said plainly, never a hidden restart.
        first = told["first"]
        assert (first["status"], first["diagnosis"]["cause"]) == ("FAILED", "restart_needed")
        assert desk.act("terminal_restart", user_id=1)["state"] == "done"
        shape = _script(desk, AGAIN)
        assert shape["status"] == "SUCCESS", shape
        assert shape["ready_confirmed"] is shape["heartbeat_confirmed"] is True
        assert [(one["symbol"], one["timeframe"]) for one in desk.door.robots()] == [("GBPUSD", "M15")]
    finally:
        # The engine that the watchdog's start left behind, detached.
        pid = json.loads(desk.layout.api.read_text("utf-8"))["pid"]
        desk.door.stop_engine()
        wait_for(lambda: not psutil.pid_exists(pid), "the end of the detached engine")
