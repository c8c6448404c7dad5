"""What can be done to a run while it lasts, by a signal, by `odt ctl` or by its window; and what has been."""

from __future__ import annotations

import math
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import anyio
import orjson

from odt_async import events
from odt_async.errors import InputError, OdtError, StoppedByOperator
from odt_async.language import written
from odt_async.runner.policy import RunPolicy
from odt_async.runner.workers import Workers
from odt_async.window import Window

__all__ = ["COMMANDS", "Control", "Order", "keep_to_window", "parse_order"]

COMMANDS = ("status", "pause", "resume", "stop", "set")
_MOST_CHANGES = 1000  # that are kept: the newest
_MOST_REQUESTS = 1000  # in flight, as in the settings
_LONGEST_SLEEP_S = 30.0  # a clock may be set, and a machine may sleep, while the window is waited for


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks of a run."""

    command: str
    changes: dict[str, Any] = field(default_factory=dict)  # of `set`: concurrency; rate, None for no ceiling


def parse_order(line: bytes) -> Order:
    """Return the order that a line of JSON is, such as `{"command": "set", "concurrency": 4, "rate": null}`.

    Raises InputError for anything else.
    """
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise InputError("not a line of JSON") from None
    if not isinstance(record, dict) or record.get("command") not in COMMANDS:
        raise InputError("command: one of {commands}", commands=", ".join(COMMANDS))
    command = record.pop("command")
    if command != "set":
        if record:
            raise InputError("{command} takes nothing else", command=command)
        return Order(command)
    if unknown := record.keys() - {"concurrency", "rate"}:
        raise InputError(
            "set: there is no {unknown!r}: concurrency and rate can be set", unknown=min(unknown)
        )
    if not record:
        raise InputError("set: say what, such as concurrency=4 or rate=10")
    if "concurrency" in record:
        _check_concurrency(record["concurrency"])
    if "rate" in record:
        _check_rate(record["rate"])
    return Order(command, record)


def _check_concurrency(value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_REQUESTS:
        raise InputError(
            "concurrency: a whole number from 1 to {most_requests}", most_requests=_MOST_REQUESTS
        )


def _check_rate(value: Any) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (is_number and 0 < value < math.inf):
        raise InputError("rate: requests a second, more than 0; or none")


class Control:
    """Holds a run, lets it go on, changes its pace or ends it, and keeps what was done when and by whom.

    crew: how many rows are in progress with so many requests in flight.
    stop: lets no further row be taken.
    changed: called after every change.
    """

    def __init__(
        self,
        policy: RunPolicy,
        workers: Workers,
        log: events.Logger,
        *,
        crew: Callable[[int], int],
        stop: Callable[[OdtError], None],
        changed: Callable[[], None],
    ) -> None:
        self._policy = policy
        self._workers = workers
        self._log = log
        self._crew = crew
        self._stop = stop
        self._changed = changed
        self._paused: str | None = None  # the gate's reason
        self._closed: str | None = None  # the intake's
        self._stopping = False
        self._changes: deque[dict[str, Any]] = deque(maxlen=_MOST_CHANGES)

    @property
    def state(self) -> str | None:
        """`paused (operator)`, `window closed until 22:00`, or None."""
        return written("paused (operator)") if self._paused else self._closed

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What was done: `at`, `what`, `by`, and what it was before and after; the newest thousand."""
        return list(self._changes)

    def obey(self, order: Order, by: str) -> None:
        """Carry *order* out; nothing happens when it is so already.

        Raises InputError for what can no more be done.
        """
        if order.command == "status":
            return
        if order.command == "stop":
            self._end(by)
            return
        if self._stopping:
            raise InputError("the run is ending: rows in progress are finished, and no other is taken")
        if order.command == "pause":
            self._pause(by)
        elif order.command == "resume":
            self._resume(by)
        else:
            self._set(order.changes, by)

    def signalled(self, number: signal.Signals) -> None:
        """React to a signal that is not one to end: SIGUSR1 pauses or resumes, SIGHUP changes nothing."""
        if number is signal.SIGUSR1 and not self._stopping:
            if self._paused:
                self._resume(number.name)
            else:
                self._pause(number.name)
        elif number is signal.SIGHUP:
            self._note("terminal_lost", number.name)

    def ending(self) -> None:
        """Note that the run ends, whatever the reason."""
        self._stopping = True

    def open_window(self) -> None:
        """Let rows be taken."""
        if self._closed:
            self._workers.intake.open(self._closed)
            self._closed = None
            self._note("window_opened", "window")

    def close_window(self, until: str) -> None:
        """Let no row be taken; those in progress are finished. Idempotent."""
        reason = written("window closed until {until}", until=until)
        if reason != self._closed:
            was_closed, self._closed = self._closed, reason
            self._workers.intake.close(reason)
            if was_closed:
                self._workers.intake.open(was_closed)
            self._note("window_closed", "window", until=until)

    def _pause(self, by: str) -> None:
        if not self._paused:
            self._paused = written("by the operator ({by})", by=by)
            self._policy.gate.close(self._paused)
            self._note("pause", by)

    def _resume(self, by: str) -> None:
        if self._paused:
            self._policy.gate.open(self._paused)
            self._paused = None
            self._note("resume", by)

    def _end(self, by: str) -> None:
        if not self._stopping:
            self._note("stop", by)
            self._stop(StoppedByOperator("the operator ({by})", by=by))
            self._changed()

    def _set(self, changes: dict[str, Any], by: str) -> None:
        slots, ceiling = self._policy.slots, self._policy.ceiling
        if "concurrency" in changes and changes["concurrency"] != slots.limit:
            before, slots.limit = slots.limit, changes["concurrency"]
            self._workers.size = self._crew(slots.limit)
            self._note("concurrency", by, before=before, after=slots.limit)
        if "rate" in changes and changes["rate"] != ceiling.rate_per_s:
            old_rate, ceiling.rate_per_s = ceiling.rate_per_s, changes["rate"]
            self._note("rate", by, before=old_rate, after=ceiling.rate_per_s)

    def _note(self, what: str, by: str, **facts: Any) -> None:
        self._changes.append({"at": events.timestamp(), "what": what, "by": by, **facts})
        self._log.info(_EVENTS.get(what, events.RUN_CHANGED), what=what, by=by, **facts)
        self._changed()


_EVENTS = {"pause": events.RUN_PAUSED, "resume": events.RUN_RESUMED}


async def keep_to_window(
    window: Window, control: Control, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Open and close the intake of rows as *window* says, for ever; *now* is the time of day."""
    while True:
        moment = now()
        if window.is_open(moment):
            control.open_window()
        else:
            control.close_window(window.opens_in_words(moment))
        left_s = (window.next_change(moment) - moment).total_seconds()
        await anyio.sleep(min(left_s, _LONGEST_SLEEP_S))
