"""The first-run wizard's frame: the steps at the left, a page for each, and the buttons that the step in sight needs.

`first_run_dialog` asks the engine and this machine; this half only shows where it stands. Must not know: either.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mt5console.ui.bridge.first_run import FirstRunDesk
from mt5console.ui.dialogs.first_run_page import fill
from mt5console.ui.dialogs.first_run_pages import DonePage, MachinePage, StartPage, UserPage
from mt5console.ui.dialogs.first_run_template import TemplatePage
from mt5console.ui.dialogs.frame import FramedDialog, set_kind
from mt5console.ui.dialogs.steps_view import StepsView
from mt5console.ui.models.first_run_model import TITLES, Seen, Step, step_rows
from mt5console.ui.models.stages_model import StagesModel
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

_MEANS = "Five steps, each checked as it is taken. It can be left at any time: it begins again at the first open one."


class _Side(QWidget):
    """A thin line between the steps and the pages."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(1)
        self.setAutoFillBackground(True)
        look().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _on_look_changed(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), look().colour(Role.LINE))
        self.setPalette(palette)


class FirstRunFrame(FramedDialog):
    """Steps, pages and buttons; the subclass connects them."""

    def __init__(self, here: FirstRunDesk, parent: QWidget | None) -> None:
        super().__init__("first_run_dialog", "Set up the first terminal", _MEANS, parent, bleed=True)
        self._step = Step.MACHINE
        self._steps = StagesModel(self)
        self._build_pages(here)
        self._cancel_copy = self.add_button("cancel_copy_button", "Cancel the copy", "danger")
        self._later = self.add_button("later_button", "Later")
        self._back = self.add_button("back_button", "Back")
        self._again = self.add_button("check_again_button", "Check again")
        self._forward = self.add_button("forward_button", "Continue", "primary", default=True)
        self._later.clicked.connect(self.close)
        self.resize(self.sizeHint())
        self.keep_size()

    def _build_pages(self, here: FirstRunDesk) -> None:
        row = QHBoxLayout()
        row.setSpacing(0)
        self._list = StepsView(self._steps, "first_run_steps", "Steps", self)
        self._pages = QStackedWidget(self)
        self._machine_page = MachinePage(here.base, self._pages)
        self._template_page = TemplatePage(self._pages)
        self._user_page = UserPage(simulated=here.simulated, parent=self._pages)
        self._start_page = StartPage(self._pages)
        self._done_page = DonePage(here.base, simulated=here.simulated, parent=self._pages)
        for page in (
            self._machine_page,
            self._template_page,
            self._user_page,
            self._start_page,
            self._done_page,
        ):
            self._pages.addWidget(page)
        left = QVBoxLayout()
        left.setContentsMargins(0, look().px(8), 0, 0)
        left.addWidget(self._list)
        row.addLayout(left)
        row.addWidget(_Side(self))
        row.addWidget(self._pages, 1)
        self.body.addLayout(row, 1)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the longest page; never more than a small screen has."""
        room = self.screen().availableSize()
        return QSize(min(look().px(900), room.width() - 40), min(look().px(600), room.height() - 60))

    @property
    def step(self) -> Step:
        """The step that is looked at."""
        return self._step

    def _show_step(self, step: Step) -> None:
        self._step = step
        self._pages.setCurrentIndex(step)
        self.say("")
        match step:
            case Step.TEMPLATE:
                self._template_page.begin()
            case Step.USER if not self._user_page.form.isHidden():
                self._user_page.form.begin()
            case _:
                self._forward.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_steps(self, seen: Seen) -> None:
        fill(self._steps, step_rows(seen, self._step))
        self._list.set_current(self._step.name.lower())
        place = f"Step {self._step + 1} of {len(TITLES)}: {TITLES[self._step]}"
        self._list.setAccessibleDescription(place)
        self._pages.setAccessibleName(place)

    def _offer(self, forward: str, kind: str = "primary", *, enabled: bool = True, again: bool = False) -> None:
        """The buttons of the step in sight: what goes on, and whether it can be looked at once more."""
        self._forward.setText(forward)
        set_kind(self._forward, kind)
        self._forward.setEnabled(enabled)
        self._again.setVisible(again)
        set_kind(self._again, "" if kind == "primary" else "primary")
        first = self._forward if kind == "primary" else self._again
        first.setDefault(True)
        self._back.setVisible(self._step not in (Step.MACHINE, Step.DONE))
        self._later.setVisible(self._step != Step.DONE)
        if first.isEnabled():
            self._catch_focus(first)

    def _catch_focus(self, button: QPushButton) -> None:
        """Where the keyboard is nowhere that can be seen, it stands on the button that is pressed next: one that could
        not be pressed yet, when its step came into sight, did not take it."""
        has = self.focusWidget()
        other = self._again if button is self._forward else self._forward
        if has is None or not has.isVisibleTo(self) or has in (self._list, other):
            button.setFocus(Qt.FocusReason.OtherFocusReason)
