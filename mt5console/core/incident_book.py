"""The book of incidents: one open entry per user, kind and robot; a broker outage of many terminals is one entry.

Pure: ids come from a counter and the engine's generation, instants from the caller. Must not know: how an incident
was found, or who is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mt5console.core.model.ids import Now, RobotId, UserId
from mt5console.core.model.records import Incident, IncidentKind
from mt5console.core.watchdog.verdict import ClearIncident, OpenIncident

Key = tuple[UserId | None, IncidentKind, RobotId | None]

FLEET_KEY: Key = (None, IncidentKind.BROKER_DISCONNECTED, None)
MANY_AT_LEAST = 3


class IncidentBook:
    """Open incidents by key. Every method returns the records that changed, for the caller to store.

    `still_open`: those that the last engine left; `link_out`: users without a broker link then, whom the one incident
    of a fleet does not name.
    """

    def __init__(self, generation: int, still_open: Iterable[Incident], link_out: Iterable[UserId] = ()) -> None:
        self._generation = generation
        self._count = 0
        self._open: dict[Key, Incident] = {}
        self._link_out = set(link_out)
        self._silences: dict[Key, float] = {}
        self._partial: frozenset[RobotId] = frozenset()
        for incident in still_open:
            key = (incident.user_id, incident.kind, incident.robot_id)
            self._set_open(key, incident)
            if incident.silenced_until_utc_s is not None:
                self._silences[key] = incident.silenced_until_utc_s
            if incident.kind is IncidentKind.BROKER_DISCONNECTED and incident.user_id is not None:
                self._link_out.add(incident.user_id)

    def all_open(self) -> tuple[Incident, ...]:
        """Open incidents, newest first."""
        return tuple(sorted(self._open.values(), key=lambda incident: incident.opened_utc_s, reverse=True))

    def of_user(self, user_id: UserId) -> tuple[Incident, ...]:
        """Open incidents of one user, oldest first."""
        mine = [incident for incident in self._open.values() if incident.user_id == user_id]
        return tuple(sorted(mine, key=lambda incident: incident.opened_utc_s))

    def headline(self, user_id: UserId) -> str | None:
        """The sentence that the terminal's card shows: its oldest open incident, or the outage it is part of."""
        mine = self.of_user(user_id)
        if mine:
            return mine[0].text
        fleet = self._open.get(FLEET_KEY)
        return fleet.text if fleet is not None and user_id in self._link_out else None

    @property
    def link_out(self) -> frozenset[UserId]:
        """Users whose broker link is out now."""
        return frozenset(self._link_out)

    @property
    def partial(self) -> frozenset[RobotId]:
        """Robots whose deployment stands open as PARTIAL: what they lack is named already."""
        return self._partial

    def open(self, user_id: UserId, wanted: OpenIncident, now: Now, total_users: int) -> tuple[Incident, ...]:
        """Open an incident or add what was tried to the open one; the same words again change nothing."""
        if wanted.kind is IncidentKind.BROKER_DISCONNECTED:
            return self._open_link(user_id, wanted, now, total_users)
        return self._put((user_id, wanted.kind, wanted.robot_id), wanted, now)

    def clear(self, user_id: UserId, done: ClearIncident, now: Now) -> tuple[Incident, ...]:
        """Clear the open incident of this kind and robot; none open changes nothing."""
        changed = self._take((user_id, done.kind, done.robot_id), done.why, now)
        if done.kind is IncidentKind.BROKER_DISCONNECTED:
            changed += self._link_back(user_id, now)
        return changed

    def _link_back(self, user_id: UserId, now: Now) -> tuple[Incident, ...]:
        self._link_out.discard(user_id)
        return () if self._link_out else self._take(FLEET_KEY, "every terminal has its broker link again", now)

    def forget_user(self, user_id: UserId, now: Now) -> tuple[Incident, ...]:
        """Clear everything of a user that was removed."""
        keys = [key for key in self._open if key[0] == user_id]
        gone = tuple(incident for key in keys for incident in self._take(key, "the user was removed", now))
        return gone + self._link_back(user_id, now)

    def forget_robot(self, robot_id: RobotId, now: Now) -> tuple[Incident, ...]:
        """Clear everything of a robot that was removed."""
        keys = [key for key in self._open if key[2] == robot_id]
        return tuple(incident for key in keys for incident in self._take(key, "the robot was removed", now))

    def acknowledge(self, incident_id: str, reason: str) -> tuple[Incident, ...]:
        """A person takes an open incident on; an unknown or cleared one changes nothing."""
        for key, incident in self._open.items():
            if incident.incident_id == incident_id:
                self._open[key] = replace(incident, acknowledged=reason)
                return (self._open[key],)
        return ()

    def silence(self, incident_id: str, until_utc_s: float | None, now: Now) -> tuple[Incident, ...]:
        """No alert of an open incident until then; None, or an instant that has passed, lifts it.

        One that clears and comes back before the instant is silent too, as long as this engine lives.
        """
        until = until_utc_s if until_utc_s is not None and until_utc_s > now.utc_s else None
        for key, incident in self._open.items():
            if incident.incident_id == incident_id:
                self._silences.pop(key, None)
                if until is not None:
                    self._silences[key] = until
                self._open[key] = replace(incident, silenced_until_utc_s=until)
                return (self._open[key],)
        return ()

    def _silenced_until(self, key: Key, now: Now) -> float | None:
        until = self._silences.get(key)
        return until if until is not None and until > now.utc_s else None

    def _open_link(self, user_id: UserId, wanted: OpenIncident, now: Now, total: int) -> tuple[Incident, ...]:
        self._link_out.add(user_id)
        if FLEET_KEY in self._open:
            return self._put(FLEET_KEY, self._together(total), now)
        if len(self._link_out) < max(MANY_AT_LEAST, (total + 1) // 2):
            return self._put((user_id, wanted.kind, None), wanted, now)
        changed: tuple[Incident, ...] = ()
        for user in sorted(self._link_out):
            key: Key = (user, IncidentKind.BROKER_DISCONNECTED, None)
            changed += self._take(key, "many terminals lost their broker together: one incident for all", now)
        return changed + self._put(FLEET_KEY, self._together(total), now)

    def _together(self, total: int) -> OpenIncident:
        out = len(self._link_out)
        return OpenIncident(
            kind=IncidentKind.BROKER_DISCONNECTED,
            text=f"{out} of {total} terminals lost their broker at once: the broker or this server's network",
            next_step="logins and restarts are held until the link is back; check the network and the broker's status",
        )

    def _put(self, key: Key, wanted: OpenIncident, now: Now) -> tuple[Incident, ...]:
        known = self._open.get(key)
        if known is None:
            self._count += 1
            known = Incident(
                incident_id=f"i{self._generation}-{self._count}",
                kind=key[1],
                user_id=key[0],
                robot_id=key[2],
                opened_utc_s=now.utc_s,
                text=wanted.text,
                next_step=wanted.next_step,
                tried=(wanted.tried,) if wanted.tried else (),
                silenced_until_utc_s=self._silenced_until(key, now),
            )
        else:
            tried = known.tried
            if wanted.tried and wanted.tried not in tried:
                tried = (*tried, wanted.tried)
            newer = replace(known, text=wanted.text, next_step=wanted.next_step, tried=tried)
            if newer == known:
                return ()
            known = newer
        self._set_open(key, known)
        return (known,)

    def _set_open(self, key: Key, incident: Incident) -> None:
        self._open[key] = incident
        if key[1] is IncidentKind.ROBOT_PARTIAL and key[2] is not None:
            self._partial |= {key[2]}

    def _take(self, key: Key, why: str, now: Now) -> tuple[Incident, ...]:
        known = self._open.pop(key, None)
        if known is None:
            return ()
        if key[1] is IncidentKind.ROBOT_PARTIAL and key[2] is not None:
            self._partial -= {key[2]}
        return (replace(known, cleared_utc_s=now.utc_s, cleared_why=why),)
