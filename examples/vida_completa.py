"""A location from nothing to calling: every action in its natural order, against a simulated Webex.

    python examples/vida_completa.py

One location that is not even enabled for Calling, 50 people (half of them created through SCIM, half through
People, some of those at another location first) and 10 workspaces. Every action is then run again, which must
write nothing, and the final state is read back by plain HTTP. Exit code 1 when anything is not as it has to be.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from running import Cells, Result, bulk, write_csv

from odt_async.sandbox import Sandbox, SandboxSettings
from odt_async.sandbox.premise_routes import premise_routes
from odt_async.sandbox.profiles import sample_profiles

__all__ = ["STEPS", "carry_out", "main"]

SETTINGS = SandboxSettings(people=100, locations=10, workspaces=10)
SITE, OLD_SITE = 9, 0  # the last location is not enabled for Calling; the first has been for long
PEOPLE, ROOMS = 50, 10
BY_SCIM, MOVED = range(25), range(40, 50)  # of the people; the others are created through People, at the site
LICENCES = ("Webex Calling - Professional", "Basic Messaging")
PASSING = "Advanced Messaging"  # those created through People have it for a while
ROUTE = premise_routes(SETTINGS.seed).route_groups[3]
FIRST_NUMBER = 34_930_000_000  # the main number; those after it are the secondary ones
PERMISSIONS = sample_profiles()["nacional"]


@dataclass(frozen=True)
class Step:
    """One action over one of the folders, and what must become of its rows the first time."""

    action: str
    applied: int
    unchanged: int = 0
    folder: str = "todas"
    overrides: Cells = field(default_factory=dict)


PROFILE = {"perfil": "nacional"}
STEPS = (
    Step("ubicacion_configurar_pstn", 1),
    Step("ubicacion_alta_numeraciones_desactivadas", 1),
    Step("ubicacion_actualizar_cabecera", 1),
    Step("ubicacion_configurar_llamadas_internas", 1),
    Step("ubicacion_configurar_permisos_salientes_defecto", 1, overrides=PROFILE),
    Step("usuarios_alta_scim", len(BY_SCIM), folder="por_scim"),
    Step("usuarios_alta_people", PEOPLE - len(BY_SCIM), folder="por_people"),
    Step(
        "usuarios_modificar_licencias",
        len(BY_SCIM),
        PEOPLE - len(BY_SCIM),
        overrides={"add_license_ids": ";".join(LICENCES)},
    ),
    Step(
        "usuarios_remover_licencias",
        PEOPLE - len(BY_SCIM),
        len(BY_SCIM),
        overrides={"remove_license_ids": PASSING},
    ),
    Step("usuarios_asignar_location", len(MOVED), PEOPLE - len(MOVED)),
    Step("workspaces_alta", ROOMS),
    Step("usuarios_anadir_intercom_legacy", PEOPLE),
    Step("workspaces_anadir_intercom_legacy", ROOMS),
    Step("usuarios_configurar_desvio_prefijo53", PEOPLE),
    Step("workspaces_configurar_desvio_prefijo53", ROOMS),
    Step("usuarios_configurar_perfil_saliente_custom", PEOPLE, overrides=PROFILE),
    Step("workspaces_configurar_perfil_saliente_custom", ROOMS, overrides=PROFILE),
    Step("workspaces_validar_estado_permisos", 0, ROOMS),
)


def person(number: int) -> Cells:
    """Return the row of one person; like the others, it has no id."""
    return {
        "email": f"persona.{number:02d}@oficina.example",
        "first_name": f"Persona {number:02d}",
        "last_name": "De Prueba",
        "extension": str(82_000_000 + number),
        "legacy_phone_number": f"+{FIRST_NUMBER + 1 + number}",
    }


def room(number: int) -> Cells:
    """Return the row of one workspace."""
    return {
        "display_name": f"Sala de prueba {number:02d}",
        "extension": str(72_000_000 + number),
        "legacy_phone_number": f"+{FIRST_NUMBER + 1 + PEOPLE + number}",
    }


def write_folders(root: Path, sandbox: Sandbox) -> None:
    """Write the folders that the steps name, below *root*."""
    site, old_site = (sandbox.organisation.location(index).name for index in (SITE, OLD_SITE))
    at_site = {"location_name": site}
    location = {
        "name": site,
        "route_identity": ROUTE.name,
        "phone_numbers": ";".join(f"+{FIRST_NUMBER + offset}" for offset in range(1 + PEOPLE + ROOMS)),
        "calling_line_id": f"+{FIRST_NUMBER}",
    }
    everybody = [{**person(number), **at_site} for number in range(PEOPLE)]
    by_people = [
        {
            **person(number),
            "location_name": old_site if number in MOVED else site,
            "licenses": ";".join([*LICENCES, PASSING]),
        }
        for number in range(PEOPLE)
        if number not in BY_SCIM
    ]
    folders = {
        "todas": everybody,
        "por_scim": [everybody[number] for number in BY_SCIM],
        "por_people": by_people,
    }
    for folder, people in folders.items():
        write_csv(root / folder / "global.csv", [{"country": "ES", "announcement_language": "es_ES"}])
        write_csv(root / folder / "ubicaciones.csv", [location])
        write_csv(root / folder / "usuarios.csv", people)
        write_csv(root / folder / "workspaces.csv", [{**room(number), **at_site} for number in range(ROOMS)])
        (root / folder / "perfiles").mkdir()
        profile = root / folder / "perfiles" / "nacional.json"
        profile.write_bytes(orjson.dumps(PERMISSIONS))


async def carry_out(sandbox: Sandbox, root: Path) -> list[str]:
    """Run all steps twice and look at what is there then; print a line for each; return what is wrong."""
    write_folders(root, sandbox)
    wrong = []
    print(f"{'acción':<48} {'filas':>5} {'aplicadas':>9} {'iguales':>7} {'errores':>7} {'llamadas/fila':>13}")
    for step in STEPS:
        result = await _run(step, sandbox, root)
        print(_line(result))
        if (result.applied, result.unchanged) != (step.applied, step.unchanged) or result.in_vain:
            wrong.append(f"{step.action}: {result}")
    for step in STEPS:
        result = await _run(step, sandbox, root)
        if result.unchanged != result.rows or result.changed or result.in_vain:
            wrong.append(f"{step.action}, again: {result}")
    print(f"otra vez todas: {'nada que escribir' if not wrong else 'no todo estaba como se pidió'}")
    seen, wanted = [line async for line in _read_back(sandbox)], list(_wanted(sandbox))
    wrong += [f"final state: {line}" for line in seen if line not in wanted]
    wrong += [f"final state lacks: {line}" for line in wanted if line not in seen]
    print(
        f"estado final: {len(wanted)} datos leídos, {'todos' if seen == wanted else 'no todos'} como se pidió"
    )
    return wrong


async def main() -> int:
    """Carry it out in a folder that goes away; return the exit code."""
    with tempfile.TemporaryDirectory() as root:
        async with Sandbox(SETTINGS) as sandbox:
            wrong = await carry_out(sandbox, Path(root))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


async def _run(step: Step, sandbox: Sandbox, root: Path) -> Result:
    return await bulk(
        step.action,
        sandbox,
        input_dir=root / step.folder,
        logs_dir=root / "logs",
        overrides=step.overrides,
    )


def _line(result: Result) -> str:
    failed = sum(result.errors.values())
    return (
        f"{result.action:<48} {result.rows:>5} {result.applied:>9} {result.unchanged:>7} {failed:>7} "
        f"{result.calls_per_row:>13.2f}"
    )


def _wanted(sandbox: Sandbox) -> list[tuple[Any, ...]]:
    """Return what `_read_back` has to see."""
    site = sandbox.organisation.location(SITE).name
    facts: list[tuple[Any, ...]] = [
        ("location", "route", ROUTE.id),
        ("location", "main number", f"+{FIRST_NUMBER}"),
        ("location", "unknown extensions", True, ROUTE.id),
        ("location", "may dial", _actions(PERMISSIONS)),
        ("location", "numbers", {f"+{FIRST_NUMBER + offset}" for offset in range(1 + PEOPLE + ROOMS)}),
    ]
    for number in range(PEOPLE):
        row = person(number)
        facts.append((row["email"], "is", site, row["extension"], set(LICENCES)))
        facts += _wanted_calling(row["email"], row)
    for number in range(ROOMS):
        row = room(number)
        facts.append((row["display_name"], "is", site, 1))
        facts += _wanted_calling(row["display_name"], row)
    return facts


def _wanted_calling(name: str, row: Cells) -> list[tuple[Any, ...]]:
    return [
        (name, "forwards to", True, f"53{row['extension']}"),
        (name, "also has", row["legacy_phone_number"]),
        (name, "may dial", True, _actions(PERMISSIONS)),
    ]


async def _read_back(sandbox: Sandbox) -> AsyncIterator[tuple[Any, ...]]:
    """Yield what the sandbox shows of the location, of each person and of each workspace."""
    async with aiohttp.ClientSession(
        f"{sandbox.url}/v1/", headers={"Authorization": f"Bearer {sandbox.token}"}
    ) as session:

        async def get(path: str, **query: str) -> Any:
            async with session.get(path, params=query) as answer:
                answer.raise_for_status()
                return await answer.json()

        names = {item["id"]: item["name"] for item in (await get("locations", max="1000"))["items"]}
        licences = {item["id"]: item["name"] for item in (await get("licenses"))["items"]}
        site = next(key for key, name in names.items() if name == sandbox.organisation.location(SITE).name)
        config = f"telephony/config/locations/{site}"
        connection = await get(f"telephony/pstn/locations/{site}/connection")
        dialing = await get(f"{config}/internalDialing")
        numbers = await get("telephony/config/numbers", locationId=site)
        yield "location", "route", connection["routeId"]
        yield "location", "main number", (await get(config))["callingLineId"]["phoneNumber"]
        yield (
            "location",
            "unknown extensions",
            dialing["enableUnknownExtensionRoutePolicy"],
            dialing["unknownExtensionRouteIdentity"]["id"],
        )
        yield (
            "location",
            "may dial",
            _actions((await get(f"{config}/outgoingPermission"))["callingPermissions"]),
        )
        added = {item["phoneNumber"] for item in numbers["phoneNumbers"]}
        yield "location", "numbers", {number for number in added if number.startswith(f"+{FIRST_NUMBER}"[:6])}
        for number in range(PEOPLE):
            email = person(number)["email"]
            (found,) = (await get("people", email=email, callingData="true"))["items"]
            held = {licences[licence] for licence in found["licenses"]}
            yield email, "is", names[found["locationId"]], found["extension"], held
            async for fact in _calling(get, email, f"people/{found['id']}", person(number)):
                yield fact
        for number in range(ROOMS):
            name = room(number)["display_name"]
            found_rooms = (await get("workspaces", displayName=name))["items"]
            yield name, "is", names[found_rooms[0]["locationId"]], len(found_rooms)
            async for fact in _calling(get, name, f"workspaces/{found_rooms[0]['id']}", room(number)):
                yield fact


async def _calling(get: Any, name: str, path: str, row: Cells) -> AsyncIterator[tuple[Any, ...]]:
    always = (await get(f"{path}/features/callForwarding"))["callForwarding"]["always"]
    numbers = (await get(f"{path}/features/numbers", **_e164(path)))["phoneNumbers"]
    permissions = await get(f"{path}/features/outgoingPermission")
    yield name, "forwards to", always["enabled"], always["destination"]
    for number in numbers:
        text = number.get("directNumber") or number.get("external")
        if text is not None:
            yield name, "also has", text
    yield name, "may dial", permissions["useCustomPermissions"], _actions(permissions["callingPermissions"])


def _e164(path: str) -> dict[str, str]:
    return {"preferE164Format": "true"} if path.startswith("people") else {}


def _actions(permissions: list[dict[str, Any]]) -> dict[str, str]:
    """Return what is done with each call type that the profile names."""
    named = {entry["callType"] for entry in PERMISSIONS}
    return {entry["callType"]: entry["action"] for entry in permissions if entry["callType"] in named}


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
