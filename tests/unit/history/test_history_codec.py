"""Every record comes back as it was stored, whatever a newer program added beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.history import codec
from mt5console.core.model.desired import DesiredRobot, DesiredUser, RobotRun, RobotVersion, Run
from mt5console.core.model.ids import Account, DeploymentId, OperationId, RobotId, Slot, Timeframe, UserId
from mt5console.core.model.records import (
    Decision,
    DeploymentRecord,
    Incident,
    IncidentKind,
    Operation,
    OperationState,
    Outcome,
    Stage,
)

words = st.text(max_size=12)
ids = st.integers(min_value=1, max_value=2**53)
instants = st.floats(min_value=0, max_value=4e9)
pairs = st.lists(st.tuples(words, words), max_size=3).map(tuple)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(words, json_values, max_size=3)
user_ids = ids.map(UserId)
robot_ids = ids.map(RobotId)
deployment_ids = words.map(DeploymentId)

users = st.builds(
    DesiredUser,
    user_id=user_ids,
    account=st.builds(Account, login=ids, server=words),
    directory=words,
    watch_only=st.booleans(),
    run=st.sampled_from(Run),
    maintenance_until_utc_s=st.none() | instants,
    stop_latched=st.booleans(),
)
versions = st.builds(
    RobotVersion,
    deployment_id=deployment_ids,
    slot=st.sampled_from((Slot("a"), Slot("b"))),
    inputs=pairs,
    inputs_hash=words,
    source_hash=words,
    symbol=words,
    timeframe=st.sampled_from(Timeframe),
)
robots = st.builds(
    DesiredRobot,
    robot_id=robot_ids,
    user_id=user_ids,
    symbol=words,
    timeframe=st.sampled_from(Timeframe),
    magic=ids,
    inputs=pairs,
    source_name=words,
    source_hash=words,
    run=st.sampled_from(RobotRun),
    active=st.none() | versions,
)
decisions = st.builds(
    Decision,
    utc_s=instants,
    user_id=st.none() | user_ids,
    before=words,
    after=words,
    trigger=words,
    decided=words,
    why=words,
    next=words,
    acts=st.lists(words, max_size=3).map(tuple),
    observed_only=st.booleans(),
)
incidents = st.builds(
    Incident,
    incident_id=words,
    kind=st.sampled_from(IncidentKind),
    user_id=st.none() | user_ids,
    robot_id=st.none() | robot_ids,
    opened_utc_s=instants,
    text=words,
    next_step=words,
    tried=st.lists(words, max_size=3).map(tuple),
    cleared_utc_s=st.none() | instants,
    cleared_why=words,
    acknowledged=words,
)
stages = st.builds(Stage, name=words, outcome=words, seconds=instants, evidence=words)
running_deployments = st.builds(
    DeploymentRecord,
    deployment_id=deployment_ids,
    robot_id=robot_ids,
    user_id=user_ids,
    operation_id=st.none() | words.map(OperationId),
    kind=words,
    started_utc_s=instants,
    ended_utc_s=st.none(),
    outcome=st.none() | st.sampled_from(Outcome),
    ready_confirmed=st.booleans(),
    heartbeat_confirmed=st.booleans(),
    chart_opened=st.booleans(),
    stages=st.lists(stages, max_size=3).map(tuple),
    diagnosis=st.none() | objects,
    state=objects,
)
operations = st.builds(
    Operation,
    operation_id=words.map(OperationId),
    kind=words,
    user_id=st.none() | user_ids,
    robot_id=st.none() | robot_ids,
    actor=words,
    requested_utc_s=instants,
    ended_utc_s=st.none() | instants,
    state=st.sampled_from(OperationState),
    progress=words,
    result=st.none() | objects,
    error=st.none() | st.dictionaries(words, words, max_size=2),
    exit_code=st.integers(0, 6),
    details=objects,
)

ROUND_TRIPS = {
    "user": (users, codec.user_to_json, codec.user_from_json),
    "version": (versions, codec.version_to_json, codec.version_from_json),
    "robot": (robots, codec.robot_to_json, codec.robot_from_json),
    "decision": (decisions, codec.decision_to_json, codec.decision_from_json),
    "incident": (incidents, codec.incident_to_json, codec.incident_from_json),
    "running deployment": (running_deployments, codec.deployment_to_json, codec.deployment_from_json),
    "operation": (operations, codec.operation_to_json, codec.operation_from_json),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
@given(data=st.data())
def test_a_record_comes_back_as_it_was_with_unknown_keys_beside_it(name: str, data: st.DataObject) -> None:
    strategy, encode, decode = ROUND_TRIPS[name]
    record = data.draw(strategy)  # type: ignore[arg-type]
    stored = codec.loads(codec.dumps(encode(record)))  # type: ignore[operator]
    stored["added by a newer version"] = {"x": 1}
    assert decode(stored) == record  # type: ignore[operator]


@given(record=running_deployments, ended=instants)
def test_an_ended_deployment_no_longer_carries_its_machine(record: DeploymentRecord, ended: float) -> None:
    from dataclasses import replace

    stored = codec.deployment_from_json(codec.deployment_to_json(replace(record, ended_utc_s=ended)))
    assert stored.state == {}
    assert stored.stages == record.stages


@given(raw=objects)
def test_what_is_no_user_is_refused_with_an_error_that_the_store_catches(raw: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        codec.user_from_json(raw)


@pytest.mark.parametrize("text", ["", "[]", "1", "{", json.dumps("x")])
def test_text_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        codec.loads(text)
