"""The licences that the simulated organisation has bought, derived from its id.

Names are those of Control Hub and of the SDK's `License`; the keys inside the ids have Webex's form,
`<organisation>:<TYPE>_<uuid>`, with types that only Calling Professional (BCSTD) takes from the field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from odt_async.sandbox.identity import hydra

__all__ = [
    "ADVANCED_MEETINGS",
    "ADVANCED_MESSAGING",
    "ATTENDANT_CONSOLE",
    "BASIC_MEETINGS",
    "BASIC_MESSAGING",
    "CALLING",
    "CX_ESSENTIAL",
    "PROFESSIONAL",
    "STANDARD",
    "STANDARD_SET",
    "WORKSPACES",
    "Catalogue",
    "Licence",
]

_UNITS = 10_000_000  # nobody runs out
_OFFERS = (  # name, type; a licence's number is its place here and stands in what is stored
    ("Webex Calling - Professional", "BCSTD"),
    ("Webex Calling - Standard", "BCBAS"),
    ("Webex Calling - Workspaces", "BCCA"),
    ("Webex Attendant Console", "ATTC"),
    ("Customer Experience - Essential", "CXE"),
    ("Basic Messaging", "MSGB"),
    ("Advanced Messaging", "MSGR"),
    ("Basic Space Meetings", "CFB"),
    ("Advanced Space Meetings", "CF"),
    ("Unified Communication Manager (UCM)", "UC"),
)
PROFESSIONAL, STANDARD, WORKSPACES, ATTENDANT_CONSOLE, CX_ESSENTIAL = range(5)
BASIC_MESSAGING, ADVANCED_MESSAGING, BASIC_MEETINGS, ADVANCED_MEETINGS, _UCM = range(5, 10)
CALLING = frozenset({PROFESSIONAL, STANDARD})  # the numbers of those that make a person a calling user
STANDARD_SET = (PROFESSIONAL, BASIC_MESSAGING)  # what people of the organisation have from the start


class Licence(NamedTuple):
    """One licence of the organisation."""

    number: int
    id: str
    name: str
    total_units: int


class Catalogue:
    """All licences of the organisation with this UUID."""

    def __init__(self, org_uuid: str) -> None:
        self.licences = tuple(
            Licence(number, hydra("ciscospark://us/LICENSE/", f"{org_uuid}:{kind}_{org_uuid}"), name, _UNITS)
            for number, (name, kind) in enumerate(_OFFERS)
        )
        self._numbers = {licence.id: licence.number for licence in self.licences}

    def number(self, licence_id: str) -> int | None:
        """Return the number of the licence with this id, padded or not; None for anything else."""
        return self._numbers.get(licence_id.rstrip("="))

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of the licences with these *numbers*, in the catalogue's order."""
        return [self.licences[number].id for number in sorted(numbers)]
