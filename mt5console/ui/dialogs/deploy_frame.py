"""The deploy dialog's frame: three pages, heading, buttons and news, by what is known. Must not know: what is asked.

`deploy_dialog` asks the desk and fills the pages; this half only shows where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mt5console.ui.dialogs.deploy_choice import Choice, ChoicePage
from mt5console.ui.dialogs.deploy_mending import MENDS
from mt5console.ui.dialogs.deploy_proof import ProofPage
from mt5console.ui.dialogs.deploy_review import ReviewPage
from mt5console.ui.dialogs.deploy_words import (
    ENDED,
    NextStep,
    can_cancel,
    cancel_title,
    changes_a_chart,
    ended_heading,
    heading,
    next_steps,
    review_title,
)
from mt5console.ui.dialogs.frame import FramedDialog, set_kind
from mt5console.ui.pictures import FleetPicture, TerminalPicture
from mt5console.ui.theme.look import look
from mt5console.ui.theme.palette import Role

if TYPE_CHECKING:
    from mt5console.ui.bridge.desk import EngineDesk

CHOICE, REVIEW, PROOF = 0, 1, 2
_CHOOSE_WORDS = (
    "Nothing is touched before you have seen what would change. The running version keeps trading until the new one "
    "has compiled."
)
_REVIEW_WORDS = "The engine has looked without touching anything. Deploy begins when you say so."
_PROOF_WORDS = "Never two versions at once; SUCCESS means seen, not sent. You can hide this: the proof goes on."


class DeployFrame(FramedDialog):
    """Pages, heading and buttons of a deployment; the subclass connects the buttons."""

    def __init__(self, desk: EngineDesk, user_id: int | None, robot_id: int | None, parent: QWidget | None) -> None:
        super().__init__("deploy_dialog", "Deploy a robot", _CHOOSE_WORDS, parent, bleed=True)
        self._desk = desk
        self._user_id, self._robot_id = user_id, robot_id
        self._choice: Choice | None = None
        self._mending_told = False
        self._build_pages()
        self._mend = self.add_button("mend_button", "")
        self._again = self.add_button("check_again_button", "Check again", "primary")
        self._back = self.add_button("back_button", "Back")
        self._hide = self.add_button("hide_button", "Cancel")
        self._cancel = self.add_button("cancel_deploy_button", "", "danger")
        self._forward = self.add_button("review_button", "Review", "primary", default=True)
        self._deploy = self.add_button("confirm_deploy_button", "Deploy", "primary", default=True)
        self._hide.clicked.connect(self.close)
        # Qt would not make it larger than two thirds of the screen by itself.
        self.resize(self.sizeHint())
        self.keep_size()

    def _build_pages(self) -> None:
        self._badge = self.add_money_badge("unknown")
        self._badge.setVisible(False)
        self._pages = QStackedWidget(self)
        self._choice_page = ChoicePage(self._pages)
        self._review_page = ReviewPage(self._pages)
        self._proof_page = ProofPage(self._pages)
        for page in (self._choice_page, self._review_page, self._proof_page):
            self._pages.addWidget(page)
        self.body.addWidget(self._pages, 1)
        self._choice_page.changed.connect(self._show_buttons)
        self._review_page.changed.connect(self._show_buttons)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for ten stages; never more than a small screen has."""
        room = self.screen().availableSize()
        return QSize(min(look().px(800), room.width() - 40), min(look().px(640), room.height() - 60))

    # ---- what it is about ---------------------------------------------------------------------------------------

    @property
    def robot_id(self) -> int | None:
        """The robot that is being deployed, or is chosen now."""
        shown = self._proof_page.deployment
        if self._pages.currentIndex() == PROOF and shown is not None:
            return shown.robot_id
        robot = self._choice_page.robot()
        return robot.robot_id if robot is not None else self._robot_id

    @property
    def is_running(self) -> bool:
        """Whether a deployment goes on here; a dialog that is closed meanwhile is only hidden."""
        shown = self._proof_page.deployment
        return self._pages.currentIndex() == PROOF and (shown is None or shown.status not in ENDED)

    @property
    def has_begun(self) -> bool:
        """Whether it shows a deployment, running or ended, and no choice or review any more."""
        return self._pages.currentIndex() == PROOF

    @property
    def has_unseen_end(self) -> bool:
        """Whether the deployment has ended while the dialog was hidden, and nobody has looked since."""
        shown = self._proof_page.deployment
        return not self.isVisible() and shown is not None and shown.status in ENDED

    def done(self, result: int) -> None:
        """Closing asks nothing; while a deployment goes on, the dialog is only hidden, to be found again."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, not self.is_running)
        super().done(result)

    def _terminal(self) -> TerminalPicture | None:
        user_id = self._user_id
        if user_id is None:
            robot = self._choice_page.robot()
            user_id = robot.user_id if robot is not None else None
        return self._desk.fleet.terminal(user_id) if user_id is not None else None

    @Slot(object)
    def _on_fleet_changed(self, _fleet: FleetPicture) -> None:
        terminal = self._terminal()
        self._badge.setVisible(terminal is not None)
        if terminal is None:
            return
        self._badge.set_money(terminal.trade_mode)
        self._proof_page.see_terminal(terminal)
        if self._pages.currentIndex() == REVIEW:
            self._review_page.set_terminal(terminal)

    def _show_page(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self._mending_told = False
        terminal = self._terminal()
        if page == REVIEW and terminal is not None:
            self._review_page.set_terminal(terminal)
        self._show_heading()
        self.say("")
        self._show_buttons()

    def _show_heading(self) -> None:
        page, terminal = self._pages.currentIndex(), self._terminal()
        name = terminal.name if terminal is not None else f"user_{self._user_id}" if self._user_id else "its terminal"
        if page == CHOICE:
            self.set_heading(f"Deploy to {name}" if terminal is not None else "Deploy a robot", _CHOOSE_WORDS)
        elif page == REVIEW and self._choice is not None:
            self.set_heading(review_title(self._choice.robot.robot_id, terminal), _REVIEW_WORDS)
        elif page == PROOF:
            shown = self._proof_page.deployment
            if shown is not None and shown.status in ENDED:
                self.set_heading(ended_heading(shown, name), f"{self._chart()}deployment {shown.deployment_id}")
            else:
                self.set_heading(heading(shown.kind if shown is not None else "", self._robot_id, name), _PROOF_WORDS)

    def _chart(self) -> str:
        terminal = self._terminal()
        robot = terminal.robot(self._robot_id) if terminal is not None and self._robot_id is not None else None
        return f"{robot.symbol} {robot.timeframe} · " if robot is not None and robot.symbol else ""

    def _show_buttons(self) -> None:
        page = self._pages.currentIndex()
        terminal = self._terminal()
        review = self._review_page.review
        blocked = page == REVIEW and review is not None and review.diagnosis is not None
        step = self._blocking_step() if blocked else None
        self._mend.setVisible(step is not None)
        self._mend.setText(step.button if step is not None else "")
        self._again.setVisible(blocked)
        self._back.setVisible(page == REVIEW)
        self._forward.setVisible(page == CHOICE)
        self._forward.setEnabled(self._choice_page.choice() is not None)
        self._deploy.setVisible(page == REVIEW and not blocked)
        self._deploy.setEnabled(self._review_page.confirmed() is not None)
        real = terminal is not None and terminal.counts_as_real
        self._deploy.setText("Deploy LIVE" if real else "Deploy")
        set_kind(self._deploy, "danger" if real else "primary")
        self._forward.setDefault(page == CHOICE)
        self._deploy.setDefault(page == REVIEW)
        self._show_cancel(real=real)
        self._hide.setText("Hide" if self.is_running else "Close" if page == PROOF else "Cancel")
        if page == REVIEW and terminal is not None:
            self._say_review()

    def _show_cancel(self, *, real: bool) -> None:
        """A deployment that goes on can be cancelled until it is judged."""
        shown = self._proof_page.deployment
        possible = self.is_running and shown is not None and can_cancel(shown) and not self._desk.read_only
        self._cancel.setVisible(possible)
        if possible and shown is not None:
            review = self._review_page.review
            title = cancel_title(shown, first=None if review is None else review.first)
            live = " LIVE" if real and changes_a_chart(shown) else ""
            self._cancel.setText(f"{title}{live}")

    def _say_review(self) -> None:
        review = self._review_page.review
        if self._mending_told:
            return
        if review is None:
            self.say("The engine looks …")
        elif review.diagnosis is not None:
            self.say("Nothing can be deployed yet.", Role.FAILING)
        elif self._review_page.confirmed() is None:
            self.say("Confirm the points above first.", Role.TEXT_SOFT)
        elif self.news.text().startswith(("The engine looks", "Confirm the points")):
            self.say("")

    def _blocking_step(self) -> NextStep | None:
        review = self._review_page.review
        steps = () if review is None else next_steps(review, can_roll_back=False)
        return next((step for step in steps if step.act in MENDS), None)
