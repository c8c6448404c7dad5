"""The rows of a run before their turn: what each asks for, and which of them need no more than a line.

Some are read and judged at once: while the processor has the code for it at hand, a row costs half as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from odt_async.errors import InvalidRow
from odt_async.model import Outcome, Row, Status
from odt_async.runner.failure import failure_of
from odt_async.runner.identity import Job, raw_hash
from odt_async.runner.ledger import Ledger, unsent
from odt_async.runner.spec import RunSpec

__all__ = ["due"]

_AT_ONCE = 16


def due(rows: Iterator[Row], spec: RunSpec, ledger: Ledger) -> Iterator[Job | Outcome]:
    """Yield each of *rows* as a job, or as its outcome: it is not for this run, comes again, or is no good."""
    while ahead := list(islice(rows, _AT_ONCE)):
        yield from [_judged(row, spec, ledger) for row in ahead]


def _judged(row: Row, spec: RunSpec, ledger: Ledger) -> Job | Outcome:
    try:
        job = spec.job_of(row)
    except InvalidRow as error:
        digest = raw_hash(spec.name, row)
        skipped = ledger.skipped(row, digest)
        return skipped or unsent(row, digest, Status.ERROR, failure=failure_of(error))
    return ledger.skipped(row, job.payload_hash) or job
