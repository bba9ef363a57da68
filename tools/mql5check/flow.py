"""The flow checks' door: what no tree tells at a glance, because it depends on the ways through a program.

Handles and objects that are not given back, used too early or too late, results thrown away, paths that leave the
sandbox, names too long, values read before they are set, loops that never end. It must not know types nor names that
do not exist; a program with mistakes of form or meaning is checked as far as its tree goes.
"""

from __future__ import annotations

from tools.mql5check.cursor import room_for_recursion
from tools.mql5check.flow_handing import note_handing
from tools.mql5check.flow_lifetime import check_kept, check_timer, kept, shared
from tools.mql5check.flow_names import check_names, named
from tools.mql5check.flow_paths import follow
from tools.mql5check.flow_program import facts_of
from tools.mql5check.flow_use import check_use
from tools.mql5check.lexer import SourceError
from tools.mql5check.program import Program


def check(program: Program) -> list[SourceError]:
    """Every mistake of a program's flow, by file, line and column; an empty list when there is none."""
    facts = facts_of(program.units, program.kind)
    found: dict[tuple[str, int, str], SourceError] = {}

    def report(path: str, line: int, column: int, text: str) -> None:
        found.setdefault((path, line, text), SourceError(path, line, column, text))

    with room_for_recursion():
        note_handing(facts)
    held = kept(facts)
    holders, names = shared(held), named(facts)
    with room_for_recursion():
        for routine in facts.routines:
            follow(facts, routine, holders, report)
            check_use(facts, routine, report)
            check_names(facts, routine, names, report)
    check_kept(facts, held, report)
    check_timer(facts, report)
    return sorted(found.values(), key=lambda error: (error.path, error.line, error.column, error.text))
