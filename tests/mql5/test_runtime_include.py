"""The robots' include, in a rendered template, compiled as it stands and led through a robot's life by a small host."""

import json

import pytest

from mt5console.core.deployment.rendering import render_template
from mt5console.simulation.locks import try_lock
from tests.mql5.small_host import SmallHost
from tests.mql5.small_workshop import Workshop
from tools.mql5check.build import BuildError

ROBOT, MAGIC, DEPLOYMENT = 7, 1007, "d-1"
ANSWERS = {
    "iMA": lambda *values: 10 + int(values[2]),
    "IndicatorRelease": True,
    "iTime": "@1767225600",
    "CopyBuffer": [2, 2, 1.1, 1.2],
    "PositionsTotal": 0,
    "MQLInfoInteger": lambda what: int(what not in ("MQL_TESTER", "MQL_OPTIMIZATION")),
}


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


@pytest.fixture
def robot(shop):
    """Start a robot of the default template in a folder of its own."""
    built = shop.compile(render_template("ma_cross", ROBOT, MAGIC))
    assert built.messages == ()
    hosts = []

    def start(box=None, **host):
        inputs = {"Mt5ConsoleRobotId": ROBOT, "Mt5ConsoleDeployment": DEPLOYMENT, "Mt5ConsoleMagic": MAGIC}
        hosts.append(SmallHost(built.executable, box or shop.box(), inputs=inputs, answers=ANSWERS, **host))
        return hosts[-1]

    yield start
    for host in hosts:
        host.kill()


def _folder(host):
    folder = host.files / "mt5console" / "robots" / str(ROBOT)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _desire(host):
    desired = {"protocol": 1, "robot_id": ROBOT, "deployment_id": DEPLOYMENT}
    (_folder(host) / "desired.json").write_text(json.dumps(desired, separators=(",", ":")), encoding="utf-8")


def _beat(host):
    """Timer events until a beat is written, as the clock goes on."""
    before = _sequence(host)
    for _ in range(5):
        host.now += 1
        host.event("timer")
        if _sequence(host) > before:
            return json.loads((_folder(host) / "heartbeat.json").read_bytes())
    raise AssertionError(f"no beat: {host.told}")


def _sequence(host):
    path = _folder(host) / "heartbeat.json"
    return json.loads(path.read_bytes())["sequence"] if path.exists() else 0


def test_a_robots_life_leaves_the_files_of_the_protocol(robot):
    host = robot()
    _desire(host)
    host.begin()
    assert host.event("init") == "0"
    ready = json.loads((_folder(host) / "ready.json").read_bytes())
    assert {
        name: ready[name] for name in ("protocol", "robot_id", "deployment_id", "symbol", "timeframe", "magic")
    } == {
        "protocol": 1,
        "robot_id": ROBOT,
        "deployment_id": DEPLOYMENT,
        "symbol": "EURUSD",
        "timeframe": "H1",
        "magic": MAGIC,
    }
    assert set(host.globals) >= {f"EA_READY_{ROBOT}"}
    first, second = _beat(host), _beat(host)
    assert second["sequence"] == first["sequence"] + 1
    assert first["entries"] == "open"
    assert (host.files / f"heartbeat_{ROBOT}.txt").exists()
    assert host.event("tick") == "0"
    assert host.event("deinit", 1) == "0"
    told = host.quit()
    assert (told.misuse, told.critical) == ([], [])
    assert not (_folder(host) / "ready.json").exists()
    assert host.globals == {}


def test_a_second_copy_refuses_and_a_killed_one_leaves_the_way_free(robot, shop):
    box = shop.box()
    first, second, third = (robot(box) for _ in range(3))
    _desire(first)
    first.begin()
    assert first.event("init") == "0"
    second.begin()
    assert second.event("init") == "1"
    first.kill()
    third.begin()
    assert third.event("init") == "0"


def _held_lock(host):
    return try_lock(str(_folder(host) / "lock"))


def test_a_lock_that_somebody_holds_for_a_moment_does_not_take_the_robot_off_its_chart(robot):
    host = robot()
    _desire(host)
    held, slept = _held_lock(host), []

    def sleep(milliseconds):
        slept.append(int(milliseconds))
        if sum(slept) >= 800:
            held.release()

    host.answers["Sleep"] = sleep
    host.begin()
    assert host.event("init") == "0"
    assert set(slept) == {20}
    assert not (_folder(host) / "errors.jsonl").exists()


def test_a_lock_that_another_copy_holds_is_waited_for_for_a_second_and_then_refused(robot):
    host = robot()
    _desire(host)
    held, slept = _held_lock(host), []
    host.answers["Sleep"] = lambda milliseconds: slept.append(int(milliseconds))
    host.begin()
    assert host.event("init") == "1"
    held.release()
    assert 1000 <= sum(slept) <= 2000
    (line,) = (_folder(host) / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["code"] == 1


def test_a_reader_that_holds_the_file_for_a_moment_costs_no_beat(robot):
    host = robot(faults=[("FileMove", 2, 5004, "heartbeat.json")])
    _desire(host)
    host.begin()
    host.event("init")
    assert _beat(host)["sequence"] >= 1


def test_a_deployment_that_is_not_desired_opens_nothing_and_says_so(robot):
    host = robot()
    host.begin()
    host.event("init")
    assert _beat(host)["entries"] == "not_desired"
    lines = (_folder(host) / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["protocol"] == 1


def test_the_stop_latch_is_seen_at_the_next_beat(robot):
    host = robot()
    _desire(host)
    host.begin()
    host.event("init")
    (host.files / "mt5console" / "stop").write_bytes(b"")
    assert _beat(host)["entries"] == "stopped"


DROPPED = {
    "a semicolon": ("return(INIT_SUCCEEDED);", "return(INIT_SUCCEEDED)"),
    "a brace": ("void OnTimer()\n  {", "void OnTimer()\n"),
    "a variable's type": ("int OnInit()\n  {", "int OnInit()\n  {\n   stray = 1;"),
}


@pytest.mark.parametrize("what", DROPPED)
def test_what_is_dropped_from_a_source_is_not_compiled(shop, what):
    old, new = DROPPED[what]
    text = render_template("ma_cross", ROBOT, MAGIC)
    assert old in text
    with pytest.raises(BuildError, match=r"Program\.mq5:\d+"):
        shop.compile(text.replace(old, new, 1))


def test_a_dropped_release_of_an_indicator_is_reported(shop):
    text = render_template("ma_cross", ROBOT, MAGIC)
    changed = text.replace("IndicatorRelease(slow_handle)", "bool(slow_handle)", 1)
    assert changed != text
    with SmallHost(
        shop.compile(changed).executable, shop.box(), inputs={"Mt5ConsoleRobotId": ROBOT}, answers=ANSWERS
    ) as host:
        told = host.run("init", "deinit 1")
    assert [kind for kind, _, _ in told.misuse] == ["leak"]
