"""Who and what there is in the simulated organisation, one record each, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from odt_async.errors import InputError
from odt_async.sandbox.catalogue import PROFESSIONAL
from odt_async.sandbox.names import ascii_fold, person_name

__all__ = [
    "EMAIL_DOMAIN",
    "FREE_CALLING",
    "WEBEX_CALLING",
    "Location",
    "Person",
    "SandboxSettings",
    "Workspace",
    "derived_email",
]

EMAIL_DOMAIN = "sandbox.example"  # RFC 2606: nobody's
WEBEX_CALLING, FREE_CALLING = "webexCalling", "freeCalling"
_LARGEST = 9_999_999  # above it extensions would overlap


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
                raise InputError(
                    "the sandbox takes 1 to {largest} {name}, not {number}",
                    largest=_LARGEST,
                    name=name,
                    number=getattr(self, name),
                )
        if self.seed < 0:
            raise InputError("the seed of the sandbox is 0 or more, not {seed}", seed=self.seed)


class Person(NamedTuple):
    """One person: as derived, with what was changed laid over it."""

    number: int  # its index
    id: str
    first_name: str
    last_name: str
    email: str
    extension: str  # empty when only a phone number was given
    location: int  # index of the location; means nothing without Calling, as extension and number do
    has_calling: bool  # False: no Webex Calling licence
    display_name: str
    phone_number: str = ""
    licences: tuple[int, ...] = ()  # numbers in the catalogue
    details: Mapping[str, Any] = MappingProxyType({})  # what else the one who created the person said


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
    """One workspace: as derived, or as it was created."""

    number: int  # its index
    id: str
    display_name: str
    extension: str  # empty when only a phone number was given
    location: int  # index of the location; -1: none, which goes only without Calling
    calling: str = WEBEX_CALLING  # `freeCalling` and others: no Webex Calling
    phone_number: str = ""
    licences: tuple[int, ...] = ()  # numbers in the catalogue
    details: Mapping[str, Any] = MappingProxyType({})  # what else the one who created it said

    @property
    def has_calling(self) -> bool:
        """Whether it has Webex Calling."""
        return self.calling == WEBEX_CALLING

    @property
    def is_professional(self) -> bool:
        """Whether its licence is more than the Basic one."""
        return PROFESSIONAL in self.licences


def derived_email(index: int, seed: int) -> str:
    """Return the address of a person who was not given one."""
    name = person_name(index, seed)
    surname = name.last.partition(" ")[0]
    return f"{ascii_fold(name.first)}.{ascii_fold(surname)}.{index:07d}@{EMAIL_DOMAIN}"
