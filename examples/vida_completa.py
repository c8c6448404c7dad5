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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from reading_back import actions_of, read_back
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
NUMBERS = [f"+{FIRST_NUMBER + offset}" for offset in range(1 + PEOPLE + ROOMS)]
PERMISSIONS = sample_profiles()["nacional"]
CALL_TYPES = {entry["callType"] for entry in PERMISSIONS}


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
        "legacy_phone_number": NUMBERS[1 + number],
    }


def room(number: int) -> Cells:
    """Return the row of one workspace."""
    return {
        "display_name": f"Sala de prueba {number:02d}",
        "extension": str(72_000_000 + number),
        "legacy_phone_number": NUMBERS[1 + PEOPLE + number],
    }


def write_folders(root: Path, sandbox: Sandbox) -> None:
    """Write the folders that the steps name, below *root*."""
    site, old_site = (sandbox.organisation.location(index).name for index in (SITE, OLD_SITE))
    at_site = {"location_name": site}
    location = {
        "name": site,
        "route_identity": ROUTE.name,
        "phone_numbers": ";".join(NUMBERS),
        "calling_line_id": NUMBERS[0],
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
    print(f"{'acción':<48} {'filas':>5} {'aplicadas':>9} {'iguales':>7} {'errores':>7} {'llamadas/fila':>13}")
    first = []
    for step in STEPS:
        result = await _run(step, sandbox, root)
        print(_line(result))
        if (result.applied, result.unchanged) != (step.applied, step.unchanged) or result.in_vain:
            first.append(f"{step.action}: {result}")
    again = [await _run(step, sandbox, root) for step in STEPS]
    restless = [result for result in again if result.unchanged != result.rows or result.changed]
    print(f"todas otra vez: {len(again) - len(restless)} de {len(again)} sin nada que escribir")
    different = await _differences(sandbox)
    print(f"estado final: {len(different)} diferencias con lo pedido")
    return [*first, *(f"{result.action}, again: {result}" for result in restless), *different]


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


async def _differences(sandbox: Sandbox) -> list[str]:
    """Return where the sandbox does not show what the rows wanted."""
    site = sandbox.organisation.location(SITE).name
    shown = await read_back(
        sandbox,
        site,
        people=[person(number)["email"] for number in range(PEOPLE)],
        workspaces=[room(number)["display_name"] for number in range(ROOMS)],
        call_types=CALL_TYPES,
    )
    shown[site]["numbers"] &= set(NUMBERS)  # a few others were there before
    wanted = _wanted(site)
    return [f"{name}: {shown[name]}, not {facts}" for name, facts in wanted.items() if shown[name] != facts]


def _wanted(site: str) -> dict[str, dict[str, Any]]:
    """Return what `read_back` has to see."""
    location = {
        "route": ROUTE.id,
        "main number": NUMBERS[0],
        "unknown extensions": ROUTE.id,
        "may dial": actions_of(PERMISSIONS, CALL_TYPES),
        "numbers": set(NUMBERS),
    }
    people = {
        row["email"]: {"licences": set(LICENCES), **_wanted_calling(site, row)}
        for row in map(person, range(PEOPLE))
    }
    rooms = {row["display_name"]: _wanted_calling(site, row) for row in map(room, range(ROOMS))}
    return {site: location, **people, **rooms}


def _wanted_calling(site: str, row: Cells) -> dict[str, Any]:
    return {
        "location": site,
        "extension": row["extension"],
        "numbers": {row["legacy_phone_number"]},
        "forwards to": f"53{row['extension']}",
        "may dial": actions_of(PERMISSIONS, CALL_TYPES),
        "custom": True,
    }


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
