"""What can be done, as a menu for one terminal and as commands for the palette. Must not know: how it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from mt5console.ui.models.commands_model import Command
from mt5console.ui.models.incident_causes import waits_for_release
from mt5console.ui.theme.states import title_of

if TYPE_CHECKING:
    from mt5console.ui.pictures import FleetPicture, IncidentPicture, TerminalPicture

ALIVE_ONLY = frozenset({"stop", "restart", "reconnect", "enable_algo"})
RELEASED_STATES = frozenset({"quarantined", "suspended", "wrong_identity"})


class Doer(Protocol):
    """Who carries out what is chosen; the main window."""

    def act(self, name: str, user_id: int, robot_id: int | None = None) -> None:
        """An act of `acts.KINDS` on a terminal or robot."""
        ...

    def open_dialog(self, name: str, user_id: int | None = None, robot_id: int | None = None) -> None:
        """A dialog by its name: deploy, add_user, add_robot, remove_user, maintenance, resume, stop_all, first_run."""
        ...

    @property
    def offers_first_run(self) -> bool:
        """Whether the wizard and the demo can be opened from here."""
        ...

    def open_demo(self) -> None:
        """Start the demo in a window of its own."""
        ...

    def show_terminal(self, user_id: int) -> None:
        """Show one terminal in the dock."""
        ...

    def show_page(self, name: str) -> None:
        """Show a page of the rail."""
        ...

    def set_watchdog_mode(self, mode: str) -> None:
        """Ask for another mode."""
        ...

    def toggle_theme(self) -> None:
        """Dark or light."""
        ...

    def close(self) -> bool:
        """End the window."""
        ...


Entry = tuple[str, Callable[[], object], bool]
"""Title, what it does, whether it can be done now."""


def terminal_entries(
    terminal: TerminalPicture, doer: Doer, incidents: Iterable[IncidentPicture] = ()
) -> Iterator[Entry | None]:
    """Everything that can be asked of one terminal, in groups; None stands between groups. `incidents`: open ones."""
    user_id, lives = terminal.user_id, terminal.pid is not None

    def act(name: str) -> Callable[[], object]:
        return lambda: doer.act(name, user_id)

    def dialog(name: str) -> Callable[[], object]:
        return lambda: doer.open_dialog(name, user_id)

    yield "Deploy robot…", dialog("deploy"), not terminal.watch_only
    yield "Add robot…", dialog("add_robot"), not terminal.watch_only
    yield None
    yield "Start terminal", act("start"), not lives
    yield "Restart terminal", act("restart"), lives
    yield "Stop terminal", act("stop"), lives
    yield "Reconnect IPC", act("reconnect"), lives
    yield None
    yield "Enable algo trading", act("enable_algo"), lives and terminal.trade_allowed is False
    yield "Lift the stop…", dialog("resume"), terminal.stop_latched
    yield "Release: I have looked", act("release"), _may_be_released(terminal, incidents)
    yield "Maintenance…", dialog("maintenance"), True
    yield None
    yield "Remove user…", dialog("remove_user"), not lives


def _may_be_released(terminal: TerminalPicture, incidents: Iterable[IncidentPicture]) -> bool:
    """Whether a release would change something: its state or one of its open incidents waits for one."""
    mine = (incident.kind for incident in incidents if incident.user_id == terminal.user_id)
    return terminal.state in RELEASED_STATES or waits_for_release(mine)


def terminal_menu(
    terminal: TerminalPicture, incidents: Iterable[IncidentPicture], doer: Doer, parent: QWidget
) -> QMenu:
    """The menu behind a card's "more"; it deletes itself when it has closed."""
    menu = QMenu(terminal.name, parent)
    menu.setObjectName("terminal_menu")
    for entry in terminal_entries(terminal, doer, incidents):
        if entry is None:
            menu.addSeparator()
            continue
        title, does, possible = entry
        action = QAction(title, menu)
        action.setEnabled(possible)
        action.triggered.connect(_Doing(does, action).run)
        menu.addAction(action)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def all_commands(fleet: FleetPicture, doer: Doer, *, read_only: bool) -> tuple[Command, ...]:
    """Every act of the window for the palette, general ones first."""
    commands = list(_views(doer))
    if not read_only:
        commands += [*_general(doer), *_first_steps(doer)]
    for terminal in fleet.terminals:
        commands += _of_terminal(terminal, fleet.incidents, doer, read_only=read_only)
    return tuple(commands)


def _views(doer: Doer) -> Iterable[Command]:
    for page, title in (("fleet", "Show fleet"), ("incidents", "Show incidents"), ("server", "Show server")):
        yield Command(title=title, detail="page", run=_page(doer, page))
    yield Command(title="Switch between dark and light", detail="theme", run=doer.toggle_theme)
    yield Command(title="Quit", detail="asks whether to go on watching", run=doer.close)


def _page(doer: Doer, name: str) -> Callable[[], object]:
    return lambda: doer.show_page(name)


def _general(doer: Doer) -> Iterable[Command]:
    yield Command(title="Stop all robots…", detail="asks for the word", run=lambda: doer.open_dialog("stop_all"))
    yield Command(title="Deploy robot…", detail="choose robot and inputs", run=lambda: doer.open_dialog("deploy"))
    yield Command(title="Add user…", detail="a terminal of its own", run=lambda: doer.open_dialog("add_user"))
    yield Command(title="Add robot…", detail="register a robot", run=lambda: doer.open_dialog("add_robot"))
    yield Command(title="Watchdog: on", detail="heals by itself", run=lambda: doer.set_watchdog_mode("on"))
    yield Command(title="Watchdog: observe only", detail="does nothing", run=lambda: doer.set_watchdog_mode("observe"))
    yield Command(title="Watchdog: off", detail="nobody heals", run=lambda: doer.set_watchdog_mode("off"))


def _first_steps(doer: Doer) -> Iterable[Command]:
    if doer.offers_first_run:
        wizard = "step by step, each checked"
        yield Command(title="Set up the first terminal…", detail=wizard, run=lambda: doer.open_dialog("first_run"))
        yield Command(title="Open the demo", detail="a simulated fleet in its own window", run=doer.open_demo)


def _of_terminal(
    terminal: TerminalPicture, incidents: Iterable[IncidentPicture], doer: Doer, *, read_only: bool
) -> Iterable[Command]:
    where = f"{terminal.login}@{terminal.account_server}, {title_of(terminal.state).lower()}"
    yield Command(title=f"Show {terminal.name}", detail=where, run=lambda: doer.show_terminal(terminal.user_id))
    if read_only:
        return
    for entry in terminal_entries(terminal, doer, incidents):
        if entry is not None and entry[2]:
            title, does, _possible = entry
            yield Command(title=f"{terminal.name}: {title}", detail=where, run=does)
    for robot in terminal.robot_pictures:
        chart = f"{robot.symbol} {robot.timeframe}, {robot.state}"
        yield Command(
            title=f"Deploy robot {robot.robot_id} on {terminal.name}…",
            detail=chart,
            run=_deploy(doer, terminal.user_id, robot.robot_id),
        )


def _deploy(doer: Doer, user_id: int, robot_id: int) -> Callable[[], object]:
    return lambda: doer.open_dialog("deploy", user_id, robot_id)


class _Doing(QObject):
    """Keeps what a menu's action does as long as the action lives."""

    def __init__(self, does: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._does = does

    def run(self) -> None:
        self._does()
