"""How many rows may fail, and how often for the same reason, before a run ends rather than burn the others."""

from __future__ import annotations

import math
from typing import Self

from odt_async.errors import RunStopped
from odt_async.model import Outcome, Status
from odt_async.settings import Settings

__all__ = ["ErrorBudget"]

_ANSWERED = (Status.APPLIED, Status.UNCHANGED, Status.PLANNED)


class ErrorBudget:
    """Counts rows that failed.

    most: rows that may not fail, None for no limit: the run ends when so many have.
    same: answers of one class in a row that end it too; 0 for never.
    fail_fast: whether the first that fails ends it.
    """

    def __init__(
        self, *, most: int | None = None, same: int = 0, limit: str = "", fail_fast: bool = False
    ) -> None:
        self._fail_fast = fail_fast
        self._most = most
        self._same = same
        self._limit = limit
        self._failed = 0
        self._cause: str | None = None  # of the latest failures
        self._in_a_row = 0

    @classmethod
    def of(cls, settings: Settings, rows: int, *, fail_fast: bool = False) -> Self:
        """Return the budget that *settings* give a run of so many rows."""
        limit = settings.max_errors
        if limit is None:
            return cls(same=settings.max_same_error, fail_fast=fail_fast)
        share = limit.endswith("%")
        most = max(1, math.ceil(rows * float(limit[:-1]) / 100)) if share else int(limit)
        return cls(most=most, same=settings.max_same_error, limit=limit, fail_fast=fail_fast)

    def count(self, outcome: Outcome, *, failed_before: bool = False) -> RunStopped | None:
        """Note what became of a row; return why the run has to end, if it has to.

        failed_before: in the run that this one continues. Between them, now skipped, were rows that did not fail:
            they tell nothing new of the others.
        """
        if outcome.status in _ANSWERED:
            self._in_a_row = 0
        if outcome.status is not Status.ERROR:
            return None
        if self._fail_fast:
            return RunStopped("--fail-fast: row {index} failed", index=outcome.row.index)
        self._failed += 1
        if self._failed == self._most:
            return RunStopped(
                "--max-errors {limit}: {failed} rows have failed", limit=self._limit, failed=self._failed
            )
        failure = outcome.failure
        if failure is None or failure.refused is None or failed_before:
            return None  # an invalid row, or one that got no answer, tells nothing of the others
        self._in_a_row = self._in_a_row + 1 if failure.refused == self._cause else 1
        self._cause = failure.refused
        if self._in_a_row != self._same:
            return None
        what_to_do = f" ({failure.hint})" if failure.hint else ""
        return RunStopped(
            "--max-same-error {same}: so many rows in a row were refused with {cause}{what_to_do}; the "
            "last of them: {text}",
            same=self._same,
            cause=self._cause,
            what_to_do=what_to_do,
            text=failure.text,
        )
