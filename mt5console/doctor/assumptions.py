"""What the product takes for true of real MetaTrader and real Windows, and nobody here has seen: one id each.

docs/assumptions.md says of each what happens if it is false and what catches it; a test holds the two together.
Must not know: how any of it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_STEP = ""
"""The field test cannot show it; docs/assumptions.md says what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """`step`: the step of the field test that shows it, or `NO_STEP`."""

    id: str
    fact: str
    step: str


_LIST = (
    ("A1", "machine", "the MetaTrader5 package can be imported with the locked numpy"),
    ("A2", "machine", "this session and these rights are enough for windows and IPC"),
    ("A3", "start", "a copy of the golden template is a working terminal of its own"),
    ("A4", "journal", "a terminal started with /portable and /config reads the start ini in UTF-16"),
    ("A5", "start", "the server's name in the start ini is enough to log in"),
    ("A6", "start", "the start ini is read once: it may be wiped after the login"),
    ("A7", "start", "the keyring gives the password back to the account that runs the engine"),
    ("A8", "identity", "with /portable the data directory is the terminal's own"),
    ("A9", "identity", "the package answers for exactly this terminal, by a pipe named after its path"),
    ("A10", "identity", "agent and package tell the same login and server"),
    ("A11", "identity", "a demo account is told to be one"),
    ("A12", "agent", "[StartUp] puts the agent on an EURUSD H1 chart"),
    ("A13", "agent", "the agent lists the charts with the names of their experts, itself among them once"),
    ("A14", "compile", "MetaEditor compiles the console's programs without an error"),
    ("A15", "deploy", "MetaEditor's command line leaves a log with a result and a fresh .ex5"),
    ("A16", "deploy", "a template written by the console opens a chart with the expert and its inputs"),
    ("A17", "deploy", "a robot that the agent attaches may trade"),
    ("A18", "heartbeat", "the timer beats once a second, with or without quotes"),
    ("A19", "heartbeat", "a heartbeat file is replaced in one step"),
    ("A20", "heartbeat", "MetaTrader's UTC is this machine's clock"),
    ("A21", "heartbeat", "a robot sees files that the console replaces while it runs"),
    ("A22", "heartbeat", "the robot's global variables can be listed by the agent"),
    ("A23", "heartbeat", "the symbol's trading session can be told"),
    ("A24", "replace", "a slot compiled after the terminal's start is loaded in its new version"),
    ("A25", "replace", "closing its chart removes a robot and frees its lock"),
    ("A26", "restart", "WM_CLOSE to its window ends the terminal cleanly"),
    ("A27", "restart", "after a clean restart agent and robot stand once each"),
    ("A28", "restart", "removals at an exit are not taken for a person's"),
    ("A29", "kill", "a killed terminal is noticed and started again"),
    ("A30", "kill", "the system frees a killed terminal's locks, and its robot comes back once"),
    ("A31", "kill", "the package starts no second terminal"),
    ("A32", "algo", "the start ini leaves algo trading switched on"),
    ("A33", "algo", "agent and package tell the same algo switch"),
    ("A34", "algo", "the toolbar's command 32851 presses the algo button"),
    ("A35", "stop", "a clean exit saves the charts in MQL5\\Profiles\\Charts\\Default"),
    ("A36", "journal", "the journal is in the known form, and its texts are recognised"),
    ("A37", "journal", "an ungraceful end leaves a start without an exit before it"),
    ("A38", "journal", "the journal's times are this machine's local time"),
    ("A39", "journal", "LiveUpdate announces itself and runs from liveupdate\\"),
    ("A40", NO_STEP, "a second process of one directory ends by itself with code 0"),
    ("A41", NO_STEP, "a job of one process keeps the package from starting terminals"),
    ("A42", NO_STEP, "KeepPrivate=0 leaves no password in the terminal's files"),
    ("A43", NO_STEP, "a login over IPC leaves algo trading on with Account=0"),
    ("A44", NO_STEP, "an ordinary account may register a task for its own logon"),
    ("A45", NO_STEP, "Windows closes terminals cleanly at a shutdown, and says so in the journal"),
    ("A46", "agent", "an agent of the start ini may trade, and so may its copy at home"),
    ("A47", "deploy", "a symbol that was selected is synchronised within seconds"),
    ("A48", NO_STEP, "a start without a broker link is told by the journal, whether or not the agent begins"),
    ("A49", NO_STEP, "package and journal name a one-time password in the words that we know"),
    ("A50", NO_STEP, "Windows says that the session ends before it ends terminals, and ends the engine first"),
    ("A51", NO_STEP, "a start without our ini, as after an update, takes algo trading's settings from common.ini"),
    ("A52", NO_STEP, "a saved chart keeps its id over a restart"),
)

ASSUMPTIONS = tuple(Assumption(id=name, step=step, fact=fact) for name, step, fact in _LIST)
"""In the page's order; an id that was given is never given to another fact."""

BY_ID = {assumption.id: assumption for assumption in ASSUMPTIONS}
