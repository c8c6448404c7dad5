"""One row and one outcome, for tests that say only what matters to them."""

from __future__ import annotations

from typing import Any

from odt_async.model import Failure, Layers, Outcome, Row, Status

__all__ = ["DIGEST", "FAILURE", "LAYERS", "make_outcome", "make_row"]

DIGEST = "00c0ffee" * 4
FAILURE = Failure("AsRestError", "HTTP 404, code 4008: No licence.")
LAYERS = Layers("Usuarios.csv", header=("Person_ID", " Extension "), columns=("person_id", "extension"))


def make_row(*cells: str, index: int = 3, layers: Layers = LAYERS) -> Row:
    """Return a row on the line that follows from *index*."""
    cells = cells or ("p1", "8100")
    values = {column: cell for column, cell in zip(layers.columns, cells, strict=False) if cell}
    return Row(index=index, line=index + 2, values=values, cells=cells, layers=layers)


def make_outcome(status: Status = Status.APPLIED, row: Row | None = None, **rest: Any) -> Outcome:
    """Return an outcome; one of an error has a failure."""
    if status is Status.ERROR:
        rest.setdefault("failure", FAILURE)
    return Outcome(
        row=row or make_row(),
        status=status,
        payload_hash=DIGEST,
        timestamp="2024-06-01T22:00:00.000Z",
        entity_id="p1",
        **rest,
    )
