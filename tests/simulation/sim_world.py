"""Simulated terminals as real processes for the tests: installed, started, asked, and all killed at the end."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from mt5console.core.credentials import Secret
from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import Account, Timeframe
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.core.terminal.start_ini import start_ini_bytes
from mt5console.core.terminal.templates import template_bytes
from mt5console.simulation.binary import SimulatedBinary, encode_binary
from mt5console.simulation.broker import broker_of
from mt5console.simulation.installation import SimulatedTemplate

PATIENCE_S = 15.0
CONSOLE_INPUTS = ((protocol.DEPLOYMENT_INPUT, ""), (protocol.ROBOT_INPUT, "0"), (protocol.MAGIC_INPUT, "0"))


def wait_for(condition, what="the condition", patience_s=PATIENCE_S):
    """Poll until the condition gives something true, and give that; a clear failure at the deadline."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come within {patience_s} s")


class SimWorld:
    """One simulated base directory; in memory where the machine has such a place."""

    def __init__(self):
        memory = Path("/dev/shm")
        place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
        self.base = Path(tempfile.mkdtemp(prefix="mt5console-test-", dir=place)) / "base"
        self.base.mkdir()
        self.layout = BaseLayout(self.base)
        self.broker = broker_of(self.base)
        self.children = []
        self.settings(login_delay_s=0.05, update_s=0.2)

    def settings(self, **values):
        self.layout.simulation.mkdir(parents=True, exist_ok=True)
        (self.layout.simulation / "settings.json").write_text(json.dumps(values))

    def user(self, user_id=1, login=5001, server="Demo-Server"):
        return SimUser(self, user_id, login, server)

    def processes(self):
        """Every living process of this base directory."""
        found = []
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
                if process.pid != os.getpid() and any(str(self.base) in word for word in words):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def close(self):
        for child in self.children:
            child.kill()
            child.wait(PATIENCE_S)
        # A dying updater may start one more terminal: look until nothing is left.
        for _ in range(50):
            found = self.processes()
            if not found:
                break
            for process in found:
                try:
                    process.kill()
                    process.wait(5)
                except psutil.Error:
                    continue
        shutil.rmtree(self.base.parent, ignore_errors=True)


class SimUser:
    """One user's terminal directory and the processes started in it."""

    def __init__(self, world, user_id, login, server):
        self.world = world
        self.user_id = user_id
        self.login = login
        self.server = server
        self.layout = TerminalLayout(world.layout.user(user_id))
        self.executable = self.layout.root / "terminal64"
        self.process = None
        self._commands = 0
        SimulatedTemplate().install(self.layout.root)

    def compile(self, robot_id, slot="a", **fields):
        """Put a compiled robot into its slot."""
        fields.setdefault("protocol", True)
        inputs = (("Lots", "0.1"), ("Comment", "none"), *(CONSOLE_INPUTS if fields["protocol"] else ()))
        fields.setdefault("inputs", inputs)
        binary = SimulatedBinary(name=f"Robot_{robot_id}_{slot}", source_sha256="0" * 64, **fields)
        self.layout.slot_binary(robot_id, slot).write_bytes(encode_binary(binary))

    def start_ini(self, password="right", **changes):
        text = start_ini_bytes(
            Account(login=self.login, server=self.server),
            Secret(password),
            agent_symbol="EURUSD",
            agent_timeframe=Timeframe.H1,
        )
        for key, value in changes.items():
            words = text.decode("utf-16").splitlines()
            words = [f"{key}={value}" if word.startswith(f"{key}=") else word for word in words]
            text = "\r\n".join(words).encode("utf-16")
        self.layout.start_ini.write_bytes(text)
        return self.layout.start_ini

    def spawn(self, *arguments):
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            [str(self.executable), *arguments], cwd=self.layout.root, stdin=quiet, stdout=quiet, stderr=quiet
        )
        self.world.children.append(process)
        return process

    def start(self, password="right", wait="login", **changes):
        """Start as the console does, and wait for the agent to see the login (or only the agent, or nothing)."""
        ini = self.start_ini(password, **changes)
        began = time.time()
        self.process = self.spawn("/portable", f"/config:{ini}")
        if wait == "login":
            self.wait_status(lambda status: status.login and status.connected, since=began)
        elif wait == "agent":
            self.wait_status(lambda status: True, since=began)
        return self.process

    def wait_status(self, condition=lambda status: True, since=None):
        """The first status after `since` (now, when not given) for which the condition holds."""
        since = time.time() if since is None else since

        def look():
            status = self.status()
            return status if status is not None and status.utc_s >= since and condition(status) else None

        return wait_for(look, "the agent's status")

    def status(self):
        return protocol.decode_status(_read(self.layout.agent_status))

    def ready(self, robot_id):
        return protocol.decode_ready(_read(self.layout.ready(robot_id)))

    def beat(self, robot_id):
        return protocol.decode_heartbeat(_read(self.layout.heartbeat(robot_id)))

    def wait_beat(self, robot_id, condition=lambda beat: True, after=0.0):
        def look():
            beat = self.beat(robot_id)
            return beat if beat is not None and beat.utc_s > after and condition(beat) else None

        return wait_for(look, f"a beat of robot {robot_id}")

    def desire(self, robot_id, deployment_id):
        self.layout.robot(robot_id).mkdir(parents=True, exist_ok=True)
        _replace(self.layout.desired(robot_id), protocol.encode_desired(Permit(deployment_id=deployment_id)))

    def template(self, robot_id, deployment_id, slot="a", symbol="EURUSD", inputs=(("Lots", "0.2"),), name=None):
        given = (
            *inputs,
            (protocol.DEPLOYMENT_INPUT, deployment_id),
            (protocol.ROBOT_INPUT, str(robot_id)),
            (protocol.MAGIC_INPUT, "77"),
        )
        expert = f"Robot_{robot_id}_{slot}"
        data = template_bytes(f"Experts\\Mt5Console\\{expert}.ex5", expert, symbol, Timeframe.H1, given)
        file = name or f"{deployment_id}.tpl"
        self.layout.templates.mkdir(parents=True, exist_ok=True)
        (self.layout.templates / file).write_bytes(data)
        return file

    def attach(self, robot_id, deployment_id="d1", slot="a", symbol="EURUSD", fields=None, **arguments):
        """Desire and attach, and give the agent's reply."""
        self.desire(robot_id, deployment_id)
        template = self.template(robot_id, deployment_id, slot, symbol)
        words = {
            "robot_id": robot_id,
            "deployment_id": deployment_id,
            "expert": f"Mt5Console\\Robot_{robot_id}_{slot}",
            "symbol": symbol,
            "timeframe": "H1",
            "template": template,
        }
        return self.command("attach", fields, **{**words, **arguments})

    def command(self, verb, fields=None, **arguments):
        """Send a command and wait for its reply."""
        return self.reply(self.send(verb, fields, **arguments))

    def send(self, verb, fields=None, **arguments):
        self._commands += 1
        values = {
            "id": f"c{self._commands}",
            "verb": verb,
            "generation": 1,
            "login": self.login,
            "server": self.server,
            "data_path": str(self.layout.root),
            "not_after_utc_s": time.time() + 30,
            "arguments": tuple((name, str(value)) for name, value in arguments.items()),
        }
        command = protocol.CommandFile(**{**values, **(fields or {})})
        self.layout.commands.mkdir(parents=True, exist_ok=True)
        _replace(self.layout.commands / f"{command.id}.json", protocol.encode_command(command))
        return command.id

    def reply(self, command_id):
        return wait_for(
            lambda: protocol.decode_reply(_read(self.layout.replies / f"{command_id}.json")), f"reply {command_id}"
        )

    def journal(self):
        """The journal's lines as (level, category, text)."""
        return [(int(row[1]), row[3], row[4]) for row in _log_rows(self.layout.journals)]

    def texts(self):
        return [text for _, _, text in self.journal()]

    def wait_text(self, part, count=1):
        return wait_for(lambda: [t for t in self.texts() if part in t][count - 1 :], f"journal line “{part}”")[0]

    def experts_log(self):
        return [(row[3], row[4]) for row in _log_rows(self.layout.experts_logs)]

    def charts(self):
        """Experts on charts by the agent's word."""
        status = self.status()
        return [] if status is None else [chart.expert for chart in status.charts]

    def close(self):
        """Ask the process to close, and give exit code and seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        return code, time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def wait_exit(self):
        return self.process.wait(PATIENCE_S)


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return None


def _replace(path, data):
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    os.replace(beside, path)


def _log_rows(folder):
    rows = []
    for file in sorted(folder.glob("*.log")):
        data = file.read_bytes()
        text = data[: len(data) - len(data) % 2].decode("utf-16")
        rows += [line.split("\t") for line in text.split("\r\n") if line]
    return rows
