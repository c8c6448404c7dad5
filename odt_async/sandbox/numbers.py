"""The telephone numbers that the locations have, whoever uses them.

From the start every location has two numbers, the first of which is its main number where it has PSTN, and the
location of each person and workspace the legacy number that the sample files give them, so that every action
can be tried alone. Who uses a number is known to `Organisation.extensions`, by `owner(None, number)`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from odt_async.sandbox.location_settings import MAIN_NUMBERS
from odt_async.sandbox.state import Organisation

__all__ = [
    "LEGACY_PERSON_NUMBERS",
    "LEGACY_WORKSPACE_NUMBERS",
    "SPARE_NUMBERS",
    "InventoryNumber",
    "add_number",
    "change_state",
    "find_number",
    "numbers",
    "remove_number",
]

LEGACY_PERSON_NUMBERS = 910_000_000  # person 7: +34910000007
LEGACY_WORKSPACE_NUMBERS = 960_000_000
SPARE_NUMBERS = 950_000_000  # location 7: +34950000007, the second of its numbers
_SPAIN = 34_000_000_000

_KIND = "number"
_STATES = ("ACTIVE", "INACTIVE")
_TYPES = ("DID", "TOLLFREE", "MOBILE")
_NOWHERE = -1
_PACKED = struct.Struct(">IBB")  # location, state, type; an empty value: removed


class InventoryNumber(NamedTuple):
    """One number of a location."""

    number: str  # E.164
    location: int  # index
    state: str  # ACTIVE or INACTIVE
    type: str  # DID, TOLLFREE or MOBILE
    owner: str | None  # `person 7`, `workspace 7`; None: nobody uses it


def find_number(organisation: Organisation, number: str) -> InventoryNumber | None:
    """Return the number (E.164), None when no location has it."""
    key = int(number.removeprefix("+"))
    packed = organisation.changes(_KIND).get(key)
    if packed is None:
        location = _first_location(organisation, key)
        return None if location is None else _entry(organisation, key, location)
    return _unpacked(organisation, key, packed) if packed else None


def add_number(
    organisation: Organisation, number: str, location: int, *, state: str = "INACTIVE", kind: str = "DID"
) -> None:
    """Give the location the number (E.164); no other may have it."""
    _store(organisation, number, location, state, kind)


def remove_number(organisation: Organisation, number: str) -> None:
    """Take the number away."""
    organisation.changes(_KIND)[int(number.removeprefix("+"))] = b""


def change_state(organisation: Organisation, number: InventoryNumber, state: str) -> None:
    """Make it ACTIVE or INACTIVE."""
    _store(organisation, number.number, number.location, state, number.type)


def numbers(organisation: Organisation, location: int | None = None) -> Iterator[int]:
    """Yield the numbers of a location, or of all, without their +: those from the start first, then the added."""
    changed = organisation.changes(_KIND)
    for key, home in _first_numbers(organisation, location):
        packed = changed.get(key)
        if packed is None or _home(packed) == home:
            yield key
    for key, packed in changed.items():
        home = _home(packed)
        if home != _NOWHERE and location in {None, home} and home != _first_location(organisation, key):
            yield key


def _home(packed: bytes) -> int:
    location: int = _PACKED.unpack(packed)[0] if packed else _NOWHERE
    return location


def _store(organisation: Organisation, number: str, location: int, state: str, kind: str) -> None:
    key = int(number.removeprefix("+"))
    packed = _PACKED.pack(location, _STATES.index(state), _TYPES.index(kind))
    organisation.changes(_KIND)[key] = packed


def _unpacked(organisation: Organisation, key: int, packed: bytes) -> InventoryNumber:
    location, state, kind = _PACKED.unpack(packed)
    return _entry(organisation, key, location, _STATES[state], _TYPES[kind])


def _entry(
    organisation: Organisation, key: int, location: int, state: str = "ACTIVE", kind: str = "DID"
) -> InventoryNumber:
    number = f"+{key}"
    return InventoryNumber(number, location, state, kind, organisation.extensions.owner(None, number))


def _blocks(organisation: Organisation) -> tuple[tuple[int, int], ...]:
    """Return first number and size of each block that is there from the start; number N is of location N % count."""
    settings = organisation.settings
    return (
        (_SPAIN + LEGACY_PERSON_NUMBERS, settings.people),
        (_SPAIN + MAIN_NUMBERS, settings.locations),
        (_SPAIN + SPARE_NUMBERS, settings.locations),
        (_SPAIN + LEGACY_WORKSPACE_NUMBERS, settings.workspaces),
    )


def _first_location(organisation: Organisation, key: int) -> int | None:
    for first, size in _blocks(organisation):
        if first <= key < first + size:
            return (key - first) % organisation.settings.locations
    return None


def _first_numbers(organisation: Organisation, location: int | None) -> Iterator[tuple[int, int]]:
    """Yield the number and the location of each that is there from the start."""
    count = organisation.settings.locations
    for first, size in _blocks(organisation):
        for place in range(size) if location is None else range(location, size, count):
            yield first + place, place % count
