"""What a session and a runner share about calls: whose they are, when they may go, and how often they have failed."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from odt_async.model import Verdict

__all__ = ["Attempts", "CallRecord", "HttpPolicy", "current_row"]


@dataclass(slots=True, eq=False)  # it stands for its row
class CallRecord:
    """What the calls of one row add up to; the row sets it in `current_row` before its first call."""

    row_index: int | None = None
    max_elapsed_s: float | None = None  # None: no deadline
    attempts: int = 0  # requests sent
    spent_s: float = 0.0  # sending and backing off; paused, held and queued time does not count
    tracking_id: str = ""  # of the last answer
    rehearsal: bool = False  # a write is not sent, but raises WriteRefused
    aside: bool = False  # no row needs it: that it gets no answer is no outage to wait for
    before_write: Callable[[], Awaitable[None]] | None = None  # called once, when a write is about to be sent

    @property
    def left_s(self) -> float:
        """What is left until the deadline; infinite without one."""
        return math.inf if self.max_elapsed_s is None else self.max_elapsed_s - self.spent_s


current_row: ContextVar[CallRecord | None] = ContextVar("current_row", default=None)


class HttpPolicy(Protocol):
    """When a call may be sent, and what follows an answer; the runner has the implementation."""

    async def admit(self, family: str) -> None:
        """Wait until a call of *family* may be sent, and take one of the slots."""
        ...

    def release(self, method: str, family: str, sent_at: float, verdict: Verdict | None) -> None:
        """Give the slot back and learn from *verdict* (None: cancelled); *sent_at* is loop time."""
        ...

    @property
    def excused(self) -> int:
        """A number that grows when an outage turns out to explain what failed: those attempts do not count."""
        ...

    @property
    def undecided(self) -> bool:
        """Whether what failed last may turn out to be an outage's fault: it is not known yet."""
        ...

    def wait_before_retry(self, verdict: Verdict, attempt: int) -> float | None:
        """Return the seconds to back off after failed attempt *attempt* (from 1), or None to give up."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Back off; may raise to give the call up."""
        ...

    @property
    def renews_token_itself(self) -> bool:
        """Whether there is another token each time that one is asked for."""
        ...

    async def renew_token(self, refused: str) -> None:
        """Return when there is another token than *refused*.

        Raises NotAuthorised when there will be none.
        """
        ...


class Attempts:
    """The failed attempts of one call."""

    def __init__(self, policy: HttpPolicy) -> None:
        self._policy = policy
        self._excused = 0  # when the last one failed
        self._failed = 0

    def failed(self) -> int:
        """Count one more; return how many there are, those forgotten that an outage explains.

        While it is not known whether there is an outage, a repeat does not count: with few repeats allowed, and
        few requests in flight, rows would be given up before there are answers enough to show one.
        """
        if self._policy.excused != self._excused:
            self._excused, self._failed = self._policy.excused, 0
        if self._failed == 0 or not self._policy.undecided:
            self._failed += 1
        return self._failed
