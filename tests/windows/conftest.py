"""The Windows lane's own rules: these tests run on Windows or under Wine, and nowhere else."""

from __future__ import annotations

import sys

collect_ignore_glob = [] if sys.platform == "win32" else ["test_*.py"]
"""Elsewhere the lane runs them: `python3 run.py windows`. Nothing is skipped one by one."""
