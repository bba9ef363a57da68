"""The first run: what the wizard looks at and does on this machine, put together for one base directory.

Must not know: widgets, or in which order a person takes the steps.
"""

from __future__ import annotations

from mt5console.first_run.access import first_run_access

__all__ = ["first_run_access"]
