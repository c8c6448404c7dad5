"""The simulated organisation: everything derived from a seed, and only what was changed stored."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson

from odt_async.errors import InputError
from odt_async.sandbox.catalogue import CALLING, PROFESSIONAL, STANDARD_SET, WORKSPACES, Catalogue
from odt_async.sandbox.entities import (
    EMAIL_DOMAIN,
    FREE_CALLING,
    WEBEX_CALLING,
    Location,
    Person,
    SandboxSettings,
    Workspace,
    derived_email,
)
from odt_async.sandbox.extensions import Extensions
from odt_async.sandbox.fault_values import Selection
from odt_async.sandbox.faults import Faults
from odt_async.sandbox.identity import EntityIds, draw
from odt_async.sandbox.names import person_name

__all__ = ["Location", "Organisation", "Person", "SandboxSettings", "Workspace", "derived_email"]

_PERSON_EXTENSIONS = 80_000_000  # person 7 has 80000007: eight digits, as the operators' own
_WORKSPACE_EXTENSIONS = 70_000_000
_EMAIL = re.compile(r"[a-z.]+\.(\d{7})@" + re.escape(EMAIL_DOMAIN))
_Chosen = tuple[float, frozenset[int | str]]  # a share, and people (index) and workspaces (`workspace 7`)
_CITIES = (  # city, province, first two digits of its postal codes
    ("Madrid", "Madrid", "28"),
    ("Barcelona", "Barcelona", "08"),
    ("Valencia", "Valencia", "46"),
    ("Sevilla", "Sevilla", "41"),
    ("Zaragoza", "Zaragoza", "50"),
    ("Málaga", "Málaga", "29"),
    ("Murcia", "Murcia", "30"),
    ("Bilbao", "Bizkaia", "48"),
    ("Valladolid", "Valladolid", "47"),
    ("A Coruña", "A Coruña", "15"),
)


class Organisation:
    """People, locations and workspaces of one simulated customer."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        seed = settings.seed
        self.people = EntityIds("ciscospark://us/PEOPLE/", seed=seed, count=settings.people)
        self.locations = EntityIds("ciscospark://us/LOCATION/", seed=seed, count=settings.locations)
        self.workspaces = EntityIds(
            "ciscospark://urn:TEAM:us-west-2_r/PLACE/", seed=seed, count=settings.workspaces, padded=True
        )
        self.organisations = EntityIds("ciscospark://us/ORGANIZATION/", seed=seed, count=1)
        self.move_jobs = EntityIds("ciscospark://us/JOB_ID/", seed=seed, count=0)
        self.id = self.organisations.hydra(0)
        self.catalogue = Catalogue(self.organisations.uuid(0))
        self.calling_licence = self.catalogue.licences[0].id
        self.extensions = Extensions(self)
        self._changes: defaultdict[str, dict[int, bytes]] = defaultdict(dict)
        self._created_at: dict[tuple[str, int], float] = {}  # (kind, index) -> loop time
        self.created_emails: dict[str, int] = {}  # of people; the others' lead back to them by themselves
        self.afflict(Faults())

    def afflict(self, faults: Faults) -> None:
        """Give people and workspaces the troubles that stay with them: no licence, a closed Busy service.

        Raises InputError, and changes nothing, when *faults* name somebody who is not here.
        """
        (
            self._no_calling,
            self._busy_refused,
            self._forwarding_closed,
            self._permissions_moved,
            self._unauthorised,
            self._basic,
        ) = map(
            self._resolve,
            (
                faults.no_calling,
                faults.forwarding_4003,
                faults.forwarding_closed,
                faults.permissions_moved,
                faults.unauthorised,
                faults.basic_workspace,
            ),
        )
        self._faults = faults

    def changes(self, kind: str) -> dict[int, bytes]:
        """Return what was changed of one *kind* of setting: index of the entity -> its packed value.

        Packed, because 200,000 changed people as dictionaries would take ten times the memory.
        """
        return self._changes[kind]

    def person(self, index: int) -> Person:
        """Return person *index*; one who does not exist (yet) as they would have been derived."""
        changed = self.changed_person(index)
        name = person_name(index, self.settings.seed)
        first, last = changed.get("first", name.first), changed.get("last", name.last)
        licences = self._licences(index, changed)
        return Person(
            number=index,
            id=self.people.hydra(index),
            first_name=first,
            last_name=last,
            email=changed.get("email") or derived_email(index, self.settings.seed),
            extension=changed.get("extension", str(_PERSON_EXTENSIONS + index)),
            location=changed.get("location", index % self.settings.locations),
            has_calling=not CALLING.isdisjoint(licences),
            display_name=changed.get("display") or f"{first} {last}".strip(),
            phone_number=changed.get("phone", ""),
            licences=licences,
            details=changed.get("details", {}),
        )

    def changed_person(self, index: int) -> dict[str, Any]:
        """Return what is not as derived of person *index*: the keys are those of `roster.Change`."""
        packed = self._changes["person"].get(index)
        return orjson.loads(packed) if packed else {}

    def location(self, index: int) -> Location:
        """Return location *index*."""
        city, province, postal = _CITIES[index % len(_CITIES)]
        return Location(
            number=index,
            id=self.locations.hydra(index),
            name=f"OF{index:05d} {city}",
            address=f"Calle Mayor {index % 200 + 1}",
            city=city,
            province=province,
            postal_code=f"{postal}{index % 1000:03d}",
        )

    def workspace(self, index: int) -> Workspace:
        """Return workspace *index*."""
        created = self._changes["workspace"].get(index)
        if created is not None:
            known = orjson.loads(created)
            known["licences"] = tuple(known["licences"])
            return Workspace(index, self.workspaces.hydra(index), **known)
        name = f"workspace {index}"
        has_calling = not self._chosen(self._no_calling, "no-calling", name)
        licence = WORKSPACES if self._chosen(self._basic, "basic-workspace", name) else PROFESSIONAL
        return Workspace(
            number=index,
            id=self.workspaces.hydra(index),
            display_name=f"Sala {index:06d}",
            extension=str(_WORKSPACE_EXTENSIONS + index),
            location=index % self.settings.locations,
            calling=WEBEX_CALLING if has_calling else FREE_CALLING,
            licences=(licence,) if has_calling else (),
        )

    def person_by_email(self, email: str) -> Person | None:
        """Return whoever has this address, letter case aside."""
        address = email.strip().lower()
        if address in self.created_emails:
            return self.person(self.created_emails[address])
        match = _EMAIL.fullmatch(address)
        if match is None or int(match[1]) >= self.settings.people or int(match[1]) not in self.people:
            return None
        person = self.person(int(match[1]))
        return person if person.email == address else None

    def has_calling(self, index: int) -> bool:
        """Tell whether the person has a Webex Calling licence."""
        return not CALLING.isdisjoint(self._licences(index, self.changed_person(index)))

    def _licences(self, index: int, changed: Mapping[str, Any]) -> tuple[int, ...]:
        if "licences" in changed:
            return tuple(changed["licences"])
        return () if self._chosen(self._no_calling, "no-calling", index) else STANDARD_SET

    def note_created(self, kind: str, index: int, now: float) -> None:
        """Remember when the entity was made, so that searches can lag behind."""
        self._created_at[kind, index] = now

    def searchable(self, kind: str, index: int, now: float) -> bool:
        """Tell whether searches and lists already show the entity."""
        created_at = self._created_at.get((kind, index))
        return created_at is None or now >= created_at + self._faults.search_lag_s

    def creation_fails(self, email: str) -> bool:
        """Tell whether creating this person with calling data answers 400 and leaves the calling out."""
        return self._chosen((self._faults.create_400, frozenset()), "create-400", email)

    def skips_a_licence(self, email: str) -> bool:
        """Tell whether the last licence of a request for this person is not assigned."""
        return self._chosen((self._faults.licence_206, frozenset()), "licence-206", email)

    def refuses_busy(self, whom: int | str) -> bool:
        """Tell whether this person (an index) or workspace (`workspace 7`) has a closed Busy service: 4003."""
        return self._chosen(self._busy_refused, "forwarding-4003", whom)

    def forwarding_is_closed(self, whom: int | str) -> bool:
        """Tell whether the published address refuses every write of forwarding with 4003."""
        return self._chosen(self._forwarding_closed, "forwarding-closed", whom)

    def has_moved_permissions(self, index: int) -> bool:
        """Tell whether the person's outgoing permissions are at the SDK's address, not at the published one."""
        return self._chosen(self._permissions_moved, "permissions-moved", index)

    def is_unauthorised(self, whom: int | str) -> bool:
        """Tell whether the calling features of a workspace are closed to this token: 4003."""
        return self._chosen(self._unauthorised, "unauthorised", whom)

    def _chosen(self, chosen: _Chosen, kind: str, whom: int | str) -> bool:
        share, indexes = chosen
        return whom in indexes or (share > 0 and draw(self.settings.seed, kind, whom) < share * 2**64)

    def _resolve(self, selection: Selection) -> _Chosen:
        indexes: set[int | str] = set()
        for name in selection.names:
            person = self.person_by_email(name)
            index = person.number if person else self.people.index(name)
            workspace = self.workspaces.index(name)
            if index is not None:
                indexes.add(index)
            elif workspace is not None:
                indexes.add(f"workspace {workspace}")
            else:
                raise InputError(
                    "nobody in the sandbox has the id or e-mail {name!r} that a fault names", name=name
                )
        return selection.share, frozenset(indexes)
