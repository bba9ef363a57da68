"""Stages and inputs as models: what has happened, what is to come, what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from mt5console.core.deployment.plan import Leg, Step, stage_name
from mt5console.ui.models.stages_model import (
    EVIDENCE_ROLE,
    OUTCOME_ROLE,
    SECONDS_ROLE,
    SHARE_ROLE,
    TITLES,
    StagesModel,
    preflight_points,
    stage_rows,
)
from mt5console.ui.pictures import StagePicture

pytestmark = pytest.mark.usefixtures("qapp")


def stage(name: str, outcome: str = "passed", seconds: float = 0.5, evidence: str = "seen") -> StagePicture:
    return StagePicture(name=name, outcome=outcome, seconds=seconds, evidence=evidence)


def outcomes(*stages: StagePicture, kind: str = "deploy", ended: bool = False) -> dict[str, str]:
    return {row.name: row.outcome for row in stage_rows(stages, kind, ended=ended)}


def test_every_stage_that_the_engine_can_tell_has_a_title() -> None:
    told = {stage_name(leg, step) for leg in Leg for step in Step if step is not Step.ENDED}
    never = {"put_back_preflight", "put_back_write", "put_back_compile", "put_back_promote"}
    assert told - never <= set(TITLES)


def test_what_is_to_come_stands_behind_what_goes_on() -> None:
    shown = outcomes(stage("preflight"), stage("write", "running"))
    assert list(shown) == [
        "preflight", "write", "compile", "detach", "desired", "attach", "ready", "heartbeat", "proven", "promote",
    ]  # fmt: skip
    assert shown["write"] == "running"
    assert shown["compile"] == "waiting"


def test_nothing_is_to_come_after_the_end() -> None:
    assert outcomes(stage("preflight"), stage("compile", "failed"), ended=True) == {
        "preflight": "passed",
        "compile": "failed",
    }


def test_the_way_back_is_told_instead_of_the_way_forward() -> None:
    shown = outcomes(stage("preflight"), stage("ready", "failed"), stage("remove_new", "running"))
    assert "heartbeat" not in shown
    assert shown["put_back_attach"] == "waiting"


def test_a_pause_is_the_last_thing_to_come() -> None:
    assert list(outcomes(stage("heartbeat", "failed"), stage("pause", "running"))) == ["heartbeat", "pause"]


def test_seconds_run_on_between_two_news_and_the_proof_shows_its_share(qtmodeltester) -> None:
    model = StagesModel()
    model.set_stages([stage("heartbeat"), stage("proven", "running", 4.0, "")], "deploy", ended=False)
    model.count(1.0)
    index = model.index(1)
    assert index.data(SECONDS_ROLE) == pytest.approx(5.0)
    assert index.data(SHARE_ROLE) == pytest.approx(0.5)
    model.count(2.0, "2 of 3 beats", 0.6)
    assert index.data(SECONDS_ROLE) == pytest.approx(6.0)
    assert index.data(EVIDENCE_ROLE) == "2 of 3 beats"
    qtmodeltester.check(model)


def test_a_stage_that_ends_keeps_the_time_that_the_engine_measured() -> None:
    model = StagesModel()
    model.set_stages([stage("compile", "running", 0.0, "")], "deploy", ended=False)
    model.count(7.0)
    model.set_stages([stage("compile", "passed", 1.9, "0 errors"), stage("detach", "running")], "deploy", ended=False)
    assert model.index(0).data(SECONDS_ROLE) == pytest.approx(1.9)
    assert model.index(0).data(OUTCOME_ROLE) == "passed"
    assert "Compile: passed, 1.9 seconds. 0 errors" in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_evidence_for_people_leaves_out_what_only_machines_read() -> None:
    rows = stage_rows([stage("write", evidence="9c41" + "a" * 56 + "e07b")], "deploy", ended=True)
    assert rows[0].evidence == "source sha256 9c41aaaa…e07b"
    points = preflight_points(
        "no stop latch; switched on, and the account lets robots trade; 301 is used by no other robot"
    )
    assert points == (
        "no stop latch",
        "algo trading switched on, and the account lets robots trade",
        "magic number 301 is used by no other robot",
    )


@given(st.lists(st.sampled_from([name for name in TITLES]), max_size=14), st.booleans())
def test_any_course_of_stages_keeps_the_model_whole(names: list[str], ended: bool) -> None:
    model = StagesModel()
    for count in range(len(names) + 1):
        told = [stage(name, "passed") for name in names[:count]]
        model.set_stages(told, "deploy", ended=ended and count == len(names))
        model.count(1.0)
        assert model.rowCount() == len(model.rows) >= len(told)
        assert [row.name for row in model.rows][: len(told)] == names[:count]
