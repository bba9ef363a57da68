"""Who may open a file, by its access control list, in words. Must not know: who ought to."""

# ruff: noqa: E402 - mypy has to meet the platform guard before it follows the imports below it

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

assert sys.platform == "win32", "access control lists belong to Windows"

import win32api
import win32con
import win32security

SYSTEM = "S-1-5-18"
EVERYONE = "S-1-1-0"


def who_may_open(path: Path) -> set[str]:
    """`this account`, and the security identifiers of all others that the list lets in; `anybody` without a list.

    The system itself, which reaches everything, is not named.
    """
    what = win32security.DACL_SECURITY_INFORMATION
    entries: Any = win32security.GetFileSecurity(str(path), what).GetSecurityDescriptorDacl()
    if entries is None:
        return {"anybody"}
    seen = {win32security.ConvertSidToStringSid(entries.GetAce(at)[2]) for at in range(entries.GetAceCount())}
    return {"this account" if sid == ours() else sid for sid in seen - {SYSTEM}}


def ours() -> str:
    """This account's security identifier."""
    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32con.TOKEN_QUERY)
    account: Any = win32security.GetTokenInformation(token, win32security.TokenUser)[0]
    return win32security.ConvertSidToStringSid(account)


def open_to_everyone(path: Path) -> None:
    """Let everybody in, as a careless person may."""
    entries = win32security.ACL()
    everyone = win32security.ConvertStringSidToSid(EVERYONE)
    entries.AddAccessAllowedAceEx(win32security.ACL_REVISION, 3, win32con.GENERIC_ALL, everyone)
    descriptor = win32security.SECURITY_DESCRIPTOR()
    descriptor.SetSecurityDescriptorDacl(True, entries, False)
    win32security.SetFileSecurity(str(path), win32security.DACL_SECURITY_INFORMATION, descriptor)
