"""People who come, go and change: all that is ever stored of a person passes through here."""

from __future__ import annotations

from typing import Any, TypedDict

import orjson

from odt_async.sandbox.catalogue import CALLING
from odt_async.sandbox.secondary_numbers import drop_secondaries
from odt_async.sandbox.state import Organisation, Person

__all__ = ["Change", "add_person", "change_person", "remove_person"]


class Change(TypedDict, total=False):
    """What may be stored of a person; what is absent is as derived."""

    email: str
    first: str
    last: str
    display: str
    licences: list[int]  # numbers in the catalogue
    location: int  # index
    extension: str
    phone: str  # E.164
    details: dict[str, Any]  # JSON: what the endpoints show as they were told


def add_person(organisation: Organisation, change: Change, now: float) -> Person:
    """Return a new person made of *change*; its e-mail must be free, and `searchable` from some time on.

    now: loop time.
    """
    index = organisation.people.add()
    organisation.created_emails[change["email"].lower()] = index
    organisation.note_created("person", index, now)
    change_person(organisation, index, Change(first="", last="", licences=[], extension="") | change)
    return organisation.person(index)


def change_person(organisation: Organisation, index: int, change: Change) -> bool:
    """Lay *change* over the person, and return whether anything is different now.

    Extensions and numbers follow: what the person had becomes free, what it has now is taken.
    """
    changes, before = organisation.changes("person"), organisation.person(index)
    packed = changes.get(index)
    changes[index] = orjson.dumps(organisation.changed_person(index) | change)
    after = organisation.person(index)
    if after != before:
        _exchange_numbers(organisation, before, after)
    elif packed is None:
        del changes[index]  # nothing is stored of people who are as derived
    return after != before


def remove_person(organisation: Organisation, index: int) -> None:
    """Take the person out of the organisation, with licences, extension and number."""
    person = organisation.person(index)
    change_person(organisation, index, Change(licences=[]))
    organisation.created_emails.pop(person.email.lower(), None)
    organisation.changes("person").pop(index, None)
    organisation.people.remove(index)


def _exchange_numbers(organisation: Organisation, before: Person, after: Person) -> None:
    owner = f"person {after.number}"
    for key in _numbers_of(before):
        organisation.extensions.release(*key)
    for key in _numbers_of(after):
        organisation.extensions.claim(*key, owner)
    if not after.has_calling:
        drop_secondaries(organisation, owner)


def _numbers_of(person: Person) -> list[tuple[int | None, str]]:
    if CALLING.isdisjoint(person.licences):
        return []
    numbers: list[tuple[int | None, str]] = [(person.location, person.extension), (None, person.phone_number)]
    return [(location, number) for location, number in numbers if number]
