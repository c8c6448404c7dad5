"""Names and e-mails -> ids, each looked up once per run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.errors import Unresolved
from odt_async.language import written
from odt_async.model import ActionParams, EntityKind, Lookup
from odt_async.webex.kinds import KINDS
from odt_async.webex.name_index import Answer, Match, NameIndex
from odt_async.webex.needs import Needs

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["Directory"]

_MOST_NAMED = 5  # candidates in an error's text


class Directory:
    """Finds the ids that rows leave blank.

    needs: the names that the rows will ask for, by which the way of asking is chosen (`name_index`); names
        that are not among them are looked up one by one.
    """

    def __init__(self, api: AsWebexSimpleApi, needs: Needs | None = None) -> None:
        self._session = api.session
        self._needs = needs or Needs()
        self._indexes: dict[tuple[EntityKind, str | None], NameIndex] = {}

    async def resolve(self, params: ActionParams) -> ActionParams:
        """Return *params* with the ids of its lookups filled in.

        Lookups are done in their order and asked for anew after each, as one may depend on another.

        Raises Unresolved when nobody, or more than one, has the name; and what the session raises.
        """
        while lookups := params.lookups():
            lookup = lookups[0]
            params = _filled(params, lookup, await self._id_of(lookup))
            if lookup in params.lookups():
                raise TypeError(f"{type(params).__qualname__}.lookups() asks on for a {lookup.field} it has")
        return params

    def report(self) -> list[dict[str, Any]]:
        """Return for each kind (and organisation) how many names were looked up, in how many calls, and how."""
        return [
            {"kind": kind, "names": index.names, "calls": index.calls, "how": index.how}
            for (kind, _), index in self._indexes.items()
            if index.calls
        ]

    async def _id_of(self, lookup: Lookup) -> str:
        found = await self._index(lookup.kind, lookup.org_id).find(lookup.name, lookup.location_id)
        if len(found.matches) == 1:
            return found.matches[0].id
        raise Unresolved(_nobody(lookup, found) if not found.matches else _several(lookup, found))

    def _index(self, kind: EntityKind, org_id: str | None) -> NameIndex:
        index = self._indexes.get((kind, org_id))
        if index is None:
            needed = self._needs.names(kind, org_id)
            index = self._indexes[kind, org_id] = NameIndex(self._session, KINDS[kind], org_id, needed)
        return index


def _filled(params: ActionParams, lookup: Lookup, found: str) -> ActionParams:
    value = getattr(params, lookup.field)
    if isinstance(value, tuple):
        filled: Any = tuple(found if item == lookup.name else item for item in value)
    else:
        filled = found
    return params.model_copy(update={lookup.field: filled})


def _nobody(lookup: Lookup, found: Answer) -> str:
    kind = KINDS[lookup.kind]
    there = written(" at that location") if lookup.location_id else ""
    near = written("; the nearest are {near}", near=_named(found.near)) if found.near else ""
    return written(
        "no {noun} has the {name_is} '{name}'{there}: correct it, or write the id in {field}{near}",
        noun=kind.noun,
        name_is=kind.name_is,
        name=lookup.name,
        there=there,
        field=lookup.field,
        near=near,
    )


def _several(lookup: Lookup, found: Answer) -> str:
    kind = KINDS[lookup.kind]
    return written(
        "{count} {noun}s have the {name_is} '{name}': write the id of the right one in {field}: {matches}",
        count=len(found.matches),
        noun=kind.noun,
        name_is=kind.name_is,
        name=lookup.name,
        field=lookup.field,
        matches=_named(found.matches),
    )


def _named(matches: tuple[Match, ...]) -> str:
    named = [
        f"'{match.name}' ({match.id}{f' at {match.location_id}' if match.location_id else ''})"
        for match in matches[:_MOST_NAMED]
    ]
    more = len(matches) - len(named)
    return ", ".join(named) + (written(" and {count} more", count=more) if more else "")
