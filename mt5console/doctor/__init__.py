"""The doctor: what this machine offers for mt5console, what it lacks, and how to mend it. Leaves nothing changed.

Must not know: how its findings are shown.
"""

from __future__ import annotations

from pathlib import Path

from mt5console.bases import base_root, is_simulated
from mt5console.core.terminal.layout import BaseLayout
from mt5console.doctor import machine, place
from mt5console.doctor.finding import Finding

__all__ = ["Finding", "examine"]


def examine(base_dir: Path | None, simulate: bool | None) -> list[Finding]:
    """All findings: `name`, `ok` (None: cannot be told), `evidence`, `mend` (empty when there is nothing to do)."""
    layout, simulated = BaseLayout(base_root(base_dir)), is_simulated(simulate)
    return [
        machine.python(),
        machine.terminals(simulated),
        place.base(base_dir, simulate, layout),
        place.path(layout, simulated),
        place.disk(layout),
        place.writing(layout, simulated),
        place.keyring(layout, simulated),
        machine.session(),
        machine.elevation(layout),
        machine.clock(),
        machine.ports(),
        machine.package(simulated),
        place.engine(layout),
        *place.template(layout, simulated),
        *place.portable(layout),
        *place.programs(layout),
    ]
