"""Rows, outcomes and policies for tests that need one and do not care which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from odt_async import events
from odt_async.model import Failure, Layers, Outcome, Row, Status
from odt_async.redaction import Redactor
from odt_async.runner.backoff import BackoffPolicy
from odt_async.runner.gate import Gate
from odt_async.runner.limiter import Limiter
from odt_async.runner.policy import RunPolicy
from odt_async.runner.slots import Slots
from odt_async.webex.tokens import FixedToken, TokenSource

LAYERS = Layers("usuarios.csv", header=("person_id", "extension"), columns=("person_id", "extension"))


def make_row(index: int = 0, values: Mapping[str, str] | None = None, *, layers: Layers = LAYERS) -> Row:
    """Return a row on the line that follows from *index*, its cells those of *values*."""
    if values is None:
        values = {"person_id": f"person-{index}", "extension": f"{8000 + index}"}
    cells = tuple(values.get(column, "") for column in layers.columns)
    return Row(index=index, line=index + 2, values=values, cells=cells, layers=layers)


def make_outcome(status: Status = Status.APPLIED, index: int = 0, **rest: Any) -> Outcome:
    """Return an outcome of row *index*; one of an error has a failure."""
    if status is Status.ERROR:
        rest.setdefault("failure", Failure("AsRestError", "HTTP 404"))
    return Outcome(
        make_row(index), status, payload_hash=f"{index:032x}", timestamp="2024-06-01T22:00:00.000Z", **rest
    )


def make_policy(
    *,
    tokens: TokenSource | None = None,
    slots: int = 8,
    backoff: BackoffPolicy | None = None,
    lines: list[bytes] | None = None,
) -> RunPolicy:
    """Return a policy that jitters to the middle; its log goes to *lines*. To be called in a loop."""
    return RunPolicy(
        gate=Gate(),
        limiter=Limiter(),
        slots=Slots(slots),
        backoff=backoff or BackoffPolicy(),
        tokens=tokens or FixedToken("token-1"),
        log=make_log(lines),
        uniform=lambda: 0.5,
    )


def make_log(lines: list[bytes] | None = None) -> events.Logger:
    """Return a logger that writes to *lines*."""
    return events.open_logger((lines if lines is not None else []).append, Redactor())


def events_of(lines: list[bytes]) -> list[str]:
    """Return the names of the logged events."""
    return [orjson.loads(line)["event"] for line in lines]
