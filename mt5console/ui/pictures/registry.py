"""What is registered: users and robots. Must not know: Qt, or where the JSON came from."""

from __future__ import annotations

from dataclasses import dataclass

from mt5console.ui.pictures.values import UNKNOWN, as_number, as_object, as_text, as_text_or_none, as_texts, as_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPicture:
    """A registered user; `warnings` only right after it was added."""

    user_id: int
    login: int | None = None
    server: str = ""
    directory: str = ""
    desired: str = UNKNOWN
    watch_only: bool = False
    stop_latched: bool = False
    maintenance_until_utc_s: float | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRobotPicture:
    """A registered robot; `inputs` are what the next deployment will load."""

    robot_id: int
    user_id: int | None = None
    symbol: str = ""
    timeframe: str = ""
    magic: int | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    source: str = ""
    run: str = UNKNOWN
    deployment_id: str | None = None
    slot: str | None = None


def user_of(shape: object) -> UserPicture:
    """A registered user."""
    entry = as_object(shape)
    return UserPicture(
        user_id=as_whole(entry.get("user_id")) or 0,
        login=as_whole(entry.get("login")),
        server=as_text(entry.get("server")),
        directory=as_text(entry.get("user_dir")),
        desired=as_text(entry.get("desired")) or UNKNOWN,
        watch_only=entry.get("watch_only") is True,
        stop_latched=entry.get("stop_latched") is True,
        maintenance_until_utc_s=as_number(entry.get("maintenance_until")),
        warnings=as_texts(entry.get("warnings")),
    )


def registered_robot_of(shape: object) -> RegisteredRobotPicture:
    """A registered robot."""
    entry = as_object(shape)
    return RegisteredRobotPicture(
        robot_id=as_whole(entry.get("robot_id")) or 0,
        user_id=as_whole(entry.get("user_id")),
        symbol=as_text(entry.get("symbol")),
        timeframe=as_text(entry.get("timeframe")),
        magic=as_whole(entry.get("magic")),
        inputs=tuple((str(name), str(value)) for name, value in as_object(entry.get("inputs")).items()),
        source=as_text(entry.get("source")),
        run=as_text(entry.get("run")) or UNKNOWN,
        deployment_id=as_text_or_none(entry.get("deployment_id")),
        slot=as_text_or_none(entry.get("slot")),
    )
