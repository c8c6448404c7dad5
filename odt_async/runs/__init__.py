"""What runs have left behind: which there are, how each went, how two differ, and which may go."""

from __future__ import annotations

from odt_async.runs.finding import find, find_resumable, list_runs
from odt_async.runs.past import PastRun

__all__ = ["PastRun", "find", "find_resumable", "list_runs"]
