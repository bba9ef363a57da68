"""A terminal that calls OnInit only once its symbols have data, as real ones probably do, started without a link."""

import pytest

from mt5console.simulation.faults import inject
from tests.simulation.sim_world import wait_for

GIVEN_UP = "initializing of Agent (EURUSD,H1) failed with code 0 (symbol synchronization timeout)"


@pytest.fixture
def user(sim):
    user = sim.user()
    inject(sim.base, user.user_id, "disconnect")
    return user


def test_an_agent_begins_when_the_link_is_there(sim, user):
    sim.settings(login_delay_s=0.05, sync_wait_s=60)
    user.start(wait="")
    user.wait_text("expert Agent (EURUSD,H1) loaded successfully")
    user.wait_text("no connection to")
    assert not user.layout.agent_status.exists()
    inject(sim.base, user.user_id, "clear")
    wait_for(user.layout.agent_status.exists, "the agent's word")


def test_an_agent_that_waits_too_long_is_given_up_and_does_not_come_back_by_itself(sim, user):
    sim.settings(login_delay_s=0.05, sync_wait_s=0.5)
    user.start(wait="")
    user.wait_text(GIVEN_UP)
    inject(sim.base, user.user_id, "clear")
    user.wait_text("authorized on")
    assert user.texts().count("expert Agent (EURUSD,H1) loaded successfully") == 1
    assert not user.layout.agent_status.exists()


def test_without_the_setting_an_agent_begins_at_once(sim, user):
    user.start(wait="")
    wait_for(user.layout.agent_status.exists, "the agent's word")
