"""The name of the pipe on which a terminal answers the MetaTrader5 package; it follows from the executable's path.

Real terminals own a named pipe; simulated ones on POSIX own a local socket of the same name. Names only, nothing is
opened for talking. Must not know: what is said over the pipe.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

PIPE_STEM = "MT5.Terminal."
WINDOWS_PIPES = "\\\\.\\pipe\\"


def pipe_stem_of(final_path: str) -> str:
    """`MT5.Terminal.<HASH>`: upper-case hex SHA-256 over the UTF-16LE bytes of the lower-cased final path."""
    digest = hashlib.sha256(final_path.lower().encode("utf-16-le", "surrogatepass")).hexdigest()
    return PIPE_STEM + digest.upper()


def final_path(executable: Path) -> str:
    """The path as the system itself spells it; on Windows with the `\\\\?\\` prefix that the package hashes over.

    On POSIX the directory is resolved and the file's own name kept: a simulated terminal's executable may be a link to
    an interpreter that all terminals share, and each must keep its own pipe.
    """
    if sys.platform == "win32":
        resolved = str(executable.resolve())
        if resolved.startswith("\\\\?\\"):
            path = resolved
        elif resolved.startswith("\\\\"):
            path = "\\\\?\\UNC" + resolved[1:]
        else:
            path = "\\\\?\\" + resolved
    else:
        path = str(executable.parent.resolve() / executable.name)
    return path


def pipe_address(executable: Path) -> str:
    """What to open or listen on: `\\\\.\\pipe\\MT5.Terminal.<HASH>` on Windows, an abstract local socket on Linux
    (a leading NUL), a socket file in the temporary directory on other systems."""
    stem = pipe_stem_of(final_path(executable))
    if sys.platform == "win32":
        address = WINDOWS_PIPES + stem
    elif sys.platform == "linux":
        address = "\0" + stem
    else:
        import tempfile  # Heavy, and simulated terminals on Linux are to stay small.

        # A socket's path may have some 100 bytes only: half of the digest is still unique.
        address = str(Path(tempfile.gettempdir()) / stem[: len(PIPE_STEM) + 32])
    return address
