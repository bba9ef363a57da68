"""The probe's child process: the only importer of the MetaTrader5 package, real or simulated.

Started as a script, `worker.py MODULE [PATH …]`: the package's module name, and what to add to sys.path. Requests and
replies are JSON lines over stdin and stdout (protocol `PROTOCOL`); logs go to stderr. A login's password comes in its
request line and appears nowhere else. Ends with stdin, and when a call outlives its deadline by far: the package holds
the GIL, so that only faulthandler's own thread can do that when the engine is no longer there to.
Must not know: what the answers mean, or which terminals there are.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
from typing import Any

PROTOCOL = 1
DEADLINE_MARGIN_S = 5.0
OWN_FAULT = 0
"""The code of what is our own side's fault; the package's own are 1 or negative."""
CONNECTION_CODES = (-10000, -10001, -10002, -10004)


class PackageFailed(Exception):
    """A call of the package that did not succeed, by the package's own code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class PackageUser:
    """Carries out requests with the package; shuts its connection down after every failure.

    A failed `initialize()` or `login()` can leave an old connection readable: another account's data.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._package: Any = None
        self._attached: str | None = None

    def carry_out(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request. Raises PackageFailed, KeyError for what is no request."""
        operations = {"attach": self._attach, "poll": self._poll, "login": self._login, "detach": self._detach}
        operation = operations[str(request["op"])]
        self._load()
        try:
            return operation(request)
        except PackageFailed:
            self._detach(request)
            raise

    def _load(self) -> None:
        if self._package is None:
            try:
                self._package = importlib.import_module(self._module)
            except (
                Exception
            ) as error:  # an extension built for another numpy raises ValueError, and others what they like
                said = f"{type(error).__name__}: {error}"
                raise PackageFailed(OWN_FAULT, f"the package {self._module} cannot be imported ({said})") from error

    def _attach(self, request: dict[str, Any]) -> dict[str, Any]:
        path = str(request["path"])
        # Its own first act is to drop the present connection.
        self._attached = None
        self._expect(self._package.initialize(path, portable=bool(request["portable"]), timeout=request["timeout_ms"]))
        self._attached = path
        return {}

    def _login(self, request: dict[str, Any]) -> dict[str, Any]:
        path, timeout_ms = str(request["path"]), int(request["timeout_ms"])
        login, password, server = int(request["login"]), str(request["password"]), str(request["server"])
        if self._attached == path:
            done = self._package.login(login, password=password, server=server, timeout=timeout_ms)
        else:
            self._attached = None
            done = self._package.initialize(
                path,
                login=login,
                password=password,
                server=server,
                timeout=timeout_ms,
                portable=bool(request["portable"]),
            )
        self._expect(done)
        self._attached = path
        return self._poll(request)

    def _poll(self, request: dict[str, Any]) -> dict[str, Any]:
        terminal = self._package.terminal_info()
        if terminal is None:
            self._expect(False)
        return {
            "terminal": terminal._asdict(),
            "account": self._unless_cut_off(self._package.account_info()),
            "positions_total": self._unless_cut_off(self._package.positions_total()),
        }

    def _detach(self, request: dict[str, Any]) -> dict[str, Any]:
        self._attached = None
        if self._package is not None:
            self._package.shutdown()
        return {}

    def _unless_cut_off(self, value: Any) -> Any:
        """The value as plain data; None is fine unless the connection is the reason for it."""
        if value is None and self._package.last_error()[0] in CONNECTION_CODES:
            self._expect(False)
        return value._asdict() if hasattr(value, "_asdict") else value

    def _expect(self, done: Any) -> None:
        if not done:
            code, text = self._package.last_error()
            raise PackageFailed(int(code), str(text))


def answer(user: PackageUser, line: bytes) -> dict[str, Any]:
    """The reply to one request line; never raises, and never shows a password."""
    password = ""
    number: Any = None
    try:
        request = json.loads(line)
        number, password = request["id"], str(request.get("password", ""))
        if request["v"] != PROTOCOL:
            raise KeyError("v")
        faulthandler.dump_traceback_later(float(request["deadline_s"]) + DEADLINE_MARGIN_S, exit=True)
        return {"v": PROTOCOL, "id": number, "ok": True, "answer": user.carry_out(request)}
    except PackageFailed as failed:
        text = failed.text.replace(password, "***") if password else failed.text
        return {"v": PROTOCOL, "id": number, "ok": False, "code": failed.code, "text": text}
    except Exception as error:  # noqa: BLE001 - the package may raise anything; its text could quote the request
        return {
            "v": PROTOCOL,
            "id": number,
            "ok": False,
            "code": OWN_FAULT,
            "text": f"{type(error).__name__} in the probe",
        }
    finally:
        faulthandler.cancel_dump_traceback_later()


def main(argv: list[str]) -> int:
    """Answer requests until stdin ends."""
    module, paths = argv[1], argv[2:]
    sys.path.extend(path for path in paths if path not in sys.path)
    # Replies own the real stdout; whatever a package prints goes to stderr.
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    from mt5console.probe.confine import forbid_processes

    forbid_processes()
    user = PackageUser(module)
    while line := sys.stdin.buffer.readline():
        reply = json.dumps(answer(user, line), ensure_ascii=True, separators=(",", ":"))
        replies.write(reply.encode("ascii") + b"\n")
    return 0


if __name__ == "__main__":
    # Without the interpreter's own farewell: a package may hang in it.
    os._exit(main(sys.argv))
