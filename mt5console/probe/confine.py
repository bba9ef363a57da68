"""Keeps a probe child from starting processes: the MetaTrader5 package starts terminals whenever it thinks fit.

On Windows the child puts itself into a job of one process. Elsewhere the package is a simulated one, in Python, and
the interpreter itself refuses. Must not know: why it is confined.
"""

from __future__ import annotations

import errno
import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _LIMIT_ACTIVE_PROCESS = 0x8
    _BASIC_LIMIT_INFORMATION = 2

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("per_process_user_time", wintypes.LARGE_INTEGER),
            ("per_job_user_time", wintypes.LARGE_INTEGER),
            ("limit_flags", wintypes.DWORD),
            ("minimum_working_set", ctypes.c_size_t),
            ("maximum_working_set", ctypes.c_size_t),
            ("active_process_limit", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority_class", wintypes.DWORD),
            ("scheduling_class", wintypes.DWORD),
        )

    def forbid_processes() -> None:
        """From now on this process can start no other. Raises OSError when the system refuses."""
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel32.CreateJobObjectW.restype = wintypes.HANDLE
        kernel32.GetCurrentProcess.restype = wintypes.HANDLE
        kernel32.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD]
        kernel32.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
        job = kernel32.CreateJobObjectW(None, None)
        limits = _BasicLimits(limit_flags=_LIMIT_ACTIVE_PROCESS, active_process_limit=1)
        size = ctypes.sizeof(limits)
        if (
            not job
            or not kernel32.SetInformationJobObject(job, _BASIC_LIMIT_INFORMATION, ctypes.byref(limits), size)
            or not kernel32.AssignProcessToJobObject(job, kernel32.GetCurrentProcess())
        ):
            raise ctypes.WinError(ctypes.get_last_error())
        # The job lives as long as this process: its handle is never closed.

else:
    _STARTS = frozenset(
        {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.exec", "os.system"}
    )

    def forbid_processes() -> None:
        """From now on this interpreter starts no other process."""
        sys.addaudithook(_refuse_start)

    def _refuse_start(event: str, _arguments: tuple[object, ...]) -> None:
        if event in _STARTS:
            raise PermissionError(errno.EPERM, "a probe starts no process")
