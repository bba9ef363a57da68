"""Fixtures of the simulation's own scenarios."""

import pytest

from tests.simulation.sim_world import SimWorld


@pytest.fixture
def sim():
    """A fresh simulated base directory; all its processes are killed at the end."""
    world = SimWorld()
    try:
        yield world
    finally:
        world.close()
