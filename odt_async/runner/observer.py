"""What a run tells whoever watches it: the screen, a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from odt_async.model import Outcome

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["Observer"]


class Observer(Protocol):
    """Watches a run; nothing it does may change it."""

    def started(self, run: Run) -> None:
        """The run has its files and is about to send its first request."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """A row is done, and its line is written."""
        ...

    def tick(self, run: Run) -> None:
        """A moment has passed."""
        ...

    def beat(self, line: str) -> None:
        """A heartbeat line was written."""
        ...

    def paused(self, reason: str) -> None:
        """Nothing is sent until somebody does something about *reason*, or it passes; again when it is another."""
        ...

    def resumed(self) -> None:
        """Requests are sent again."""
        ...
