"""What is told of a run while it lasts: its heartbeat, its course, how it stands, and whoever watches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from odt_async import events
from odt_async.runner.files import RunFiles
from odt_async.runner.heartbeat import heartbeat_line
from odt_async.runner.observer import Observer
from odt_async.runner.status import Recent
from odt_async.runner.status_file import StatusFile
from odt_async.runner.timeline import Timeline

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["Chronicle"]


class Chronicle:
    """Tells of *run*: at its beginning and end, at every tick, and when something happens to it.

    or_stop: a context that ends the run when a file cannot be written in it, and goes on.
    now: a clock in seconds.
    """

    def __init__(
        self,
        run: Run,
        files: RunFiles,
        observer: Observer,
        *,
        or_stop: Callable[[], AbstractContextManager[None]],
        now: Callable[[], float],
    ) -> None:
        self._run = run
        self._heartbeat = files.heartbeat
        self._timeline = Timeline(files.timeline.write, now)
        self._status_file = StatusFile(files.path("status.json"), now)
        self._observer = observer
        self._or_stop = or_stop
        self._paused_for: str | None = None  # as observers know it

    @property
    def recent(self) -> Recent:
        """The pace of the run in the last minute."""
        return self._status_file.recent

    def begin(self) -> None:
        """Say that the run begins."""
        self._observer.started(self._run)
        self.beat()
        self._chart()

    def tick(self) -> None:
        """Show how things stand; at the beginning and the end of a pause, whatever its reason, say so at once."""
        reason = self._run.policy.gate.reason
        if reason != self._paused_for:
            self._paused_for = reason
            self.beat()
            if reason is None:
                self._observer.resumed()
            else:
                self._observer.paused(reason)
        self._status_file.tick(self._run)
        self._chart()
        self._observer.tick(self._run)

    def changed(self) -> None:
        """Say what the operator has just brought about."""
        if self._run.policy.gate.reason == self._paused_for:  # else the tick says it
            self.beat()
        self.tick()

    def beat(self, state: str | None = None) -> None:
        """Write a line of the heartbeat; *state* in place of the run's own."""
        run = self._run
        line = heartbeat_line(run.run_id, state or run.state, run.progress(), run.policy)
        with self._or_stop():
            self._heartbeat.write(f"{line}\n".encode())
            run.log.info(events.RUN_HEARTBEAT, line=line)
        self._observer.beat(line)

    def end(self, state: str) -> None:
        """Say that the run has ended, and how: `finished` or `stopped`."""
        self.beat(state)
        with self._or_stop():
            self._timeline.note(self._run, state)

    def close(self, summary: Mapping[str, Any]) -> None:
        """Leave the last word to the status file; *summary* is the head of the report."""
        self._status_file.end(self._run, summary)

    def _chart(self) -> None:
        with self._or_stop():
            self._timeline.tick(self._run)
