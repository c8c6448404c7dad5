from __future__ import annotations

from odt_async.sandbox.catalogue import BASIC_MEETINGS, PROFESSIONAL, STANDARD_SET
from odt_async.sandbox.faults import parse_faults
from odt_async.sandbox.roster import Change, add_person, change_person, remove_person
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL

EMAIL = "ana.nueva@empresa.example"


def test_a_new_person_has_only_what_they_were_given() -> None:
    organisation = Organisation(SMALL)
    person = add_person(organisation, Change(email=EMAIL, first="Ana"), now=0.0)
    assert (person.number, person.email, person.display_name) == (SMALL.people, EMAIL, "Ana")
    assert (person.extension, person.licences, person.has_calling) == ("", (), False)
    assert organisation.people.index(person.id) == person.number
    assert organisation.person_by_email(EMAIL.upper()) == person


def test_a_new_person_becomes_searchable() -> None:
    organisation = Organisation(SMALL)
    organisation.afflict(parse_faults(["search-lag=2s"]))
    person = add_person(organisation, Change(email=EMAIL, first="Ana"), now=5.0)
    seen = [organisation.searchable("person", person.number, now) for now in (5.0, 6.9, 7.0)]
    assert (seen, organisation.searchable("person", 7, 0.0)) == ([False, False, True], True)


def test_what_is_as_derived_is_not_stored() -> None:
    organisation = Organisation(SMALL)
    person = organisation.person(7)
    changed = change_person(organisation, 7, Change(first=person.first_name, licences=list(STANDARD_SET)))
    assert (changed, organisation.changes("person")) == (False, {})


def test_a_change_frees_the_old_extension_and_takes_the_new_one() -> None:
    organisation = Organisation(SMALL)
    changed = [
        change_person(organisation, 7, Change(extension="4711", phone="+34911234567")) for _ in range(2)
    ]
    owners = [
        organisation.extensions.owner(*key) for key in ((0, "80000007"), (0, "4711"), (None, "+34911234567"))
    ]
    assert (changed, owners) == ([True, False], [None, "person 7", "person 7"])


def test_without_calling_nothing_is_taken() -> None:
    organisation = Organisation(SMALL)
    change_person(organisation, 7, Change(licences=[BASIC_MEETINGS], extension="4711"))
    free = organisation.extensions.owner(0, "4711")
    change_person(organisation, 7, Change(licences=[PROFESSIONAL]))
    assert (free, organisation.extensions.owner(0, "4711")) == (None, "person 7")


def test_a_removed_person_leaves_nothing_behind() -> None:
    organisation = Organisation(SMALL)
    person = add_person(
        organisation,
        Change(email=EMAIL, first="Ana", licences=[PROFESSIONAL], location=3, extension="4711"),
        0.0,
    )
    remove_person(organisation, person.number)
    assert organisation.people.index(person.id) is None
    assert organisation.person_by_email(EMAIL) is None
    assert (organisation.changes("person"), organisation.extensions.owner(3, "4711")) == ({}, None)


def test_a_removed_person_who_was_derived_is_not_derived_again() -> None:
    organisation = Organisation(SMALL)
    person = organisation.person(7)
    remove_person(organisation, 7)
    assert organisation.people.index(person.id) is None
    assert organisation.person_by_email(person.email) is None
    assert organisation.extensions.owner(0, person.extension) is None
