"""Every method of the door means the same through HTTP as without it, errors included."""

from __future__ import annotations

import inspect
import threading
import time

import pytest

from mt5console.api.client import EngineClient
from mt5console.api.server import ApiServer
from mt5console.core.credentials import Secret
from mt5console.core.errors import ConsoleError, EngineHeld, NotFound
from mt5console.core.ports import EngineDoor
from tests.fakes.fake_door import FakeDoor, every_error

QUESTIONS = {
    "status": (),
    "incidents": (True,),
    "decisions": (1, 5),
    "robot_status": (123,),
    "deployments": (123, 5),
    "users": (),
    "robots": (),
    "robot_inputs": (123,),
    "user_stats": (1,),
    "system_stats": (),
    "heartbeat_history": (123, 60.0),
    "journal": (1, "20260102:120,-", 50),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_as_the_door_answers_it(served, name):
    assert getattr(served.client, name)(*QUESTIONS[name]) == getattr(FakeDoor(), name)(*QUESTIONS[name])


def test_the_client_has_every_method_of_the_door_with_its_arguments():
    for name, method in inspect.getmembers(EngineDoor, inspect.isfunction):
        if name.startswith("_"):
            continue
        ours = inspect.signature(getattr(EngineClient, name)).parameters
        assert list(ours) == list(inspect.signature(method).parameters), name


def test_all_deployments_are_given_when_no_robot_is_named(served):
    served.client.deployments(None, 7)
    assert ("deployments", None, 7) in served.door.calls


def test_an_act_is_submitted_with_its_arguments_and_actor_and_followed_to_its_end(served):
    operation = served.client.submit("terminal_restart", {"user_id": 1, "confirm_live": 1001}, "somebody")
    assert operation["state"] == "running"
    assert served.door.calls[-1] == ("submit", "terminal_restart", {"user_id": 1, "confirm_live": 1001}, "somebody")
    ended = served.client.operation(operation["operation_id"], wait_s=5.0)
    assert (ended["state"], ended["progress"]) == ("done", "seen to be done")


def test_without_waiting_an_operation_is_shown_as_it_is(served):
    operation = served.client.submit("stop_all", {"word": "STOP"}, "cli")
    assert served.client.operation(operation["operation_id"])["state"] == "running"


def test_waiting_ends_when_the_time_is_up(served):
    served.door.ends["never"] = ["stop_all"]
    operation = served.client.submit("stop_all", {"word": "STOP"}, "cli")
    began = time.monotonic()
    assert served.client.operation(operation["operation_id"], wait_s=0.3)["state"] == "running"
    assert 0.2 < time.monotonic() - began < 5


def test_users_come_and_go(served):
    added = served.client.add_user(2, 222, "Demo-Server", Secret("pw"), watch_only=True)
    assert added["user_id"] == 2
    assert served.door.passwords[2] == "pw"
    assert ("add_user", 2, 222, "Demo-Server", {"watch_only": True, "over_capacity": False}) in served.door.calls
    served.client.set_password(2, Secret("other"))
    assert served.door.passwords[2] == "other"
    served.client.remove_user(2, 222)
    assert ("remove_user", 2, 222) in served.door.calls
    assert [user["user_id"] for user in served.client.users()] == [1]


def test_a_robot_is_registered_with_exactly_what_was_said(served):
    arguments = {
        "robot_id": 7,
        "user_id": 1,
        "symbol": "EURUSD",
        "timeframe": "H1",
        "source_text": "int OnInit() { return 0; } // é",
        "inputs": {"Lots": "0.10"},
        "magic": 7,
    }
    assert served.client.add_robot(arguments)["robot_id"] == 7
    assert ("add_robot", arguments) in served.door.calls


def test_the_engine_is_asked_to_end(served):
    served.client.stop_engine()
    assert served.door.stopped.wait(5)


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_comes_back_as_what_it_was(served, error):
    served.door.failure = error
    with pytest.raises(ConsoleError) as seen:
        served.client.status()
    assert type(seen.value) is type(error)
    assert (seen.value.code, seen.value.text, seen.value.exit_code) == (error.code, error.text, error.exit_code)


def test_an_unknown_operation_is_not_found(served):
    with pytest.raises(NotFound):
        served.client.operation("../../status", wait_s=1.0)


def test_events_arrive_when_they_happen(served):
    found: list[dict] = []

    def listen() -> None:
        found.extend(served.client.next_event(0, 10.0))

    listener = threading.Thread(target=listen)
    listener.start()
    served.door.post("incident", {"text": "ä"})
    listener.join(10)
    assert found == [{"number": 1, "type": "incident", "data": {"text": "ä"}}]
    assert served.client.next_event(1, 0.0) == []


def test_a_stream_gives_old_and_new_events_until_the_client_closes(served):
    served.door.post("snapshot", {"sequence": 1})
    found: list[dict] = []
    second = threading.Event()

    def listen() -> None:
        for event in served.client.events():
            found.append(event)
            if len(found) == 2:
                second.set()

    listener = threading.Thread(target=listen)
    listener.start()
    served.door.post("operation", {"state": "done"})
    assert second.wait(10)
    served.client.close()
    listener.join(10)
    assert not listener.is_alive()
    assert [(event["number"], event["type"], event["data"]) for event in found] == [
        (1, "snapshot", {"sequence": 1}),
        (2, "operation", {"state": "done"}),
    ]


def test_a_server_that_stops_ends_streams_and_waits_soon(served):
    served.door.ends["never"] = ["stop_all"]
    operation = served.client.submit("stop_all", {"word": "STOP"}, "cli")
    ended = threading.Event()

    def wait() -> None:
        try:
            served.client.operation(operation["operation_id"], wait_s=60.0)
        except EngineHeld:
            ended.set()

    def listen() -> None:
        list(served.client.events())

    threads = [threading.Thread(target=wait), threading.Thread(target=listen)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    while served.door.calls[-1] != ("operation", operation["operation_id"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    began = time.monotonic()
    served.server.stop()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert ended.is_set()
    assert time.monotonic() - began < 6


def test_an_engine_that_is_gone_is_held_and_silent_not_a_traceback(served):
    served.client.status()
    served.server.stop()
    with pytest.raises(EngineHeld) as seen:
        served.client.status()
    assert seen.value.code == "engine_silent"
    assert "does not answer" in seen.value.text


def test_a_kept_connection_that_went_stale_is_opened_anew(served):
    served.client.status()
    kept = next(iter(served.client._kept.values()))
    kept.sock.shutdown(2)
    assert served.client.status()["server"] == "here"


def test_a_stranger_token_is_refused(served):
    with EngineClient(served.url, "wrong") as stranger, pytest.raises(EngineHeld) as seen:
        stranger.status()
    assert seen.value.code == "token_refused"


def test_many_threads_share_one_client(served):
    answers: list[int] = []

    def ask() -> None:
        for _ in range(20):
            answers.append(served.client.status()["sequence"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [7] * 160


def test_a_call_takes_milliseconds(served):
    served.client.status()
    spent = []
    for _ in range(20):
        began = time.perf_counter()
        served.client.status()
        spent.append(time.perf_counter() - began)
    # Without TCP_NODELAY on the accepted socket the median is above 40 ms.
    assert sorted(spent)[10] < 0.03


def test_a_server_without_a_token_is_never_built():
    with pytest.raises(ValueError, match="token"):
        ApiServer(FakeDoor(), "")
