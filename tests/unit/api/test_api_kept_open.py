"""The API stays reachable: clients that die early do not deafen it, and one that is deaf or dead is replaced."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import sys

import pytest

from mt5console.api.server import ApiServer
from mt5console.core.errors import ConsoleError
from mt5console.serving import DEAF_AFTER, LOOK_EVERY_S, KeptOpen
from tests.fakes.fake_door import FakeDoor

RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class FakeServer:
    def __init__(self, number: int, *, starts: bool = True) -> None:
        self.number = number
        self.is_alive = True
        self.hears = True
        self.asked = 0
        self.stopped = False
        self._starts = starts

    def start(self) -> str:
        if not self._starts:
            raise ConsoleError("api_failed", "no port is free")
        return f"http://127.0.0.1:{self.number}"

    def answers(self) -> bool:
        self.asked += 1
        return self.hears and self.is_alive

    def stop(self) -> None:
        self.stopped = True
        self.is_alive = False


class World:
    def __init__(self) -> None:
        self.clock = Clock()
        self.servers: list[FakeServer] = []
        self.published: list[str] = []
        self.next_starts = True
        self.api = KeptOpen(self._make, self.published.append, self.clock)
        self.api.open()

    def _make(self) -> FakeServer:
        self.servers.append(FakeServer(len(self.servers) + 1, starts=self.next_starts))
        return self.servers[-1]

    def later(self) -> None:
        self.clock.now_s += LOOK_EVERY_S
        self.api.look()


@pytest.fixture
def world() -> World:
    return World()


def test_one_that_answers_is_asked_now_and_then_and_left_alone(world: World) -> None:
    for _ in range(5):
        world.api.look()
    assert world.servers[0].asked == 0
    world.later()
    world.later()
    assert world.servers[0].asked == 2
    assert world.published == ["http://127.0.0.1:1"]


def test_one_that_is_deaf_for_long_is_replaced_and_published(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.servers[0].hears = False
    for _ in range(DEAF_AFTER - 1):
        world.later()
    assert len(world.servers) == 1
    world.later()
    assert world.servers[0].stopped
    assert world.published == ["http://127.0.0.1:1", "http://127.0.0.1:2"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_one_that_missed_a_question_and_answers_the_next_is_well(world: World) -> None:
    for hears in (False, True, False, True, False, True):
        world.servers[0].hears = hears
        world.later()
    assert len(world.servers) == 1


def test_one_whose_thread_died_is_replaced_at_once(world: World) -> None:
    world.servers[0].is_alive = False
    world.api.look()
    assert world.published[-1] == "http://127.0.0.1:2"


def test_what_could_not_be_opened_is_tried_again_later_and_not_at_every_turn(world: World) -> None:
    world.next_starts = False
    world.servers[0].is_alive = False
    for _ in range(5):
        world.api.look()
    assert len(world.servers) == 2
    world.next_starts = True
    world.later()
    assert world.published == ["http://127.0.0.1:1", "http://127.0.0.1:3"]
    world.api.close()
    assert world.servers[-1].stopped


def test_a_real_server_answers_until_it_stops() -> None:
    server = ApiServer(FakeDoor(), "a-token")
    assert not server.answers()
    server.start()
    assert server.is_alive
    assert server.answers()
    server.stop()
    assert not server.is_alive
    assert not server.answers()


def test_a_real_server_serves_in_a_selectors_loop_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[asyncio.AbstractEventLoop] = []
    server = ApiServer(FakeDoor(), "a-token")
    served = server._server.serve

    async def watched(sockets: list[socket.socket]) -> None:
        seen.append(asyncio.get_running_loop())
        await served(sockets)

    monkeypatch.setattr(server._server, "serve", watched)
    server.start()
    server.stop()
    assert isinstance(seen[0], asyncio.SelectorEventLoop)


def test_clients_that_die_before_they_are_heard_do_not_deafen_a_real_server() -> None:
    server = ApiServer(FakeDoor(), "a-token")
    port = int(server.start().rpartition(":")[2])
    try:
        for _ in range(200):
            client = socket.create_connection(("127.0.0.1", port))
            # With a reset and not with a goodbye, as a killed process leaves it.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()
        assert server.answers(10.0)
    finally:
        server.stop()
