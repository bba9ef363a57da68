"""The command line in this process, before a FakeApp."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from mt5console.cli import main
from tests.fakes.fake_app import FakeApp


@dataclass
class Ran:
    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that stdout holds."""
        return json.loads(self.out)


class CommandLine:
    def __init__(self, app: FakeApp, capsys, monkeypatch) -> None:
        self.app = app
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Ran:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        exit_code = main(list(arguments))
        seen = self._capsys.readouterr()
        return Ran(exit_code, seen.out, seen.err)


@pytest.fixture
def app(monkeypatch) -> FakeApp:
    fake = FakeApp()
    monkeypatch.setitem(sys.modules, "mt5console.app", fake)
    return fake


@pytest.fixture
def run(app, capsys, monkeypatch) -> CommandLine:
    return CommandLine(app, capsys, monkeypatch)
