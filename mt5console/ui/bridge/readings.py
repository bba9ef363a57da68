"""What can be read or registered through the engine's client, by name, and the picture that each gives.

Must not know: Qt, threads, views.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mt5console.api.client import EngineClient
from mt5console.core.deployment.inputs.description import inputs_from_json
from mt5console.core.deployment.rendering import describe_template
from mt5console.ui.bridge.robot_files import look_at_source, preset_file, save_preset_file, source_with_lines
from mt5console.ui.bridge.source_file import read_source_file
from mt5console.ui.pictures import (
    decision_of,
    deployment_of,
    incident_of,
    journal_page_of,
    registered_robot_of,
    user_of,
)

Reading = Callable[..., Any]


def _decisions(client: EngineClient, *, user_id: int, limit: int = 200) -> Any:
    return tuple(decision_of(entry) for entry in client.decisions(user_id, limit))


def _deployments(client: EngineClient, *, robot_id: int | None = None, limit: int = 50) -> Any:
    return tuple(deployment_of(entry) for entry in client.deployments(robot_id, limit))


def _incidents(client: EngineClient, *, include_cleared: bool = True) -> Any:
    return tuple(incident_of(entry) for entry in client.incidents(include_cleared))


def _users(client: EngineClient) -> Any:
    return tuple(user_of(entry) for entry in client.users())


def _robots(client: EngineClient) -> Any:
    return tuple(registered_robot_of(entry) for entry in client.robots())


def _heartbeats(client: EngineClient, *, robot_id: int, seconds: float = 300.0) -> Any:
    return _points(client, robot_id, seconds)


def _fleet_heartbeats(client: EngineClient, *, robot_ids: tuple[int, ...], seconds: float = 300.0) -> Any:
    return MappingProxyType({robot_id: _points(client, robot_id, seconds) for robot_id in robot_ids})


def _points(client: EngineClient, robot_id: int, seconds: float) -> tuple[tuple[float, float], ...]:
    return tuple((float(utc_s), float(age_s)) for utc_s, age_s in client.heartbeat_history(robot_id, seconds))


def _journal(client: EngineClient, *, user_id: int, after: str = "", limit: int = 500) -> Any:
    return journal_page_of(user_id, client.journal(user_id, after, limit))


def _user_stats(client: EngineClient, *, user_id: int) -> Any:
    return MappingProxyType(client.user_stats(user_id))


def _system_stats(client: EngineClient) -> Any:
    return MappingProxyType(client.system_stats())


def _add_user(client: EngineClient, **arguments: Any) -> Any:
    return user_of(client.add_user(**arguments))


def _set_password(client: EngineClient, **arguments: Any) -> Any:
    return MappingProxyType(client.set_password(**arguments))


def _remove_user(client: EngineClient, *, user_id: int, confirm_live: int | None = None) -> Any:
    return MappingProxyType(client.remove_user(user_id, confirm_live))


def _add_robot(
    client: EngineClient, *, source_path: str | None = None, add_heartbeat: bool = False, **arguments: Any
) -> Any:
    """`source_path`: the trader's own file, read here, where reading may take its time. `add_heartbeat`: what is
    registered is a copy with the include's lines."""
    if source_path is not None:
        read = source_with_lines if add_heartbeat else read_source_file
        arguments["source_text"], arguments["source_name"] = read(source_path)
    return registered_robot_of(client.add_robot(arguments))


def _robot_inputs(client: EngineClient, *, robot_id: int) -> Any:
    answer = client.robot_inputs(robot_id)
    return inputs_from_json(answer), MappingProxyType(dict(answer["values"]))


def _template_inputs(_client: EngineClient, *, template: str) -> Any:
    return describe_template(template).inputs


def _source_inputs(_client: EngineClient, *, path: str) -> Any:
    return look_at_source(path)


def _preset(_client: EngineClient, *, path: str) -> Any:
    return preset_file(path)


def _save_preset(_client: EngineClient, *, path: str, data: bytes) -> Any:
    return save_preset_file(path, data)


def _stop_engine(client: EngineClient) -> Any:
    client.stop_engine()


READINGS: Mapping[str, Reading] = MappingProxyType(
    {
        "decisions": _decisions,
        "deployments": _deployments,
        "incidents": _incidents,
        "users": _users,
        "robots": _robots,
        "heartbeats": _heartbeats,
        "fleet_heartbeats": _fleet_heartbeats,
        "journal": _journal,
        "user_stats": _user_stats,
        "system_stats": _system_stats,
        "add_user": _add_user,
        "set_password": _set_password,
        "remove_user": _remove_user,
        "add_robot": _add_robot,
        "robot_inputs": _robot_inputs,
        "template_inputs": _template_inputs,
        "source_inputs": _source_inputs,
        "preset": _preset,
        "save_preset": _save_preset,
        "stop_engine": _stop_engine,
    }
)
"""By the name that `EngineDesk.read` takes."""

CHANGING = frozenset({"add_user", "set_password", "remove_user", "add_robot", "stop_engine"})
"""Those that change something; a read-only window refuses them."""
