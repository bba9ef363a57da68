"""One finding of the doctor. Must not know: what is looked at, or how findings are shown."""

from __future__ import annotations

from typing import Any

Finding = dict[str, Any]
"""`name`, `ok` (None: cannot be told), `evidence`, `mend` (empty when there is nothing to do)."""


def finding(name: str, ok: bool | None, evidence: str, mend: str = "") -> Finding:
    """A finding; what is well needs no mending."""
    return {"name": name, "ok": ok, "evidence": evidence, "mend": "" if ok else mend}
