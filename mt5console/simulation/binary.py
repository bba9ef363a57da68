"""The simulated .ex5: what the simulated MetaEditor writes and the simulated terminal loads.

Not MetaTrader's format: eight magic bytes, then one JSON object. A torn or foreign file reads as "not loadable",
the way the terminal refuses one. Must not know: how sources are compiled, or how a robot behaves.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MAGIC = b"SIMEX5\x00\x01"
INIT_SUCCEEDED = 0
INIT_FAILED = 1
ROLES = ("robot", "agent", "placeholder")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBinary:
    """What a simulated terminal needs to know of a compiled expert.

    `inputs` are (name, default) in the source's order. `protocol`: it includes Mt5Console's include and calls it.
    `legacy_heartbeat`: it writes the seed's one-line heartbeat by itself, for `legacy_robot_id` when that is known.
    `init_result` is OnInit's result (0 succeeded, 1 failed). `role` is one of `ROLES`. `native`: the file name of the
    executable that was compiled from the source, None when the simulation plays the expert in Python.
    """

    name: str
    source_sha256: str
    inputs: tuple[tuple[str, str], ...] = ()
    protocol: bool = False
    legacy_heartbeat: bool = False
    legacy_robot_id: int | None = None
    init_result: int = INIT_SUCCEEDED
    role: str = "robot"
    native: str | None = None


def encode_binary(binary: SimulatedBinary) -> bytes:
    """The file's content for this binary."""
    return MAGIC + json.dumps(asdict(binary), ensure_ascii=False, sort_keys=True).encode("utf-8")


def decode_binary(data: bytes) -> SimulatedBinary | None:
    """The binary in a file's content, None when it is torn or not one of ours."""
    if not data.startswith(MAGIC):
        return None
    try:
        return _from_fields(json.loads(data[len(MAGIC) :].decode("utf-8")))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def read_binary(path: Path) -> SimulatedBinary | None:
    """The binary in a file, None when it is missing, unreadable, torn or not one of ours."""
    try:
        return decode_binary(path.read_bytes())
    except OSError:
        return None


def _from_fields(fields: dict[str, Any]) -> SimulatedBinary:
    robot_id = fields["legacy_robot_id"]
    role = str(fields["role"])
    if role not in ROLES:
        raise ValueError(role)
    return SimulatedBinary(
        name=str(fields["name"]),
        source_sha256=str(fields["source_sha256"]),
        inputs=tuple((str(name), str(default)) for name, default in fields["inputs"]),
        protocol=bool(fields["protocol"]),
        legacy_heartbeat=bool(fields["legacy_heartbeat"]),
        legacy_robot_id=None if robot_id is None else int(robot_id),
        init_result=int(fields["init_result"]),
        role=role,
        native=None if fields.get("native") is None else Path(str(fields["native"])).name,
    )
