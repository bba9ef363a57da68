"""Errors that somebody branches on, named by what the operator can do about them.

Each carries one clear line (what happened and what to do next) and the command line's exit code.
Programmer errors stay Python's own. Must not know: who shows the error, or how.
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_DEPLOY_FAILED = 4
EXIT_LOCKED = 5
EXIT_REFUSED = 6

CANNOT_ACT = frozenset({"engine_silent", "engine_waits", "engine_broken"})
"""Codes of an engine that is there and does nothing."""


class ConsoleError(Exception):
    """Base of all errors shown to people. `code` is stable and machine-readable; the text is one line."""

    exit_code = EXIT_FAILED
    http_status = 409

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class NotFound(ConsoleError):
    """A user, robot, operation or deployment that this base directory does not know (exit 1, HTTP 404)."""

    http_status = 404


class Conflict(ConsoleError):
    """Something that exists already or is held by somebody else (exit 1, HTTP 409)."""


class UsageInvalid(ConsoleError):
    """Wrong arguments or configuration (exit 2, HTTP 400); nothing was changed."""

    exit_code = EXIT_USAGE
    http_status = 400


class EngineHeld(ConsoleError):
    """Another engine holds this base directory, or holds it and is silent (exit 5)."""

    exit_code = EXIT_LOCKED
    http_status = 423


class RefusedForSafety(ConsoleError):
    """The act could touch money or a foreign thing, and nobody has confirmed it (exit 6, HTTP 403)."""

    exit_code = EXIT_REFUSED
    http_status = 403


class SecretsUnavailable(ConsoleError):
    """No keyring backend, or it is locked: acts that need a password fail, everything else goes on."""


class StorageFailed(ConsoleError):
    """A file could not be written or a stored state could not be read; says which and what to do."""


def unknown_user(user_id: int) -> NotFound:
    """The one wording for a user that this base directory does not know."""
    return NotFound("unknown_user", f"user {user_id} is not registered here: `mt5console user list` shows who is")


def unknown_robot(robot_id: int) -> NotFound:
    """The one wording for a robot that this base directory does not know."""
    return NotFound(
        "unknown_robot", f"robot {robot_id} is not registered here: `mt5console robot list` shows which are"
    )
