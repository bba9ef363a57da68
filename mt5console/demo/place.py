"""Where a demo lives: a fresh directory of its own, on memory-backed storage where there is some; removed at the end.

Must not know: what happens in it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from mt5console.bases import DEMO_KEYRING
from mt5console.core.config.base_directory import BaseDirectory, open_base
from mt5console.core.errors import ConsoleError, UsageInvalid
from mt5console.platforms.files import LocalFileStore
from mt5console.simulation.mql5_source import read_program
from mt5console.simulation.native_build import NativeBuilder, require_native
from mt5console.simulation.resources import resource_root
from mt5console.simulation.settings import choose_native, native_folder

MEMORY_DISK = Path("/dev/shm")
BYTES_A_USER = 8_000_000
AGENT = "Experts/Mt5Console/Agent.mq5"


class DemoPlace:
    """The demo's base directory; `remove` deletes only what this run created.

    `native`: its terminals run compiled MQL5 sources. Raises UsageInvalid (`not_empty`, `no_native`).
    """

    def __init__(self, base_dir: Path | None, users: int, *, native: bool = False) -> None:
        self.native = native
        if native:
            require_native()
        self.created_root = True
        if base_dir is None:
            self.root = Path(tempfile.mkdtemp(prefix="mt5console-demo-", dir=_roomiest(users)))
        else:
            self.root = base_dir.expanduser().absolute()
            if self.root.exists() and (not self.root.is_dir() or any(self.root.iterdir())):
                raise UsageInvalid(
                    "not_empty", f"{self.root} is not empty: the demo takes an absent or empty directory"
                )
            self.created_root = not self.root.exists()
            self.root.mkdir(parents=True, exist_ok=True)
        self.base: BaseDirectory = open_base(self.root, True, LocalFileStore(), create=True)
        if native:
            choose_native(self.base.layout.root)
        keyring = self.base.layout.console / DEMO_KEYRING
        LocalFileStore().make_private_directory(keyring)
        self._mine = secrets.token_hex(8)
        LocalFileStore().write_atomic(self.base.layout.console / "demo", self._mine.encode(), private=True)

    def compile_first(self, tell: Callable[[str], None]) -> None:
        """Compile the agent before anybody waits for it: the first compilation of a checkout takes long.

        Nothing to do where the MQL5 sources are not run. Raises ConsoleError (`native_refused`).
        """
        if not self.native:
            return
        tell("compiling the MQL5 sources")
        source = resource_root("mql5") / AGENT
        builder = NativeBuilder(native_folder(self.base.layout.root))
        built = builder.build(
            read_program(source, resource_root("mql5") / "Include"), resource_root("mql5") / "Include"
        )
        if built.executable is None:
            said = "; ".join(message.text for message in built.messages[:3])
            raise ConsoleError("native_refused", f"{source} does not compile here: {said}")

    def remove(self) -> None:
        """Delete everything in it, and the directory itself if this run made it."""
        for child in list(self.root.iterdir()) if self.root.is_dir() else []:
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child, ignore_errors=True)
            else:
                child.unlink(missing_ok=True)
        if self.created_root:
            shutil.rmtree(self.root, ignore_errors=True)


def _roomiest(users: int) -> str | None:
    """Memory-backed storage when it has room: a fleet's small files would wear a disk; else the system's default."""
    try:
        usable = MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK)
        if usable and shutil.disk_usage(MEMORY_DISK).free > users * BYTES_A_USER:
            return str(MEMORY_DISK)
    except OSError:
        pass
    return None
