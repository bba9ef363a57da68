"""The field test's hands: acts through the engine's door, one terminal's picture, a kill from outside.

Refuses every account that is not seen to be a demo one, before anything is done and again whenever it looks. Must not
know: the steps of the test, or what is assumed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mt5console.core.errors import ConsoleError, RefusedForSafety, unknown_user
from mt5console.core.model.ids import TradeMode
from mt5console.core.ports import Clock, EngineDoor, FileStore, ProcessHost
from mt5console.core.terminal.layout import TerminalLayout

ACTOR = "field test"
PATIENCE_EXTRA_S = 150.0
"""Beyond an act's own timeout; the engine ends every act by itself."""
WAIT_STEP_S = 1.0
HARMLESS = (TradeMode.DEMO.value, TradeMode.CONTEST.value)


class NotDone(Exception):
    """An act or a look that did not come to what was hoped for; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDesk:
    """One user's terminal as the field test reaches it. `executable`: of that terminal."""

    door: EngineDoor
    user_id: int
    layout: TerminalLayout
    executable: Path
    processes: ProcessHost
    files: FileStore
    clock: Clock

    def terminal(self) -> dict[str, Any]:
        """The terminal's part of the status. Raises `NotFound` for an unknown user."""
        for terminal in self.door.status()["terminals"]:
            if terminal["user_id"] == self.user_id:
                found: dict[str, Any] = terminal
                return found
        raise unknown_user(self.user_id)

    def refuse_unless_harmless(self) -> dict[str, Any]:
        """The terminal, when its account is a demo one without open positions. Raises `RefusedForSafety`."""
        terminal = self.terminal()
        mode = str(terminal["trade_mode"])
        if mode not in HARMLESS:
            seen = "a real one" if mode == TradeMode.REAL.value else "of a kind that was not seen yet"
            way = "choose a user with a demo account"
            if mode == TradeMode.UNKNOWN.value:
                way = f"start it once (`mt5console terminal start {self.user_id}`), so that its kind is seen"
            text = f"the field test is for demo accounts, and the account of user {self.user_id} is {seen}: {way}"
            raise RefusedForSafety("not_a_demo_account", text)
        if terminal["positions"]:
            text = (
                f"user {self.user_id} has {terminal['positions']} open positions: close them, then run the test again"
            )
            raise RefusedForSafety("positions_open", text)
        return terminal

    def refuse_unless_free(self) -> None:
        """Nothing must hold the engine's or the robots' hands. Raises `RefusedForSafety`."""
        status, terminal = self.door.status(), self.terminal()
        if status["watchdog"]["mode"] != "on":
            raise RefusedForSafety("not_watching", "the watchdog only observes here: switch it on for the field test")
        if terminal["watch_only"] or terminal["stop_latched"]:
            why = "is only watched" if terminal["watch_only"] else "is stopped (see `mt5console resume`)"
            raise RefusedForSafety("not_free", f"user {self.user_id} {why}: nothing can be deployed there")

    def act(self, kind: str, timeout_s: float, **arguments: Any) -> dict[str, Any]:
        """Ask for an act and wait for its end; gives the ended operation. Raises `NotDone`, `ConsoleError`."""
        self.refuse_unless_harmless()
        operation = self.door.submit(kind, {**arguments, "timeout_s": timeout_s}, ACTOR)
        until = time.monotonic() + timeout_s + PATIENCE_EXTRA_S
        while operation["state"] == "running":
            if time.monotonic() > until:
                raise NotDone(f"{kind} did not end within {timeout_s + PATIENCE_EXTRA_S:.0f} s")
            operation = self.door.operation(operation["operation_id"], WAIT_STEP_S)
        if operation.get("error"):
            raise NotDone(f"{kind}: {operation['error']['text']}")
        return operation

    def pids(self) -> tuple[int, ...]:
        """The processes that run exactly this terminal's executable."""
        return tuple(ref.pid for ref in self.processes.find(self.executable))

    def kill(self) -> int:
        """End the terminal's process at once, as a crash would; gives its pid. Raises `NotDone`, `ConsoleError`."""
        if self.refuse_unless_harmless()["positions"] is None:
            raise NotDone("whether positions are open is not known, so nothing was killed")
        for ref in self.processes.find(self.executable):
            if self.processes.kill(ref):
                return ref.pid
        raise NotDone("there is no process to kill")

    def incidents_since(self, utc_s: float) -> list[str]:
        """Kinds of incidents of this user since an instant, cleared ones too."""
        try:
            found = self.door.incidents(True)
        except ConsoleError:
            return []
        return [one["kind"] for one in found if one["user_id"] == self.user_id and one["opened_at"] >= utc_s]
