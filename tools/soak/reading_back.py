"""What the sandbox shows against what the CSV files ask for, row by row: plain GETs, none of the product's."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from tools.soak.served import Served
from tools.soak.work import Pass

if TYPE_CHECKING:
    from anyio.abc import ObjectReceiveStream

__all__ = ["Wanted"]

_READERS = 16
_KEYS = ("person_id", "workspace_id", "display_name")
_Row = tuple[str, Mapping[str, str], bool]  # action, cells, whether it cannot have been carried out
_Rooms = Mapping[str, list[dict[str, Any]]]  # the workspaces of each name


class Wanted:
    """The rows that stand: of those about the same person or workspace, the last."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], _Row] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, done: Pass, path: Path) -> None:
        """Take the rows of a pass as they stand in its CSV file."""
        with path.open(encoding="utf-8", newline="") as file:
            for place, cells in enumerate(csv.DictReader(file)):
                key = next(cells[name] for name in _KEYS if name in cells)
                self._rows[done.action, key] = (done.action, cells, place in done.failing)

    async def differences(self, sandbox: Served) -> list[str]:
        """Return a line for each row that the sandbox does not show as it is written."""
        found: list[str] = []
        rooms = await _rooms(sandbox)
        sender, receiver = anyio.create_memory_object_stream[_Row](_READERS)

        async def work(rows: ObjectReceiveStream[_Row]) -> None:
            async with rows:
                async for action, cells, failing in rows:
                    shown = await _SHOWN[action](sandbox, cells, rooms)
                    if shown is failing:
                        found.append(f"{action}: {dict(cells)} {'was' if failing else 'was not'} carried out")

        async with anyio.create_task_group() as group, sender:
            for _ in range(_READERS):
                group.start_soon(work, receiver.clone())
            receiver.close()
            for row in self._rows.values():
                await sender.send(row)
        return sorted(found)


async def _rooms(sandbox: Served) -> _Rooms:
    """Return all workspaces by name, page by page."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    start, size = 0, 1000
    while True:
        items = (await sandbox.get("workspaces", start=str(start), max=str(size)))["items"]
        for item in items:
            found[item["displayName"]].append(item)
        if len(items) < size:
            return found
        start += size


async def _forwards(sandbox: Served, path: str, destination: str) -> bool:
    always = (await sandbox.get(f"{path}/features/callForwarding"))["callForwarding"]["always"]
    return bool(always["enabled"]) and always.get("destination") == destination


async def _person_forwards(sandbox: Served, cells: Mapping[str, str], _rooms: _Rooms) -> bool:
    return await _forwards(sandbox, f"people/{cells['person_id']}", cells["destination"])


async def _room_forwards(sandbox: Served, cells: Mapping[str, str], _rooms: _Rooms) -> bool:
    return await _forwards(sandbox, f"workspaces/{cells['workspace_id']}", cells["destination"])


async def _has_licences(sandbox: Served, cells: Mapping[str, str], _rooms: _Rooms) -> bool:
    licences = (await sandbox.get(f"people/{cells['person_id']}"))["licenses"]
    return cells["add_license_ids"] in licences and cells["remove_license_ids"] not in licences


async def _has_number(sandbox: Served, cells: Mapping[str, str], _rooms: _Rooms) -> bool:
    path = f"people/{cells['person_id']}/features/numbers"
    numbers = (await sandbox.get(path, preferE164Format="true"))["phoneNumbers"]
    return [n.get("directNumber") for n in numbers].count(cells["legacy_phone_number"]) == 1


async def _is_there(sandbox: Served, cells: Mapping[str, str], rooms: _Rooms) -> bool:
    """Tell whether there is exactly one such workspace, with its location and extension."""
    found = rooms.get(cells["display_name"], [])
    if len(found) != 1 or found[0]["locationId"] != cells["location_id"]:
        return False
    numbers = (await sandbox.get(f"workspaces/{found[0]['id']}/features/numbers"))["phoneNumbers"]
    return _extensions(numbers) == [cells["extension"]]


def _extensions(numbers: Iterable[Mapping[str, Any]]) -> list[str]:
    return [number["extension"] for number in numbers if "extension" in number]


_SHOWN: dict[str, Callable[[Served, Mapping[str, str], _Rooms], Awaitable[bool]]] = {
    "usuarios_anadir_intercom_legacy": _has_number,
    "usuarios_configurar_desvio_prefijo53": _person_forwards,
    "usuarios_modificar_licencias": _has_licences,
    "workspaces_alta": _is_there,
    "workspaces_configurar_desvio_prefijo53": _room_forwards,
}
