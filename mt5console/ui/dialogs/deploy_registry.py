"""Deployments that go on, and the dialogs that show them: hidden ones are found again. Must not know: how to deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from mt5console.ui.dialogs.deploy_dialog import DeployDialog
from mt5console.ui.dialogs.deploy_words import ENDED
from mt5console.ui.pictures import Answer, DeploymentPicture

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

_ASKED_BY_PEOPLE = ("deploy", "redeploy")
_KEPT = 200


class DeployRegistry(QObject):
    """Opens deploy dialogs, one for each robot at most, and knows what is being deployed, whoever asked for it.

    Signals:
        running_changed: the tuple of DeploymentPictures that go on now, for the window's chip.
        ended: a DeploymentPicture that has ended, shown or not.
        journal_wanted, robot_wanted: as the dialog's, with the user's id.
    """

    running_changed = Signal(object)
    ended = Signal(object)
    journal_wanted = Signal(object)
    robot_wanted = Signal(object)

    def __init__(self, desk: EngineDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self._dialogs: list[DeployDialog] = []
        self._running: dict[int, DeploymentPicture] = {}
        self._asked: int | None = None
        desk.deployment_changed.connect(self._on_deployment_changed)
        desk.connection_changed.connect(self._on_connection_changed)
        desk.answered.connect(self._on_answered)

    def open(self, user_id: int | None = None, robot_id: int | None = None) -> DeployDialog:
        """The dialog for this robot: the one that shows its running deployment, or a new one."""
        dialog = None if robot_id is None else self.find_running(robot_id) or self._find_unseen(robot_id)
        if dialog is None:
            dialog = DeployDialog(self._desk, user_id, robot_id, self._window)
            dialog.destroyed.connect(self._on_dialog_destroyed)
            dialog.journal_wanted.connect(self.journal_wanted)
            dialog.robot_wanted.connect(self.robot_wanted)
            self._dialogs.append(dialog)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def find_running(self, robot_id: int) -> DeployDialog | None:
        """The dialog, hidden or not, that shows this robot's running deployment."""
        for dialog in self._alive():
            if dialog.is_running and dialog.robot_id == robot_id:
                return dialog
        return None

    def _find_unseen(self, robot_id: int) -> DeployDialog | None:
        """The hidden dialog whose deployment has ended meanwhile: its result is read before another one begins."""
        return next((one for one in self._alive() if one.has_unseen_end and one.robot_id == robot_id), None)

    def follows(self, robot_id: int | None) -> bool:
        """Whether a dialog, hidden or not, is about this robot's deployment."""
        return any(dialog.robot_id == robot_id and dialog.has_begun for dialog in self._alive())

    def shows(self, robot_id: int | None) -> bool:
        """Whether a dialog in sight shows this robot's deployment, so that nobody else needs to tell its end."""
        return any(dialog.isVisible() and dialog.robot_id == robot_id for dialog in self._alive())

    def running(self) -> tuple[DeploymentPicture, ...]:
        """Deployments that people asked for and that go on now, oldest first."""
        return tuple(self._running.values())

    def _alive(self) -> list[DeployDialog]:
        from shiboken6 import isValid

        self._dialogs = [dialog for dialog in self._dialogs if isValid(dialog)]
        return self._dialogs

    def _on_dialog_destroyed(self) -> None:
        self._alive()

    @Slot(object)
    def _on_connection_changed(self, connection: object) -> None:
        """A window that finds an engine also finds what is being deployed there."""
        if getattr(connection, "state", "") == "connected":
            self._asked = self._desk.read("deployments", limit=_KEPT)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.token != self._asked or not answer.ok:
            return
        found = [entry for entry in answer.value if isinstance(entry, DeploymentPicture)]
        going = [entry for entry in reversed(found) if _goes_on(entry) and not self._has_ended_meanwhile(entry)]
        over = {entry.deployment_id for entry in found} - {entry.deployment_id for entry in going}
        # What began while the question was under way is not in its answer, and goes on all the same.
        newer = {robot_id: entry for robot_id, entry in self._running.items() if entry.deployment_id not in over}
        self._running = {entry.robot_id: entry for entry in going if entry.robot_id is not None} | newer
        self.running_changed.emit(self.running())

    def _has_ended_meanwhile(self, entry: DeploymentPicture) -> bool:
        """News of its end may have overtaken the answer."""
        known = None if entry.robot_id is None else self._desk.deployment_of(entry.robot_id)
        return known is not None and known.deployment_id == entry.deployment_id and known.status in ENDED

    @Slot(object)
    def _on_deployment_changed(self, deployment: DeploymentPicture) -> None:
        robot_id = deployment.robot_id
        if robot_id is None:
            return
        before = self._running.get(robot_id)
        if _goes_on(deployment):
            self._running[robot_id] = deployment
        elif before is not None and before.deployment_id == deployment.deployment_id:
            del self._running[robot_id]
            self.ended.emit(deployment)
        if (before is None) != (robot_id not in self._running):
            self.running_changed.emit(self.running())


def _goes_on(deployment: DeploymentPicture) -> bool:
    """Whether somebody's deployment goes on; one that is still at its preflight may be a dry run."""
    past_preflight = any(stage.name != "preflight" for stage in deployment.stages)
    return deployment.status == "RUNNING" and deployment.kind in _ASKED_BY_PEOPLE and past_preflight
