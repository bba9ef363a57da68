"""Runs the lane several times and says whether its outcome stays the same: `python -m tests.windows.lane.steady 5`.

Prints a table for docs/windows.md; ends with 1 when two runs differ or one fails. Must not know: the tests.
"""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Sequence

from tests.windows.lane.run import main as run_lane


def main(arguments: Sequence[str]) -> int:
    """Run it as often as the first word says; the rest goes to the lane."""
    times, words = int(arguments[0]), list(arguments[1:])
    outcomes: set[tuple[int, str]] = set()
    print("| run | outcome | seconds |\n|---|---|---|", flush=True)
    for number in range(1, times + 1):
        began = time.monotonic()
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = run_lane(words)
        closing = (said.getvalue().strip().splitlines() or ["nothing was said"])[-1]
        outcomes.add((code, closing))
        print(f"| {number} | {closing} | {time.monotonic() - began:.0f} |", flush=True)
        if code != 0:
            print(said.getvalue()[-4000:], file=sys.stderr, flush=True)
    return 0 if len(outcomes) == 1 and outcomes.pop()[0] == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
