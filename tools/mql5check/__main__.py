"""`python -m tools.mql5check FILE...`: checks MQL5 sources; 0 accepted, 1 refused, 2 wrong usage."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.mql5check.check import check_file
from tools.mql5check.lexer import SourceError
from tools.mql5check.source_files import UnreadableFile


def main(arguments: list[str] | None = None) -> int:
    """Check the files; every mistake is a line `file:line:column: message` on stdout. Give the exit code."""
    options = _options(arguments)
    refused, told = False, set[str]()
    for path in options.files:
        try:
            errors = check_file(path, tuple(options.include))
        except UnreadableFile as error:
            sys.stderr.write(f"{error}\n")
            return 2
        refused = refused or bool(errors)
        _show(errors, told)
    return 1 if refused else 0


def _show(errors: list[SourceError], told: set[str]) -> None:
    """Print each mistake once, however many of the files include the one it stands in."""
    encoding = sys.stdout.encoding or "utf-8"
    for error in errors:
        line = f"{_shown(error.path)}:{error.line}:{error.column}: {error.text}"
        if line not in told:
            told.add(line)
            sys.stdout.write(f"{line}\n".encode(encoding, "backslashreplace").decode(encoding))


def _shown(path: str) -> str:
    """The path from the present folder where it lies below it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return path


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.mql5check", description="Check MQL5 sources against the portable subset (docs/mql5.md)."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .mq5 program or a .mqh include")
    parser.add_argument(
        "--include",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="a folder for #include <...>, looked through before mql5/Include",
    )
    options = parser.parse_args(arguments)
    for folder in options.include:
        if not folder.is_dir():
            parser.error(f"--include {folder} is no folder")
    return options


if __name__ == "__main__":
    sys.exit(main())
