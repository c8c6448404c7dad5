"""What a run leaves behind, one module for each file.

A sink takes outcomes: `with` opens and closes it, and when `record` returns, the line has reached the
operating system. `record` does not wait for anything, so that cancellation finds every line whole. A sink
knows nothing of Webex or of other sinks.
"""

from __future__ import annotations

from typing import Protocol

from odt_async.model import Outcome

__all__ = ["Sink"]


class Sink(Protocol):
    """Takes the outcomes of one or more statuses."""

    def record(self, outcome: Outcome) -> None:
        """Hand the outcome's line to the operating system.

        Raises OutputFailed.
        """
        ...
