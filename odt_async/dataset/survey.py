"""One look at every row before anything is sent: how many, which are no good, which may come twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from odt_async.dataset.duplicates import Suspicions
from odt_async.dataset.fingerprints import FingerprintSet
from odt_async.dataset.merge import Dataset, row_problems
from odt_async.errors import InvalidRow, Problem
from odt_async.model import Row

__all__ = ["Survey", "survey"]


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over all rows found."""

    rows: int
    invalid: int  # rows that cannot be used
    problems: tuple[Problem, ...]  # of the first invalid rows, in their order
    suspects: FingerprintSet = field(
        default_factory=FingerprintSet
    )  # of all rows that come again, and of some that do not


def survey(dataset: Dataset, identify: Callable[[Row], bytes], *, problem_limit: int | None = 20) -> Survey:
    """Return the count of rows and what is wrong with them, in memory that does not grow with them.

    identify: gives a digest of what the row asks for, 8 bytes or more, or raises InvalidRow; it is not
        asked about a row whose shape is wrong (`row_problems`).
    problem_limit: how many problems are kept; None for all.

    Of the digests only those that seemed to come again are kept (about 0.02 % of all without cause).

    Raises UnreadableCsv as `Table.records` does.
    """
    suspicions = Suspicions(dataset.table.line_count)
    rows = invalid = 0
    problems: list[Problem] = []
    for row in dataset.rows():
        rows += 1
        try:
            digest = _identity(row, identify)
        except InvalidRow as error:
            invalid += 1
            problems += (
                error.problems if problem_limit is None else error.problems[: problem_limit - len(problems)]
            )
            continue
        suspicions.note(digest)
    return Survey(rows, invalid, tuple(problems), suspicions.suspects())


def _identity(row: Row, identify: Callable[[Row], bytes]) -> bytes:
    if problems := row_problems(row):
        raise InvalidRow(problems)
    return identify(row)
