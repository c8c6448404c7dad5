"""PATCH /v1/licenses/users.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: Assign Licenses to Users. Attendee sites and users
of other organisations are not simulated. The published numbers are those of `licensing.py`; what stands here
without one (an extension that is taken, a licence that is not there to be removed) has none that is known.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.catalogue import CALLING
from odt_async.sandbox.endpoints.people_changes import refused_number
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.licensing import broken_rule
from odt_async.sandbox.roster import Change, change_person
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation, Person

__all__ = ["ROUTES"]

_NOT_RECOGNISED = 400000
_WITHOUT_PROPERTIES = 400411
_LOCATION_NOT_FOUND = 400


class _Properties(StrictBody):
    location_id: str | None = None
    phone_number: str | None = None
    extension: Annotated[str, Field(pattern=r"^\d{2,10}$")] | None = None


class _LicenceRequest(StrictBody):
    id: str
    operation: Literal["add", "remove"] = "add"
    properties: _Properties | None = None


class _Assignment(StrictBody):
    email: str | None = None
    person_id: str | None = None
    org_id: str | None = None
    licenses: tuple[_LicenceRequest, ...] = ()
    site_urls: Annotated[tuple[dict[str, str], ...], Field(max_length=0)] = ()


class _Operations(NamedTuple):
    """What a request asks for, in numbers of the catalogue."""

    add: dict[int, _Properties | None]
    remove: list[int]


def assign(call: Call) -> Answer:
    """Add and remove licences of one person: all (200), or all but the last (206)."""
    organisation = call.organisation
    wanted = parse_body(call, _Assignment)
    if wanted.org_id is not None and organisation.organisations.index(wanted.org_id) is None:
        raise Refused(403, "The token has no access to this organization.")
    person = _person(organisation, wanted)
    operations = _operations(organisation, wanted, person)
    skipped = _skipped(organisation, person, operations)
    change = _change(organisation, person, operations, skipped)
    changed = change_person(organisation, person.number, change)
    after = organisation.person(person.number)
    body = {
        "orgId": organisation.id,
        "personId": person.id,
        "email": person.email,
        "licenses": organisation.catalogue.ids(after.licences),
        "siteUrls": [],
    }
    return json_answer(body, status=206 if skipped else 200)._replace(changed=changed)


def _person(organisation: Organisation, wanted: _Assignment) -> Person:
    if wanted.person_id is None and wanted.email is None:
        raise Refused(400, "At least one of email, personId is required.")
    if wanted.person_id is not None:
        index = organisation.people.index(wanted.person_id)
        person = None if index is None else organisation.person(index)
    else:
        person = organisation.person_by_email(wanted.email or "")
    if person is None:
        raise Refused(404, "Could not find the person.")
    return person


def _operations(organisation: Organisation, wanted: _Assignment, person: Person) -> _Operations:
    operations = _Operations({}, [])
    for request in wanted.licenses:
        number = organisation.catalogue.number(request.id)
        if number is None:
            raise Refused(400, f"License not recognized {request.id}", code=_NOT_RECOGNISED)
        if request.operation == "add":
            operations.add[number] = request.properties
        elif number in person.licences:
            operations.remove.append(number)
        else:
            raise Refused(400, f"License {request.id} is not assigned to the user.")
    if both := operations.add.keys() & set(operations.remove):
        raise Refused(400, f"Licenses {organisation.catalogue.ids(both)} are added and removed.")
    after = (set(person.licences) | operations.add.keys()) - set(operations.remove)
    if violation := broken_rule(person.licences, after):
        licence = organisation.catalogue.licences[violation.licence].id
        raise Refused(400, f"{violation.description} {licence}", code=violation.code)
    return operations


def _skipped(organisation: Organisation, person: Person, operations: _Operations) -> set[int]:
    new = [number for number in operations.add if number not in person.licences]
    return set(new[-1:]) if organisation.skips_a_licence(person.email) else set()


def _change(organisation: Organisation, person: Person, operations: _Operations, skipped: set[int]) -> Change:
    licences = (set(person.licences) | operations.add.keys()) - set(operations.remove) - skipped
    change = Change(licences=sorted(licences))
    for number, properties in operations.add.items():
        if number in CALLING:
            calling = _calling(organisation, person, number, properties)
            if number not in person.licences and number not in skipped:
                change |= calling
    return change


def _calling(
    organisation: Organisation, person: Person, number: int, properties: _Properties | None
) -> Change:
    """Return location, extension and number of a Calling licence. Raises Refused."""
    if properties is None or not (properties.phone_number or properties.extension):
        raise Refused(
            400,
            "Each Webex Calling license should contain its own calling properties. The following license(s) do "
            f"not have properties: {organisation.catalogue.licences[number].id}",
            code=_WITHOUT_PROPERTIES,
        )
    location = _location(organisation, properties)
    extension, phone = properties.extension or "", properties.phone_number or ""
    for where, text in ((location, extension), (None, phone)):
        if text and (problem := refused_number(organisation, where, text, f"person {person.number}")):
            raise Refused(400, problem)
    return Change(location=location, extension=extension, phone=phone)


def _location(organisation: Organisation, properties: _Properties) -> int:
    """Return the location; one that is not given is that of the number, which here is always the first."""
    if properties.location_id is None:
        if properties.phone_number is None:
            raise Refused(400, "locationId is mandatory if phoneNumber is not provided.")
        return 0
    location = organisation.locations.index(properties.location_id)
    if location is None:
        raise Refused(400, "Unable to find location.", code=_LOCATION_NOT_FOUND)
    return location


ROUTES = (Route("PATCH", "/v1/licenses/users", assign),)
