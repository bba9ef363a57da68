"""The status shape as Prometheus text. An unknown value is left out: a gauge must not claim what nobody saw.

Must not know: HTTP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.registry import Collector

__all__ = ["CONTENT_TYPE", "metrics_text"]


def metrics_text(status: dict[str, Any], open_incidents: Sequence[dict[str, Any]]) -> bytes:
    """One scrape's answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Reading(status, open_incidents))
    return generate_latest(registry)


class _Reading(Collector):
    """One status, as gauges."""

    def __init__(self, status: dict[str, Any], open_incidents: Sequence[dict[str, Any]]) -> None:
        self._status = status
        self._incidents = open_incidents

    def collect(self) -> Iterator[Metric]:
        yield from self._fleet()
        yield from self._terminals()
        yield from self._checks()
        yield from self._robots()

    def _fleet(self) -> Iterator[Metric]:
        watchdog = self._status["watchdog"]
        yield _one("mt5console_watchdog_running", "1 while the watchdog runs", float(bool(watchdog["running"])))
        yield _one("mt5console_watchdog_acts", "1 while the watchdog may act", float(watchdog["mode"] == "on"))
        waits = float(bool(self._status.get("trouble")))
        yield _one("mt5console_engine_waits", "1 while the engine cannot store its state, and does nothing", waits)
        yield _one("mt5console_check_interval_seconds", "Seconds between checks", watchdog["check_interval"])
        counts = Counter(str(incident.get("kind", "unknown")) for incident in self._incidents)
        family = GaugeMetricFamily("mt5console_incidents_open", "Open incidents by kind", labels=["kind"])
        for kind, count in sorted(counts.items()):
            family.add_metric([kind], count)
        yield family
        yield _one("mt5console_incidents_open_total", "Open incidents", len(self._incidents))

    def _terminals(self) -> Iterator[Metric]:
        state = GaugeMetricFamily("mt5console_terminal_state", "1 for the present state", labels=["user_id", "state"])
        restarts = GaugeMetricFamily(
            "mt5console_terminal_restarts_in_window", "Restarts that count against the budget", labels=["user_id"]
        )
        for terminal in self._status["terminals"]:
            user = str(terminal["user_id"])
            state.add_metric([user, str(terminal["state"])], 1)
            restarts.add_metric([user], terminal["restarts_in_window"])
        yield state
        yield restarts

    def _checks(self) -> Iterator[Metric]:
        labels = ["user_id", "check"]
        ok = GaugeMetricFamily("mt5console_check_ok", "1 passed, 0 failed, absent unknown", labels=labels)
        age = GaugeMetricFamily("mt5console_check_age_seconds", "Age of a check's evidence", labels=labels)
        for terminal in self._status["terminals"]:
            for name, check in terminal["checks"].items():
                where = [str(terminal["user_id"]), name]
                if check["ok"] is not None:
                    ok.add_metric(where, float(check["ok"]))
                if check["age"] is not None:
                    age.add_metric(where, check["age"])
        yield ok
        yield age

    def _robots(self) -> Iterator[Metric]:
        labels = ["user_id", "robot_id"]
        age = GaugeMetricFamily("mt5console_heartbeat_age_seconds", "Age of a robot's last beat", labels=labels)
        for terminal in self._status["terminals"]:
            for robot in terminal["robots"]:
                if robot["heartbeat_age"] is not None:
                    age.add_metric([str(terminal["user_id"]), str(robot["robot_id"])], robot["heartbeat_age"])
        yield age


def _one(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric([], value)
    return family
