"""What the first-run wizard is handed: the doctor's findings that matter, the template, the demo. Must not know: Qt.

Modules are imported where they are used, in the bridge's threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mt5console.ui.bridge.first_run_access import Ending, FirstRunAccess, Folder, Point, TemplateState

if TYPE_CHECKING:
    # The doctor and all that it knows are loaded by the thread that looks, not before the window.
    from mt5console.core.config.base_directory import BaseDirectory
    from mt5console.core.terminal.layout import BaseLayout
    from mt5console.doctor.finding import Finding

_TITLES = {
    "path": "Base directory",
    "session": "Session",
    "elevation": "Rights",
    "MetaTrader5 package": "MetaTrader5 package",
    "keyring": "Keyring",
    "disk": "Disk",
    "golden template": "Golden template",
    "golden template's MetaEditor": "MetaEditor",
}


def first_run_access(base: BaseDirectory) -> FirstRunAccess:
    """The wizard's reach over this base directory."""
    return _Access(base.layout, base.simulated)


class _Access:
    """`ui.bridge.first_run_access.FirstRunAccess` on this machine. Runs in: the bridge's threads."""

    def __init__(self, layout: BaseLayout, simulated: bool) -> None:
        self._layout = layout
        self.simulated = simulated
        self.base = str(layout.root)

    def machine(self) -> Iterator[Point]:
        from mt5console.doctor import machine, place

        layout, simulated = self._layout, self.simulated
        looks: tuple[Callable[[], Finding], ...] = (
            lambda: place.path(layout, simulated),
            machine.session,
            lambda: machine.elevation(layout),
            lambda: machine.package(simulated),
            lambda: place.keyring(layout, simulated),
            lambda: place.disk(layout),
        )
        for look in looks:
            yield point_of(look())

    def template(self) -> TemplateState:
        if self.simulated:
            return TemplateState(needed=False)
        from mt5console.doctor import place
        from mt5console.first_run import folders
        from mt5console.platforms.golden_template import clear_torn

        where = self._template
        clear_torn(where)
        if not where.is_dir():
            return TemplateState(needed=True, place=str(where))
        points = tuple(point_of(found) for found in place.template(self._layout, simulated=False))
        return TemplateState(needed=True, place=str(where), is_there=True, build=folders.build_of(where), points=points)

    def folders(self) -> tuple[str, ...]:
        from mt5console.first_run.folders import found_folders

        return () if self.simulated else found_folders(self._layout)

    def judge(self, folder: str) -> Folder:
        from mt5console.first_run import folders

        return folders.judge(Path(folder).expanduser().absolute(), self._layout)

    def copy(self, folder: str, tell: Callable[[int, int], None], ending: Ending) -> TemplateState:
        from mt5console.core.errors import ConsoleError, StorageFailed
        from mt5console.platforms.golden_template import copy_template

        judged = self.judge(folder)
        wrong = next((point for point in judged.points if point.ok is False), None)
        if wrong is not None:
            raise ConsoleError("not_fit", f"{wrong.evidence}: {wrong.mend}")
        copy_template(Path(judged.path), self._template, lambda done: tell(done, judged.total_bytes), ending.is_set)
        copied = self.template()
        if not copied.is_fit:
            raise StorageFailed("template_torn", f"what lies in {self._template} now is no whole terminal: copy again")
        return copied

    def programs(self, user_id: int) -> Point:
        from mt5console.doctor import place

        wanted = f"MQL5 programs of {self._layout.user(user_id).name}"
        found = next((one for one in place.programs(self._layout) if one["name"] == wanted), None)
        if found is None:
            return Point(title="Agent", ok=None, evidence="its directory is not there")
        return Point(title="Agent", ok=found["ok"], evidence=found["evidence"], mend=found["mend"])

    def demo(self, ending: Ending) -> str:
        from mt5console.first_run.demo import start_demo

        return start_demo(ending)

    @property
    def _template(self) -> Path:
        return self._layout.console / "template"


def point_of(found: Finding) -> Point:
    """A finding of the doctor as the wizard shows it."""
    name = str(found["name"])
    return Point(title=_TITLES.get(name, name), ok=found["ok"], evidence=found["evidence"], mend=found["mend"])
