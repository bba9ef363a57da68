"""Protocol 1: the JSON files that the console, the agent and the robots exchange inside a terminal.

Encoding and tolerant decoding, one function pair per file. A missing, half-written or foreign file decodes to None:
"no news", never an error. UTF-8 without BOM, one JSON object, flat wherever MQL5 has to write it. Must not know: when
files are read or what they mean. Source: the interfaces page; the MQL5 side speaks the same.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import DeploymentId, MarginMode, RobotId, TradeMode
from mt5console.core.model.observed import (
    AgentStatus,
    ChartSeen,
    Entries,
    Heartbeat,
    PositionSeen,
    Ready,
    RobotError,
    SessionSeen,
)

PROTOCOL = 1
STOP_LATCH = b'{"protocol":%d,"stop":true}' % PROTOCOL
"""What stands in a stop latch; that it is there is what counts."""

DEPLOYMENT_INPUT = "Mt5ConsoleDeployment"
ROBOT_INPUT = "Mt5ConsoleRobotId"
MAGIC_INPUT = "Mt5ConsoleMagic"
CONSOLE_INPUTS = (DEPLOYMENT_INPUT, ROBOT_INPUT, MAGIC_INPUT)
"""Inputs that the include declares and the console fills in; they are not part of the inputs' hash."""

ERROR_NOT_DESIRED = 2
"""A robot's report that it opens nothing, with the reason: the include's MT5CONSOLE_ERROR_DESIRED."""

GLOBAL_READY = "EA_READY_"
GLOBAL_HEARTBEAT = "EA_HEARTBEAT_"


_MARGIN_MODES = {mode.value: mode for mode in MarginMode}
_ENTRIES = {entries.value: entries for entries in Entries}
_DECODER = json.JSONDecoder()
"""Kept, and asked for the object alone: half the time of `json.loads` on bytes, for files that come every second."""


def inputs_hash(inputs: Iterable[tuple[str, str]]) -> str:
    """SHA-256 (hex) over `name=value\\n` of the trader's inputs, sorted by name, UTF-8; console inputs left out."""
    lines = sorted(f"{name}={value}\n" for name, value in inputs if name not in CONSOLE_INPUTS)
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def _load(data: bytes | None) -> dict[str, Any] | None:
    """The object in a file, None for anything that is not one whole JSON object of this protocol."""
    if not data:
        return None
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode().lstrip(" \t\r\n")
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if end != len(text) and text[end:].strip():
        return None
    if not isinstance(value, dict) or value.get("protocol") != PROTOCOL:
        return None
    return value


def _dump(value: Mapping[str, Any]) -> bytes:
    return json.dumps({"protocol": PROTOCOL, **value}, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def encode_status(status: AgentStatus) -> bytes:
    """agent/status.json."""
    return _dump(
        {
            "sequence": status.sequence,
            "utc": status.utc_s,
            "started_utc": status.started_utc_s,
            "agent_version": status.agent_version,
            "build": status.build,
            "data_path": status.data_path,
            "login": status.login,
            "server": status.server,
            "trade_mode": status.trade_mode.value,
            "margin_mode": "unknown" if status.margin_mode is None else status.margin_mode.value,
            "connected": status.connected,
            "trade_allowed": status.trade_allowed,
            "account_trade_allowed": status.account_trade_allowed,
            "account_trade_expert": status.account_trade_expert,
            "agent_trade_allowed": status.agent_trade_allowed,
            "charts": [
                {"chart_id": c.chart_id, "symbol": c.symbol, "timeframe": c.timeframe, "expert": c.expert}
                for c in status.charts
            ],
            "globals": dict(status.globals),
            "sessions": [
                {"symbol": s.symbol, "is_open": s.is_open, "last_quote_utc": s.last_quote_utc_s}
                for s in status.sessions
            ],
            "positions": None
            if status.positions is None
            else [
                {"ticket": p.ticket, "symbol": p.symbol, "magic": p.magic, "volume": p.volume, "profit": p.profit}
                for p in status.positions
            ],
        }
    )


def decode_status(data: bytes | None) -> AgentStatus | None:
    """agent/status.json, None when it is no news."""
    value = _load(data)
    if value is None:
        return None
    try:
        positions = value["positions"]
        return AgentStatus(
            sequence=int(value["sequence"]),
            utc_s=float(value["utc"]),
            started_utc_s=float(value["started_utc"]),
            agent_version=str(value["agent_version"]),
            build=int(value["build"]),
            data_path=str(value["data_path"]),
            login=int(value["login"]),
            server=str(value["server"]),
            trade_mode=TradeMode(value["trade_mode"]),
            margin_mode=_MARGIN_MODES.get(str(value.get("margin_mode"))),
            connected=bool(value["connected"]),
            trade_allowed=bool(value["trade_allowed"]),
            account_trade_allowed=bool(value["account_trade_allowed"]),
            account_trade_expert=bool(value["account_trade_expert"]),
            agent_trade_allowed=_maybe_flag(value.get("agent_trade_allowed")),
            charts=tuple(
                ChartSeen(
                    chart_id=int(c["chart_id"]),
                    symbol=str(c["symbol"]),
                    timeframe=str(c["timeframe"]),
                    expert=str(c["expert"]),
                )
                for c in value["charts"]
            ),
            globals=tuple((str(k), float(v)) for k, v in value["globals"].items()),
            sessions=tuple(
                SessionSeen(
                    symbol=str(s["symbol"]), is_open=bool(s["is_open"]), last_quote_utc_s=_maybe(s["last_quote_utc"])
                )
                for s in value["sessions"]
            ),
            positions=None
            if positions is None
            else tuple(
                PositionSeen(
                    ticket=int(p["ticket"]),
                    symbol=str(p["symbol"]),
                    magic=int(p["magic"]),
                    volume=float(p["volume"]),
                    profit=float(p["profit"]),
                )
                for p in positions
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _maybe(value: Any) -> float | None:
    return None if value is None else float(value)


def _maybe_flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def encode_ready(ready: Ready) -> bytes:
    """robots/<id>/ready.json."""
    return _dump(
        {
            "robot_id": ready.robot_id,
            "deployment_id": ready.deployment_id,
            "inputs_hash": ready.inputs_hash,
            "chart_id": ready.chart_id,
            "symbol": ready.symbol,
            "timeframe": ready.timeframe,
            "utc": ready.utc_s,
            "magic": ready.magic,
        }
    )


def decode_ready(data: bytes | None) -> Ready | None:
    """robots/<id>/ready.json, None when it is no news."""
    value = _load(data)
    if value is None:
        return None
    try:
        return Ready(
            robot_id=RobotId(int(value["robot_id"])),
            deployment_id=DeploymentId(str(value["deployment_id"])),
            inputs_hash=str(value["inputs_hash"]),
            chart_id=int(value["chart_id"]),
            symbol=str(value["symbol"]),
            timeframe=str(value["timeframe"]),
            utc_s=float(value["utc"]),
            magic=int(value.get("magic", 0)),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def encode_heartbeat(beat: Heartbeat) -> bytes:
    """robots/<id>/heartbeat.json."""
    return _dump(
        {
            "robot_id": beat.robot_id,
            "deployment_id": beat.deployment_id,
            "sequence": beat.sequence,
            "utc": beat.utc_s,
            "tick_ms": beat.tick_ms,
            "ticks": beat.ticks,
            "last_quote_utc": beat.last_quote_utc_s,
            "trade_allowed": beat.trade_allowed,
            "entries": beat.entries.value,
        }
    )


def decode_heartbeat(data: bytes | None) -> Heartbeat | None:
    """robots/<id>/heartbeat.json, None when it is no news."""
    value = _load(data)
    if value is None:
        return None
    try:
        return Heartbeat(
            robot_id=RobotId(int(value["robot_id"])),
            deployment_id=DeploymentId(str(value["deployment_id"])),
            sequence=int(value["sequence"]),
            utc_s=float(value["utc"]),
            tick_ms=int(value["tick_ms"]),
            ticks=int(value["ticks"]),
            last_quote_utc_s=_maybe(value["last_quote_utc"]),
            trade_allowed=bool(value["trade_allowed"]),
            entries=_ENTRIES[value["entries"]],
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def encode_desired(permit: Permit | None) -> bytes:
    """robots/<id>/desired.json: the one deployment that may trade, and where; None lets none trade."""
    if permit is None:
        return _dump({"deployment_id": ""})
    said: dict[str, Any] = {"deployment_id": permit.deployment_id}
    if permit.login:
        said |= {"login": permit.login, "server": permit.server}
    if permit.symbol:
        said |= {"symbol": permit.symbol, "timeframe": permit.timeframe}
    return _dump(said)


def decode_desired(data: bytes | None) -> Permit | None:
    """robots/<id>/desired.json; None when it is missing, foreign or names nobody. What is no value of its kind counts
    as not said: the deployment's id alone decides then, as it did before the place was written."""
    value = _load(data)
    if value is None:
        return None
    name, login = value.get("deployment_id"), value.get("login")
    if not isinstance(name, str) or not name:
        return None
    return Permit(
        deployment_id=DeploymentId(name),
        login=login if isinstance(login, int) and not isinstance(login, bool) else 0,
        server=_text(value.get("server")),
        symbol=_text(value.get("symbol")),
        timeframe=_text(value.get("timeframe")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def encode_error(error: RobotError) -> bytes:
    """One line of robots/<id>/errors.jsonl, newline included."""
    return _dump({"utc": error.utc_s, "code": error.code, "text": error.text}) + b"\n"


def decode_errors(data: bytes | None) -> tuple[RobotError, ...]:
    """All whole lines of an errors.jsonl; torn and foreign lines are passed over."""
    found = []
    for line in (data or b"").splitlines():
        value = _load(line)
        if value is None:
            continue
        try:
            found.append(RobotError(utc_s=float(value["utc"]), code=int(value["code"]), text=str(value["text"])))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFile:
    """agent/commands/<id>.json. The agent refuses what is expired, of an older generation or for somebody else.

    Verbs and their arguments (all values are text):
    `attach` robot_id, deployment_id, expert (`Mt5Console\\Robot_123_a`), symbol, timeframe, template (file name under
    MQL5/Files/mt5console/templates) → result chart_id; `detach` robot_id [, deployment_id] → result closed (count);
    `symbol` symbol → result exists (true|false), is_open; `pause`/`resume` robot_id; `flush_globals`;
    `clean_heartbeats`; `screenshot` chart_id; `cancel` command_id. Result `entries` etc. are free additions.
    """

    id: str
    verb: str
    generation: int
    login: int
    server: str
    data_path: str
    not_after_utc_s: float
    arguments: tuple[tuple[str, str], ...] = ()

    def argument(self, name: str) -> str | None:
        """The named argument, or None."""
        return dict(self.arguments).get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFile:
    """agent/replies/<id>.json. `code`: `done`, or why not: `expired`, `older_generation`, `wrong_terminal`,
    `unknown_verb`, `bad_arguments`, `no_symbol`, `no_symbol_data`, `already_attached`, `expert_not_found`,
    `expert_not_loaded`, `init_failed`, `chart_limit`, `locked`, `not_attached`, `cancelled`, `failed`."""

    id: str
    ok: bool
    code: str
    text: str
    utc_s: float
    result: tuple[tuple[str, str], ...] = ()


def encode_command(command: CommandFile) -> bytes:
    """agent/commands/<id>.json."""
    return _dump(
        {
            "id": command.id,
            "verb": command.verb,
            "generation": command.generation,
            "login": command.login,
            "server": command.server,
            "data_path": command.data_path,
            "not_after_utc": command.not_after_utc_s,
            "arguments": dict(command.arguments),
        }
    )


def decode_command(data: bytes | None) -> CommandFile | None:
    """agent/commands/<id>.json, None when it is no news."""
    value = _load(data)
    if value is None:
        return None
    try:
        return CommandFile(
            id=str(value["id"]),
            verb=str(value["verb"]),
            generation=int(value["generation"]),
            login=int(value["login"]),
            server=str(value["server"]),
            data_path=str(value["data_path"]),
            not_after_utc_s=float(value["not_after_utc"]),
            arguments=tuple((str(k), str(v)) for k, v in value["arguments"].items()),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def encode_reply(reply: ReplyFile) -> bytes:
    """agent/replies/<id>.json."""
    return _dump(
        {
            "id": reply.id,
            "ok": reply.ok,
            "code": reply.code,
            "text": reply.text,
            "utc": reply.utc_s,
            "result": dict(reply.result),
        }
    )


def decode_reply(data: bytes | None) -> ReplyFile | None:
    """agent/replies/<id>.json, None when it is no news."""
    value = _load(data)
    if value is None:
        return None
    try:
        return ReplyFile(
            id=str(value["id"]),
            ok=bool(value["ok"]),
            code=str(value["code"]),
            text=str(value["text"]),
            utc_s=float(value["utc"]),
            result=tuple((str(k), str(v)) for k, v in value["result"].items()),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
