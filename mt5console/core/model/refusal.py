"""A login that the broker refused, in words for people; a one-time password is told apart from a wrong one.

A fresh code at every login is something that nobody can type unattended: no other password mends that.
Must not know: who refused, or what is done about it.
"""

from __future__ import annotations

import re

_ONE_TIME = re.compile(r"\botp\b|one[- ]time password|certificate password", re.IGNORECASE)
_ONE_TIME_WORDS = "the account asks for a one-time password (OTP) or a certificate's, which nobody types unattended"


def asks_one_time(text: str) -> bool:
    """Whether package or journal name a one-time or a certificate's password, in words that are known (A49)."""
    return _ONE_TIME.search(text) is not None


def refusal(text: str, reason: str = "") -> str:
    """Why no further login is tried, from what package or journal said; `reason`: the part that tells the cause."""
    if asks_one_time(reason or text):
        return f"{_ONE_TIME_WORDS}: {text}"
    return f"the broker refused the login: {text}"


def refusal_next_step(why: str) -> str:
    """What a person can do about a refusal in these words."""
    if why.startswith(_ONE_TIME_WORDS):
        return (
            "log it in by hand at every start, or use an account without one-time passwords; no login is tried for it"
        )
    return (
        "check login, server and password; a new password is tried once it is set (`mt5console user password`), "
        "the stored one once the terminal is released (`mt5console release`); no blind retries"
    )
