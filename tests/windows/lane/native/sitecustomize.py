"""For Wine 8 alone: psutil asks for a program's path in a way that this Wine does not know; answer it in another.

The product does not rely on psutil for this; the tests' own look for left-over processes does.
"""

import ctypes
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from ctypes import wintypes

QUERY_LIMITED_INFORMATION = 0x1000
NO_SUCH_PROCESS = 87


def program_of(pid):
    """The full path of a process's program."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.QueryFullProcessImageNameW.argtypes = [
        wintypes.HANDLE,
        wintypes.DWORD,
        wintypes.LPWSTR,
        ctypes.POINTER(wintypes.DWORD),
    ]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    handle = kernel.OpenProcess(QUERY_LIMITED_INFORMATION, False, pid)
    if not handle:
        raise ProcessLookupError if ctypes.get_last_error() == NO_SUCH_PROCESS else PermissionError
    try:
        text, size = ctypes.create_unicode_buffer(32768), wintypes.DWORD(32768)
        if not kernel.QueryFullProcessImageNameW(handle, 0, text, ctypes.byref(size)):
            raise PermissionError
        return text.value
    finally:
        kernel.CloseHandle(handle)


def mend(module):
    """Replace `Process.exe` of psutil's Windows half."""

    def exe(self):
        try:
            return program_of(self.pid)
        except ProcessLookupError:
            raise module.NoSuchProcess(self.pid, self._name) from None
        except PermissionError:
            raise module.AccessDenied(self.pid, self._name) from None

    module.Process.exe = getattr(module, "memoize_when_activated", lambda method: method)(exe)


class MendPsutil(importlib.abc.MetaPathFinder):
    """Mends psutil's Windows half when it is imported, and not before."""

    def find_spec(self, fullname, path=None, target=None):
        """Find it as usual, once, and mend what was loaded."""
        if fullname != "psutil._pswindows":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            mend(module)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, MendPsutil())
