"""What a run is given; importing it costs nothing, so that input is judged before the SDK is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from odt_async.actions import Action
from odt_async.dataset import Survey
from odt_async.errors import UnreadableCsv
from odt_async.model import Layers, Row
from odt_async.runner.identity import Job, job_of
from odt_async.runner.journal import Journal
from odt_async.runner.resume import History
from odt_async.runner.saved_plan import SavedPlan
from odt_async.runner.verification import Verification
from odt_async.settings import Settings
from odt_async.webex.needs import Needs

__all__ = ["RowSource", "RunSpec"]


class RowSource(Protocol):
    """Where rows come from: a `Dataset`, or for `undo` a run's journal."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def layers(self) -> Layers:
        """What all rows share."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield every row, from the start at each call."""
        ...


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What is to be run."""

    name: str  # of the action
    action: Action
    dataset: RowSource
    survey: Survey
    settings: Settings
    dry_run: bool = False
    fail_fast: bool = False
    history: History = field(default_factory=History)
    needs: Needs = field(default_factory=Needs)  # the names that its rows will look up
    # column -> cli, domain, global or default: of the one row of `single`; None in bulk
    source_map: Mapping[str, str] | None = None
    saved_plan: SavedPlan | None = None
    verification: Verification = field(default_factory=Verification)
    undo: Journal | None = None  # of the run that is to be taken back; `dataset` then as well

    def rows(self) -> Iterator[Row]:
        """Yield the rows. Raises UnreadableCsv when they are not those that were counted before."""
        due, read = self.survey.rows, 0
        for row in self.dataset.rows():
            read += 1
            yield row
        if read != due:
            raise UnreadableCsv(
                "{path}: had {due} rows and now has {read}: run again",
                path=self.dataset.path,
                due=due,
                read=read,
            )

    def job_of(self, row: Row) -> Job:
        """Return *row* with its parameters. Raises InvalidRow."""
        if self.undo is not None:
            return Job.of(row, *self.undo.identify(self.action, row))
        return job_of(self.name, self.action, row)

    def reason_to_skip(self, payload_hash: str) -> str | None:
        """Return why the row is not for this run: `resumed` or `filtered`; None when it is."""
        if self.saved_plan is not None and payload_hash not in self.saved_plan:
            return "filtered"
        return self.history.reason_to_skip(payload_hash)
