"""`<run>_status.json`: how a run stands, for whoever watches it; nothing in the run waits for them.

It is one small file, replaced whole at most once a second, from the tick that the run has anyway. It is not
synced: after a power cut nobody asks how fast the run was, and what counts is in the other files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odt_async.errors import OutputFailed
from odt_async.events import json_line
from odt_async.runner.status import Recent, carried_out, status_of
from odt_async.sinks.whole_file import whole_file

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["StatusFile"]

_INTERVAL_S = 1.0


class StatusFile:
    """The file of one run.

    recent: what its samples of the run's pace tell; one is taken each time that it is written.
    now: a clock in seconds.
    """

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self.recent = Recent(now())
        self._path = path
        self._now = now
        self._due = now()

    def tick(self, run: Run) -> None:
        """Write how *run* stands, unless that was done within the last second."""
        now = self._now()
        if now < self._due:
            return
        self._due = now + _INTERVAL_S
        self._sample(run, now)
        self._write(status_of(run))

    def end(self, run: Run, summary: Mapping[str, Any]) -> None:
        """Write how *run* has ended; *summary* is the head of its report."""
        self._sample(run, self._now())
        ending = {name: summary[name] for name in ("state", "stop_reason", "exit_code")}
        self._write(status_of(run) | ending | {"reason": None, "left_s": 0})

    def _sample(self, run: Run, now: float) -> None:
        sent = {family: requests.sent for family, requests in run.policy.requests.families.items()}
        self.recent.note(now, carried_out(run), sent)

    def _write(self, status: Mapping[str, Any]) -> None:
        if not self._path.parent.is_dir():
            return  # whoever has taken the files away is not to find a folder with nothing else in it
        # a full disk ends the run by the files that count, which say so
        with suppress(OutputFailed), whole_file(self._path, synced=False) as file:
            file.write(json_line(status))
