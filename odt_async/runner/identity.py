"""A row is known by what it asks for, never by its place in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import orjson

from odt_async import actions
from odt_async.actions import Action
from odt_async.dataset import by_precedence, lost_cells, row_problems
from odt_async.errors import InvalidRow
from odt_async.model import ActionParams, Row

__all__ = ["Job", "identify", "job_of", "payload_hash", "raw_hash", "undo_hash"]

_BYTES = 16


@dataclass(frozen=True, slots=True)
class Job:
    """A row that is to be carried out."""

    row: Row
    params: ActionParams
    payload_hash: str
    given: Mapping[str, Any]  # the parameters as JSON, those that are blank left out

    @classmethod
    def of(cls, row: Row, params: ActionParams, payload_hash: str) -> Self:
        """Return *row* with parameters of which it has no JSON yet."""
        return cls(row, params, payload_hash, _given(params))


def job_of(name: str, action: Action, row: Row) -> Job:
    """Return *row* with its parameters. Raises InvalidRow."""
    if problems := row_problems(row) or lost_cells(row, action.Params):
        raise InvalidRow(problems)
    params = actions.parse(action, by_precedence(row, action.Params))
    given = _given(params)
    return Job(row, params, _hash(name, given), given)


def identify(name: str, action: Action, row: Row) -> tuple[ActionParams, str]:
    """Return the row's parameters and its payload hash. Raises InvalidRow."""
    job = job_of(name, action, row)
    return job.params, job.payload_hash


def payload_hash(action: str, params: ActionParams) -> str:
    """Return the hash of the action's name and its normalised parameters, 32 hex digits.

    Canonical JSON: keys sorted, parameters that were not given left out, so that a column which an action
    learns later does not make all rows new work.
    """
    return _hash(action, _given(params))


def raw_hash(action: str, row: Row) -> str:
    """Return the hash of a row whose cells do not make parameters: of the cells as they are."""
    return _hash(action, {"cells": row.cells, "values": dict(row.values)})


def undo_hash(run: str, payload_hash: str) -> str:
    """Return the hash of the undoing of a row of *run*; it is never that of a row of any run."""
    return _hash(f"undo {run}", payload_hash)


def _given(params: ActionParams) -> dict[str, Any]:
    return params.model_dump(mode="json", exclude_none=True)


def _hash(action: str, content: Any) -> str:
    canonical = orjson.dumps([action, content], option=orjson.OPT_SORT_KEYS)
    return blake2b(canonical, digest_size=_BYTES).hexdigest()
