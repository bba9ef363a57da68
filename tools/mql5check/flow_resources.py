"""What a program takes and must give back: files, searches, indicators, charts, objects made by `new`.

It must not know how a program runs; `flow_paths` follows the ways through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from tools.mql5check.builtins import FUNCTIONS

FAILED: Final = "failed"
UNCHECKED: Final = "unchecked"
OPEN: Final = "open"
CLOSED: Final = "closed"
UNKNOWN: Final = "unknown"
"""What a variable may hold: nothing, something not yet checked, something good, something given back, who knows."""


class Atom(NamedTuple):
    """One thing that a variable may hold, where it was taken or given back, and of which resource it is."""

    status: str
    resource: str
    line: int


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing: who takes it, who gives it back, who uses it and how it tells that it failed.

    `leaks` says that it must be given back on every way out of a function; `checked` that it must be compared with
    `nothing` before it is used; `kept` that a variable that outlives functions must be given back somewhere.
    """

    name: str
    noun: str
    openers: frozenset[str]
    closers: frozenset[str]
    users: frozenset[str]
    nothing: str
    ending: str
    leaks: bool = True
    checked: bool = False
    kept: bool = True


def _taking(parameter: str) -> frozenset[str]:
    return frozenset(
        name for name, forms in FUNCTIONS.items() for form in forms if form.params and form.params[0].name == parameter
    )


_INDICATORS: Final = frozenset(
    name
    for name, forms in FUNCTIONS.items()
    if name.startswith("i")
    and forms[0].returns == "int"
    and len(forms[0].params) >= 2
    and forms[0].params[1].name == "period"
) | {"IndicatorCreate", "ChartIndicatorGet"}

FILE: Final = Resource(
    name="file",
    noun="file",
    openers=frozenset({"FileOpen"}),
    closers=frozenset({"FileClose"}),
    users=_taking("file") - {"FileClose"},
    nothing="INVALID_HANDLE",
    ending="FileClose",
    checked=True,
)
SEARCH: Final = Resource(
    name="search",
    noun="search for files",
    openers=frozenset({"FileFindFirst"}),
    closers=frozenset({"FileFindClose"}),
    users=_taking("search") - {"FileFindClose"},
    nothing="INVALID_HANDLE",
    ending="FileFindClose",
    checked=True,
)
INDICATOR: Final = Resource(
    name="indicator",
    noun="indicator",
    openers=_INDICATORS,
    closers=frozenset({"IndicatorRelease"}),
    users=_taking("indicator") - {"IndicatorRelease"},
    nothing="INVALID_HANDLE",
    ending="IndicatorRelease",
)
CHART: Final = Resource(
    name="chart",
    noun="chart",
    openers=frozenset({"ChartOpen"}),
    closers=frozenset({"ChartClose"}),
    users=_taking("chart") - {"ChartClose", "ChartNext"},
    nothing="0",
    ending="ChartClose",
    leaks=False,
    checked=True,
    kept=False,
)
OBJECT: Final = Resource(
    name="object",
    noun="object",
    openers=frozenset(),
    closers=frozenset(),
    users=frozenset(),
    nothing="NULL",
    ending="delete",
)

RESOURCES: Final[dict[str, Resource]] = {each.name: each for each in (FILE, SEARCH, INDICATOR, CHART, OBJECT)}
OPENERS: Final[dict[str, Resource]] = {name: each for each in RESOURCES.values() for name in each.openers}
CLOSERS: Final[dict[str, Resource]] = {name: each for each in RESOURCES.values() for name in each.closers}
USERS: Final[dict[str, Resource]] = {name: each for each in RESOURCES.values() for name in each.users}


@dataclass(frozen=True, slots=True)
class Handed:
    """What a function leaves in a parameter by reference, as status and resource: when it gives true, when false."""

    yes: frozenset[tuple[str, str]]
    no: frozenset[tuple[str, str]]

    @property
    def resource(self) -> Resource | None:
        """What is handed out."""
        return next((RESOURCES[name] for status, name in self.yes | self.no if status in {OPEN, UNCHECKED}), None)

    def atoms(self, before: frozenset[Atom], line: int) -> frozenset[Atom]:
        """What the caller's variable holds after a call in `line`."""
        both = self.yes | self.no
        left = before if any(status == UNKNOWN for status, _ in both) else frozenset[Atom]()
        return left | {Atom(status, name, line) for status, name in both if status != UNKNOWN}

    def told(self, atoms: frozenset[Atom], line: int, answer: bool) -> frozenset[Atom]:
        """What is left of it where the call gave that answer."""
        side = self.yes if answer else self.no
        stays = any(status == UNKNOWN for status, _ in side)
        return frozenset(each for each in atoms if each[:2] in side or (stays and each.line != line))


def taken(resource: Resource, line: int) -> frozenset[Atom]:
    """What a variable holds right after it was given a fresh resource."""
    return frozenset({Atom(OPEN if resource is OBJECT else UNCHECKED, resource.name, line)})


def when_good(atoms: frozenset[Atom], shared: str) -> frozenset[Atom]:
    """What is left after a check said that the variable holds something.

    `shared` names the resource of a variable that outlives functions, "" otherwise: of such a one a check tells that
    it is open.
    """
    left = {atom._replace(status=OPEN) if atom.status == UNCHECKED else atom for atom in atoms if atom.status != FAILED}
    if shared:
        left = {atom._replace(status=OPEN, resource=shared) if atom.status == UNKNOWN else atom for atom in left}
    return frozenset(left)


def when_nothing(atoms: frozenset[Atom]) -> frozenset[Atom]:
    """What is left after a check said that the variable holds nothing."""
    left = {atom._replace(status=FAILED) if atom.status in {UNCHECKED, UNKNOWN} else atom for atom in atoms}
    return frozenset(atom for atom in left if atom.status not in {OPEN, CLOSED})
