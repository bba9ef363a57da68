"""What the terminal's own sentences mean: the kinds that the product acts on, and events that people look for.

A kind is one of the interfaces' words. What has none is `other`, with an `event` among its details where support
staff need to find it (no connection, trading disabled, update failed …). Must not know: files, or neighbouring lines.
"""

from __future__ import annotations

import re

from mt5console.core.model.observed import JournalKind

Details = tuple[tuple[str, str], ...]

EVENT = "event"
"""The detail that says what a line of kind `other` is about."""

_LONGEST = 1024
"""The terminal's own texts are shorter; matching must stay cheap on whatever else stands in a file."""

_LONG_TIMEFRAMES = {"Daily": "D1", "Weekly": "W1", "Monthly": "MN1"}

_CHART = r"\((?P<symbol>[^,]+),(?P<timeframe>[A-Za-z]+\d*)\)"
_LOGIN = r"'(?P<login>[^']*)': "
_QUALITY = r"(?: with (?P<quality>\d+) %.*)?"

_KINDS: tuple[tuple[str, JournalKind, str], ...] = (
    ("Terminal", JournalKind.STARTED, r"(?P<product>.+) build (?P<build>\d+) started for (?P<company>.+)"),
    # Builds up to about 2100 put the company in brackets.
    ("Terminal", JournalKind.STARTED, r"(?P<product>.+) build (?P<build>\d+) started \((?P<company>.+)\)"),
    ("Terminal", JournalKind.EXITED, r"shutdown with (?P<code>-?\d+)"),
    # The last line of those builds; newer ones write `stopped with N` and then `shutdown with N`.
    ("Terminal", JournalKind.EXITED, r"stopped"),
    ("Terminal", JournalKind.SECOND_INSTANCE, r"terminal process already started"),
    ("System", JournalKind.SYSTEM_SHUTDOWN, r"terminal stopped due to system shutdown"),
    (
        "Network",
        JournalKind.AUTHORIZED,
        _LOGIN + r"authorized on (?P<server>.+?)(?: through (?P<access_point>.+?))?"
        r"(?: \(ping: (?P<ping_ms>\d+(?:\.\d+)?) ms(?:, build (?P<access_point_build>\d+))?\))?",
    ),
    (
        "Network",
        JournalKind.AUTHORIZATION_FAILED,
        _LOGIN + r"authorization on (?P<server>.+) failed(?: \((?P<reason>.*)\))?",
    ),
    ("Network", JournalKind.CONNECTION_LOST, _LOGIN + r"connection to (?P<server>.+) lost"),
    ("Network", JournalKind.ACCESS_POINT_SWITCH, _LOGIN + r"auto connecting to a better access point" + _QUALITY),
    # Chosen by a person in the status bar.
    ("Network", JournalKind.ACCESS_POINT_SWITCH, _LOGIN + r"connecting to an access point" + _QUALITY),
    ("Experts", JournalKind.ALGO_ENABLED, r"automated trading is enabled"),
    ("Experts", JournalKind.ALGO_DISABLED, r"automated trading is disabled(?: because (?P<reason>.+))?"),
    ("Experts", JournalKind.ROBOT_LOADED, rf"expert (?P<robot>.+) {_CHART} loaded successfully"),
    ("Experts", JournalKind.ROBOT_REMOVED, rf"expert (?P<robot>.+) {_CHART} removed"),
    (
        "Experts",
        JournalKind.ROBOT_INIT_FAILED,
        rf"initializing of (?P<robot>.+) {_CHART} failed(?: with code (?P<code>-?\d+))?(?: \((?P<reason>.*)\))?",
    ),
    (
        "LiveUpdate",
        JournalKind.UPDATE_AVAILABLE,
        r"new version build (?P<build>\d+)"
        r"(?: \(IDE: (?P<ide_build>\d+), Tester: (?P<tester_build>\d+)\))? is available",
    ),
    ("LiveUpdate", JournalKind.UPDATE_STARTED, r'start "(?P<program>[^"]*)" /update.*'),
    ("Services", JournalKind.SERVICE_STARTED, r"service '(?P<service>.+)' started"),
    ("Services", JournalKind.SERVICE_STOPPED, r"service '(?P<service>.+)' stopped"),
)

_EVENTS: tuple[tuple[str, str, str], ...] = (
    ("Terminal", "exit_began", r"exit with code (?P<code>-?\d+)"),
    ("Terminal", "exit_began", r"exit initiated"),
    ("Terminal", "stopped", r"stopped with (?P<code>-?\d+)"),
    ("Terminal", "machine", r"(?P<system>Windows .+?),? (?:build|\([Bb]uild) .*"),
    ("Terminal", "launched_with", r"launched with (?P<start_config>.+)"),
    ("Terminal", "start_config_failed", r'cannot load config "(?P<start_config>.*)" at start'),
    ("Startup", "start_config_read", r'successfully initialized from start config "(?P<start_config>.*)"'),
    ("Startup", "start_config_failed", r'cannot load config "(?P<start_config>.*)" at start'),
    (
        "Network",
        "synchronized",
        _LOGIN + r"terminal synchronized with (?P<company>.+?)(?:: (?P<positions>\d+) positions, (?P<orders>\d+) orders"
        r"(?:, (?P<symbols>\d+) symbols)?(?:, (?P<spreads>\d+) spreads)?)?",
    ),
    (
        "Network",
        "trading_enabled",
        _LOGIN + r"trading has been enabled(?:, (?P<account>.+?))?(?: - (?P<mode>[^-]+) mode)?",
    ),
    ("Network", "trading_disabled", _LOGIN + r"trading has been disabled(?: - (?P<reason>.+))?"),
    (
        "Network",
        "previous_login",
        _LOGIN + r"previous successful authorization performed from (?P<address>\S+) on (?P<at>.+)",
    ),
    ("Network", "no_connection", _LOGIN + r"no connection to (?P<server>.+)"),
    ("Network", "disconnected", _LOGIN + r"disconnected from (?P<server>.+)"),
    ("Network", "synchronization_timeout", _LOGIN + r"synchronization timeout"),
    ("Network", "scanning", _LOGIN + r"scanning network (?:for access points|finished)"),
    ("Network", "account_opened", r"new demo account '(?P<login>[^']*)' opened on (?P<server>.+)"),
    ("Network", "account_opened", r"demo account '(?P<login>[^']*)' was allocated on (?P<server>.+)"),
    ("Network", "account_deleted", r"current demo account '(?P<login>[^']*)' was deleted on trade server.*"),
    ("Accounts", "account_deleted", r"account '(?P<server>.+)' - '(?P<login>[^']*)' has been deleted"),
    ("Accounts", "account_deleted", r"account '(?P<login>[^']*)' has been deleted"),
    ("Accounts", "account_deleted", r"deleted due security reason"),
    ("Experts", "robot_load_failed", rf"loading of (?P<robot>.+) {_CHART} failed(?: \[(?P<code>-?\d+)\])?"),
    ("Scripts", "script_loaded", rf"script (?P<script>.+) {_CHART} loaded succ?essfully"),
    ("Scripts", "script_removed", rf"script (?P<script>.+) {_CHART} removed"),
    ("Indicators", "indicator_loaded", rf"custom indicator (?P<indicator>.+) {_CHART} loaded succ?ess?fully"),
    ("Indicators", "indicator_removed", rf"custom indicator (?P<indicator>.+) {_CHART} removed"),
    ("Services", "service_disabled", r"service '(?P<service>.+)' disabled"),
    ("LiveUpdate", "update_downloaded", r"downloaded successfully"),
    ("LiveUpdate", "update_downloaded", r"'(?P<part>[^']+)' downloaded \((?P<kb>\d+) kb\)"),
    ("LiveUpdate", "update_failed", r"download '(?P<part>[^']*)' failed"),
    ("LiveUpdate", "update_failed", r"failed to (?:update program|create copy).*"),
    ("LiveUpdate", "update_failed", r"update '(?P<part>.*)' (?:failed|waiting) \[(?P<code>-?\d+)\]"),
    ("LiveUpdate", "updating", r"updating\.\.\."),
    ("LiveUpdate", "updating", r"'(?P<part>.+)' updated"),
    ("LiveUpdate", "updated", r"updated successfully"),
    ("Compiler", "recompiling", r"full recompilation has been started"),
    ("Compiler", "recompiled", r"full recompilation has been finished:\s+(?P<files>\d+) file\(s\) compiled"),
    (
        "Compile",
        "compiled",
        r"(?P<source>.+) - (?P<errors>\d+) errors?, (?P<warnings>\d+) warnings?"
        r"(?:, (?P<elapsed_ms>\d+) msec elapsed.*)?",
    ),
    ("MemoryException", "out_of_memory", r"(?P<bytes>\d+) bytes not available.*"),
)

_Pattern = tuple[JournalKind, Details, re.Pattern[str]]
_FIRST_WORD = re.compile(r"(?:'[^']*': )?([A-Za-z]+)")
_ANY_WORD = ""


def _by_first_word() -> dict[tuple[str, str], tuple[_Pattern, ...]]:
    """The patterns by category and first word (behind a login), so that few are tried on a line."""
    found: dict[tuple[str, str], list[_Pattern]] = {}
    known: list[tuple[str, JournalKind, str, Details]] = [(*entry, ()) for entry in _KINDS]
    known += [(category, JournalKind.OTHER, pattern, ((EVENT, event),)) for category, event, pattern in _EVENTS]
    for category, kind, pattern, named in known:
        word = _FIRST_WORD.match(pattern.removeprefix(_LOGIN))
        compiled = re.compile(pattern, re.ASCII | re.DOTALL)
        found.setdefault((category, word[1] if word else _ANY_WORD), []).append((kind, named, compiled))
    return {key: tuple(patterns) for key, patterns in found.items()}


_PATTERNS = _by_first_word()
_CATEGORIES = frozenset(category for category, _ in _PATTERNS)
_ACCOUNT_TEXT = re.compile(_LOGIN + r"master password (?P<what>must be|has been).* changed.*", re.ASCII)
_EXPERTS_LOG = re.compile(rf"(?P<robot>.+) {_CHART}", re.ASCII)

_NUMBERS: dict[str, type[int] | type[float]] = {
    "build": int,
    "ide_build": int,
    "tester_build": int,
    "code": int,
    "login": int,
    "access_point_build": int,
    "quality": int,
    "ping_ms": float,
    "positions": int,
    "orders": int,
    "symbols": int,
    "spreads": int,
    "errors": int,
    "warnings": int,
    "elapsed_ms": int,
    "files": int,
    "kb": int,
    "bytes": int,
}
_TRUTHS = frozenset({"benign", "second_instance", "updater"})


def meaning_of(category: str, text: str, experts_log: bool) -> tuple[JournalKind, Details]:
    """The kind of one line and the named parts of its text, by the columns `category` and `text`. Never raises.

    A program's own words (`experts_log`, or a category that reads `EA (SYMBOL,TF)`) are never the terminal's.
    """
    if len(category) > _LONGEST or len(text) > _LONGEST:
        return JournalKind.OTHER, ()
    if category.endswith(")") and (chart := _EXPERTS_LOG.fullmatch(category)):
        return JournalKind.OTHER, _parts(chart)
    if experts_log:
        return JournalKind.OTHER, ()
    if category in _CATEGORIES:
        word = _FIRST_WORD.match(text)
        for key in (word[1] if word else _ANY_WORD, _ANY_WORD):
            for kind, named, pattern in _PATTERNS.get((category, key), ()):
                if match := pattern.fullmatch(text):
                    return kind, named + _parts(match)
    if "master password" in text and (match := _ACCOUNT_TEXT.fullmatch(text)):
        event = "password_must_change" if match["what"] == "must be" else "password_changed"
        return JournalKind.OTHER, ((EVENT, event), ("login", match["login"]), ("server", category))
    return JournalKind.OTHER, ()


def detail_value(name: str, value: str) -> str | int | float | bool:
    """A detail as JSON shows it: numbers as numbers, truths as truths, the rest as it stands."""
    if name in _TRUTHS:
        return value == "true"
    number = _NUMBERS.get(name)
    try:
        return number(value) if number else value
    except ValueError:
        return value


def event_names() -> tuple[str, ...]:
    """Every event that a line of kind `other` may carry, for documentation and filters."""
    return tuple(sorted({event for _, event, _ in _EVENTS} | {"password_must_change", "password_changed"}))


def _parts(match: re.Match[str]) -> Details:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "timeframe" in parts:
        parts["timeframe"] = _LONG_TIMEFRAMES.get(parts["timeframe"], parts["timeframe"])
    return tuple(parts.items())
