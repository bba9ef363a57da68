"""The tray icon: the worst state as its lamp, new incidents as notifications. Must not know: the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from mt5console.ui.theme.icons import application_icon
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role
from mt5console.ui.theme.states import look_of, worst_first

if TYPE_CHECKING:
    from mt5console.ui.pictures import FleetPicture, IncidentPicture

NOTICE_MS = 10_000


def worst_of(fleet: FleetPicture) -> tuple[str, Role]:
    """The fleet in a few words and the role of its worst state."""
    states = [terminal.state for terminal in fleet.terminals]
    if not states:
        return "no terminals", Role.UNKNOWN
    worst = worst_first(set(states))[0]
    count = states.count(worst)
    shown = look_of(worst)
    if worst == "healthy":
        return f"{count} healthy", Role.OK
    return f"{count} of {len(states)} {shown.title.lower()}", shown.role


class Alerts:
    """Which incidents a person is to be alerted of: each once, and again when its silence has ended."""

    def __init__(self) -> None:
        self._known: frozenset[str] | None = None

    def fresh(self, incidents: tuple[IncidentPicture, ...], now_utc_s: float) -> tuple[IncidentPicture, ...]:
        """Those to tell of now; what is there at the first call is old news."""
        known = self._known
        loud = [one for one in incidents if not one.is_silent(now_utc_s)]
        self._known = frozenset(one.incident_id for one in loud)
        return () if known is None else tuple(one for one in loud if one.incident_id not in known)


class Tray(QObject):
    """Does nothing where the desktop has no tray.

    Signals:
        clicked: a person wants to see the window.
    """

    clicked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(self) if QSystemTrayIcon.isSystemTrayAvailable() else None
        self._role: Role | None = None
        self.news = Alerts()
        if self._icon is not None:
            self._icon.activated.connect(self._on_activated)
            self._icon.messageClicked.connect(self.clicked)

    def set_fleet(self, fleet: FleetPicture) -> None:
        """Carry the fleet's worst state."""
        if self._icon is None:
            return
        words, role = worst_of(fleet)
        if role is not self._role:
            self._role = role
            self._icon.setIcon(application_icon(look().theme, role))
            self._icon.show()
        self._icon.setToolTip(f"mt5console · {fleet.server}: {words}")

    def set_incidents(self, incidents: tuple[IncidentPicture, ...], now_utc_s: float = 0.0) -> None:
        """Notify of those that are new since the last call, or not silent any more; those of the first are old news."""
        fresh = self.news.fresh(incidents, now_utc_s)
        if self._icon is None or not fresh:
            return
        if len(fresh) == 1:
            title = "mt5console" if fresh[0].user_id is None else f"mt5console · user_{fresh[0].user_id}"
            text = f"{fresh[0].text} {fresh[0].next_step}".strip()
        else:
            title, text = "mt5console", f"{len(fresh)} new incidents; the first: {fresh[0].text}"
        self._icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.Warning, NOTICE_MS)

    def hide(self) -> None:
        """Take it away."""
        if self._icon is not None:
            self._icon.hide()

    def _on_activated(self, _reason: QSystemTrayIcon.ActivationReason) -> None:
        self.clicked.emit()
