"""Compiles small MQL5 programs for the tests: one executable for each content, and a program of many expressions."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mql5.small_host import SmallHost, Told
from tools.mql5check.build import Built, build


class Workshop:
    """Executables in one folder, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def compile(self, text: str, *, sanitize: bool = False) -> Built:
        """The executable of a source text; raises BuildError."""
        name = hashlib.sha256(text.encode()).hexdigest()[:16] + ("-sanitized" if sanitize else "")
        source = self._folder / name / "Program.mq5"
        made = self._folder / name / "program"
        said = made.with_name("messages")
        if made.exists():
            return Built(made, tuple(said.read_text(encoding="utf-8").splitlines()))
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text, encoding="utf-8")
        built = build(source, out=made.with_name("building"), sanitize=sanitize)
        said.write_text("\n".join(built.messages), encoding="utf-8")
        return Built(built.executable.rename(made), built.messages)

    def box(self) -> Path:
        """A fresh folder for one program's files."""
        return Path(tempfile.mkdtemp(prefix="box-", dir=self._folder))

    def run(self, text: str, *events: str, sanitize: bool = False, **host: object) -> Told:
        """Compile, run the events and quit; what the program said."""
        with SmallHost(self.compile(text, sanitize=sanitize).executable, self.box(), **host) as running:  # type: ignore[arg-type]
            return running.run(*events)

    def values(self, lines: Sequence[str], *, sanitize: bool = False) -> list[str]:
        """Each expression's value as Print shows it; a line `code; code; value` runs the code first."""
        body = []
        for line in lines:
            *before, value = line.split("; ")
            body.append("   {" + "".join(f" {one};" for one in before) + f" Print({value}); }}")
        # One function for each expression: a mistake of the compiler's names it.
        functions = [f"void Line{place}()\n{text}\n" for place, text in enumerate(body)]
        calls = "\n".join(f"   Line{place}();" for place in range(len(body)))
        told = self.run("".join(functions) + "void OnStart()\n  {\n" + calls + "\n  }\n", "start", sanitize=sanitize)
        assert (told.misuse, told.critical) == ([], []), told
        return told.prints
