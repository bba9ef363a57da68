"""Replies that misbehave on demand, in every way that the MetaTrader5 package was measured against.

A behaviour is a short text such as `hang`, `err:-5` or `delay:300`. Must not know: commands' meaning.
"""

from __future__ import annotations

import os
import struct
import threading
from dataclasses import dataclass

from mt5console.simulation.wire_transport import Connection

HEADER = struct.Struct("<IIi")
"""Length of what follows it, command, result."""

SPLIT_PAUSE_S = 0.3
DIE_EXIT_CODE = 99


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is spoilt. A negative result goes without a body."""

    command: int
    result: int = 0
    body: bytes = b""


def encode_reply(reply: Reply) -> bytes:
    """The bytes of a well-behaved reply."""
    body = reply.body if reply.result >= 0 else b""
    return HEADER.pack(8 + len(body), reply.command, reply.result) + body


def spoil(reply: Reply, behaviour: str) -> bytes:
    """The bytes to write for a behaviour that answers at all; unknown behaviours answer normally."""
    if behaviour.startswith("err:"):
        return encode_reply(Reply(reply.command, int(behaviour.removeprefix("err:"))))
    if behaviour == "wrongcmd":
        return encode_reply(Reply(reply.command + 1000, reply.result, reply.body))
    if behaviour == "extra":
        return encode_reply(Reply(reply.command, reply.result, reply.body + bytes(7)))
    whole = encode_reply(reply)
    body = len(whole) - HEADER.size
    if behaviour == "bodyshort" and body > 3:
        return encode_reply(Reply(reply.command, reply.result, reply.body[: body - body // 2]))
    if behaviour == "garbage":
        return bytes((0xA5 ^ index * 31) & 0xFF for index in range(len(whole)))
    if behaviour == "zero":
        return bytes(len(whole))
    if behaviour == "short":
        return whole[: len(whole) - body // 2] if body else whole[:6]
    if behaviour == "len2":
        return whole[:2]
    return whole


def deliver(connection: Connection, reply: Reply, behaviour: str, stopped: threading.Event) -> bool:
    """Write the reply as the behaviour wants it; False when the connection is to be closed.

    `hang` holds the connection without an answer until the client or this server ends; `die` ends this process at
    once, as a crash does. Raises OSError when the client has gone.
    """
    if behaviour == "hang":
        connection.receive(1)
        return False
    if behaviour == "close":
        return False
    if behaviour == "disconnect":
        connection.disconnect()
        return False
    if behaviour == "die":
        os._exit(DIE_EXIT_CODE)
    if behaviour.startswith("delay:"):
        stopped.wait(int(behaviour.removeprefix("delay:")) / 1000)
    data = spoil(reply, behaviour)
    if behaviour == "split":
        connection.send(data[: len(data) // 2])
        stopped.wait(SPLIT_PAUSE_S)
        data = data[len(data) // 2 :]
    connection.send(data)
    return True
