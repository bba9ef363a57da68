"""A FakeDoor behind the real server on a real socket, and the real client before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mt5console.api.client import EngineClient
from mt5console.api.server import ApiServer
from tests.fakes.fake_door import FakeDoor

TOKEN = "a-token-of-this-run"


@dataclass
class Served:
    door: FakeDoor
    server: ApiServer
    url: str
    client: EngineClient


@pytest.fixture
def served() -> Iterator[Served]:
    door = FakeDoor()
    server = ApiServer(door, TOKEN)
    url = server.start()
    client = EngineClient(url, TOKEN)
    yield Served(door, server, url, client)
    client.close()
    server.stop()
