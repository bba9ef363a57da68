"""Settings as people edit them: defaults, comments that survive, every error at once, a way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt5console.core.config.settings import Settings, change_settings, keep_last_good, load_settings, overridden
from mt5console.core.errors import EXIT_USAGE, UsageInvalid
from mt5console.platforms.files import LocalFileStore

FILES = LocalFileStore()


@dataclass(frozen=True)
class Numbers:
    check_interval_s: float = 10.0
    restart_budget: int = 5
    backoff_first_s: float = 2.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def refusal(path: Path) -> str:
    with pytest.raises(UsageInvalid) as refused:
        load_settings(path, FILES)
    assert refused.value.exit_code == EXIT_USAGE
    assert "\n" not in refused.value.text
    assert path.name in refused.value.text
    return refused.value.text


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    settings = load_settings(path, FILES)
    assert (settings.check_interval_s, settings.mode, settings.recommended_terminals) == (10.0, "on", 10)
    assert not path.exists()


def test_what_a_person_wrote_is_read(path: Path) -> None:
    path.write_text('check_interval_s = 5\nmode = "observe"\n[policy]\nrestart_budget = 3\n', encoding="utf-8-sig")
    settings = load_settings(path, FILES)
    assert (settings.check_interval_s, settings.mode) == (5.0, "observe")
    assert overridden(Numbers(), settings) == Numbers(check_interval_s=5.0, restart_budget=3)


def test_all_errors_are_told_at_once_with_their_names(path: Path) -> None:
    path.write_text(
        'check_interval_s = "often"\nmode = "maybe"\ncolour = 1\n[policy]\nbackoff_first_s = -2\nlogin_tries = true\n',
        encoding="utf-8",
    )
    text = refusal(path)
    for name in ("check_interval_s:", "mode:", "colour:", "policy.backoff_first_s:", "policy.login_tries:"):
        assert name in text


@pytest.mark.parametrize("content", [b"mode = ", b"\xff\xfe", b"mode = 'on'\nmode = 'off'\n", b"schema_version = 9\n"])
def test_a_file_that_cannot_be_understood_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refusal(path)
    assert path.read_bytes() == content


@given(content=st.binary(max_size=60))
def test_no_file_content_ends_otherwise_than_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "settings.toml"
    path.write_bytes(content)
    try:
        said = str(load_settings(path, FILES).schema_version)
    except UsageInvalid as refused:
        said = refused.text
    assert said == "1" or (path.name in said and "\n" not in said)


def test_a_change_keeps_comments_and_the_last_good_copy(path: Path) -> None:
    before = '# our house rules\nmode = "on"   # never off\n\n[policy]\n# patient\nrestart_budget = 4\n'
    path.write_text(before, encoding="utf-8")
    settings = change_settings(path, {"check_interval_s": 20.0, "policy.restart_budget": 6, "policy.x_s": 1.5}, FILES)
    assert settings == load_settings(path, FILES)
    assert (settings.check_interval_s, settings.policy) == (20.0, {"restart_budget": 6, "x_s": 1.5})
    after = path.read_text(encoding="utf-8")
    assert "# our house rules" in after
    assert "# never off" in after
    assert "# patient" in after
    assert path.with_name("settings.toml.last-good").read_text(encoding="utf-8") == before
    assert change_settings(path, {"check_interval_s": None}, FILES).check_interval_s == 10.0


def test_a_change_that_would_be_wrong_changes_nothing(path: Path) -> None:
    change_settings(path, {"mode": "observe"}, FILES)
    before = path.read_bytes()
    for name, value in (("mode", "x"), ("policy.restart_budget", 0), ("mode.deeper", 1), ("policy.a", math.inf)):
        with pytest.raises(UsageInvalid):
            change_settings(path, {name: value}, FILES)
    assert path.read_bytes() == before


def test_after_a_slip_the_error_names_the_last_good_copy(path: Path) -> None:
    path.write_text('mode = "off"\n', encoding="utf-8")
    load_settings(path, FILES)
    keep_last_good(path, FILES)
    path.write_text('mode = "of"\n', encoding="utf-8")
    assert "settings.toml.last-good" in refusal(path)
    with pytest.raises(UsageInvalid):
        change_settings(path, {"mode": "on"}, FILES)


@pytest.mark.parametrize("policy", [{"no_such_s": 1.0}, {"restart_budget": 1.5}, {"check_interval_s": 3.0}])
def test_a_number_the_policy_does_not_know_is_refused_by_name(policy: dict[str, float]) -> None:
    with pytest.raises(UsageInvalid, match=f"policy.{next(iter(policy))}"):
        overridden(Numbers(), Settings(policy=policy))


def test_whole_numbers_stay_whole() -> None:
    changed = overridden(Numbers(), Settings(policy={"restart_budget": 7.0, "backoff_first_s": 3}))
    assert (changed.restart_budget, type(changed.restart_budget)) == (7, int)
    assert (changed.backoff_first_s, type(changed.backoff_first_s)) == (3.0, float)
