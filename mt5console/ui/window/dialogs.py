"""Opens dialogs by name, and finds again those that are open. Must not know: what they ask.

Modules are imported where they are used, after the first frame: the loader has read them by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk
    from mt5console.ui.bridge.first_run import FirstRunDesk
    from mt5console.ui.dialogs.deploy_registry import DeployRegistry
    from mt5console.ui.models.commands_model import Command
    from mt5console.ui.pictures import DeploymentPicture, TerminalPicture

OF_TERMINAL = frozenset({"resume", "maintenance", "set_password", "remove_user", "remove_robot"})
"""Dialogs that are about a terminal, and are not opened without one."""

Key = tuple[str, int | None, int | None]


class Dialogs(QObject):
    """The main window's dialogs: one of each kind and subject at a time, none of them waiting in a loop.

    Signals:
        journal_wanted: a user whose journal a person wants to see.
        refused: why a dialog could not be opened.
        deployments_changed: the tuple of DeploymentPictures that go on now, whoever asked for them.
        deployment_ended: a DeploymentPicture that was followed here and has ended while nobody looked at it.
    """

    journal_wanted = Signal(object)
    refused = Signal(str)
    deployments_changed = Signal(object)
    deployment_ended = Signal(object)

    def __init__(self, desk: EngineDesk, window: QWidget, first_run: FirstRunDesk | None = None) -> None:
        super().__init__(window)
        self._desk = desk
        self._first_run = first_run
        self._window = window
        self._open: dict[Key, QDialog] = {}
        self._deployments: DeployRegistry | None = None

    def open(self, name: str, user_id: int | None = None, robot_id: int | None = None) -> None:
        """Open a dialog by its name: deploy, first_run, add_user, add_robot, stop_all, or one of `OF_TERMINAL`."""
        terminal = None if user_id is None else self._desk.fleet.terminal(user_id)
        if terminal is None and name in OF_TERMINAL:
            self.refused.emit(f"user_{user_id} is not known here any more.")
            return
        if name == "first_run" and (self._first_run is None or self._desk.read_only):
            self.refused.emit(
                "The first terminal is set up in the console's own window, and not in one that only shows."
            )
        elif name == "deploy":
            # Several may go on at once, hidden or not; the registry finds the one that shows this robot.
            self._registry().open(user_id, robot_id)
        elif not self._find_again((name, user_id, robot_id)):
            dialog = self._build(name, terminal, user_id, robot_id)
            self._keep((name, user_id, robot_id), dialog)
            dialog.open()

    def open_palette(self, commands: Iterable[Command]) -> None:
        """The command palette, over the window's upper half."""
        from mt5console.ui.dialogs.command_palette import CommandPalette

        if self._find_again(("palette", None, None)):
            return
        palette = CommandPalette(commands, self._window)
        self._keep(("palette", None, None), palette)
        palette.open()

    def follow_deployments(self) -> None:
        """Know what is being deployed from now on; a deployment that goes on already is found, too."""
        self._registry()

    def _on_deployment_ended(self, deployment: DeploymentPicture) -> None:
        """Its end is told once: by the dialog that somebody looks at, else by the window."""
        registry = self._registry()
        if registry.follows(deployment.robot_id) and not registry.shows(deployment.robot_id):
            self.deployment_ended.emit(deployment)

    def _registry(self) -> DeployRegistry:
        from mt5console.ui.dialogs.deploy_registry import DeployRegistry

        if self._deployments is None:
            self._deployments = DeployRegistry(self._desk, self._window)
            self._deployments.journal_wanted.connect(self.journal_wanted)
            self._deployments.robot_wanted.connect(self._on_robot_wanted)
            self._deployments.running_changed.connect(self.deployments_changed)
            self._deployments.ended.connect(self._on_deployment_ended)
        return self._deployments

    def _find_again(self, key: Key) -> bool:
        known = self._open.get(key)
        if known is None or not known.isVisible():
            return False
        known.raise_()
        known.activateWindow()
        return True

    def _keep(self, key: Key, dialog: QDialog) -> None:
        self._open[key] = dialog
        dialog.setProperty("key", key[0])
        dialog.destroyed.connect(_Forgetting(self._open, key, dialog, self).forget)

    def _build_first_run(self, here: FirstRunDesk) -> QDialog:
        from mt5console.ui.dialogs.first_run_dialog import FirstRunDialog

        dialog = FirstRunDialog(self._desk, here, self._window)
        dialog.deploy_wanted.connect(self._on_deploy_wanted)
        return dialog

    def _build(self, name: str, terminal: TerminalPicture | None, user_id: int | None, robot_id: int | None) -> QDialog:
        if name == "add_user":
            from mt5console.ui.dialogs.user_dialog import UserDialog

            return UserDialog(self._desk, self._window)
        if name == "add_robot":
            from mt5console.ui.dialogs.robot_dialog import RobotDialog

            return RobotDialog(self._desk, user_id, self._window)
        if name == "first_run" and self._first_run is not None:
            return self._build_first_run(self._first_run)
        if name == "stop_all" or terminal is None:
            from mt5console.ui.dialogs.stop_all_dialog import StopAllDialog

            return StopAllDialog(self._desk, self._window)
        return self._build_of_terminal(name, terminal, robot_id)

    def _build_of_terminal(self, name: str, terminal: TerminalPicture, robot_id: int | None) -> QDialog:
        if name == "resume":
            from mt5console.ui.dialogs.stop_all_dialog import ResumeDialog

            return ResumeDialog(self._desk, terminal, self._window)
        if name == "maintenance":
            from mt5console.ui.dialogs.maintenance_dialog import MaintenanceDialog

            return MaintenanceDialog(self._desk, terminal, self._window)
        if name == "set_password":
            from mt5console.ui.dialogs.password_dialog import PasswordDialog

            return PasswordDialog(self._desk, terminal, self._window)
        from mt5console.ui.dialogs.remove_dialogs import RemoveRobotDialog, RemoveUserDialog

        if name == "remove_robot" and robot_id is not None:
            return RemoveRobotDialog(self._desk, terminal, robot_id, self._window)
        if name == "remove_user":
            return RemoveUserDialog(self._desk, terminal, self._window)
        raise ValueError(f"there is no dialog by the name {name}")

    def _on_deploy_wanted(self, user_id: int) -> None:
        self.open("deploy", user_id)

    def _on_robot_wanted(self, user_id: int) -> None:
        self.open("add_robot", user_id)


class _Forgetting(QObject):
    """Takes a dialog that has gone out of the list of open ones."""

    def __init__(self, kept: dict[Key, QDialog], key: Key, dialog: QDialog, parent: QObject) -> None:
        super().__init__(parent)
        self._kept, self._key, self._dialog = kept, key, dialog

    def forget(self) -> None:
        if self._kept.get(self._key) is self._dialog:
            del self._kept[self._key]
        self.deleteLater()


class Showing(QObject):
    """Opens the dialog of a deployment that was told about, when somebody wants to see it."""

    def __init__(self, dialogs: Dialogs, deployment: DeploymentPicture, parent: QObject) -> None:
        super().__init__(parent)
        self._dialogs, self._deployment = dialogs, deployment

    def show(self) -> None:
        """Open it."""
        self._dialogs.open("deploy", self._deployment.user_id, self._deployment.robot_id)
