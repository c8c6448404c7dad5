"""The signals of a process that has a run: who hears them changes, and none is lost or ends it in disorder."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["ENDING", "Signals"]

ENDING = (signal.SIGINT, signal.SIGTERM)
_TAKEN = (*ENDING, signal.SIGHUP, signal.SIGUSR1)  # SIGHUP: the terminal is gone, and the run stays


class Signals:
    """SIGINT, SIGTERM, SIGHUP and SIGUSR1, from the first file of a run until the end of the `with`; SIGHUP at once.

    They are heard by the run while it lasts. What arrives before is kept for it; what arrives when it is over
    changes nothing that is told of it, and is there in `unheard` for whoever would begin something else.
    To be used in the main thread, as Python lets no other set handlers.
    """

    def __init__(self) -> None:
        self._hear: Callable[[signal.Signals], object] | None = None
        self._waiting: list[signal.Signals] = []
        self._before: dict[signal.Signals, Any] = {}

    @property
    def unheard(self) -> signal.Signals | None:
        """The first signal to end that nobody has heard; None when there is none."""
        return next((number for number in self._waiting if number in ENDING), None)

    def __enter__(self) -> Self:
        """Take SIGHUP; until there is something to lose, the others do what they always do."""
        # noted here: by `take_over` an event loop may have put a handler of its own there, which ends with it
        self._before = {number: signal.getsignal(number) for number in _TAKEN}
        signal.signal(signal.SIGHUP, self._received)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def take_over(self) -> None:
        """Let no signal do what it always does any more; idempotent."""
        for number in _TAKEN:
            signal.signal(number, self._received)

    @contextmanager
    def heard_by(self, hear: Callable[[signal.Signals], object]) -> Iterator[None]:
        """Call *hear* in the running event loop for every signal, those that wait for somebody first."""
        self._loop = asyncio.get_running_loop()
        self._hear = hear
        self.take_over()
        self._hand_over()
        try:
            yield
        finally:
            self._hear = None

    def _received(self, number: int, _frame: FrameType | None) -> None:
        self._waiting.append(signal.Signals(number))
        if self._hear is not None:
            # a handler runs between any two instructions: what it changes must not be in the middle of something
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        while self._waiting and self._hear is not None:
            self._hear(self._waiting.pop(0))
