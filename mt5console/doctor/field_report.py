"""The field test's report: what each step saw, which assumptions held, as JSON and as text, with nothing secret in it.

Must not know: how anything was seen.
"""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mt5console.doctor.assumptions import ASSUMPTIONS, BY_ID

HELD, BROKEN, NOT_SEEN = "held", "did not hold", "not seen"
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"

_WINDOWS_PATH = re.compile(r"(?:\\\\\?\\)?[A-Za-z]:[\\/](?:[^\\/:*?\"<>|\r\n;,']+[\\/])*")
_POSIX_PATH = re.compile(r"(?<![\w>.…:/])/(?:[^/\s\"';,:()]+/)+")
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnd:
    """How a step ended, how long it took, and what was seen."""

    name: str
    outcome: str
    seconds: float
    evidence: str


@dataclass(slots=True)
class Record:
    """Everything that was seen, as it comes."""

    steps: list[StepEnd] = field(default_factory=list)
    seen: dict[str, list[tuple[bool | None, str]]] = field(default_factory=dict)
    journal: dict[str, Any] = field(default_factory=dict)

    def saw(self, fact: str, ok: bool | None, evidence: str) -> None:
        """Note what was seen of an assumption (`A7`); None: looked, and it could not be told."""
        if fact not in BY_ID:
            raise KeyError(fact)
        self.seen.setdefault(fact, []).append((ok, evidence))

    def verdict(self, fact: str) -> tuple[str, str]:
        """Whether an assumption held, with the evidence; one look against it outweighs all others."""
        looks = self.seen.get(fact, [])
        for wanted, word in ((False, BROKEN), (True, HELD)):
            found = [evidence for ok, evidence in looks if ok is wanted]
            if found:
                return word, "; ".join(dict.fromkeys(found))
        return NOT_SEEN, "; ".join(dict.fromkeys(evidence for _, evidence in looks))

    @property
    def is_well(self) -> bool:
        """Whether every step passed and no assumption was seen not to hold."""
        return all(step.outcome == PASSED for step in self.steps) and not any(
            self.verdict(one.id)[0] == BROKEN for one in ASSUMPTIONS
        )


class Redaction:
    """Takes out of a text what belongs to one desk: login, server, machine, account and directories."""

    def __init__(self, *, login: int, server: str, base: Path) -> None:
        words = {str(base): "<base>", str(Path.home()): "<home>", server: "<server>", str(login): "<login>"}
        words |= {socket.gethostname(): "<machine>", _account(): "<account>"}
        self._words = [
            (_spellings(word), mark) for word, mark in sorted(words.items(), key=lambda pair: -len(pair[0])) if word
        ]

    def text(self, text: str) -> str:
        """The text without them; directories that are not the base directory's lose all but their last name."""
        for spelt, mark in self._words:
            text = spelt.sub(mark, text)
        text = _WINDOWS_PATH.sub("…\\\\", text)
        text = _POSIX_PATH.sub("…/", text)
        return _ADDRESS.sub("<address>", text)

    def value(self, value: Any) -> Any:
        """The same for every text in a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        return value


def _spellings(word: str) -> re.Pattern[str]:
    """A word in any case, with slashes of either kind; a number or a short name only where it stands alone."""
    spelt = r"[\\/]+".join(re.escape(part) for part in re.split(r"[\\/]+", word))
    if word[0].isalnum() and word[-1].isalnum():
        spelt = rf"(?<![^\W_]){spelt}(?![^\W_])"
    return re.compile(spelt, re.IGNORECASE)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def report_json(record: Record, about: dict[str, Any], redaction: Redaction) -> dict[str, Any]:
    """The report as JSON: `about`, `ok`, `steps`, `assumptions` (id, fact, verdict, evidence, step), `journal`."""
    assumptions = []
    for one in ASSUMPTIONS:
        verdict, evidence = record.verdict(one.id)
        told = {"id": one.id, "fact": one.fact, "verdict": verdict, "evidence": redaction.text(evidence)}
        assumptions.append({**told, "step": one.step or None})
    steps = [
        {
            "name": step.name,
            "outcome": step.outcome,
            "seconds": round(step.seconds, 1),
            "evidence": redaction.text(step.evidence),
        }
        for step in record.steps
    ]
    return {
        "schema": 1,
        "about": redaction.value(about),
        "ok": record.is_well,
        "steps": steps,
        "assumptions": assumptions,
        "journal": redaction.value(record.journal),
    }


def report_text(report: dict[str, Any]) -> str:
    """The same for people: what did not hold comes first."""
    lines = ["mt5console field test", ""]
    lines += [f"{name}: {value}" for name, value in report["about"].items()]
    lines += ["", "Steps"]
    for step in report["steps"]:
        lines.append(f"  {step['name']:<10} {step['outcome']:<8} {step['seconds']:6.1f} s  {step['evidence']}".rstrip())
    for word in (BROKEN, NOT_SEEN, HELD):
        chosen = [one for one in report["assumptions"] if one["verdict"] == word]
        lines += ["", f"{word.capitalize()}: {len(chosen)}"]
        lines += [_assumption_line(one) for one in chosen]
    lines += ["", "Journal", *_journal_lines(report["journal"])]
    lines += ["", "docs/assumptions.md says of each id what follows and what catches it.", ""]
    return "\n".join(lines)


def _assumption_line(one: dict[str, Any]) -> str:
    seen = f" ({one['evidence']})" if one["evidence"] else ""
    return f"  {one['id']:<4} {one['fact']}{seen}"


def _journal_lines(journal: dict[str, Any]) -> Sequence[str]:
    kinds = [f"  {kind}: {count}" for kind, count in journal.get("kinds", {}).items()]
    return [*kinds, *(f"  not recognised: {text}" for text in journal.get("not_recognised", ()))]
