"""SCIM 2.0 Users and Bulk below /identity/scim/{orgId}/v2.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: SCIM 2 Users and SCIM 2 Bulk. Organisation and user
are bare UUIDs here. Of filters only `userName eq` and `id eq`, joined by `or`, are simulated. The answer to a
bulk request has its list under `Operations`, as in the published example, not under `operations` as in the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from odt_async.sandbox.bodies import parse_body
from odt_async.sandbox.errors import ErrorShape, Refused, scim_error
from odt_async.sandbox.paging import whole_number
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.scim_users import create_user, patch_user, remove_user, shown_user

__all__ = ["ROUTES"]

_LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
_BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COMPARISON = re.compile(r'(userName|id)\s+eq\s+"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)


class _Operation(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    method: Literal["POST", "PATCH", "DELETE"]
    path: str
    data: Any = None  # JSON, or as the description has it a text that holds JSON
    bulkId: str | None = None  # noqa: N815 - SCIM's own names


class _Bulk(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    schemas: list[str]
    failOnErrors: Annotated[int, Field(ge=1, le=100)] | None = None  # noqa: N815
    operations: Annotated[list[_Operation], Field(min_length=1, max_length=100)]


def search(call: Call) -> Answer:
    """Answer with one page of the users that the filter leaves."""
    _check_organisation(call)
    query = call.query
    start, count = (
        whole_number(query, "startIndex", 1, least=0),
        whole_number(query, "count", _DEFAULT_PAGE, least=0),
    )
    total, rest = _matching(call, query.get("filter", ""), max(start, 1) - 1)
    users = [shown_user(call.organisation, index) for index in islice(rest, min(count, _LARGEST_PAGE))]
    return json_answer(
        {
            "schemas": [_LIST_SCHEMA],
            "totalResults": total,
            "itemsPerPage": len(users),
            "startIndex": max(start, 1),
            "Resources": users,
        }
    )


def create(call: Call) -> Answer:
    """Create a user; 201."""
    _check_organisation(call)
    user = create_user(call.organisation, _json(call), call.now)
    return json_answer(user, status=201)._replace(changed=True)


def details(call: Call) -> Answer:
    """Answer with one user."""
    _check_organisation(call)
    return json_answer(shown_user(call.organisation, _known_user(call, call.ids[1])))


def patch(call: Call) -> Answer:
    """Change attributes of one user; 200 with the user."""
    _check_organisation(call)
    user, changed = patch_user(call.organisation, _known_user(call, call.ids[1]), _json(call))
    return json_answer(user)._replace(changed=changed)


def delete(call: Call) -> Answer:
    """Delete a user; 204."""
    _check_organisation(call)
    remove_user(call.organisation, _known_user(call, call.ids[1]))
    return Answer(204, changed=True)


def bulk(call: Call) -> Answer:
    """Carry out up to 100 operations in their order; 200 whatever becomes of each."""
    _check_organisation(call)
    request = parse_body(call, _Bulk)
    if _BULK_REQUEST not in request.schemas:
        raise Refused(400, f"schemas must contain {_BULK_REQUEST}.")
    made = [operation.bulkId for operation in request.operations if operation.method == "POST"]
    if None in made or len(set(made)) < len(made):
        raise Refused(400, "Every POST needs a bulkId of its own.")
    results: list[dict[str, Any]] = []
    changed, errors = False, 0
    for operation in request.operations:
        result, stored = _operate(call, operation)
        results.append(result)
        changed |= stored
        errors += "response" in result
        if request.failOnErrors is not None and errors >= request.failOnErrors:
            break
    body = {"schemas": [_BULK_RESPONSE], "Operations": results}
    return json_answer(body)._replace(changed=changed if changed or not errors else None)


def _operate(call: Call, operation: _Operation) -> tuple[dict[str, Any], bool]:
    """Return the result of one operation, and whether it stored anything new."""
    result: dict[str, Any] = {"method": operation.method}
    if operation.bulkId is not None:
        result["bulkId"] = operation.bulkId
    try:
        status, user, changed = _carried_out(call, operation)
    except Refused as refused:
        error = scim_error(refused, f"SANDBOX_BULK_{operation.bulkId or operation.path}")
        return result | {"status": str(refused.status), "response": error}, False
    location = {"location": user["meta"]["location"], "version": user["meta"]["version"]}
    return result | location | {"status": str(status)}, changed


def _carried_out(call: Call, operation: _Operation) -> tuple[int, dict[str, Any], bool]:
    organisation = call.organisation
    resource, _, user_id = operation.path.strip("/").partition("/")
    if resource != "Users" or (operation.method == "POST") is bool(user_id):
        raise Refused(400, f"Invalid path {operation.path}.")
    data = orjson.loads(operation.data) if isinstance(operation.data, str) else operation.data
    if operation.method == "POST":
        return 201, create_user(organisation, data, call.now), True
    index = _known_user(call, user_id)
    if operation.method == "PATCH":
        return 200, *patch_user(organisation, index, data)
    user = shown_user(organisation, index)
    remove_user(organisation, index)
    return 204, user, True


def _check_organisation(call: Call) -> None:
    org_id = call.ids[0]
    if _UUID.fullmatch(org_id.lower()) is None:
        raise Refused(400, "orgId must be a UUID.")
    if call.organisation.organisations.index(org_id) is None:
        raise Refused(403, "The token has no access to this organization.")


def _known_user(call: Call, user_id: str) -> int:
    index = call.organisation.people.index(user_id) if _UUID.fullmatch(user_id.lower()) else None
    if index is None:
        raise Refused(404, f"User {user_id} not found.")
    return index


def _json(call: Call) -> Any:
    try:
        return orjson.loads(call.json_body())
    except orjson.JSONDecodeError:
        raise Refused(400, "The body is not JSON.") from None


def _matching(call: Call, expression: str, start: int) -> tuple[int, Iterator[int]]:
    """Return how many users the filter leaves, and those from the position *start* (from 0) on."""
    organisation = call.organisation
    if not expression:
        people = organisation.people
        everybody = (
            i for i in range(people.count) if i in people and organisation.searchable("person", i, call.now)
        )
        return people.count - len(people.removed), islice(everybody, start, None)
    found = []
    for term in _OR.split(expression.strip()):
        match = _COMPARISON.fullmatch(term)
        if match is None:
            raise Refused(400, f"Invalid filter: {term}")
        text = re.sub(r"\\(.)", r"\1", match[2])
        index = organisation.people.index(text) if match[1].lower() == "id" else _named(call, text)
        if index is not None and index not in found and organisation.searchable("person", index, call.now):
            found.append(index)
    return len(found), iter(found[start:])


def _named(call: Call, user_name: str) -> int | None:
    person = call.organisation.person_by_email(user_name)
    return person.number if person else None


_USERS = "/identity/scim/{orgId}/v2/Users"
ROUTES = (
    Route("GET", _USERS, search, errors=ErrorShape.SCIM),
    Route("POST", _USERS, create, errors=ErrorShape.SCIM),
    Route("GET", f"{_USERS}/{{userId}}", details, errors=ErrorShape.SCIM),
    Route("PATCH", f"{_USERS}/{{userId}}", patch, errors=ErrorShape.SCIM),
    Route("DELETE", f"{_USERS}/{{userId}}", delete, errors=ErrorShape.SCIM),
    Route("POST", "/identity/scim/{orgId}/v2/Bulk", bulk, errors=ErrorShape.SCIM),
)
