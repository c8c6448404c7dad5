"""POST /v1/people and DELETE /v1/people/{personId}.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: Create a Person, Delete a Person. As documented,
a licence that cannot be assigned is passed over in silence, and a calling part that fails (a number that is
none, an extension that is taken) answers 400 though the person has been created. Not published: that the
calling fields are refused (and nobody created) where `callingData` or a Calling licence is missing, and 409
for an e-mail that is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.catalogue import CALLING
from odt_async.sandbox.endpoints.people import ADMINISTRATOR, flag, known_person, shown_person
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.licensing import broken_rule
from odt_async.sandbox.roster import Change, add_person, remove_person
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES", "refused_number"]

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SHOWN_AS_SENT = ("avatar", "department", "manager", "managerId", "title", "addresses", "siteUrls")


class _PhoneNumber(StrictBody):
    type: Literal["work"]
    value: str


class _Address(StrictBody):
    type: str = ""
    country: str = ""
    locality: str = ""
    region: str = ""
    street_address: str = ""
    postal_code: str = ""


class _NewPerson(StrictBody):
    emails: Annotated[
        list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]], Field(min_length=1, max_length=1)
    ]
    phone_numbers: Annotated[tuple[_PhoneNumber, ...], Field(max_length=1)] = ()
    extension: Annotated[str, Field(pattern=r"^\d{2,10}$")] | None = None
    location_id: str = ""
    display_name: str = ""
    first_name: str = ""
    last_name: str = ""
    avatar: str = ""
    org_id: str | None = None
    roles: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    department: str = ""
    manager: str = ""
    manager_id: str = ""
    title: str = ""
    addresses: tuple[_Address, ...] = ()
    site_urls: tuple[str, ...] = ()


def create(call: Call) -> Answer:
    """Create a person; 200, also when some of the licences could not be assigned."""
    organisation, query = call.organisation, call.query
    calling_data, short = flag(query, "callingData"), flag(query, "minResponse")
    wanted = parse_body(call, _NewPerson)
    _check_organisation(organisation, wanted)
    if not (wanted.display_name or wanted.first_name or wanted.last_name):
        raise Refused(400, "At least one of displayName, firstName, lastName is required.")
    email = wanted.emails[0].lower()
    if organisation.person_by_email(email) is not None:
        raise Refused(409, f"A person with the email {email} already exists.")
    licences = _assignable(organisation, wanted.licenses)
    if organisation.skips_a_licence(email):
        licences = licences[:-1]
    calling = _calling_part(organisation, wanted, licences, calling_data=calling_data)
    change = Change(
        email=email,
        first=wanted.first_name,
        last=wanted.last_name,
        display=wanted.display_name,
        licences=[number for number in licences if number not in CALLING],
        details={"people": _details(wanted)},
    )
    fault = _calling_fault(organisation, email, calling) if calling is not None else ""
    if calling is not None and not fault:
        change |= calling
        change["licences"] = licences
    person = add_person(organisation, change, call.now)
    if fault:
        raise Refused(400, fault, stored=True)
    shown = shown_person(organisation, person.number, calling=calling_data)
    answer = json_answer({"id": person.id} if short else shown)
    return answer._replace(changed=True)


def delete(call: Call) -> Answer:
    """Delete a person; 204."""
    index = known_person(call)
    if index == ADMINISTRATOR:
        raise Refused(403, "An administrator cannot delete their own account.")
    remove_person(call.organisation, index)
    return Answer(204, changed=True)


def refused_number(organisation: Organisation, location: int | None, number: str, owner: str) -> str:
    """Return why *number* cannot be given to *owner*, empty when it can; as in `Extensions`."""
    if location is None and _E164.fullmatch(number) is None:
        return f"Invalid phone number {number}: it is not E.164."
    if organisation.extensions.owner(location, number) not in (None, owner):
        return f"{'Phone number' if location is None else 'Extension'} {number} is already in use."
    return ""


def _check_organisation(organisation: Organisation, wanted: _NewPerson) -> None:
    if wanted.org_id is not None and organisation.organisations.index(wanted.org_id) is None:
        raise Refused(403, "The token has no access to this organization.")


def _assignable(organisation: Organisation, ids: Sequence[str]) -> list[int]:
    """Return the numbers of the licences that go together, in the order asked for."""
    chosen: list[int] = []
    for number in map(organisation.catalogue.number, ids):
        if number is not None and number not in chosen and broken_rule(chosen, [*chosen, number]) is None:
            chosen.append(number)
    return chosen


def _calling_part(
    organisation: Organisation, wanted: _NewPerson, licences: list[int], *, calling_data: bool
) -> Change | None:
    """Return location, extension and number; None for a person without Calling. Raises Refused."""
    fields = (wanted.phone_numbers, wanted.extension, wanted.location_id)
    if CALLING.isdisjoint(licences):
        if any(fields) and not _asks_for_calling(organisation, wanted):
            raise Refused(400, "phoneNumbers, extension and locationId require a Webex Calling license.")
        return None
    if not (calling_data and wanted.location_id and (wanted.phone_numbers or wanted.extension)):
        raise Refused(
            400, "A Webex Calling license requires callingData, locationId, and phoneNumbers or extension."
        )
    location = organisation.locations.index(wanted.location_id)
    if location is None:
        raise Refused(400, "locationId is not the id of a location.")
    phones = [number.value for number in wanted.phone_numbers]
    return Change(location=location, extension=wanted.extension or "", phone="".join(phones))


def _asks_for_calling(organisation: Organisation, wanted: _NewPerson) -> bool:
    return not CALLING.isdisjoint(map(organisation.catalogue.number, wanted.licenses))


def _calling_fault(organisation: Organisation, email: str, calling: Change) -> str:
    """Return why one of the services behind POST /people fails; empty when none does."""
    if organisation.creation_fails(email):
        return "Unable to set the Webex Calling data of the person."
    for location, number in ((calling["location"], calling["extension"]), (None, calling["phone"])):
        if number and (problem := refused_number(organisation, location, number, owner="")):
            return problem
    return ""


def _details(wanted: _NewPerson) -> dict[str, Any]:
    return {name: value for name, value in wanted.sent().items() if name in _SHOWN_AS_SENT}


ROUTES = (
    Route("POST", "/v1/people", create),
    Route("DELETE", "/v1/people/{personId}", delete),
)
