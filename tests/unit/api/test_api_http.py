"""What other programs see on the wire: the seed's endpoints, the gate, metrics, and no secret in any answer or log."""

from __future__ import annotations

import http.client
import json
import logging
import time

import pytest

from mt5console.core.errors import NotFound
from tests.fakes.fake_door import robot, terminal

CANARY = "c4nary-Pa55-übung"
TOKEN = "a-token-of-this-run"


class Wire:
    """Plain HTTP, as a stranger would speak it."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rsplit(":", 1)[1])

    def ask(self, method, path, body=None, *, raw=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
        data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, path, body=data, headers={k: v for k, v in sent.items() if v is not None})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture
def wire(served):
    return Wire(served.url)


def test_ea_status_has_the_seeds_shape(wire):
    status, text = wire.ask("GET", "/api/accounts/ea/status/123/")
    assert status == 200
    assert json.loads(text) == {
        "robot_id": 123,
        "ready": True,
        "heartbeat_active": True,
        "heartbeat_age": 2.5,
        "errors": [],
    }


def test_ea_status_of_an_unknown_robot_is_a_json_404(wire):
    status, text = wire.ask("GET", "/api/accounts/ea/status/9/")
    assert status == 404
    assert json.loads(text)["error"]["code"] == "unknown_robot"


def test_start_watchdog_switches_the_watchdog_on_and_answers_as_the_seed_says(served, wire):
    status, text = wire.ask("POST", "/api/accounts/mt5/start-watchdog/", {"robot_id": 123})
    assert (status, json.loads(text)) == (
        200,
        {"status": "WATCHDOG_STARTED", "robot_id": 123, "check_interval": 10},
    )
    assert served.door.mode == "on"


@pytest.mark.parametrize("body", [None, {}, {"robot_id": None}])
def test_start_watchdog_needs_no_robot_and_answers_the_same_when_it_runs_already(served, wire, body):
    served.door.mode = "on"
    status, text = wire.ask("POST", "/api/accounts/mt5/start-watchdog/", body)
    assert status == 200
    assert json.loads(text)["robot_id"] is None
    assert not [call for call in served.door.calls if call[0] == "submit"]


def test_start_watchdog_of_an_unknown_robot_changes_nothing(served, wire):
    status, _ = wire.ask("POST", "/api/accounts/mt5/start-watchdog/", {"robot_id": 9})
    assert status == 404
    assert served.door.mode == "observe"


def test_start_watchdog_that_is_refused_says_so(served, wire):
    served.door.ends["set_mode"] = {"state": "refused", "error": {"code": "no", "text": "Not now."}, "exit_code": 6}
    status, text = wire.ask("POST", "/api/accounts/mt5/start-watchdog/")
    assert (status, json.loads(text)["error"]["text"]) == (403, "Not now.")


def test_mt5_status_is_the_whole_or_one_terminal(wire):
    assert json.loads(wire.ask("GET", "/api/accounts/mt5/status/")[1])["watchdog"]["check_interval"] == 10
    assert json.loads(wire.ask("GET", "/api/accounts/mt5/status/?user_id=1")[1])["pid"] == 4711
    assert wire.ask("GET", "/api/accounts/mt5/status/?user_id=2")[0] == 404


@pytest.mark.parametrize("body", [None, {}, {"user_id": 1}])
def test_reconnect_of_the_only_terminal_is_accepted_with_an_operation(served, wire, body):
    status, text = wire.ask("POST", "/api/accounts/mt5/reconnect/", body)
    assert status == 202
    assert json.loads(text)["operation_id"] == "op-1"
    assert served.door.calls[-1][1:3] == ("reconnect", {"user_id": 1})


def test_reconnect_is_400_when_it_is_open_which_and_404_when_unknown(served, wire):
    served.door.terminals[2] = terminal(2)
    assert wire.ask("POST", "/api/accounts/mt5/reconnect/", {})[0] == 400
    assert wire.ask("POST", "/api/accounts/mt5/reconnect/", {"user_id": 2})[0] == 202
    assert wire.ask("POST", "/api/accounts/mt5/reconnect/", {"user_id": 3})[0] == 404
    served.door.terminals.clear()
    assert wire.ask("POST", "/api/accounts/mt5/reconnect/")[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "kind", "arguments"),
    [
        ("/api/terminals/1/start", None, "terminal_start", {"user_id": 1}),
        (
            "/api/terminals/1/stop",
            {"confirm_live": 1001, "even_with_positions": True},
            "terminal_stop",
            {"user_id": 1, "confirm_live": 1001, "even_with_positions": True},
        ),
        ("/api/terminals/1/restart", {"timeout_s": 90}, "terminal_restart", {"user_id": 1, "timeout_s": 90.0}),
        ("/api/stop-all", {"word": "STOP"}, "stop_all", {"word": "STOP"}),
        ("/api/robots/7/deployment/cancel", None, "deploy_cancel", {"robot_id": 7}),
        (
            "/api/robots/7/deployment/cancel",
            {"confirm_live": 1001, "even_with_positions": True},
            "deploy_cancel",
            {"robot_id": 7, "confirm_live": 1001, "even_with_positions": True},
        ),
    ],
)
def test_one_click_acts_are_accepted_as_operations(served, wire, path, body, kind, arguments):
    status, text = wire.ask("POST", path, body)
    assert (status, json.loads(text)["kind"]) == (202, kind)
    assert served.door.calls[-1] == ("submit", kind, arguments, "http")


def test_without_the_token_nothing_is_answered(served, wire):
    for path in ("/api/status", "/metrics", "/openapi.json", "/nothing", "/api/events"):
        for given in (None, "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ", "Bearer \xe9"):
            status, text = wire.ask("GET", path, headers={"Authorization": given})
            assert (status, json.loads(text)["error"]["code"]) == (401, "unauthorized"), (path, given)
    assert served.door.calls == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "localhost.evil:1"])
def test_a_foreign_host_name_is_refused_against_rebinding(served, wire, host):
    assert wire.ask("GET", "/api/status", headers={"Host": host})[0] == 403
    assert served.door.calls == []


def test_localhost_by_name_is_served(wire):
    assert wire.ask("GET", "/api/status", headers={"Host": f"LocalHost:{wire.port}"})[0] == 200


def test_a_body_that_is_too_large_or_of_unknown_length_is_refused(wire):
    assert wire.ask("POST", "/api/robots", headers={"Content-Length": "99999999"})[0] == 413
    assert wire.ask("POST", "/api/robots", raw=iter([b"{}"]))[0] == 411


@pytest.mark.parametrize(
    "body",
    [
        {"user_id": "x", "login": 5, "server": "S", "password": CANARY},
        {"user_id": 2, "login": 5, "server": "S", "password": [CANARY]},
        {"user_id": 2, "login": 5, "server": "S", "password": "p", CANARY: 1},
        {"user_id": 2, "login": 5, "server": "S", "password": "p", "watch_only": CANARY},
        {"user_id": True, "login": 5, "server": CANARY, "password": CANARY},
        {"password": CANARY},
        CANARY,
        [CANARY],
    ],
)
def test_a_refused_user_never_shows_what_was_sent(wire, caplog, body):
    with caplog.at_level(logging.DEBUG):
        status, text = wire.ask("POST", "/api/users", body)
    assert status == 400
    assert json.loads(text)["error"]["code"] == "wrong_request"
    for shown in (text, caplog.text):
        assert CANARY not in shown
        assert json.dumps(CANARY)[1:-1] not in shown


def test_a_torn_body_is_a_400_that_shows_nothing_of_it(wire):
    status, text = wire.ask("POST", "/api/users", raw=b'{"password": "' + CANARY.encode())
    assert status == 400
    assert CANARY not in text
    assert "not JSON" in json.loads(text)["error"]["text"]


def test_a_user_that_is_added_leaves_no_password_in_answer_or_log(served, wire, caplog):
    with caplog.at_level(logging.DEBUG):
        status, text = wire.ask(
            "POST", "/api/users", {"user_id": 2, "login": 5, "server": "S", "password": CANARY, "watch_only": True}
        )
    assert status == 201
    assert served.door.passwords[2] == CANARY
    assert CANARY not in text
    assert CANARY not in caplog.text


def test_an_unexpected_error_is_a_500_without_its_words_and_the_server_lives_on(served, wire, caplog):
    served.door.failure = RuntimeError(f"secret {CANARY}")
    with caplog.at_level(logging.DEBUG):
        status, text = wire.ask("GET", "/api/status")
    assert (status, json.loads(text)["error"]["code"]) == (500, "internal")
    assert CANARY not in text
    deadline = time.monotonic() + 10
    while "RuntimeError" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text
    served.door.failure = None
    assert wire.ask("GET", "/api/status")[0] == 200


def test_errors_of_every_kind_have_one_shape(served, wire):
    served.door.failure = NotFound("unknown_user", "User 4 is not known here.")
    assert json.loads(wire.ask("GET", "/api/status")[1]) == {
        "error": {"code": "unknown_user", "text": "User 4 is not known here.", "kind": "NotFound"}
    }
    for method, path, status in [
        ("GET", "/api/nothing", 404),
        ("DELETE", "/api/status", 405),
        ("GET", "/api/why/abc", 400),
        ("POST", "/api/terminals/1/explode", 400),
        ("GET", "/api/heartbeats/1?seconds=nan", 400),
    ]:
        found, text = wire.ask(method, path)
        assert found == status, path
        assert set(json.loads(text)["error"]) == {"code", "text", "kind"}


def test_metrics_tell_ages_restarts_states_and_incidents_and_leave_the_unknown_out(served, wire):
    served.door.terminals[1]["robots"].append(robot(124, None))
    status, text = wire.ask("GET", "/metrics")
    assert status == 200
    lines = text.splitlines()
    assert 'mt5console_heartbeat_age_seconds{robot_id="123",user_id="1"} 0.8' in lines
    assert 'mt5console_terminal_restarts_in_window{user_id="1"} 1.0' in lines
    assert 'mt5console_terminal_state{state="healthy",user_id="1"} 1.0' in lines
    assert 'mt5console_incidents_open{kind="algo_off"} 1.0' in lines
    assert 'mt5console_check_ok{check="robots",user_id="1"} 0.0' in lines
    assert "124" not in text
    assert 'check="ipc"' not in "".join(line for line in lines if line.startswith("mt5console_check_ok"))


def test_openapi_names_the_seeds_paths(wire):
    paths = json.loads(wire.ask("GET", "/openapi.json")[1])["paths"]
    for path in (
        "/api/accounts/ea/status/{robot_id}/",
        "/api/accounts/mt5/start-watchdog/",
        "/api/accounts/mt5/status/",
        "/api/accounts/mt5/reconnect/",
    ):
        assert path in paths


def test_the_stream_is_server_sent_events_and_goes_on_after_the_last_id(served, wire):
    served.door.post("snapshot", {"sequence": 1})
    served.door.post("incident", {"text": "x"})
    connection = http.client.HTTPConnection("127.0.0.1", wire.port, timeout=10)
    connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": "1"})
    answer = connection.getresponse()
    assert answer.getheader("Content-Type", "").startswith("text/event-stream")
    lines = [answer.readline() for _ in range(5)]
    connection.close()
    assert lines[2:] == [b"id: 2\n", b"event: incident\n", b'data: {"text":"x"}\n']
