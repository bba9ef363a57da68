"""The start ini, the one file that holds a password: wiped, seen to be wiped, and tried again while somebody holds it.

No act on the terminal, so allowed in every mode and state. Must not know: when it is time (starting, process).
"""

from __future__ import annotations

from dataclasses import replace

from mt5console.core.model.commands import WipeStartIni
from mt5console.core.model.facts import ActDone, ActFailed
from mt5console.core.model.records import IncidentKind
from mt5console.core.watchdog.memory import IniWipe
from mt5console.core.watchdog.turn import Turn

AGAIN_S = 5.0
TOLD_AFTER = 2
"""A terminal may hold the file for a moment after it read it: the first try that fails is nobody's business."""


def wipe(turn: Turn, reason: str) -> None:
    """Wipe it; it counts as wiped when the act has said so."""
    _issue(turn, IniWipe(reason=reason))


def forget(turn: Turn) -> None:
    """A start writes it anew: what was to be wiped is gone, and the new one must not be."""
    turn.put(ini=None)
    turn.clear(IncidentKind.INI_LEFT, "a new start has written it anew")


def take_done(turn: Turn, fact: ActDone) -> None:
    """It is gone."""
    if turn.watch.ini is not None and fact.act_id == turn.watch.ini.act_id:
        turn.put(ini=None)
        turn.clear(IncidentKind.INI_LEFT, "it is wiped")


def take_failed(turn: Turn, fact: ActFailed) -> None:
    """It lies there still: told when that lasts."""
    ini = turn.watch.ini
    if ini is None or fact.act_id != ini.act_id:
        return
    turn.put(ini=replace(ini, act_id="", failures=ini.failures + 1, failed_mono_s=turn.now.mono_s))
    if ini.failures + 1 < TOLD_AFTER:
        return
    opened = turn.open(
        IncidentKind.INI_LEFT,
        f"the start ini of {turn.who} still holds the account's password, for it could not be wiped: {fact.text}",
        f"close what holds the file; it is tried again every {AGAIN_S:.0f} s",
    )
    if opened:
        turn.say("error", f"MT5 start ini could not be wiped ({turn.who}): {fact.text}")


def try_again(turn: Turn) -> None:
    """Some seconds after a try that failed."""
    ini = turn.watch.ini
    if ini is None or ini.act_id or ini.failed_mono_s is None or turn.now.mono_s - ini.failed_mono_s < AGAIN_S:
        return
    _issue(turn, ini)


def _issue(turn: Turn, ini: IniWipe) -> None:
    act_id = turn.next_act_id("wipe")
    turn.put(ini=replace(ini, act_id=act_id))
    turn.issue(WipeStartIni(user_id=turn.watch.user.user_id, act_id=act_id, reason=ini.reason))
