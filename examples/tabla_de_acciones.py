"""What every action costs and withstands, measured against a simulated Webex: one table.

    python examples/tabla_de_acciones.py [--rows 200] [--concurrency 8] [ACTION ...]

Each action gets rows with names and e-mails only, four times: on fresh state with a call for each row, and then
with calls that several rows share, where all must be applied; again, where all must be unchanged and nothing may
be written; and on fresh state with faults, where all must land and nothing may be written, or created, twice.
What the sandbox has counted and what a last run finds decides, not what the action says. Exit code 1 when
anything is otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson
from running import Cells, Result, bulk, write_csv

from odt_async import actions
from odt_async.sandbox import Faults, Sandbox, SandboxSettings, parse_faults
from odt_async.sandbox.premise_routes import premise_routes
from odt_async.sandbox.profiles import sample_profiles
from odt_async.sandbox.state import Organisation

__all__ = ["Measured", "main", "measure", "rows_of", "table"]

LATENCY = "latency=20ms"
FAULTS = ("5xx=2%", "reset-before=2%", "reset-after=2%", "stall=2%")
REQUEST_TIMEOUT_S = 2.0  # a stall costs this much
ROWS_OF_A_LOCATION = 10
READS_ONLY = frozenset({"workspaces_validar_estado_permisos"})
PROFESSIONAL, BASIC_MESSAGING, BASIC_MEETINGS = (
    "Webex Calling - Professional",
    "Basic Messaging",
    "Basic Space Meetings",
)
# nobody has AUTH_CODE from the start, but some have all that the profile wants
_PERMISSIONS = {"perfil": "nacional", "call_type": "INTERNATIONAL", "action": "AUTH_CODE"}


@dataclass(frozen=True, slots=True)
class Measured:
    """The runs of one action, and the one that looks at what the run with faults has left."""

    singly: Result  # no two rows in a call
    first: Result
    second: Result
    faulty: Result
    after: Result

    def problems(self) -> list[str]:
        """Return what is not as it has to be, in words."""
        rows = self.first.rows
        writes = 0 if self.first.action in READS_ONLY else rows  # one that changes something for each row
        checks = {
            "the run without batches left rows": self.singly.applied == writes and not self.singly.errors,
            "the run without batches wrote more or less than once a row": self.singly.changed == writes,
            "the first run left rows": self.first.applied == writes and not self.first.errors,
            "the first run wrote more than once a row": self.first.changed <= writes,
            "the second run wrote": self.second.unchanged == rows and self.second.changed == 0,
            "the run with faults left rows": self.faulty.applied + self.faulty.unchanged == rows,
            "the run with faults wrote more than once a row": self.faulty.changed <= writes,
            "something was left to write after the faults": self.after.unchanged == rows,
            "something was written in vain": not any(
                run.in_vain for run in (self.singly, self.first, self.second, self.faulty, self.after)
            ),
        }
        return [f"{self.first.action}: {words}" for words, holds in checks.items() if not holds]


def settings_for(rows: int) -> SandboxSettings:
    """Return an organisation in which the first *rows* locations are ready for numbers.

    The last fifth of the locations is not (`sandbox/location_settings.py`).
    """
    return SandboxSettings(people=max(rows, 10), locations=rows + rows // 4 + 2, workspaces=max(rows, 10))


def rows_of(action: str, count: int) -> list[dict[str, str]]:
    """Return *count* rows for *action*, without an id in them."""
    organisation = Organisation(settings_for(count))
    make = _ROWS.get(action) or _ROWS[action.partition("_")[0]]
    return [make(organisation, index) for index in range(count)]


def _location(organisation: Organisation, index: int) -> dict[str, str]:
    routes = premise_routes(organisation.settings.seed).route_groups
    return {
        "name": organisation.location(index).name,
        "route_identity": routes[index % len(routes)].name,
        "phone_numbers": ";".join(f"+34{930_000_000 + 4 * index + offset}" for offset in range(4)),
        "calling_line_id": f"+34{950_000_000 + index}",  # the location has it
        "perfil": "nacional",
    }


def _numbers(organisation: Organisation, index: int) -> dict[str, str]:
    # a range of numbers has a row, and a location ten of them
    return _location(organisation, index) | {
        "name": organisation.location(index // ROWS_OF_A_LOCATION).name,
    }


def _person(organisation: Organisation, index: int) -> dict[str, str]:
    person = organisation.person(index)
    return {
        "email": person.email,
        "extension": person.extension,
        "legacy_phone_number": f"+34{910_000_000 + index}",  # the person's location has it
        **_PERMISSIONS,
    }


def _new_person(organisation: Organisation, index: int) -> dict[str, str]:
    return {
        "email": f"nueva.{index:04d}@oficina.example",
        "first_name": "Nueva",
        "last_name": f"Persona {index:04d}",
        "location_name": organisation.location(index).name,
        "extension": str(82_000_000 + index),
        "licenses": f"{PROFESSIONAL};{BASIC_MESSAGING}",
    }


def _licences(organisation: Organisation, index: int) -> dict[str, str]:
    # everybody has Professional and Basic Messaging
    return {
        "email": organisation.person(index).email,
        "add_license_ids": BASIC_MEETINGS,
        "remove_license_ids": BASIC_MESSAGING,
    }


def _fewer_licences(organisation: Organisation, index: int) -> dict[str, str]:
    return {"email": organisation.person(index).email, "remove_license_ids": BASIC_MESSAGING}


def _move(organisation: Organisation, index: int) -> dict[str, str]:
    person = organisation.person(index)
    target = (person.location + 1) % (organisation.settings.locations * 4 // 5)
    return {"email": person.email, "location_name": organisation.location(target).name}


def _workspace(organisation: Organisation, index: int) -> dict[str, str]:
    workspace = organisation.workspace(index)
    return {
        "display_name": workspace.display_name,
        "location_name": organisation.location(workspace.location).name,
        "extension": workspace.extension,
        "legacy_phone_number": f"+34{960_000_000 + index}",  # the workspace's location has it
        **_PERMISSIONS,
    }


def _new_workspace(organisation: Organisation, index: int) -> dict[str, str]:
    return {
        "display_name": f"Sala nueva {index:04d}",
        "location_name": organisation.location(index).name,
        "extension": str(72_000_000 + index),
    }


_ROWS: dict[str, Callable[[Organisation, int], dict[str, str]]] = {
    "ubicacion": _location,
    "ubicacion_alta_numeraciones_desactivadas": _numbers,
    "usuarios": _person,
    "usuarios_alta_people": _new_person,
    "usuarios_alta_scim": _new_person,
    "usuarios_asignar_location": _move,
    "usuarios_modificar_licencias": _licences,
    "usuarios_remover_licencias": _fewer_licences,
    "workspaces": _workspace,
    "workspaces_alta": _new_workspace,
}


def write_rows(folder: Path, action: str, rows: Iterable[Cells]) -> None:
    """Write *rows* as the action's CSV file, and what else a folder of input has."""
    write_csv(folder / "global.csv", [{"country": "ES", "announcement_language": "es_ES"}])
    write_csv(folder / f"{actions.domain_of(action)}.csv", rows)
    (folder / "perfiles").mkdir()
    (folder / "perfiles" / "nacional.json").write_bytes(orjson.dumps(sample_profiles()["nacional"]))


async def measure(
    action: str, rows: int, root: Path, *, concurrency: int = 8, faults: Iterable[str] = FAULTS
) -> Measured:
    """Run *action* four times on *rows* rows, with files below *root*.

    faults: of the third run, as `--fault` takes them.
    """
    folder = root / action
    write_rows(folder, action, rows_of(action, rows))
    calm = parse_faults([LATENCY])

    async def carry_out(sandbox: Sandbox, faults: Faults, *, batch: bool = True) -> Result:
        sandbox.replace_faults(faults)
        return await bulk(
            action,
            sandbox,
            input_dir=folder,
            logs_dir=root / "logs",
            concurrency=concurrency,
            request_timeout_s=REQUEST_TIMEOUT_S,
            batch=batch,
        )

    async with Sandbox(settings_for(rows)) as sandbox:
        singly = await carry_out(sandbox, calm, batch=False)
    async with Sandbox(settings_for(rows)) as sandbox:
        first, second = await carry_out(sandbox, calm), await carry_out(sandbox, calm)
    async with Sandbox(settings_for(rows)) as sandbox:
        faulty = await carry_out(sandbox, parse_faults([LATENCY, *faults]))
        after = await carry_out(sandbox, calm)
    return Measured(singly, first, second, faulty, after)


def table(measured: Iterable[Measured]) -> str:
    """Return a Markdown table with a line for each action."""
    head = [
        "action",
        "rows",
        "calls/row, one by one",
        "calls/row, first run",
        "calls/row, second run",
        "rows/s, first run",
        "landed with faults",
        "calls/row with faults",
        "written twice",
        "left over",
    ]
    lines = [_line(head), _line(["---", *["--:"] * (len(head) - 2), "---"])]
    for one in measured:
        first, second, faulty = one.first, one.second, one.faulty
        writes = 0 if first.action in READS_ONLY else first.rows
        left = "; ".join(f"{count} x {error}" for error, count in faulty.errors.items()) or "nothing"
        cells = [
            first.action,
            str(first.rows),
            f"{one.singly.calls_per_row:.2f}",
            f"{first.calls_per_row:.2f}",
            f"{second.calls_per_row:.2f}",
            f"{first.rows / first.elapsed_s:.0f}",
            str(faulty.applied + faulty.unchanged),
            f"{faulty.calls_per_row:.2f}",
            str(faulty.in_vain + max(0, faulty.changed - writes)),
            left,
        ]
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


async def main(names: Iterable[str], rows: int, concurrency: int) -> int:
    """Measure the actions, print the table and what is wrong; return the exit code."""
    measured = []
    with tempfile.TemporaryDirectory() as root:
        for action in names:
            measured.append(await measure(action, rows, Path(root), concurrency=concurrency))
            print(f"{action} done", file=sys.stderr)
    print(table(measured))
    wrong = [problem for one in measured for problem in one.problems()]
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("actions", nargs="*", metavar="ACTION", help="all of them, when none is named")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=8)
    given = parser.parse_args()
    if unknown := set(given.actions) - set(actions.names()):
        parser.error(f"there is no action {', '.join(sorted(unknown))}")
    chosen = given.actions or sorted(actions.names(), key=lambda name: actions.load(name).ORDER)
    sys.exit(asyncio.run(main(chosen, given.rows, given.concurrency)))
