"""The simulated organisation: everything derived from a seed, and only what was changed stored."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from odt_async.errors import InputError
from odt_async.sandbox.faults import Faults, Selection
from odt_async.sandbox.identity import EntityIds, draw, hydra
from odt_async.sandbox.names import ascii_fold, person_name

__all__ = ["Location", "Organisation", "Person", "SandboxSettings", "Workspace"]

_PERSON_EXTENSIONS = 80_000_000  # person 7 has 80000007: eight digits, as the operators' own
_WORKSPACE_EXTENSIONS = 70_000_000
_LARGEST = 9_999_999  # above it extensions would overlap
_EMAIL_DOMAIN = "sandbox.example"  # RFC 2606: nobody's
_EMAIL = re.compile(r"[a-z.]+\.(\d{7})@" + re.escape(_EMAIL_DOMAIN))
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


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How large the organisation is; with the same *seed*, entity N is always the same.

    Raises InputError for a size that cannot be.
    """

    people: int = 1_000_000
    locations: int = 100
    workspaces: int = 100_000
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("people", "locations", "workspaces"):
            if not 1 <= getattr(self, name) <= _LARGEST:
                raise InputError(f"the sandbox takes 1 to {_LARGEST} {name}, not {getattr(self, name)}")
        if self.seed < 0:
            raise InputError(f"the seed of the sandbox is 0 or more, not {self.seed}")


class Person(NamedTuple):
    """One person as derived; nothing of it is stored."""

    number: int  # its index
    id: str
    first_name: str
    last_name: str
    email: str
    extension: str
    location: int  # index of the location
    has_calling: bool  # False: no Webex Calling licence

    @property
    def display_name(self) -> str:
        """First name and surnames."""
        return f"{self.first_name} {self.last_name}"


class Location(NamedTuple):
    """One location; its name is an internal code, as in the operators' files."""

    number: int  # its index
    id: str
    name: str
    address: str
    city: str
    province: str
    postal_code: str


class Workspace(NamedTuple):
    """One workspace with Webex Calling."""

    number: int  # its index
    id: str
    display_name: str
    extension: str
    location: int  # index of the location


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
        self.id = self.organisations.hydra(0)
        uuid = self.organisations.uuid(0)
        self.calling_licence = hydra("ciscospark://us/LICENSE/", f"{uuid}:BCSTD_{uuid}")
        self._changes: defaultdict[str, dict[int, bytes]] = defaultdict(dict)
        self.afflict(Faults())

    def afflict(self, faults: Faults) -> None:
        """Give people the troubles that stay with them: no licence, a closed Busy service.

        Raises InputError when *faults* name a person who is not here.
        """
        self._no_calling = self._resolve(faults.no_calling)
        self._busy_refused = self._resolve(faults.forwarding_4003)

    def changes(self, kind: str) -> dict[int, bytes]:
        """Return what was changed of one *kind* of setting: index of the entity -> its packed value.

        Packed, because 200,000 changed people as dictionaries would take ten times the memory.
        """
        return self._changes[kind]

    def person(self, index: int) -> Person:
        """Return person *index*."""
        name = person_name(index, self.settings.seed)
        surname = name.last.partition(" ")[0]
        return Person(
            number=index,
            id=self.people.hydra(index),
            first_name=name.first,
            last_name=name.last,
            email=f"{ascii_fold(name.first)}.{ascii_fold(surname)}.{index:07d}@{_EMAIL_DOMAIN}",
            extension=str(_PERSON_EXTENSIONS + index),
            location=index % self.settings.locations,
            has_calling=self.has_calling(index),
        )

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
        return Workspace(
            number=index,
            id=self.workspaces.hydra(index),
            display_name=f"Sala {index:06d}",
            extension=str(_WORKSPACE_EXTENSIONS + index),
            location=index % self.settings.locations,
        )

    def person_by_email(self, email: str) -> Person | None:
        """Return whoever has this address, letter case aside."""
        match = _EMAIL.fullmatch(email.strip().lower())
        if match is None or int(match[1]) >= self.settings.people:
            return None
        person = self.person(int(match[1]))
        return person if person.email == email.strip().lower() else None

    def has_calling(self, index: int) -> bool:
        """Tell whether the person has a Webex Calling licence."""
        return not self._chosen(self._no_calling, "no-calling", index)

    def refuses_busy(self, index: int) -> bool:
        """Tell whether the person's Busy service is closed to this token (error 4003 on writing it)."""
        return self._chosen(self._busy_refused, "forwarding-4003", index)

    def _chosen(self, chosen: tuple[float, frozenset[int]], kind: str, index: int) -> bool:
        share, indexes = chosen
        return index in indexes or (share > 0 and draw(self.settings.seed, kind, index) < share * 2**64)

    def _resolve(self, selection: Selection) -> tuple[float, frozenset[int]]:
        indexes = set()
        for name in selection.names:
            person = self.person_by_email(name)
            index = person.number if person else self.people.index(name)
            if index is None:
                raise InputError(f"nobody in the sandbox has the id or e-mail {name!r} that a fault names")
            indexes.add(index)
        return selection.share, frozenset(indexes)
