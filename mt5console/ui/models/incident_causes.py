"""What each kind of incident is called, what it means for the money, and the act that is its next step.

The kinds are the engine's words as they arrive; one that is not listed is shown by its own word. Must not know: Qt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mt5console.ui.theme.states import Lamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One kind of incident. `means`: for robots and money. `act`: the next step as an act's name, empty for none.

    Acts are those of `window.acts`, or dialogs; `rank`: higher is shown first. `released`: a person's release ends it.
    """

    title: str
    means: str
    rank: int
    lamp: Lamp = "failing"
    act: str = ""
    button: str = ""
    released: bool = False


CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        "wrong_identity": Cause(
            title="Wrong identity",
            means="Another account, server or directory than registered. Nothing is done to this terminal, "
            "so that nothing is done to somebody else's money.",
            rank=100,
            act="release",
            button="Release…",
            released=True,
        ),
        "two_processes": Cause(
            title="Two processes",
            means="Two terminals of one directory may trade twice. Nothing is done to them until one is left.",
            rank=95,
        ),
        "needs_person": Cause(
            title="Needs a person",
            means="A restart could leave open positions without their robot, so somebody has to decide.",
            rank=90,
            act="restart",
            button="Restart…",
            released=True,
        ),
        "quarantined": Cause(
            title="Quarantined",
            means="It was restarted too often. Its robots do not run until it is released.",
            rank=85,
            act="release",
            button="Release…",
            released=True,
        ),
        "terminal_down": Cause(
            title="Terminal down",
            means="Its robots do not run: open positions have only their stops at the broker.",
            rank=80,
            act="start",
            button="Start now",
        ),
        "terminal_frozen": Cause(
            title="Terminal frozen",
            means="The process lives, and nothing in it answers: its robots cannot act.",
            rank=78,
            act="restart",
            button="Restart now…",
        ),
        "start_failed": Cause(
            title="Start failed",
            means="Its robots do not run until the cause is mended.",
            rank=76,
            act="start",
            button="Start again",
            released=True,
        ),
        "auth_failed": Cause(
            title="Login refused",
            means="The broker does not accept this account's password, or wants a one-time one: robots cannot trade.",
            rank=74,
            act="set_password",
            button="Set password…",
            released=True,
        ),
        "no_secret": Cause(
            title="No password",
            means="The keyring gives no password for this account, so it cannot be logged in again.",
            rank=73,
            act="set_password",
            button="Set password…",
            released=True,
        ),
        "ini_left": Cause(
            title="Password file left",
            means="The file that starts the terminal still holds its password; only this account can read it.",
            rank=72,
        ),
        "logged_out": Cause(
            title="Logged out",
            means="Without a login robots see no prices and cannot trade.",
            rank=70,
            act="restart",
            button="Restart…",
        ),
        "broker_disconnected": Cause(
            title="Broker link lost",
            means="Robots see no prices and cannot trade; stops at the broker still hold.",
            rank=68,
            lamp="warning",
        ),
        "algo_off": Cause(
            title="Algo trading off",
            means="Robots run and may not open or close anything.",
            rank=66,
            act="enable_algo",
            button="Enable algo trading…",
        ),
        "robot_missing": Cause(
            title="Robot missing",
            means="It is on no chart: nobody manages its positions.",
            rank=64,
            act="redeploy",
            button="Redeploy…",
        ),
        "robot_stale": Cause(
            title="Robot silent",
            means="It does not beat: it may hang, and its positions may be unattended.",
            rank=62,
            lamp="warning",
            act="redeploy",
            button="Redeploy…",
        ),
        "robot_drifted": Cause(
            title="Robot not as proven",
            means="It beats, but on another chart, with other inputs, or without the permission to trade.",
            rank=61,
            lamp="warning",
            act="redeploy",
            button="Redeploy…",
        ),
        "robot_partial": Cause(
            title="Deployment incomplete",
            means="The robot is attached, and its entries are paused where that could be done.",
            rank=60,
            lamp="warning",
            act="redeploy",
            button="Deploy again…",
        ),
        "robot_undesired": Cause(
            title="Robot that nobody asked for",
            means="It may open nothing and is taken out.",
            rank=58,
            lamp="warning",
        ),
        "removed_by_hand": Cause(
            title="Robot removed by hand",
            means="Somebody took it off its chart: nobody manages its positions. No start puts it back.",
            rank=56,
            lamp="warning",
            act="redeploy",
            button="Redeploy…",
        ),
        "closed_by_hand": Cause(
            title="Closed by hand",
            means="Its robots do not run. The watchdog does not fight a person.",
            rank=54,
            lamp="warning",
            act="start",
            button="Start again",
            released=True,
        ),
        "agent_missing": Cause(
            title="Agent missing",
            means="Without its agent nothing inside the terminal can be seen or done.",
            rank=52,
            act="restart",
            button="Restart…",
        ),
        "ipc_dead": Cause(
            title="IPC dead",
            means="The MetaTrader5 package gets no answer. Robots may well go on; the console sees less of them.",
            rank=50,
            lamp="warning",
            act="reconnect",
            button="Reconnect now",
        ),
        "update_stuck": Cause(
            title="Update stuck",
            means="MetaTrader's own update did not bring the terminal back in time.",
            rank=48,
            lamp="warning",
            act="restart",
            button="Restart…",
        ),
        "disk_full": Cause(
            title="Disk full",
            means="Neither terminal nor robots can write. Nothing is restarted meanwhile.",
            rank=46,
        ),
    }
)
"""Every kind of incident that the engine opens."""


def cause_of(kind: str) -> Cause:
    """What a kind of incident is called and means."""
    known = CAUSES.get(kind)
    return known if known is not None else Cause(title=kind.replace("_", " ").capitalize(), means="", rank=0)


_STOPPED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "quarantined": frozenset({"start", "enable_algo"}),
        "wrong_identity": frozenset({"start", "restart", "reconnect", "enable_algo"}),
        "conflict": frozenset({"start", "restart", "reconnect", "enable_algo"}),
    }
)
"""Acts that the engine refuses in a state of the terminal, whatever its incidents ask for."""


def next_act(kind: str, state: str, *, switch_is_on: bool = False) -> tuple[str, str]:
    """The act that helps against a kind of incident while its terminal is in this state, and its button; or none.

    `switch_is_on`: the terminal lets robots trade, so that it is the account that does not.
    """
    cause = CAUSES["auth_failed"] if kind == "algo_off" and switch_is_on else cause_of(kind)
    if cause.act not in _STOPPED.get(state, ()):
        return cause.act, cause.button
    if state == "conflict":
        return "", ""
    release = CAUSES[state]
    return release.act, release.button


def waits_for_release(kinds: Iterable[str]) -> bool:
    """Whether one of these open incidents is ended by a person's release."""
    return any(cause_of(kind).released for kind in kinds)
