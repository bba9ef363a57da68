"""What the window remembers from one run to the next: layout, filters, theme; never anything of an account.

The file is read before the window is shown and written when it has closed, so that the GUI thread never waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

THEMES = ("dark", "light", "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """`geometry`: Qt's own bytes, empty for none. `dock_width` in pixels, 0 for the usual. `layout`: cards or table."""

    geometry: bytes = b""
    dock_width: int = 0
    theme: str = "dark"
    layout: str = ""
    filter_text: str = ""
    filter_states: tuple[str, ...] = ()
    page: str = "fleet"
    selected_user: int = 0


def load(path: Path | None) -> Remembered:
    """What the file holds; what is missing or strange is as in a first run."""
    if path is None or not path.is_file():
        return Remembered()
    kept = QSettings(str(path), QSettings.Format.IniFormat)
    geometry = kept.value("window/geometry")
    theme = str(kept.value("window/theme", "dark"))
    states = str(kept.value("fleet/states", ""))
    return Remembered(
        geometry=bytes(geometry.data()) if isinstance(geometry, QByteArray) else b"",
        dock_width=_whole(kept.value("window/dock_width")),
        theme=theme if theme in THEMES else "dark",
        layout=str(kept.value("fleet/layout", "")),
        filter_text=str(kept.value("fleet/filter", "")),
        filter_states=tuple(state for state in states.split(" ") if state),
        page=str(kept.value("window/page", "fleet")),
        selected_user=_whole(kept.value("fleet/selected")),
    )


def save(path: Path | None, remembered: Remembered) -> bool:
    """Write the file; False when it could not be written (it is only a convenience)."""
    if path is None:
        return True
    kept = QSettings(str(path), QSettings.Format.IniFormat)
    kept.setValue("window/geometry", QByteArray(remembered.geometry))
    kept.setValue("window/dock_width", remembered.dock_width)
    kept.setValue("window/theme", remembered.theme)
    kept.setValue("window/page", remembered.page)
    kept.setValue("fleet/layout", remembered.layout)
    kept.setValue("fleet/filter", remembered.filter_text)
    kept.setValue("fleet/states", " ".join(remembered.filter_states))
    kept.setValue("fleet/selected", remembered.selected_user)
    kept.sync()
    return kept.status() is QSettings.Status.NoError


def _whole(value: object) -> int:
    try:
        return max(0, int(str(value)))
    except ValueError:
        return 0
