"""An event listener of supervisord: tells of every program that exited. `… supervisor_listener INBOX`."""

from __future__ import annotations

import sys
import time

from benchmarks.inbox import Teller


def main() -> None:
    """Speak supervisord's listener protocol until it ends."""
    teller = Teller(sys.argv[1])
    while True:
        sys.stdout.write("READY\n")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return
        stamp = time.perf_counter_ns()
        header = dict(word.split(":") for word in line.split())
        body = dict(word.split(":") for word in sys.stdin.read(int(header["len"])).split())
        teller.tell("noticed", body["processname"], int(body["pid"]), stamp)
        sys.stdout.write("RESULT 2\nOK")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
