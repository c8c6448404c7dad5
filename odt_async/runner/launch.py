"""Several runs, one after another, as one report: by action, and by the entity that the actions were about.

The results are streamed from the files of the runs. What is kept in memory grows with the number of entities
and of actions, as the second view cannot be written before the last run has been read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odt_async.model import Domain
from odt_async.runs.results import read_results
from odt_async.sinks.report_json import write_launch_report

__all__ = ["ActionReport", "Entities", "report_launch"]


@dataclass(frozen=True, slots=True)
class ActionReport:
    """How one action of a launch went."""

    name: str
    domain: Domain
    bulk_mode: bool
    status: str  # finished, stopped, skipped (it could not run) or not_started (the launch ended before)
    reason: str | None = None  # of any other status than finished
    missing_dependencies: tuple[str, ...] = ()  # the columns for want of which it was skipped
    exit_code: int | None = None  # None where there was no run
    summary: dict[str, Any] = field(default_factory=dict)  # the head of the run's report

    @property
    def run(self) -> str | None:
        """The run's name."""
        return self.summary.get("run")

    def head(self) -> dict[str, Any]:
        """Return the entry of the report, but for its results."""
        counts = {
            name: self.summary.get(name, 0)
            for name in ("total_rows", "executed", "skipped", "errors", "pending")
        }
        return {
            "script_name": self.name,
            "bulk_mode": self.bulk_mode,
            **counts,
            "status": self.status,
            "reason": self.reason,
            "missing_dependencies": self.missing_dependencies,
            "run": self.run,
            "exit_code": self.exit_code,
            "by_status": self.summary.get("by_status", {}),
        }


class Entities:
    """What every action did to each person, location and workspace.

    The actions of a domain read the same file, so results of one row are of one entity, even when one action
    knows it by id, another by name, and a third could make nothing of the row.
    """

    def __init__(self) -> None:
        self._by_row: dict[tuple[str, int], dict[str, Any]] = {}
        self._by_id: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, action: ActionReport, entity_id: str, result: dict[str, Any]) -> None:
        """Note the *result* of a row; entity_id is empty when its action did not get as far."""
        row, named = (action.domain, result["row_index"]), (action.domain, entity_id)
        entity = (self._by_id.get(named) if entity_id else None) or self._by_row.get(row)
        if entity is None:
            entity = {"domain": action.domain, "entity_ids": [], "outcomes": []}
        self._by_row.setdefault(row, entity)
        if entity_id and named not in self._by_id:
            self._by_id[named] = entity
            entity["entity_ids"].append(entity_id)
        outcome = {name: result[name] for name in ("row_index", "status", "error_type", "error")}
        entity["outcomes"].append({"script_name": action.name, **outcome})

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each entity once, in the order in which they were met."""
        known: set[int] = set()
        for entity in self._by_row.values():
            if id(entity) not in known:
                known.add(id(entity))
                yield entity


def report_launch(logs_dir: Path, launch: str, head: dict[str, Any], actions: Sequence[ActionReport]) -> Path:
    """Write `<launch>_report.json` and return its path.

    head: what stands before `actions` and `entities`.

    Raises OutputFailed.
    """
    entities = Entities()

    def results(action: ActionReport) -> Iterator[dict[str, Any]]:
        if action.run is None:
            return
        for entity_id, result in read_results(logs_dir, action.run):
            entities.add(action, entity_id, result)
            yield result

    path = logs_dir / f"{launch}_report.json"
    by_action = ((action.head(), results(action)) for action in actions)
    write_launch_report(path, {"launch": launch, **head}, by_action, entities.records())
    return path
