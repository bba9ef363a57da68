"""Routes of the registry: users and robots. Passwords pass through as secrets and are never answered or logged.

Must not know: terminals at work.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from mt5console.api.bodies import PasswordBody, RobotBody, UserBody
from mt5console.core.credentials import Secret
from mt5console.core.ports import EngineDoor


def registry_routes(door: EngineDoor) -> APIRouter:
    """Routes that list, add and remove users and robots."""
    routes = APIRouter(tags=["registry"])

    @routes.get("/api/users")
    def users() -> JSONResponse:
        """The registered users."""
        return JSONResponse(door.users())

    @routes.post("/api/users")
    def add_user(body: UserBody) -> JSONResponse:
        """Provision a user."""
        secret = Secret(body.password.get_secret_value())
        options = {"watch_only": body.watch_only, "over_capacity": body.over_capacity}
        return JSONResponse(door.add_user(body.user_id, body.login, body.server, secret, **options), status_code=201)

    @routes.put("/api/users/{user_id}/password")
    def set_password(user_id: int, body: PasswordBody) -> JSONResponse:
        """Replace a user's password in the keyring."""
        return JSONResponse(door.set_password(user_id, Secret(body.password.get_secret_value())))

    @routes.delete("/api/users/{user_id}")
    def remove_user(user_id: int, confirm_live: int | None = None) -> JSONResponse:
        """Remove a stopped user: its directory is moved away, its password forgotten."""
        return JSONResponse(door.remove_user(user_id, confirm_live))

    @routes.get("/api/robots")
    def robots() -> JSONResponse:
        """The registered robots."""
        return JSONResponse(door.robots())

    @routes.post("/api/robots")
    def add_robot(body: RobotBody) -> JSONResponse:
        """Register a robot."""
        return JSONResponse(door.add_robot(body.model_dump(exclude_unset=True)), status_code=201)

    @routes.get("/api/robots/{robot_id}/inputs")
    def robot_inputs(robot_id: int) -> JSONResponse:
        """The inputs of a robot's source, with types, defaults, labels and the registered values."""
        return JSONResponse(door.robot_inputs(robot_id))

    return routes
