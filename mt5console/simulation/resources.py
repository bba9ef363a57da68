"""Where files that ship beside the code lie: the source tree's own folder, or the copy inside an installed wheel.

Must not know: what the files are for.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def resource_root(name: str) -> Path:
    """The folder `name` (`mql5`, `resources`): `<source tree>/<name>`, or `mt5console/_<name>` in a wheel."""
    shipped = PACKAGE / f"_{name}"
    return shipped if shipped.is_dir() else PACKAGE.parent / name
