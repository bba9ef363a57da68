"""The console's settings: typed, complete with defaults, edited by people in settings.toml.

Importing this loads pydantic and tomlkit, so quick commands leave it out. Must not know: what the numbers lead to.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tomlkit.exceptions import TOMLKitError

from mt5console.core.errors import StorageFailed, UsageInvalid
from mt5console.core.ports import FileStore

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

log = logging.getLogger(__name__)

SCHEMA = 1
LAST_GOOD = ".last-good"

PolicyLike = TypeVar("PolicyLike", bound="DataclassInstance")
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class Settings(BaseModel):
    """All settings. `policy` overrides numbers of the watchdog's policy by name (`_s`: seconds; the rest counts).
    `mode`: what the watchdog may do until a person chooses otherwise: the command line (`--observe-only`) comes first,
    then the choice that was stored (window, API), then this one. `history_days`: how long heartbeat ages are kept.
    `agent_symbol`: the chart that the agent starts on, until a robot was proven on another symbol of the terminal."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    schema_version: Literal[1] = 1
    check_interval_s: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 10.0
    mode: Literal["on", "observe", "off"] = "on"
    recommended_terminals: Annotated[int, Field(ge=1, le=1000)] = 10
    history_days: Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)] = 14.0
    agent_symbol: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$", max_length=64)] = "EURUSD"
    policy: dict[str, Positive] = Field(default_factory=dict)


def load_settings(path: Path, files: FileStore) -> Settings:
    """Read the settings; a missing file means the defaults. Raises `UsageInvalid` naming every error at once."""
    text = _text(path, files)
    return Settings() if text is None else _validated(path, _parsed(path, text, files), files)


def change_settings(path: Path, changes: Mapping[str, Any], files: FileStore) -> Settings:
    """Set values by their dotted names (None: back to the default), keeping comments, order and the last good copy.

    Raises `UsageInvalid` when the file is bad already or would become bad; nothing was changed then.
    """
    text = _text(path, files)
    document = tomlkit.document() if text is None else _parsed(path, text, files)
    if text is not None:
        _validated(path, document, files)
    for name, value in {"schema_version": SCHEMA, **changes}.items():
        _put(document, name, value)
    settings = _validated(path, document, files)
    if text is not None:
        files.write_atomic(_last_good(path), text.encode("utf-8"), durable=True)
    files.write_atomic(path, tomlkit.dumps(document).encode("utf-8"), durable=True)
    return settings


def keep_last_good(path: Path, files: FileStore) -> None:
    """Copy a settings file that was just read without error, so that a later slip of the pen can be undone.

    A disk that takes no copy keeps nobody from using the settings.
    """
    text = _text(path, files)
    if text is None or files.read(_last_good(path)) == text.encode("utf-8"):
        return
    try:
        files.write_atomic(_last_good(path), text.encode("utf-8"), durable=True)
    except StorageFailed as error:
        log.warning("no copy of the settings is kept beside them: %s", error.text)


def overridden(policy: PolicyLike, settings: Settings) -> PolicyLike:
    """The policy with the settings' numbers in place. Raises `UsageInvalid` for a name or a fraction it cannot take.

    `policy` is a frozen dataclass of numbers; a field whose default is a whole number takes whole numbers only.
    """
    known = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    problems, numbers = [], dict[str, float]()
    if "check_interval_s" in known:
        numbers["check_interval_s"] = settings.check_interval_s
    for name, number in settings.policy.items():
        if name not in known:
            problems.append(f"policy.{name}: there is no such number")
        elif name == "check_interval_s":
            problems.append("policy.check_interval_s: set check_interval_s instead")
        elif isinstance(known[name], int) and number != int(number):
            problems.append(f"policy.{name}: {number:g} is not a whole number")
        else:
            numbers[name] = int(number) if isinstance(known[name], int) else float(number)
    if problems:
        raise UsageInvalid("settings_invalid", f"The settings are wrong: {'; '.join(problems)}. Correct them.")
    return dataclasses.replace(policy, **numbers)


def _last_good(path: Path) -> Path:
    return path.with_name(path.name + LAST_GOOD)


def _text(path: Path, files: FileStore) -> str | None:
    data = files.read(path)
    if data is None:
        if files.stamp(path) is not None:
            raise UsageInvalid("settings_invalid", f"{path} cannot be read: check who owns it and who holds it.")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8{_way_back(path, files)}."
        raise UsageInvalid("settings_invalid", text) from None


def _parsed(path: Path, text: str, files: FileStore) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        text = f"{path} is not TOML: {_one_line(str(error))}. Correct it{_way_back(path, files)}."
        raise UsageInvalid("settings_invalid", text) from None


def _validated(path: Path, document: tomlkit.TOMLDocument, files: FileStore) -> Settings:
    content = document.unwrap()
    schema = content.get("schema_version", SCHEMA)
    if isinstance(schema, int) and schema > SCHEMA:
        text = f"{path} was written for a newer mt5console (schema {schema}). Start that version instead."
        raise UsageInvalid("settings_newer", text)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_problem(dict(one)) for one in error.errors(include_url=False))
        text = f"{path} is wrong: {problems}. Correct it{_way_back(path, files)}."
        raise UsageInvalid("settings_invalid", text) from None


def _problem(one: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in one["loc"]) or "the file"
    if one["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    return f"{name}: {_one_line(str(one['msg']))} (it is {_one_line(repr(one['input']))[:60]})"


def _way_back(path: Path, files: FileStore) -> str:
    return f", or copy {_last_good(path).name} over it" if files.stamp(_last_good(path)) is not None else ""


def _put(document: tomlkit.TOMLDocument, name: str, value: Any) -> None:
    *tables, last = name.split(".")
    place: Any = document
    for table in tables:
        if table not in place:
            place[table] = tomlkit.table()
        place = place[table]
        if not isinstance(place, dict):
            raise UsageInvalid("settings_invalid", f"{name}: {table} is a value, not a section.")
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value


def _one_line(text: str) -> str:
    return " ".join(text.split())
