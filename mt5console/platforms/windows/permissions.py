"""Files and directories that only this account may open, by access control lists. Must not know: what they hold."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

assert sys.platform == "win32", "mt5console.platforms.windows works on Windows only"

import msvcrt

import ntsecuritycon
import pywintypes
import win32api
import win32con
import win32file
import win32security
import winerror

_SYSTEM = "S-1-5-18"
"""The machine itself, which reaches every file whatever its list says: being named there lets nobody else in."""

_INHERITED = win32security.OBJECT_INHERIT_ACE | win32security.CONTAINER_INHERIT_ACE


def open_private_file(path: Path) -> int:
    """A new file open for writing, this account's alone from the first byte. Raises OSError, also when it exists."""
    attributes = win32security.SECURITY_ATTRIBUTES()
    attributes.SECURITY_DESCRIPTOR = _owner_only_descriptor(0)
    try:
        handle: Any = win32file.CreateFile(
            str(path), win32con.GENERIC_WRITE, 0, attributes, win32con.CREATE_NEW, win32con.FILE_ATTRIBUTE_NORMAL, None
        )
    except pywintypes.error as error:
        raise _as_os_error(error, path) from None
    return msvcrt.open_osfhandle(handle.Detach(), os.O_WRONLY | os.O_BINARY)


def make_private_directory(path: Path) -> None:
    """Create with parents, close to all others, and read back. Raises OSError when it is not ours alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    attributes = win32security.SECURITY_ATTRIBUTES()
    attributes.SECURITY_DESCRIPTOR = _owner_only_descriptor(_INHERITED)
    try:
        try:
            win32file.CreateDirectoryW(str(path), attributes)
        except pywintypes.error as error:
            if error.winerror != winerror.ERROR_ALREADY_EXISTS or not path.is_dir():
                raise
            if not _is_private(path):
                _close_to_others(path)
        strangers = _who_else(path)
    except pywintypes.error as error:
        raise _as_os_error(error, path) from None
    if strangers:
        text = f"others can open it ({', '.join(strangers)}) and that could not be changed"
        raise OSError(0, text, str(path), winerror.ERROR_ACCESS_DENIED)


def _close_to_others(path: Path) -> None:
    """With all that lies in it, which the first call alone reaches; Wine closes the directory by the second one."""
    what = win32security.DACL_SECURITY_INFORMATION | win32security.PROTECTED_DACL_SECURITY_INFORMATION
    entries = _owner_only_list(_INHERITED)
    win32security.SetNamedSecurityInfo(str(path), win32security.SE_FILE_OBJECT, what, None, None, entries, None)
    win32security.SetFileSecurity(str(path), what, _owner_only_descriptor(_INHERITED))


def _is_private(path: Path) -> bool:
    """Whether it is closed for good, with all that is made in it: then nothing is walked, however much lies there."""
    descriptor = _descriptor(path)
    entries: Any = descriptor.GetSecurityDescriptorDacl()
    if entries is None or not descriptor.GetSecurityDescriptorControl()[0] & win32security.SE_DACL_PROTECTED:
        return False
    wanted = (win32security.ACCESS_ALLOWED_ACE_TYPE, _INHERITED), ntsecuritycon.FILE_ALL_ACCESS, _account()
    return wanted in [entries.GetAce(index) for index in range(entries.GetAceCount())] and not _who_else(path)


def _who_else(path: Path) -> list[str]:
    """Who else the directory lets in, by security identifiers; `everyone` when it has no list at all."""
    entries: Any = _descriptor(path).GetSecurityDescriptorDacl()
    if entries is None:
        return ["everyone"]
    ours = (win32security.ConvertSidToStringSid(_account()), _SYSTEM)
    seen = [win32security.ConvertSidToStringSid(entries.GetAce(index)[2]) for index in range(entries.GetAceCount())]
    return [sid for sid in seen if sid not in ours]


def _descriptor(path: Path) -> Any:
    what = win32security.DACL_SECURITY_INFORMATION
    return win32security.GetNamedSecurityInfo(str(path), win32security.SE_FILE_OBJECT, what)


def _owner_only_descriptor(flags: int) -> Any:
    descriptor = win32security.SECURITY_DESCRIPTOR()
    descriptor.SetSecurityDescriptorDacl(True, _owner_only_list(flags), False)
    descriptor.SetSecurityDescriptorControl(win32security.SE_DACL_PROTECTED, win32security.SE_DACL_PROTECTED)
    return descriptor


def _owner_only_list(flags: int) -> Any:
    entries = win32security.ACL()
    entries.AddAccessAllowedAceEx(win32security.ACL_REVISION, flags, ntsecuritycon.FILE_ALL_ACCESS, _account())
    return entries


def _account() -> Any:
    """The account this program runs as; not the owner of new files, who is a whole group for an administrator."""
    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32con.TOKEN_QUERY)
    return win32security.GetTokenInformation(token, win32security.TokenUser)[0]


def _as_os_error(error: pywintypes.error, path: Path) -> OSError:
    return OSError(0, error.strerror, str(path), error.winerror)
