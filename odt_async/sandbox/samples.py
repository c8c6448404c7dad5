"""CSV files about the simulated organisation, in the operators' own columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from odt_async.errors import InputError
from odt_async.sandbox.state import Organisation, SandboxSettings

__all__ = ["write_input"]

# the header lines of the files
_GLOBAL = (
    "org_id,announcement_language,preferred_language,time_zone,country,licenses_id,route_type,rg_id,"
    "calling_data,number_type,number_usage_type,number_state"
)
_LOCATIONS = (
    "location_id,name,address1,city,state,postal_code,premise_route_type,premise_route_id,"
    "enable_unknown_extension_route_policy,route_identity,phone_number_1,phone_number_2,phone_number_3,"
    "phone_number_4,phone_numbers,calling_line_id,pstn_connection_type"
)
_PEOPLE = (
    "person_id,first_name,last_name,display_name,email,add_license_ids,legacy_phone_number,extension,primary,"
    "direct_number,entity_id,group_id,enabled,destination,call_type,transfer_enabled,use_custom_enabled,"
    "use_custom_permissions,remove_license_ids"
)
_WORKSPACES = (
    "workspace_id,display_name,location_id,extension,phone_number,legacy_phone_number,type,supported_devices,"
    "enabled,destination,call_type,transfer_enabled,use_custom_enabled,use_custom_permissions"
)
_NUMBERS_PER_LOCATION = 4

_Row = dict[str, str]  # columns that are absent stay blank


def write_input(
    directory: Path, rows: int, settings: SandboxSettings, *, with_ids: bool = True, force: bool = False
) -> list[Path]:
    """Write `global.csv`, `ubicaciones.csv`, `usuarios.csv` and `workspaces.csv`; return their paths.

    rows: data rows of usuarios.csv; the other domain files have as many, or as the organisation has.
    with_ids: False leaves person, location and workspace ids blank, as in the files operators bring.
    force: whether files that are there already may be overwritten.

    The files are streamed: memory does not grow with *rows*. Raises InputError.
    """
    if not 1 <= rows <= settings.people:
        raise InputError(
            f"--rows {rows}: the sandbox has {settings.people} people, write 1 to that many rows"
        )
    organisation = Organisation(settings)
    tables: dict[str, tuple[str, Iterable[_Row]]] = {
        "global.csv": (_GLOBAL, [_global_row(organisation)]),
        "ubicaciones.csv": (_LOCATIONS, _location_rows(organisation, rows)),
        "usuarios.csv": (_PEOPLE, _people_rows(organisation, rows)),
        "workspaces.csv": (_WORKSPACES, _workspace_rows(organisation, rows)),
    }
    existing = [name for name in tables if (directory / name).exists()]
    if existing and not force:
        raise InputError(f"{directory} already has {', '.join(existing)}: choose another folder or --force")
    hidden = frozenset() if with_ids else frozenset({"person_id", "location_id", "workspace_id"})
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return [
            _write_table(directory / name, header, table, hidden) for name, (header, table) in tables.items()
        ]
    except OSError as error:
        raise InputError(f"cannot write to {directory}: {error.strerror}") from error


def _write_table(path: Path, header: str, rows: Iterable[_Row], hidden: frozenset[str]) -> Path:
    # with a byte order mark, as spreadsheets write and need it
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, header.split(","), restval="")
        table.writeheader()
        table.writerows({name: "" if name in hidden else text for name, text in row.items()} for row in rows)
    return path


def _global_row(organisation: Organisation) -> _Row:
    return {
        "org_id": organisation.id,
        "announcement_language": "es_ES",
        "preferred_language": "es_ES",
        "time_zone": "Europe/Madrid",
        "country": "ES",
        "licenses_id": organisation.calling_licence,
        "route_type": "ROUTE_GROUP",
        "calling_data": "TRUE",
        "number_type": "DID",
        "number_usage_type": "NONE",
        "number_state": "INACTIVE",
    }


def _location_rows(organisation: Organisation, rows: int) -> Iterator[_Row]:
    for index in range(min(rows, organisation.settings.locations)):
        location = organisation.location(index)
        first = 930_000_000 + index * _NUMBERS_PER_LOCATION
        numbers = [f"+34{first + offset}" for offset in range(_NUMBERS_PER_LOCATION)]
        yield {
            "location_id": location.id,
            "name": location.name,
            "address1": location.address,
            "city": location.city,
            "state": location.province,
            "postal_code": location.postal_code,
            "premise_route_type": "ROUTE_GROUP",
            "enable_unknown_extension_route_policy": "TRUE",
            **{f"phone_number_{place}": number for place, number in enumerate(numbers, 1)},
            "calling_line_id": numbers[0],
            "pstn_connection_type": "LOCAL_GATEWAY",
        }


def _people_rows(organisation: Organisation, rows: int) -> Iterator[_Row]:
    for index in range(rows):
        person = organisation.person(index)
        yield {
            "person_id": person.id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "display_name": person.display_name,
            "email": person.email,
            "legacy_phone_number": f"+34{910_000_000 + index}",
            "extension": person.extension,
        }


def _workspace_rows(organisation: Organisation, rows: int) -> Iterator[_Row]:
    for index in range(min(rows, organisation.settings.workspaces)):
        workspace = organisation.workspace(index)
        yield {
            "workspace_id": workspace.id,
            "display_name": workspace.display_name,
            "location_id": organisation.locations.hydra(workspace.location),
            "extension": workspace.extension,
            "legacy_phone_number": f"+34{960_000_000 + index}",
            "type": "desk",
            "supported_devices": "phones",
        }
