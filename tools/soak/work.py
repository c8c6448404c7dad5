"""What there is to do: four actions in turn, round after round, and beside them one that creates.

Every row of every round has something to write: what can be set again is set to another value, what cannot is
done to somebody else.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from odt_async import actions
from odt_async.sandbox.catalogue import BASIC_MEETINGS, BASIC_MESSAGING
from odt_async.sandbox.numbers import LEGACY_PERSON_NUMBERS
from odt_async.sandbox.state import Organisation, SandboxSettings

__all__ = ["MOST_ROWS", "Pass", "Work"]

MOST_ROWS = 100_000  # of a task: so far apart begin the people of two actions
_LICENSED, _NUMBERED = MOST_ROWS, 2 * MOST_ROWS
_NO_CALLING, _BUSY_CLOSED = (
    5,
    11,
)  # the first of those whose row must fail, and of those who need a way around
_EVERY = 97
_CREATING_ROUNDS = 20  # the sandbox looks through all created workspaces for each search
_NEW_EXTENSIONS = 72_000_000

Cells = dict[str, str]  # column -> text


@dataclass(frozen=True, slots=True)
class Pass:
    """One action over one file.

    number: of the round. failing: the rows (from 0) that cannot be carried out.
    """

    action: str
    number: int
    rows: tuple[Cells, ...]
    failing: frozenset[int]

    def write(self, folder: Path) -> None:
        """Write the input of the pass."""
        folder.mkdir(parents=True)
        _write(folder / "global.csv", [{"country": "ES"}])
        _write(folder / f"{actions.domain_of(self.action)}.csv", self.rows)


class Work:
    """The rounds of one organisation.

    rows: of the largest pass.
    """

    def __init__(self, rows: int, seed: int) -> None:
        self._most = rows
        self.settings = SandboxSettings(people=9_000_000, workspaces=max(rows, 100), seed=seed)
        self._organisation = Organisation(self.settings)

    @property
    def standing_faults(self) -> tuple[str, ...]:
        """The troubles of single people, which stay whatever the weather."""
        return (
            f"no-calling={'|'.join(self._people(_NO_CALLING))}",
            f"forwarding-4003={'|'.join(self._people(_BUSY_CLOSED))}",
            "search-lag=1s",
        )

    def lanes(self) -> tuple[Iterator[Pass], Iterator[Pass]]:
        """Return what is to be done at the same time, each for ever but for the creations."""
        return self._changes(), self._creations()

    def _changes(self) -> Iterator[Pass]:
        for number in count():
            yield self._pass("usuarios_configurar_desvio_prefijo53", number, 1, self._forwarding)
            yield self._pass("usuarios_modificar_licencias", number, 1 / 2, self._licences)
            yield self._pass("usuarios_anadir_intercom_legacy", number, 1 / 2, self._second_number)
            yield self._pass("workspaces_configurar_desvio_prefijo53", number, 1 / 2, self._room_forwarding)

    def _creations(self) -> Iterator[Pass]:
        for number in range(_CREATING_ROUNDS):
            yield self._pass("workspaces_alta", number, 1 / 8, self._new_room)

    def _pass(self, action: str, number: int, share: float, cells: Callable[[int, int], Cells]) -> Pass:
        rows = tuple(cells(number, place) for place in range(max(round(self._most * share), 1)))
        fails = range(_NO_CALLING, len(rows), _EVERY) if cells == self._forwarding else ()
        return Pass(action, number, rows, frozenset(fails))

    def _people(self, first: int) -> list[str]:
        indexes = range(first, max(self._most, first + 1), _EVERY)
        return [self._organisation.people.hydra(index) for index in indexes]

    def _forwarding(self, number: int, place: int) -> Cells:
        person = self._organisation.person(place)
        return {"person_id": person.id, "destination": f"53{number:03d}{person.extension}"}

    def _licences(self, number: int, place: int) -> Cells:
        # from the start people have Basic Messaging and not Basic Meetings
        changing = [self._organisation.catalogue.licences[i].id for i in (BASIC_MEETINGS, BASIC_MESSAGING)]
        added, removed = changing if number % 2 == 0 else reversed(changing)
        person = self._organisation.people.hydra(_LICENSED + place)
        return {"person_id": person, "add_license_ids": added, "remove_license_ids": removed}

    def _second_number(self, number: int, place: int) -> Cells:
        index = _NUMBERED + number * self._most + place
        return {
            "person_id": self._organisation.people.hydra(index),
            "legacy_phone_number": f"+34{LEGACY_PERSON_NUMBERS + index}",  # the person's location has it
        }

    def _room_forwarding(self, number: int, place: int) -> Cells:
        room = self._organisation.workspace(place)
        return {"workspace_id": room.id, "destination": f"53{number:03d}{room.extension}"}

    def _new_room(self, number: int, place: int) -> Cells:
        location = self._organisation.location(place % self.settings.locations)
        return {
            "display_name": f"Nueva {number:02d} {place:06d}",
            "location_id": location.id,
            "extension": str(_NEW_EXTENSIONS + number * MOST_ROWS + place),
        }


def _write(path: Path, rows: tuple[Cells, ...] | list[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
