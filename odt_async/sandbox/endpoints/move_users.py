"""Jobs that move calling users to another location: POST and GET /v1/telephony/config/jobs/person/moveLocation.

Source: webex-openapi-specs, `public-spec/webex-cloud-calling.json`: Validate or Initiate Move Users Job, its list,
status and errors; the numbers of errors are those of its description. A job takes two to six seconds. Not
published: that a user of a running job is refused in another (409).
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.endpoints.people_changes import refused_number
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.identity import draw
from odt_async.sandbox.paging import whole_number
from odt_async.sandbox.roster import Change, change_person
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation, Person

__all__ = ["ROUTES"]

_KIND = "move job"
_MOVING = "moving person"  # users of unfinished jobs
_SHORTEST_S, _LONGEST_S = 2.0, 6.0
_NOT_CALLING = 1026010
_SAME_LOCATION = 1026013
_TOO_MANY = 1026018
_TWICE = 1026019
_ONE_TO_VALIDATE = 1026020
_USER_NOT_FOUND = 2150012
_LOCATION_NOT_FOUND = 4152
_EXTENSION_TAKEN = 4202
_NUMBER_NOT_IN_GROUP = 27966
_EXTENSION_RESET = 19713
_MOST_USERS = 100
_DEFAULT_PAGE = 2000
_FINISHED = "COMPLETED"


class _User(StrictBody):
    user_id: str
    extension: Annotated[str, Field(pattern=r"^(\d{2,10})?$")] | None = None  # "" removes it
    phone_number: str | None = None  # "" removes it


class _Users(StrictBody):
    location_id: str
    validate_: Annotated[bool, Field(alias="validate")]
    users: Annotated[list[_User], Field(min_length=1)]


class _Request(StrictBody):
    users_list: Annotated[list[_Users], Field(min_length=1)]


_Move = dict[
    str, Any
]  # {"user": index, "location": index, "extension", "phone", "error": [code, text] or absent}


def start(call: Call) -> Answer:
    """Start a job (201), or say what it would do (200)."""
    request = parse_body(call, _Request)
    moves = _moves(call.organisation, request)
    only_validate = {part.validate_ for part in request.users_list}
    if only_validate == {True}:
        if len(moves) > 1:
            raise Refused(400, "Only one calling user can be validated at a time.", code=_ONE_TO_VALIDATE)
        return json_answer({"response": [_validated(call.organisation, move) for move in moves]})
    moving = call.organisation.changes(_MOVING)
    if any(move["user"] in moving for move in moves):
        raise Refused(409, "A move of the user is in progress.", code=409)
    index = call.organisation.move_jobs.add()
    moving.update(dict.fromkeys((move["user"] for move in moves), b""))
    job = {"moves": moves, "finished": False}
    call.organisation.changes(_KIND)[index] = orjson.dumps(job)
    seconds = _SHORTEST_S + draw(call.organisation.settings.seed, _KIND, index) / 2**64 * (
        _LONGEST_S - _SHORTEST_S
    )
    asyncio.get_running_loop().call_later(seconds, _finish, call.organisation, index)
    return json_answer({"response": _shown(call.organisation, index)}, status=201)._replace(changed=True)


def list_jobs(call: Call) -> Answer:
    """Answer with the jobs, newest first."""
    first, size = (
        whole_number(call.query, "start", 0, least=0),
        whole_number(call.query, "max", _DEFAULT_PAGE, least=1),
    )
    newest = sorted(call.organisation.changes(_KIND), reverse=True)[first : first + size]
    return json_answer({"items": [_shown(call.organisation, index) for index in newest]})


def status(call: Call) -> Answer:
    """Answer with one job."""
    return json_answer(_shown(call.organisation, _known_job(call)))


def errors(call: Call) -> Answer:
    """Answer with the users of the job who could not be moved, each as a plain UUID."""
    organisation = call.organisation
    moves = _stored(organisation, _known_job(call))["moves"]
    items = [
        {
            "itemNumber": number,
            "item": organisation.people.uuid(move["user"]),
            "trackingId": f"SANDBOX_JOB_{number}",
            "error": {
                "key": "400",
                "message": [{"code": str(move["error"][0]), "description": move["error"][1]}],
            },
        }
        for number, move in enumerate(moves, 1)
        if "error" in move
    ]
    return json_answer({"items": items})


def _moves(organisation: Organisation, request: _Request) -> list[_Move]:
    moves: list[_Move] = []
    for part in request.users_list:
        location = organisation.locations.index(part.location_id)
        if location is None:
            raise Refused(400, "Location not found.", code=_LOCATION_NOT_FOUND)
        moves += [_move(organisation, user, location) for user in part.users]
    users = [move["user"] for move in moves]
    if len(users) > _MOST_USERS:
        raise Refused(400, f"At most {_MOST_USERS} users can be moved at a time.", code=_TOO_MANY)
    if len(set(users)) < len(users):
        raise Refused(400, "A user is named twice.", code=_TWICE)
    return moves


def _move(organisation: Organisation, user: _User, location: int) -> _Move:
    index = organisation.people.index(user.user_id)
    if index is None:
        raise Refused(400, "User not found.", code=_USER_NOT_FOUND)
    person = organisation.person(index)
    if not person.has_calling:
        raise Refused(400, "The user is not a calling user.", code=_NOT_CALLING)
    if person.location == location:
        raise Refused(400, "Source and target location are the same.", code=_SAME_LOCATION)
    return {"user": index, "location": location, "extension": user.extension, "phone": user.phone_number}


def _validated(organisation: Organisation, move: _Move) -> dict[str, Any]:
    problem = _problem(organisation, move)
    return {
        "userId": organisation.people.hydra(move["user"]),
        "impacts": [{"code": _EXTENSION_RESET, "message": "The extension is set anew."}],
        "errors": [{"code": problem[0], "message": problem[1]}] if problem else [],
    }


def _problem(organisation: Organisation, move: _Move) -> tuple[int, str] | None:
    """Return why the user cannot be moved, as number and words."""
    person, owner = organisation.person(move["user"]), f"person {move['user']}"
    extension, phone = _numbers_after(person, move)
    if extension and refused_number(organisation, move["location"], extension, owner):
        return _EXTENSION_TAKEN, f"Extension {extension} is already in use at the target location."
    if phone and refused_number(organisation, None, phone, owner):
        return _NUMBER_NOT_IN_GROUP, f"Number {phone} is not available at the target location."
    return None


def _numbers_after(person: Person, move: _Move) -> tuple[str, str]:
    """Return extension and number after the move: what was not sent stays, an empty one goes."""
    extension = person.extension if move["extension"] is None else move["extension"]
    phone = person.phone_number if move["phone"] is None else move["phone"]
    return extension, phone


def _finish(organisation: Organisation, index: int) -> None:
    """Move all users who can be moved; a user who has gone meanwhile is not found."""
    job = _stored(organisation, index)
    for move in job["moves"]:
        del organisation.changes(_MOVING)[move["user"]]
        if move["user"] not in organisation.people:
            problem: tuple[int, str] | None = (_USER_NOT_FOUND, "User not found.")
        else:
            problem = _problem(organisation, move)
        if problem:
            move["error"] = problem
        else:
            extension, phone = _numbers_after(organisation.person(move["user"]), move)
            change = Change(location=move["location"], extension=extension, phone=phone)
            change_person(organisation, move["user"], change)
    job["finished"] = True
    organisation.changes(_KIND)[index] = orjson.dumps(job)


def _shown(organisation: Organisation, index: int) -> dict[str, Any]:
    job = _stored(organisation, index)
    total, failed = len(job["moves"]), sum("error" in move for move in job["moves"])
    shown: dict[str, Any] = {
        "name": "moveusers",
        "id": organisation.move_jobs.hydra(index),
        "trackingId": f"SANDBOX_JOB_{index}",
        "sourceUserId": organisation.people.uuid(0),
        "sourceCustomerId": organisation.organisations.uuid(0),
        "targetCustomerId": organisation.organisations.uuid(0),
        "instanceId": index + 1,
        "latestExecutionStatus": _FINISHED if job["finished"] else "STARTED",
        "counts": {
            "totalMoves": total,
            "moved": total - failed if job["finished"] else 0,
            "failed": failed,
            "pending": 0,
            "skipped": 0,
        },
    }
    if job["finished"]:
        shown["latestExecutionExitCode"] = "COMPLETED_WITH_ERRORS" if failed else "COMPLETED"
    return shown


def _stored(organisation: Organisation, index: int) -> dict[str, Any]:
    job: dict[str, Any] = orjson.loads(organisation.changes(_KIND)[index])
    return job


def _known_job(call: Call) -> int:
    index = call.organisation.move_jobs.index(call.ids[0])
    if index is None:
        raise Refused(404, "Job not found.", code=404)
    return index


_JOBS = "/v1/telephony/config/jobs/person/moveLocation"
ROUTES = (
    Route("POST", _JOBS, start, errors=ErrorShape.JOB),
    Route("GET", _JOBS, list_jobs, errors=ErrorShape.CALLING),
    Route("GET", f"{_JOBS}/{{jobId}}", status, errors=ErrorShape.CALLING),
    Route("GET", f"{_JOBS}/{{jobId}}/errors", errors, errors=ErrorShape.CALLING),
)
