"""The same people as SCIM shows and changes them: attributes laid over what is derived.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: SCIM 2 Users; RFC 7643 and RFC 7644.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from odt_async.sandbox.bodies import parse_value
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.roster import Change, add_person, change_person, remove_person
from odt_async.sandbox.state import Organisation

__all__ = ["create_user", "patch_user", "remove_user", "shown_user"]

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WEBEX = "urn:scim:schemas:extension:cisco:webexidentity:2.0:User"
_PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_ADDRESS = "https://webexapis.com/identity/scim"
_CREATED = "2024-01-15T08:00:00.000Z"
_UNIQUENESS = 409
_PLAIN = (
    "active",
    "title",
    "preferredLanguage",
    "locale",
    "timezone",
    "profileUrl",
    "externalId",
    "nickName",
)
_STRUCTURED = ("phoneNumbers", "photos", "addresses", "roles", ENTERPRISE)


class _Name(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    givenName: str = ""  # noqa: N815 - SCIM's own names
    familyName: str = ""  # noqa: N815
    middleName: str = ""  # noqa: N815
    honorificPrefix: str = ""  # noqa: N815
    honorificSuffix: str = ""  # noqa: N815


class _Email(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    value: str
    type: Literal["work", "home", "room", "other"] = "work"
    display: str = ""
    primary: bool = False


class _NewUser(BaseModel):
    """A user to be created; what SCIM does not know is passed over, as documented for schemas."""

    model_config = ConfigDict(extra="ignore", strict=True, populate_by_name=True)

    schemas: Annotated[list[str], Field(min_length=1)]
    userName: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]  # noqa: N815
    userType: Literal["user", "room", "external_calling", "calling_service"]  # noqa: N815
    active: bool = True
    displayName: str = ""  # noqa: N815
    name: _Name = _Name()
    emails: list[_Email] = Field(default_factory=list)
    title: str = ""
    preferredLanguage: str = ""  # noqa: N815
    locale: str = ""
    timezone: str = ""
    profileUrl: str = ""  # noqa: N815
    externalId: str = ""  # noqa: N815
    nickName: str = ""  # noqa: N815
    phoneNumbers: list[dict[str, Any]] = Field(default_factory=list)  # noqa: N815
    photos: list[dict[str, Any]] = Field(default_factory=list)
    addresses: list[dict[str, Any]] = Field(default_factory=list)
    roles: list[dict[str, Any]] = Field(default_factory=list)
    enterprise: dict[str, Any] = Field(default_factory=dict, alias=ENTERPRISE)


class _Operation(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    op: Literal["add", "replace", "remove"]
    path: str | None = None
    value: Any = None


class _Patch(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    schemas: list[str]
    Operations: Annotated[list[_Operation], Field(min_length=1)]


def create_user(organisation: Organisation, attributes: Any, now: float) -> dict[str, Any]:
    """Return the user made of *attributes*; a person without licences. Raises Refused (400, 409)."""
    wanted = parse_value(attributes, _NewUser)
    if CORE not in wanted.schemas:
        raise Refused(400, f"schemas must contain {CORE}.")
    email = wanted.userName.lower()
    if organisation.person_by_email(email) is not None:
        raise Refused(409, f"User with userName {email} already exists.", code=_UNIQUENESS)
    kept = wanted.model_dump(by_alias=True, exclude_unset=True, include={*_PLAIN, *_STRUCTURED, "enterprise"})
    change = Change(
        email=email,
        first=wanted.name.givenName,
        last=wanted.name.familyName,
        display=wanted.displayName or email.partition("@")[0],
        details={"scim": {"active": True, **kept}, "people": _seen_by_people(kept)},
    )
    return shown_user(organisation, add_person(organisation, change, now).number)


def patch_user(organisation: Organisation, index: int, body: Any) -> tuple[dict[str, Any], bool]:
    """Return the user as patched, and whether anything is different now. Raises Refused (400)."""
    patch = parse_value(body, _Patch)
    if _PATCH_OP not in patch.schemas:
        raise Refused(400, f"schemas must contain {_PATCH_OP}.")
    person = organisation.person(index)
    change = Change(first=person.first_name, last=person.last_name, display=person.display_name)
    scim = dict(person.details.get("scim", {}))
    for operation in patch.Operations:
        values = operation.value if operation.path is None else {operation.path: operation.value}
        if not isinstance(values, Mapping):
            raise Refused(400, "An operation without a path needs attributes for its value.")
        for path, value in values.items():
            _set(change, scim, path, None if operation.op == "remove" else value)
    change["details"] = {"scim": scim, "people": _seen_by_people(scim)} if scim else dict(person.details)
    changed = change_person(organisation, index, change)
    return shown_user(organisation, index), changed


def remove_user(organisation: Organisation, index: int) -> None:
    """Take the person out of the organisation."""
    remove_person(organisation, index)


def shown_user(organisation: Organisation, index: int) -> dict[str, Any]:
    """Return the person as a SCIM user."""
    person = organisation.person(index)
    org_uuid, uuid = organisation.organisations.uuid(0), organisation.people.uuid(index)
    scim = person.details.get("scim", {})
    return {
        "schemas": [CORE, WEBEX, ENTERPRISE],
        "id": uuid,
        "userName": person.email,
        "active": True,
        "name": {"givenName": person.first_name, "familyName": person.last_name},
        "displayName": person.display_name,
        "emails": [{"value": person.email, "type": "work", "primary": True}],
        "userType": "user",
        **scim,
        WEBEX: {
            "accountStatus": ["active" if scim.get("active", True) else "disabled"],
            "meta": {"organizationId": org_uuid},
        },
        "meta": {
            "resourceType": "User",
            "location": f"{_ADDRESS}/{org_uuid}/v2/Users/{uuid}",
            "version": f'W/"{index}"',
            "created": _CREATED,
            "lastModified": _CREATED,
        },
    }


def _seen_by_people(scim: Mapping[str, Any]) -> dict[str, Any]:
    seen = {"title": scim.get("title"), "department": scim.get(ENTERPRISE, {}).get("department")}
    return {name: text for name, text in seen.items() if text}


def _set(change: Change, scim: dict[str, Any], path: str, value: Any) -> None:
    """Set one attribute, or remove it when *value* is None. Raises Refused for one that cannot be set."""
    if path == "displayName":
        change["display"] = str(value or "")
    elif path == "name.givenName":
        change["first"] = str(value or "")
    elif path == "name.familyName":
        change["last"] = str(value or "")
    elif path == "active" and isinstance(value, bool):
        scim["active"] = value
    elif path in {*_PLAIN[1:], *_STRUCTURED}:
        scim.pop(path, None)
        if value is not None:
            scim[path] = value
    else:
        raise Refused(400, f"Attribute {path} cannot be changed to {value!r}.")
