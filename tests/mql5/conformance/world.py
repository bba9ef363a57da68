"""One simulated terminal inside the test's process, with clocks that are turned by hand.

The same host, charts, market, broker and MetaEditor as in a simulated terminal's process; only the loop is the test's.
`native` decides whether what MetaEditor compiles is played by the simulation's Python or run as the compiled program.
"""

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from mt5console.core.credentials import Secret
from mt5console.core.model.desired import Permit
from mt5console.core.model.ids import Timeframe
from mt5console.core.terminal import protocol
from mt5console.core.terminal.layout import BaseLayout, TerminalLayout
from mt5console.core.terminal.templates import template_bytes
from mt5console.simulation import metaeditor
from mt5console.simulation.broker import broker_of
from mt5console.simulation.chartfile import ChartFile, ExpertBlock
from mt5console.simulation.charts import Charts
from mt5console.simulation.clock import TerminalClock
from mt5console.simulation.disk import Disk
from mt5console.simulation.host import TerminalHost
from mt5console.simulation.installation import SimulatedTemplate
from mt5console.simulation.journal import Journal
from mt5console.simulation.loading import ProgramLoader
from mt5console.simulation.market import Market
from mt5console.simulation.native import NativeProgram
from mt5console.simulation.programs import Deinit
from mt5console.simulation.session import AccountSession, Login, Outside

START_UTC_S = 1_748_858_400
"""A Monday morning in the past, so that no file's own time is ever taken for settled."""

LOGIN, SERVER = 5001, "Demo-Server"
SOURCES = Path(__file__).resolve().parents[3] / "mql5"
TURNS_A_SECOND = 10


class DoesNotCompile(Exception):
    """The simulated MetaEditor, or the compiler behind it, refused a source."""


class HandHost(TerminalHost):
    """The terminal's host; Sleep() lets what waits for it happen, and the hand-turned clock stands still."""

    def __init__(self, **parts):
        super().__init__(**parts)
        self.at_sleep = []

    def sleep(self, seconds):
        if self.at_sleep:
            self.at_sleep.pop(0)()


class World:
    """`note()` writes down every file and everything else that can be seen; `notes` are compared between worlds."""

    def __init__(self, root, native, cache, build=5260):
        self.native = native
        self.cache = cache
        self.turn = 0
        self.notes = []
        self.base = root / "base"
        self.layout = TerminalLayout(BaseLayout(self.base).user(1))
        BaseLayout(self.base).simulation.mkdir(parents=True)
        SimulatedTemplate().install(self.layout.root)
        shutil.copytree(SOURCES, self.layout.mql5, dirs_exist_ok=True)
        self.clock = TerminalClock(self.utc, lambda: 5000 + self.turn / TURNS_A_SECOND)
        self.disk = Disk()
        self.broker = broker_of(self.base, self.utc)
        self.build = build
        self.outside = Outside()
        self.usual_inputs = ()
        self._commands = 0
        self._start()

    def utc(self):
        """Whole seconds: MQL5's clocks know no others."""
        return float(START_UTC_S + self.turn // TURNS_A_SECOND)

    # ---- the terminal's life ----

    def _start(self):
        self.journal = Journal(self.disk, str(self.layout.journals), self.utc)
        self.session = AccountSession(self.broker, self.journal, 0.0, self._authorised)
        self.market = Market(self.broker, lambda: self.session.connected)
        self.host = HandHost(
            layout=self.layout,
            disk=self.disk,
            broker=self.broker,
            session=self.session,
            market=self.market,
            experts_log=Journal(self.disk, str(self.layout.experts_logs), self.utc),
            build=self.build,
            clock=self.clock,
        )
        self.charts = Charts(self.layout.experts, self.journal, self._load, self.clock)
        self.host.charts_table = self.charts
        self.host.algo_is_on = True
        self._loader = ProgramLoader(self.host, self.cache)

    def up(self):
        """See the .ex5 files that there are, and log in."""
        self.charts.index_experts()
        self.session.request(Login(login=LOGIN, server=SERVER, secret=Secret("right")))
        self.turns(1)
        self.turns(TURNS_A_SECOND - 1)

    def _load(self, seen, binary):
        return self._loader.load(seen, binary)

    def _authorised(self, login, changed):
        return None

    def turns(self, count):
        """Tenths of a second."""
        for _ in range(count):
            self.turn += 1
            self.host.time_current()  # Quotes come whether a program asks for them or not.
            self.session.step(self.clock.mono(), self.outside)
            self.charts.fire_ticks()
            self.charts.fire_timers()

    def seconds(self, count):
        self.turns(count * TURNS_A_SECOND)

    def end_experts(self, reason=Deinit.CLOSE):
        """Every expert's OnDeinit, as at a clean exit."""
        for chart in tuple(self.charts.open_charts):
            self.charts.remove_expert(chart, reason)

    def kill(self):
        """As a kill does: no OnDeinit, and the system frees what was held. What starts next starts from nothing."""
        for program in self.programs():
            if isinstance(program, NativeProgram):
                program._process.kill()
            elif program._lock is not None:
                program._lock.release()
        self._start()
        self.up()

    def programs(self):
        return [chart.running.program for chart in self.charts.open_charts if chart.running is not None]

    def misuses(self):
        return [said for program in self.programs() if isinstance(program, NativeProgram) for said in program.misuses]

    def close(self):
        self.end_experts()

    # ---- what the console does ----

    def plant(self, file, old, new):
        """A mistake in one of the MQL5 files of this terminal: everywhere, before anything is compiled."""
        path = self.layout.mql5 / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}: the planted mistake has to be planned anew"
        path.write_text(text.replace(old, new), "utf-8")

    def compile(self, source, robot_id=None, slot="a"):
        """Write a source and compile it by the simulated MetaEditor; a text becomes the source of a robot's slot."""
        if robot_id is not None:
            path = self.layout.console_experts / f"Robot_{robot_id}_{slot}.mq5"
            path.write_text(source, encoding="utf-8")
            source = path
        arguments = metaeditor.Arguments(
            source=source,
            log=None,
            mql5=self.layout.mql5,
            syntax_only=False,
            native=self.cache if self.native else None,
        )
        _, messages = metaeditor.compile_source(arguments)
        refused = [f"{m.file}:{m.line}: {m.text}" for m in messages if m.severity == "error"]
        if refused:
            raise DoesNotCompile("\n".join(refused))

    def compile_agent(self):
        self.compile(self.layout.console_experts / "Agent.mq5")

    def desire(self, robot_id, deployment, **place):
        """Name the deployment that may trade, and the place that it is meant for: login, server, symbol, timeframe."""
        self.layout.robot(robot_id).mkdir(parents=True, exist_ok=True)
        write(self.layout.desired(robot_id), protocol.encode_desired(Permit(deployment_id=deployment, **place)))

    def robot_inputs(self, robot_id, deployment, inputs=None, magic=77):
        """All that a deployment sends; without inputs the usual ones, since the console sends every one it knows."""
        return (
            *(self.usual_inputs if inputs is None else inputs),
            (protocol.DEPLOYMENT_INPUT, deployment),
            (protocol.ROBOT_INPUT, str(robot_id)),
            (protocol.MAGIC_INPUT, str(magic)),
        )

    def attach(self, robot_id, deployment="d1", slot="a", symbol="EURUSD", timeframe="H1", inputs=None, chart_id=0):
        """Open a chart and put the robot on it, without an agent. Gives (end, chart id)."""
        chart = self.charts.open(symbol, timeframe, chart_id=chart_id)
        block = ExpertBlock(
            name="",
            path=f"Experts\\Mt5Console\\Robot_{robot_id}_{slot}.ex5",
            inputs=self.robot_inputs(robot_id, deployment, inputs),
        )
        return self.charts.apply(chart, block), chart.chart_id

    def start_agent(self, symbol="EURUSD", may_trade=True):
        """As [StartUp] does: on a chart that is never saved."""
        chart = self.charts.open(symbol, "H1", is_passing=True)
        end = self.charts.apply(chart, ExpertBlock(name="", path="Experts\\Mt5Console\\Agent.ex5", mode=int(may_trade)))
        return end, chart.chart_id

    def template(self, name, robot_id, deployment, slot="a", symbol="EURUSD", inputs=None):
        expert = f"Robot_{robot_id}_{slot}"
        data = template_bytes(
            f"Experts\\Mt5Console\\{expert}.ex5",
            expert,
            symbol,
            Timeframe.H1,
            self.robot_inputs(robot_id, deployment, inputs),
        )
        self.layout.templates.mkdir(parents=True, exist_ok=True)
        write(self.layout.templates / name, data)
        return name

    def send(self, verb, fields=None, **arguments):
        """Put a command file in place; gives its id."""
        self._commands += 1
        values = {
            "id": f"c{self._commands}",
            "verb": verb,
            "generation": 1,
            "login": LOGIN,
            "server": SERVER,
            "data_path": str(self.layout.root),
            "not_after_utc_s": self.utc() + 30,
            "arguments": tuple((name, str(value)) for name, value in arguments.items()),
        }
        command = protocol.CommandFile(**{**values, **(fields or {})})
        self.layout.commands.mkdir(parents=True, exist_ok=True)
        write(self.layout.commands / f"{command.id}.json", protocol.encode_command(command))
        return command.id

    def command(self, verb, fields=None, **arguments):
        """Send, let a second pass, and give the reply."""
        found = self.send(verb, fields, **arguments)
        self.seconds(1)
        reply = self.reply(found)
        assert reply is not None, f"no reply to {verb}"
        return reply

    def order_attach(self, robot, deployment="d1", slot="a", symbol="EURUSD", fields=None, inputs=None, **changes):
        """Desire, write the template, and have the agent attach; gives the reply."""
        self.desire(robot, deployment)
        words = {
            "robot_id": robot,
            "deployment_id": deployment,
            "expert": f"Mt5Console\\Robot_{robot}_{slot}",
            "symbol": symbol,
            "timeframe": "H1",
            "template": self.template(f"{deployment}.tpl", robot, deployment, slot, symbol, inputs),
        }
        return self.command("attach", fields, **{**words, **changes})

    # ---- what can be seen ----

    def reply(self, command_id):
        return protocol.decode_reply(read(self.layout.replies / f"{command_id}.json"))

    def ready(self, robot_id):
        return protocol.decode_ready(read(self.layout.ready(robot_id)))

    def beat(self, robot_id):
        return protocol.decode_heartbeat(read(self.layout.heartbeat(robot_id)))

    def errors(self, robot_id):
        return [(error.code, error.text) for error in protocol.decode_errors(read(self.layout.robot_errors(robot_id)))]

    def status(self):
        return protocol.decode_status(read(self.layout.agent_status))

    def experts(self):
        return [chart.expert for chart in self.charts.open_charts]

    def variables(self):
        return dict(self.host.variables.starting_with("", self.utc()))

    def journal_lines(self):
        rows = []
        for file in sorted(self.layout.journals.glob("2*.log")):
            text = file.read_bytes().decode("utf-16")
            rows += [line.split("\t")[1:] for line in text.split("\r\n") if line]
        return rows

    def prints(self):
        """The experts log: who said what."""
        rows = []
        for file in sorted(self.layout.experts_logs.glob("2*.log")):
            text = file.read_bytes().decode("utf-16")
            rows += [line.split("\t")[2:] for line in text.split("\r\n") if line]
        return rows

    def files(self):
        """Every file below MQL5/Files by its name, each as what it means."""
        found = {}
        for path in sorted(self.layout.files.rglob("*")):
            if path.is_file():
                found[path.relative_to(self.layout.files).as_posix()] = meaning(path)
        return found

    def note(self, word):
        """Write down all that is there to be seen."""
        charts = [
            (chart.chart_id, chart.symbol, chart.timeframe, chart.expert, chart.may_trade, chart.is_passing)
            for chart in self.charts.open_charts
        ]
        seen = {
            "files": self.files(),
            "globals": self.variables(),
            "charts": charts,
            "journal": self.journal_lines(),
            "prints": self.prints(),
        }
        self.notes.append((word, seen))

    # ---- people and programs that get in the way ----

    @contextmanager
    def holding(self, path, sleeps=None):
        """Somebody holds a file; with `sleeps`, until the robot has waited so often."""
        handle = os.open(path, os.O_RDWR)
        fcntl.flock(handle, fcntl.LOCK_EX)
        let_go = [handle]

        def release():
            if let_go:
                os.close(let_go.pop())

        if sleeps is not None:
            self.host.at_sleep = [*(lambda: None for _ in range(sleeps - 1)), release]
        try:
            yield
        finally:
            release()
            self.host.at_sleep = []


def meaning(path):
    """A file's content: JSON parsed, lines of JSON parsed one by one, anything else as its bytes."""
    data = path.read_bytes()
    if path.name == "lock":
        return "a lock"
    try:
        if path.suffix == ".json":
            return json.loads(data)
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in data.splitlines()]
    except ValueError:
        pass
    return data


def write(path, data):
    """As the console writes: beside, and moved into place."""
    beside = path.with_name(path.name + ".console")
    beside.write_bytes(data)
    os.replace(beside, path)


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return None


def saved_chart(chart_id):
    """A chart of a saved profile without an expert."""
    return ChartFile(chart_id=chart_id, symbol="EURUSD", timeframe="H1", expert=None)
