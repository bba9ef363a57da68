"""The simulated .ex5 on disk: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mt5console.simulation.binary import MAGIC, ROLES, SimulatedBinary, decode_binary, encode_binary, read_binary

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
binaries = st.builds(
    SimulatedBinary,
    name=texts,
    source_sha256=texts,
    inputs=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    protocol=st.booleans(),
    legacy_heartbeat=st.booleans(),
    legacy_robot_id=st.none() | st.integers(1, 10**9),
    init_result=st.sampled_from([0, 1]),
    role=st.sampled_from(ROLES),
)


@given(binaries)
def test_a_binary_survives_its_file(binary: SimulatedBinary) -> None:
    assert decode_binary(encode_binary(binary)) == binary


@given(binaries, st.integers(min_value=0, max_value=10_000))
def test_a_torn_binary_is_not_loadable(binary: SimulatedBinary, cut: int) -> None:
    data = encode_binary(binary)
    assert decode_binary(data[: cut % len(data)]) is None


@given(st.binary(max_size=64))
def test_foreign_content_is_not_loadable(data: bytes) -> None:
    assert decode_binary(MAGIC + data) is None


def test_a_missing_or_foreign_file_is_not_loadable(tmp_path: Path) -> None:
    foreign = tmp_path / "real.ex5"
    foreign.write_bytes(b"EX5\x00" * 100)
    assert read_binary(foreign) is None
    assert read_binary(tmp_path / "absent.ex5") is None
