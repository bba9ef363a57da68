"""The engine's own logs: one rotating file per process, structured lines, secrets replaced after formatting.

Must not know: what is logged.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

import structlog

BYTES_A_FILE = 5_000_000
FILES_KEPT = 5


def configure_engine_logs(folder: Path) -> None:
    """Log to `engine.log` in the folder and, short, to stderr. Lines carry UTC instants."""
    folder.mkdir(parents=True, exist_ok=True)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    to_file = logging.handlers.RotatingFileHandler(
        folder / "engine.log", maxBytes=BYTES_A_FILE, backupCount=FILES_KEPT, encoding="utf-8"
    )
    to_file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    to_people = logging.StreamHandler(sys.stderr)
    to_people.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [to_file, to_people]
    root.setLevel(logging.INFO)
