"""The steps of the field test in their order, and what each needs. Must not know: what a step does."""

from __future__ import annotations

ORDER = (
    "machine",
    "start",
    "identity",
    "agent",
    "compile",
    "deploy",
    "heartbeat",
    "replace",
    "restart",
    "kill",
    "algo",
    "stop",
    "journal",
)
"""The steps, by the names of the story's methods and of docs/assumptions.md."""

NEEDS: dict[str, tuple[str, ...]] = {
    "identity": ("start",),
    "agent": ("start",),
    "compile": ("start",),
    "deploy": ("identity", "agent"),
    "heartbeat": ("deploy",),
    "replace": ("deploy",),
    "restart": ("identity", "agent"),
    "kill": ("identity", "agent"),
    "algo": ("agent",),
    "stop": ("start",),
    "journal": ("start",),
}
"""Steps that have no meaning after another one has failed."""
