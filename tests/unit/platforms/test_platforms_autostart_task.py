"""The Task Scheduler's definition: what it says, that it says no more, and how an answer of the scheduler is read."""

from __future__ import annotations

from pathlib import PureWindowsPath
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.errors import UsageInvalid
from mt5console.platforms.autostart import StartPlan
from mt5console.platforms.task_definition import NAMESPACE, base_of, is_enabled, says_the_same, task_xml

SID = "S-1-5-21-1-2-3-1001"
T = f"{{{NAMESPACE}}}"


def plan_for(base: str = r"C:\mt5_users", *words: str) -> StartPlan:
    command = (r"C:\My Programs\python\pythonw.exe", "-m", "mt5console", "--base-dir", base, "watchdog", "run", *words)
    # The paths of another system: the definition only spells them.
    return StartPlan(base=PureWindowsPath(base), command=command, directory=PureWindowsPath(r"C:\checkout"))  # type: ignore[arg-type]


def said(xml: str, path: str) -> str | None:
    root = ElementTree.fromstring(xml.partition("\n")[2])
    return root.findtext("/".join(T + name for name in path.split("/")))


def test_it_starts_the_engine_at_this_accounts_logon_in_its_session() -> None:
    xml = task_xml(plan_for(), SID, elevated=False)
    assert said(xml, "Triggers/LogonTrigger/UserId") == SID
    assert said(xml, "Principals/Principal/UserId") == SID
    assert said(xml, "Principals/Principal/LogonType") == "InteractiveToken"
    assert said(xml, "Actions/Exec/Command") == r"C:\My Programs\python\pythonw.exe"
    assert said(xml, "Actions/Exec/Arguments") == r"-m mt5console --base-dir C:\mt5_users watchdog run"
    assert said(xml, "Actions/Exec/WorkingDirectory") == r"C:\checkout"


@pytest.mark.parametrize(("elevated", "level"), [(False, "LeastPrivilege"), (True, "HighestAvailable")])
def test_its_rights_are_those_of_today(elevated: bool, level: str) -> None:
    assert said(task_xml(plan_for(), SID, elevated), "Principals/Principal/RunLevel") == level


def test_it_lives_for_ever_at_normal_priority_and_only_once() -> None:
    xml = task_xml(plan_for(), SID, elevated=False)
    assert said(xml, "Settings/ExecutionTimeLimit") == "PT0S"
    assert said(xml, "Settings/Priority") == "5"
    assert said(xml, "Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert said(xml, "Settings/StopIfGoingOnBatteries") == "false"


def test_an_engine_that_ended_is_started_again_without_an_end() -> None:
    xml = task_xml(plan_for(), SID, elevated=False)
    assert said(xml, "Triggers/LogonTrigger/Repetition/Interval") == "PT5M"
    assert said(xml, "Triggers/LogonTrigger/Repetition/StopAtDurationEnd") == "false"
    assert said(xml, "Triggers/LogonTrigger/Repetition/Duration") is None


def test_the_trigger_stands_in_the_schemas_order() -> None:
    root = ElementTree.fromstring(task_xml(plan_for(), SID, elevated=False).partition("\n")[2])
    trigger = root.find(f"{T}Triggers/{T}LogonTrigger")
    assert trigger is not None
    assert [child.tag.removeprefix(T) for child in trigger] == ["Enabled", "Repetition", "UserId", "Delay"]


def test_a_task_that_does_not_start_again_is_an_older_one() -> None:
    ours = task_xml(plan_for(), SID, elevated=False)
    begin, end = ours.index("<Repetition>"), ours.index("</Repetition>") + len("</Repetition>")
    older = ours[:begin] + ours[end:]
    assert base_of(older) == r"C:\mt5_users"
    assert not says_the_same(older, ours)


def test_no_secret_has_a_place_in_it() -> None:
    xml = task_xml(plan_for(), SID, elevated=False)
    assert "password" not in xml.casefold()


def test_the_settings_stand_in_the_schemas_order() -> None:
    root = ElementTree.fromstring(task_xml(plan_for(), SID, elevated=False).partition("\n")[2])
    assert [child.tag.removeprefix(T) for child in root] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]


def test_a_base_directory_with_a_blank_stays_one_word() -> None:
    xml = task_xml(plan_for("C:\\my users\\"), SID, elevated=False)
    # A closing backslash before a quotation mark is doubled, as Windows' own rules want it.
    assert '--base-dir "C:\\my users\\\\" watchdog' in (said(xml, "Actions/Exec/Arguments") or "")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).map(lambda name: "C:\\b" + name + "e"))
def test_the_base_directory_comes_back_as_it_was(base: str) -> None:
    try:
        xml = task_xml(plan_for(base), SID, elevated=False)
    except UsageInvalid:
        return
    assert base_of(xml) == str(PureWindowsPath(base))


def test_the_schedulers_own_spelling_is_read() -> None:
    ours = task_xml(plan_for(), SID, elevated=False)
    theirs = "\ufeff" + ours.replace("<RegistrationInfo>", "<RegistrationInfo><URI>\\mt5console\\x</URI>")
    assert base_of(theirs) == r"C:\mt5_users"
    assert says_the_same(theirs, ours)
    assert is_enabled(theirs)
    assert not says_the_same(theirs, task_xml(plan_for(), SID, elevated=True))
    assert not says_the_same(theirs, task_xml(plan_for(r"C:\mt5_users", "--observe-only"), SID, elevated=False))


def test_a_task_that_was_switched_off_is_told() -> None:
    xml = task_xml(plan_for(), SID, elevated=False)
    before, mark, after = xml.rpartition("<Enabled>true</Enabled>")
    assert mark
    assert not is_enabled(before + "<Enabled>false</Enabled>" + after)


@given(st.text())
def test_foreign_answers_are_nobodys(text: str) -> None:
    assert base_of(text) is None
    assert not is_enabled(text)


def test_a_path_that_xml_cannot_spell_is_refused() -> None:
    with pytest.raises(UsageInvalid):
        task_xml(plan_for("C:\\bad\x07name"), SID, elevated=False)
