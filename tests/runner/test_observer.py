from __future__ import annotations

from typing import TYPE_CHECKING, cast

from odt_async.model import Outcome
from odt_async.runner.observer import Observers
from tests.runner.building import make_outcome

if TYPE_CHECKING:
    from odt_async.runner.active import Run

RUN = cast("Run", "the run")


class Witness:
    """Writes down whatever it is told."""

    def __init__(self, name: str, told: list[tuple[object, ...]]) -> None:
        self._name = name
        self._told = told

    def started(self, run: Run) -> None:
        self._told.append((self._name, "started", run))

    def outcome(self, outcome: Outcome) -> None:
        self._told.append((self._name, "outcome", outcome))

    def tick(self, run: Run) -> None:
        self._told.append((self._name, "tick", run))

    def beat(self, line: str) -> None:
        self._told.append((self._name, "beat", line))

    def paused(self, reason: str) -> None:
        self._told.append((self._name, "paused", reason))

    def resumed(self) -> None:
        self._told.append((self._name, "resumed"))


def test_each_is_told_everything_in_its_turn() -> None:
    told: list[tuple[object, ...]] = []
    outcome = make_outcome()
    observers = Observers([Witness("first", told), Witness("second", told)])
    observers.started(RUN)
    observers.outcome(outcome)
    observers.tick(RUN)
    observers.beat("line")
    observers.paused("a reason")
    observers.resumed()
    events: list[tuple[object, ...]] = [
        *(("started", RUN), ("outcome", outcome), ("tick", RUN), ("beat", "line")),
        *(("paused", "a reason"), ("resumed",)),
    ]
    assert told == [(name, *event) for event in events for name in ("first", "second")]
