"""What a run tells whoever watches it: the screen, a test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from odt_async.model import Outcome

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["Observer", "Observers"]


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


class Observers:
    """Tells several observers, in their order."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    def started(self, run: Run) -> None:
        """Tell each that the run begins."""
        for observer in self._observers:
            observer.started(run)

    def outcome(self, outcome: Outcome) -> None:
        """Tell each of a row that is done."""
        for observer in self._observers:
            observer.outcome(outcome)

    def tick(self, run: Run) -> None:
        """Tell each that a moment has passed."""
        for observer in self._observers:
            observer.tick(run)

    def beat(self, line: str) -> None:
        """Tell each the heartbeat line."""
        for observer in self._observers:
            observer.beat(line)

    def paused(self, reason: str) -> None:
        """Tell each why nothing is sent."""
        for observer in self._observers:
            observer.paused(reason)

    def resumed(self) -> None:
        """Tell each that requests are sent again."""
        for observer in self._observers:
            observer.resumed()
