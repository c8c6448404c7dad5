"""Move a calling user to another location, with extension and number or with new ones.

Reads       GET /people/{id}?callingData=true, and the job that moves the person while they are not there
Writes      POST /telephony/config/jobs/person/moveLocation; the job goes on by itself
Idempotent  yes: a person who is there is left alone, and no second job is started while one runs
Undo        yes: the person is moved back; voicemail and numbers that the move has dropped do not come back
Batch       50 people are read by GET /people?id=..., and up to 100 moved by one job, wherever to

Raw calls: the SDK's model of the answer (wxc_sdk 1.41) fits none of the published ones. The row is `applied`
when the person shows the location, or when the job has counted them among those that it moved: until then each
look at the job asks the runner to wait and read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._batching import Item, ReadBatch, Results, Unfinished, WriteBatch
from odt_async.actions._calling import CallingParams
from odt_async.actions._move_job import MOST_USERS, follow, jobs_of, look, start
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import PersonParams
from odt_async.columns import same_id
from odt_async.errors import RowError

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Mueve a una persona con Webex Calling a otra ubicación y espera a que el traslado termine."
ORDER = 90
SCOPES = ("spark-admin:people_read", "spark-admin:people_write", "spark-admin:telephony_config_write")
_MOST_READ = 50  # people by id; 85 are published, but they make a line of 7 kB


class Params(CallingParams, PersonParams):
    """The person and where to; extension and number as they are unless given."""

    location_name: str | None = Field(
        default=None,
        validate_default=True,
        validation_alias=AliasChoices("location_name", "location"),
        description="Nombre exacto de la ubicación de destino; obligatorio si falta `location_id`.",
        examples=["OF00017 Madrid"],
    )

    @field_validator("location_name")
    @classmethod
    def _has_a_destination(cls, name: str | None, info: ValidationInfo) -> str | None:
        # an id that is there but no good is not in info.data: it has a problem of its own
        if name is None and info.data.get("location_id", "") is None:
            raise PydanticCustomError(
                "no_location", "is blank, and so is location_id: fill one of the two in"
            )
        return name


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return location, extension and numbers of the person and, unless they are there, their `job`."""
    person: Any = await api.session.rest_get(
        url=api.session.ep(f"people/{params.person_id}"), params={"callingData": "true"}
    )
    state = _state_of(person)
    if "locationId" in state and not same_id(state["locationId"], params.location_id):
        jobs = await jobs_of(api, {params.entity_id: params.location_id or ""}, params.org_id)
        state["job"] = jobs[params.entity_id]
    return state


def plan(state: dict[str, Any], params: Params) -> dict[str, Any] | None:
    """Return the move, with the `job` that is at it if there is one; None for a person who is there.

    Raises RowError for a person without Calling.
    """
    if "locationId" not in state:
        raise RowError(
            "the person has no Webex Calling, and a location comes with its licence: assign it with "
            "usuarios_modificar_licencias, with this location"
        )
    if same_id(state["locationId"], params.location_id):
        return None
    user = {"userId": params.person_id}
    if params.extension not in (None, state.get("extension")):
        user["extension"] = params.extension
    numbers = [number.get("value", "").replace(" ", "") for number in state.get("phoneNumbers") or ()]
    if params.phone_number not in (None, *numbers):
        user["phoneNumber"] = params.phone_number
    move = {"locationId": params.location_id, "validate": False, "users": [user]}
    job = {"job": state["job"]} if state.get("job") else {}
    return {"move": move, **job}


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Start the job, unless one is at it, and look at it once.

    Raises AmbiguousWrite until the person shows the location, RowError when the job has failed.
    """
    job = change.get("job")
    if job is None:
        job = await start(api, params.org_id, [change["move"]])
    await follow(api, params.entity_id, params.org_id, job)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Move the person back to where they were *before*, with the extension they had.

    Raises AmbiguousWrite while the job runs, as `apply` does: to be called again until it returns.
    """
    back = params.model_copy(
        update={
            "location_id": before["locationId"],
            "extension": before.get("extension"),
            "phone_number": None,
        }
    )
    change = plan(await read(api, back), back)
    if change is not None:
        await apply(api, back, change)


def _state_of(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: person[name] for name in ("locationId", "extension", "phoneNumbers") if name in person}


async def _read_together(api: AsWebexSimpleApi, rows: Mapping[int, Params]) -> dict[int, dict[str, Any]]:
    """Read people by their ids; whose location is not shown there is to be read singly.

    The description of List People leaves open which fields of an administrator's view this look-up has.
    """
    org_id = next(iter(rows.values())).org_id
    query = {"id": ",".join(params.entity_id for params in rows.values()), "callingData": "true"}
    answer: Any = await api.session.rest_get(
        url=api.session.ep("people"), params=query | organisation_query(org_id)
    )
    people = {person["id"].rstrip("="): person for person in answer.get("items") or ()}
    shown = {row: _state_of(people.get(params.entity_id.rstrip("="), {})) for row, params in rows.items()}
    states = {row: state for row, state in shown.items() if "locationId" in state}
    away = {
        rows[row].entity_id: rows[row].location_id or ""
        for row, state in states.items()
        if not same_id(state["locationId"], rows[row].location_id)
    }
    jobs = await jobs_of(api, away, org_id)
    for row, state in states.items():
        if rows[row].entity_id in jobs:
            state["job"] = jobs[rows[row].entity_id]
    return states


async def _move_together(api: AsWebexSimpleApi, items: Sequence[Item]) -> Unfinished:
    """Start one job for all."""
    job = await start(api, items[0].params.org_id, [item.change["move"] for item in items])
    return Unfinished(partial(_look, api, items, job["id"]))


async def _look(api: AsWebexSimpleApi, items: Sequence[Item], job: str) -> Results | Unfinished:
    """Return what became of each person, when the job is done."""
    people = {item.row: item.params.entity_id for item in items}
    outcomes = await look(api, list(people.values()), items[0].params.org_id, job)
    if outcomes is None:
        return Unfinished(partial(_look, api, items, job))
    return {row: outcomes[person] for row, person in people.items()}


def _organisation(params: Params) -> str:
    return params.org_id or ""


def _weight(change: dict[str, Any]) -> int | None:
    return None if change.get("job") else 1  # one that is under way is followed, not started


READ_BATCH = ReadBatch(size=_MOST_READ, key=_organisation, read=_read_together)
WRITE_BATCH = WriteBatch(size=MOST_USERS, key=_organisation, write=_move_together, weight=_weight)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
