"""A task for Windows' Task Scheduler, in its own XML: text in, text out. Must not know: how tasks are registered."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from mt5console.core.errors import UsageInvalid
from mt5console.platforms.autostart import StartPlan

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
DELAY = "PT15S"
"""After a logon the desktop, the network and the keyring need a moment."""
AGAIN = "PT5M"
"""An engine that ended is started again after so long at most; one that runs makes the scheduler start none."""
NORMAL_PRIORITY = "5"
"""A task's own default is below normal, and every terminal that the engine starts would inherit that."""
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def task_xml(plan: StartPlan, sid: str, elevated: bool) -> str:
    """The definition: at the logon of this account (by its SID) and again and again from then on, so that an engine
    that ended does not stay so; in its own session, with the rights of today.

    No password is in it: the task runs with the token of the logon. Raises `UsageInvalid` for a path with control
    characters.
    """
    words = (*plan.command, str(plan.directory), str(plan.base))
    if any(_FORBIDDEN.search(word) for word in words):
        raise UsageInvalid("bad_path", "a path holds characters that a task cannot; rename it")
    ElementTree.register_namespace("", NAMESPACE)
    task = ElementTree.Element(_tag("Task"), {"version": "1.2"})
    about = _under(task, "RegistrationInfo")
    _under(about, "Description", "Watches the MetaTrader 5 terminals of one base directory (mt5console)")
    _under(about, "Documentation", str(plan.base))
    trigger = _under(_under(task, "Triggers"), "LogonTrigger")
    _under(trigger, "Enabled", "true")
    # The schema's order: what all triggers have comes before what the logon's has. Without a duration: for ever.
    repetition = _under(trigger, "Repetition")
    _under(repetition, "Interval", AGAIN)
    _under(repetition, "StopAtDurationEnd", "false")
    _under(trigger, "UserId", sid)
    _under(trigger, "Delay", DELAY)
    principal = _under(_under(task, "Principals"), "Principal")
    principal.set("id", "Author")
    _under(principal, "UserId", sid)
    _under(principal, "LogonType", "InteractiveToken")
    _under(principal, "RunLevel", "HighestAvailable" if elevated else "LeastPrivilege")
    settings = _under(task, "Settings")
    for name, value in _SETTINGS:
        _under(settings, name, value)
    actions = _under(task, "Actions")
    actions.set("Context", "Author")
    program = _under(actions, "Exec")
    _under(program, "Command", plan.command[0])
    _under(program, "Arguments", subprocess.list2cmdline(plan.command[1:]))
    _under(program, "WorkingDirectory", str(plan.directory))
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + ElementTree.tostring(task, encoding="unicode")


_SETTINGS = (
    # A second copy would end by itself with exit code 5; the scheduler need not even start it.
    ("MultipleInstancesPolicy", "IgnoreNew"),
    ("DisallowStartIfOnBatteries", "false"),
    ("StopIfGoingOnBatteries", "false"),
    ("AllowHardTerminate", "true"),
    ("StartWhenAvailable", "false"),
    ("RunOnlyIfNetworkAvailable", "false"),
    ("AllowStartOnDemand", "true"),
    ("Enabled", "true"),
    ("Hidden", "false"),
    ("RunOnlyIfIdle", "false"),
    # Else the scheduler would end it after three days.
    ("ExecutionTimeLimit", "PT0S"),
    ("Priority", NORMAL_PRIORITY),
)


def base_of(xml: str) -> str | None:
    """The base directory that a definition of ours is for; None for anything else."""
    task = _parsed(xml)
    found = None if task is None else task.findtext(f"{_tag('RegistrationInfo')}/{_tag('Documentation')}")
    return found if found and Path(found).name else None


def is_enabled(xml: str) -> bool:
    """Whether the definition says that the task may run."""
    task = _parsed(xml)
    return task is not None and task.findtext(f"{_tag('Settings')}/{_tag('Enabled')}", "true").strip() != "false"


def says_the_same(xml: str, wanted: str) -> bool:
    """Whether two definitions start the same thing in the same way; the scheduler adds and reorders the rest."""
    there, here = _parsed(xml), _parsed(wanted)
    if there is None or here is None:
        return False
    return all(there.findtext(path, "").strip() == here.findtext(path, "").strip() for path in _WHAT_COUNTS)


def _parsed(xml: str) -> ElementTree.Element | None:
    """The scheduler's answer says UTF-16 in its first line, whatever it was written in."""
    try:
        return ElementTree.fromstring(_DECLARATION.sub("", xml.lstrip("\ufeff")))
    except ElementTree.ParseError:
        return None


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


_WHAT_COUNTS = tuple(
    "/".join(_tag(name) for name in path.split("/"))
    for path in (
        "RegistrationInfo/Documentation",
        "Triggers/LogonTrigger/Repetition/Interval",
        "Principals/Principal/RunLevel",
        "Actions/Exec/Command",
        "Actions/Exec/Arguments",
        "Actions/Exec/WorkingDirectory",
        "Settings/Priority",
        "Settings/ExecutionTimeLimit",
    )
)


def _under(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, _tag(name))
    child.text = text
    return child
