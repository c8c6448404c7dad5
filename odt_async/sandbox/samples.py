"""CSV files about the simulated organisation, in the operators' own columns, and profiles for them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from odt_async.errors import InputError
from odt_async.sandbox.catalogue import BASIC_MEETINGS, BASIC_MESSAGING, PROFESSIONAL
from odt_async.sandbox.numbers import LEGACY_PERSON_NUMBERS, LEGACY_WORKSPACE_NUMBERS, SPARE_NUMBERS
from odt_async.sandbox.premise_routes import premise_routes
from odt_async.sandbox.profiles import sample_profiles
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
    "phone_number_4,phone_numbers,calling_line_id,pstn_connection_type,perfil"
)
_PEOPLE = (
    "person_id,first_name,last_name,display_name,email,add_license_ids,legacy_phone_number,extension,primary,"
    "direct_number,entity_id,group_id,enabled,destination,call_type,transfer_enabled,use_custom_enabled,"
    "use_custom_permissions,remove_license_ids,location_id,location_name,perfil"
)
_WORKSPACES = (
    "workspace_id,display_name,location_id,location_name,extension,phone_number,legacy_phone_number,type,"
    "supported_devices,enabled,destination,call_type,transfer_enabled,use_custom_enabled,"
    "use_custom_permissions,perfil"
)
_NUMBERS_PER_LOCATION = 4
_PERSON_PROFILE, _WORKSPACE_PROFILE = "nacional", "solo_internas"
_IDS = frozenset({"person_id", "location_id", "workspace_id", "premise_route_id"})

_Row = dict[str, str]  # columns that are absent stay blank


def write_input(
    directory: Path,
    rows: int,
    settings: SandboxSettings,
    *,
    with_ids: bool = True,
    newcomers: bool = False,
    force: bool = False,
) -> list[Path]:
    """Write `global.csv`, `ubicaciones.csv`, `usuarios.csv`, `workspaces.csv` and `perfiles/`; return the paths.

    rows: data rows of usuarios.csv; the other domain files have as many, or as the organisation has.
    with_ids: False leaves ids blank, as in the files operators bring; names stand for them, of licences too.
    newcomers: True makes usuarios.csv one of people who are still to be created; they have no ids.
    force: whether files that are there already may be overwritten.

    The files are streamed: memory does not grow with *rows*. Raises InputError.
    """
    if rows < 1 or (rows > settings.people and not newcomers):
        raise InputError(
            "--rows {rows}: the sandbox has {people} people, write 1 to that many rows",
            rows=rows,
            people=settings.people,
        )
    organisation = Organisation(settings)
    people = range(settings.people, settings.people + rows) if newcomers else range(rows)
    tables: dict[str, tuple[str, Iterable[_Row]]] = {
        "global.csv": (_GLOBAL, [_global_row(organisation, with_ids=with_ids)]),
        "ubicaciones.csv": (_LOCATIONS, _location_rows(organisation, rows)),
        "usuarios.csv": (_PEOPLE, _people_rows(organisation, people, with_ids=with_ids)),
        "workspaces.csv": (_WORKSPACES, _workspace_rows(organisation, rows)),
    }
    profiles = {f"perfiles/{name}.json": content for name, content in sample_profiles().items()}
    existing = [name for name in (*tables, *profiles) if (directory / name).exists()]
    if existing and not force:
        raise InputError(
            "{directory} already has {existing}: choose another folder or --force",
            directory=directory,
            existing=", ".join(existing),
        )
    hidden = frozenset[str]() if with_ids else _IDS
    try:
        directory.mkdir(parents=True, exist_ok=True)
        written = [
            _write_table(directory / name, header, table, hidden) for name, (header, table) in tables.items()
        ]
        return written + [_write_json(directory / name, content) for name, content in profiles.items()]
    except OSError as error:
        raise InputError(
            "cannot write to {directory}: {reason}", directory=directory, reason=error.strerror
        ) from error


def _write_table(path: Path, header: str, rows: Iterable[_Row], hidden: frozenset[str]) -> Path:
    # with a byte order mark, as spreadsheets write and need it
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, header.split(","), restval="")
        table.writeheader()
        table.writerows({name: "" if name in hidden else text for name, text in row.items()} for row in rows)
    return path


def _write_json(path: Path, content: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return path


def _licence(organisation: Organisation, number: int, *, with_ids: bool) -> str:
    licence = organisation.catalogue.licences[number]
    return licence.id if with_ids else licence.name


def _global_row(organisation: Organisation, *, with_ids: bool) -> _Row:
    return {
        "org_id": organisation.id,
        "announcement_language": "es_ES",
        "preferred_language": "es_ES",
        "time_zone": "Europe/Madrid",
        "country": "ES",
        "licenses_id": _licence(organisation, PROFESSIONAL, with_ids=with_ids),
        "route_type": "ROUTE_GROUP",
        "calling_data": "TRUE",
        "number_type": "DID",
        "number_usage_type": "NONE",
        "number_state": "INACTIVE",
    }


def _location_rows(organisation: Organisation, rows: int) -> Iterator[_Row]:
    route_groups = premise_routes(organisation.settings.seed).route_groups
    for index in range(min(rows, organisation.settings.locations)):
        location = organisation.location(index)
        first = 930_000_000 + index * _NUMBERS_PER_LOCATION
        route = route_groups[index % len(route_groups)]
        numbers = [f"+34{first + offset}" for offset in range(_NUMBERS_PER_LOCATION)]
        yield {
            "location_id": location.id,
            "name": location.name,
            "address1": location.address,
            "city": location.city,
            "state": location.province,
            "postal_code": location.postal_code,
            "premise_route_type": "ROUTE_GROUP",
            "premise_route_id": route.id,
            "route_identity": route.name,
            "enable_unknown_extension_route_policy": "TRUE",
            **{f"phone_number_{place}": number for place, number in enumerate(numbers, 1)},
            # one that the location has from the start, so that the row does not depend on another action
            "calling_line_id": f"+34{SPARE_NUMBERS + index}",
            "pstn_connection_type": "LOCAL_GATEWAY",
            "perfil": "nacional",
        }


def _people_rows(organisation: Organisation, people: range, *, with_ids: bool) -> Iterator[_Row]:
    # people have Professional and Basic Messaging: these two change something and depend on no other
    added = _licence(organisation, BASIC_MEETINGS, with_ids=with_ids)
    removed = _licence(organisation, BASIC_MESSAGING, with_ids=with_ids)
    for index in people:
        person = organisation.person(index)
        location = (
            person.location + 1
        ) % organisation.settings.locations  # another one: people can move there
        yield {
            "person_id": person.id if index in organisation.people else "",
            "first_name": person.first_name,
            "last_name": person.last_name,
            "display_name": person.display_name,
            "email": person.email,
            "add_license_ids": added,
            "legacy_phone_number": f"+34{LEGACY_PERSON_NUMBERS + index}",
            "extension": person.extension,
            "remove_license_ids": removed,
            "location_id": organisation.locations.hydra(location),
            "location_name": organisation.location(location).name,
            "perfil": _PERSON_PROFILE,
        }


def _workspace_rows(organisation: Organisation, rows: int) -> Iterator[_Row]:
    for index in range(min(rows, organisation.settings.workspaces)):
        workspace = organisation.workspace(index)
        yield {
            "workspace_id": workspace.id,
            "display_name": workspace.display_name,
            "location_id": organisation.locations.hydra(workspace.location),
            "location_name": organisation.location(workspace.location).name,
            "extension": workspace.extension,
            "legacy_phone_number": f"+34{LEGACY_WORKSPACE_NUMBERS + index}",
            "type": "desk",
            "supported_devices": "phones",
            "perfil": _WORKSPACE_PROFILE,
        }
