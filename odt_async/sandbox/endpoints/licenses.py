"""GET /v1/licenses and /v1/licenses/{licenseId}, with the people who have the licence.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: List Licenses, Get License Details.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from odt_async.sandbox.catalogue import STANDARD_SET, Licence
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.paging import PUBLIC_ORIGIN, whole_number
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_PATH = "/v1/licenses"
_MOST_USERS = 300  # in a page, and unless asked otherwise


def list_licences(call: Call) -> Answer:
    """Answer with every licence of the organisation; the list has no pages."""
    items = [_shown(call.organisation, licence) for licence in call.organisation.catalogue.licences]
    return json_answer({"items": items})


def details(call: Call) -> Answer:
    """Answer with one licence, and one page of its users if they are asked for."""
    organisation, query = call.organisation, call.query
    number = organisation.catalogue.number(call.ids[0])
    if number is None:
        raise Refused(404, "Could not find the license.")
    shown = _shown(organisation, organisation.catalogue.licences[number])
    if "includeAssignedTo" not in query:
        return json_answer(shown)
    if query["includeAssignedTo"] != "user":
        raise Refused(400, "includeAssignedTo must be user.")
    size = whole_number(query, "limit", _MOST_USERS, least=1)
    if size > _MOST_USERS:
        raise Refused(400, f"limit cannot be more than {_MOST_USERS}.")
    start = whole_number(query, "next", 0, least=0)
    holders = list(islice(_holders(organisation, number, start), size + 1))
    shown["users"] = [_user(organisation, index) for index in holders[:size]]
    headers = None
    if len(holders) > size:
        rest = urlencode(query | {"next": str(holders[size])})
        headers = {"Link": f'<{PUBLIC_ORIGIN}{_PATH}/{call.ids[0]}?{rest}>; rel="next"'}
    return json_answer(shown, headers=headers)


def _holders(organisation: Organisation, number: int, start: int) -> Iterator[int]:
    """Yield whoever has the licence, from the person with index *start* on."""
    for index in range(start, organisation.people.count):
        if index in organisation.people and number in organisation.person(index).licences:
            yield index


def _user(organisation: Organisation, index: int) -> dict[str, Any]:
    person = organisation.person(index)
    return {
        "id": person.id,
        "type": "INTERNAL",
        "displayName": person.display_name,
        "email": person.email,
    }


def _shown(organisation: Organisation, licence: Licence) -> dict[str, Any]:
    # those that were given or taken one by one are not counted: nobody counts on the exact number
    people = organisation.people.count - len(organisation.people.removed)
    users = people if licence.number in STANDARD_SET else 0
    return {
        "id": licence.id,
        "name": licence.name,
        "totalUnits": licence.total_units,
        "consumedUnits": users,
        "consumedByUsers": users,
        "consumedByWorkspaces": 0,
        "subscriptionId": "Sub-sandbox1",
    }


ROUTES = (
    Route("GET", _PATH, list_licences),
    Route("GET", f"{_PATH}/{{licenseId}}", details),
)
