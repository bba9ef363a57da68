"""A robot's files while somebody holds, tears or removes them, or the disk is full. Told as `robot_scenarios` is."""

from mt5console.simulation.programs import ApplyEnd
from tests.mql5.conformance.robot_scenarios import begin

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


@scenario
def a_file_that_somebody_holds_for_a_moment_is_written_all_the_same(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(1)
    for path in (world.layout.heartbeat(7), world.layout.desired(7)):
        with world.holding(path, sleeps=2):
            world.seconds(1)
        world.note(f"{path.name} was held")
    assert world.beat(7).sequence == 3
    assert world.beat(7).entries.value == "open"


@scenario
def a_lock_that_somebody_holds_for_a_moment_does_not_take_the_robot_off(world):
    begin(world, 7)
    world.desire(7, "d1")
    lock = world.layout.robot_lock(7)
    lock.write_bytes(b"")
    with world.holding(lock, sleeps=20):
        assert world.attach(7)[0] is ApplyEnd.RUNNING
    world.seconds(1)
    assert world.errors(7) == []
    assert world.beat(7).sequence == 1
    world.note("it runs")


@scenario
def a_lock_that_stays_held_is_another_copy_s(world):
    begin(world, 7)
    world.desire(7, "d1")
    lock = world.layout.robot_lock(7)
    lock.write_bytes(b"")
    with world.holding(lock, sleeps=200):
        assert world.attach(7)[0] is ApplyEnd.INIT_FAILED
        assert 140 < len(world.host.at_sleep) < 160, "a second's sleeps"
    assert [code for code, _ in world.errors(7)] == [1]
    world.note("refused")


@scenario
def files_that_somebody_tears_are_whole_at_the_next_beat(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(1)
    world.layout.heartbeat(7).write_bytes(b'{"protocol":1,"robot_id":7,"deploy')
    world.layout.legacy_heartbeat(7).write_bytes(b"2025")
    world.layout.robot_errors(7).write_bytes(b'{"protocol":1,"utc":1,"co')
    world.seconds(1)
    assert world.beat(7).sequence == 2
    world.note("mended")
    world.layout.heartbeat(7).unlink()
    world.layout.legacy_heartbeat(7).unlink()
    world.seconds(1)
    assert world.beat(7).sequence == 3
    world.note("written anew")


@scenario
def a_folder_that_vanishes_comes_back(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(1)
    world.layout.ready(7).unlink()
    world.seconds(1)
    world.note("ready was taken away")
    world.end_experts()
    world.note("ended without one")


@scenario
def a_full_disk_loses_beats_and_not_the_robot(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.attach(7)
    world.seconds(1)
    world.disk.is_full = True
    world.seconds(2)
    assert world.beat(7).sequence == 1
    world.disk.is_full = False
    world.seconds(1)
    assert world.beat(7).sequence == 4
    world.note("room again")


@scenario
def on_a_full_disk_no_robot_starts(world):
    begin(world, 7)
    world.desire(7, "d1")
    world.disk.is_full = True
    assert world.attach(7)[0] is ApplyEnd.INIT_FAILED
    world.disk.is_full = False
    assert world.ready(7) is None
    assert world.attach(7)[0] is ApplyEnd.RUNNING
    world.note("room again")
