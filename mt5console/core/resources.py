"""Where the program's own data lies: beside the package in a wheel, beside the source tree in a checkout.

Only finds paths. Must not know: what the files hold.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_path(*parts: str) -> Path:
    """A file or folder of `resources/`, whether installed or run from the source tree."""
    return _find("_resources", "resources", parts)


def mql5_path(*parts: str) -> Path:
    """A file or folder of `mql5/`, whether installed or run from the source tree."""
    return _find("_mql5", "mql5", parts)


def _find(packed: str, source: str, parts: tuple[str, ...]) -> Path:
    installed = _PACKAGE / packed
    root = installed if installed.is_dir() else _PACKAGE.parent / source
    return root.joinpath(*parts)
