"""The registry: an action is a module beside this file, found by its name and imported when it is used.

The file name is the action's name as operators call it, and its first word says which CSV file its rows
come from. Files that start with an underscore are pure plans that two actions share.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from odt_async.actions._batching import Item, ReadBatch, Results, Unfinished, WriteBatch
from odt_async.errors import InvalidRow, Problem, UnknownAction
from odt_async.language import written

if TYPE_CHECKING:  # pydantic is for those who load an action, not for those who list them
    from pydantic_core import ErrorDetails
    from wxc_sdk.as_api import AsWebexSimpleApi

    from odt_async.model import ActionParams, Domain, Row

__all__ = [
    "DOMAINS",
    "Action",
    "Item",
    "ReadBatch",
    "Results",
    "Unfinished",
    "WriteBatch",
    "domain_of",
    "load",
    "names",
    "parse",
]

DOMAINS: dict[str, Domain] = {"ubicacion": "ubicaciones", "usuarios": "usuarios", "workspaces": "workspaces"}


class Action(Protocol):
    """What an action module offers; its `__name__` ends in the action's name.

    It may also have `async def undo(api, params, before) -> None`, where *before* is the JSON of what
    `read` returned before the write; and `CREATES = True` when `apply` makes something new: then a write
    whose fate is unknown is looked for with patience before it is sent again, as search lags behind. What it makes
    must have something that Webex gives to one only (an e-mail, a number, an extension): where even patience does
    not help, Webex refuses the second, and the row is an error instead of a twin. And `READ_BATCH` or
    `WRITE_BATCH`, where one call can do for several rows what `read` or `apply` does for one.
    """

    __name__: str
    __doc__: str
    SUMMARY: str  # one sentence for operators, in Spanish
    ORDER: int  # place in the natural order of use, from 10 in tens
    SCOPES: tuple[str, ...]
    Params: type[ActionParams]

    async def read(self, api: AsWebexSimpleApi, params: Any) -> Any:
        """Return the remote state that `plan` needs, JSON or a model of the SDK; one or two reads, no write."""
        ...

    def plan(self, state: Any, params: Any) -> Any | None:
        """Return the change that makes *state* as *params* want it, JSON or a model, or None; pure."""
        ...

    async def apply(self, api: AsWebexSimpleApi, params: Any, change: Any) -> None:
        """Write *change*."""
        ...


def names() -> list[str]:
    """Return the names of all actions, sorted."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def load(name: str) -> Action:
    """Import and return the action *name*.

    Raises UnknownAction, with the nearest names.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        did_you_mean = written("; did you mean {near}?", near=" or ".join(near)) if near else ""
        raise UnknownAction(
            "there is no action '{name}'{did_you_mean} (`odt actions` lists them)",
            name=name,
            did_you_mean=did_you_mean,
        )
    return cast("Action", importlib.import_module(f"{__name__}.{name}"))


def domain_of(name: str) -> Domain:
    """Return the domain of the action *name*: the stem of the CSV file that holds its rows."""
    return DOMAINS[name.partition("_")[0]]


def parse(action: Action, row: Row) -> ActionParams:
    """Return *row* as the action's parameters.

    Raises InvalidRow with one problem for each cell that will not do.
    """
    try:
        return action.Params.model_validate(row.values, context={"profiles": row.layers.profiles})
    except ValueError as error:
        from pydantic import ValidationError  # noqa: PLC0415 - a million rows that are good need not ask for it

        if not isinstance(error, ValidationError):
            raise
        raise InvalidRow(tuple(_problems(error.errors(include_url=False), row))) from None


def _problems(errors: Iterable[ErrorDetails], row: Row) -> Iterable[Problem]:
    for error in errors:
        column = str(error["loc"][0]) if error["loc"] else None
        text = written("is empty: fill it in") if error["type"] == "missing" else error["msg"]
        where = row.source_of(column or "")
        yield Problem(column=column, text=text, where=str(where))
