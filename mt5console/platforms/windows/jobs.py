"""A job object for probe children: they may start nothing, and die with whoever holds the job.

No terminal may ever be put into such a job. Must not know: what a probe does.
"""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
from typing import Any

from mt5console.core.errors import ConsoleError

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import pywintypes
import win32api
import win32con
import win32job

_MAY_ASSIGN = win32con.PROCESS_SET_QUOTA | win32con.PROCESS_TERMINATE


class ProbeJob:
    """One probe child's cage: at most one process in it, killed when this object is closed or this program dies.

    Put the child in before it is given any work. The child must be the real interpreter (`sys._base_executable`): a
    virtual environment's `python.exe` on Windows is a launcher that starts another process.
    """

    def __init__(self) -> None:
        create: Any = win32job.CreateJobObject
        self._job: Any = create(None, "")
        limits: Any = win32job.QueryInformationJobObject(self._job, win32job.JobObjectExtendedLimitInformation)
        limits["BasicLimitInformation"]["LimitFlags"] = (
            win32job.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
            | win32job.JOB_OBJECT_LIMIT_ACTIVE_PROCESS
            | win32job.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
        )
        limits["BasicLimitInformation"]["ActiveProcessLimit"] = 1
        win32job.SetInformationJobObject(self._job, win32job.JobObjectExtendedLimitInformation, limits)

    def hold(self, pid: int) -> None:
        """Put a child that we have just started into the job. Raises `ConsoleError` (code `job_failed`)."""
        try:
            handle = win32api.OpenProcess(_MAY_ASSIGN, False, pid)
            win32job.AssignProcessToJobObject(self._job, handle)
        except pywintypes.error as error:
            text = f"the probe could not be put into a job of its own: {error.strerror}; it was not used"
            raise ConsoleError("job_failed", text) from None

    def close(self) -> None:
        """Kill the child if it still runs; harmless twice."""
        if self._job is not None:
            win32api.CloseHandle(self._job)
            self._job = None
