"""Rows that share calls while Webex is out or throttles: whole runs over HTTP, each row applied once, none failed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from odt_async import actions
from odt_async.actions import usuarios_asignar_location as moves
from odt_async.dataset import open_dataset, survey
from odt_async.model import Row
from odt_async.runner.identity import identify
from odt_async.runner.run import run
from odt_async.runner.spec import RunSpec
from odt_async.sandbox import Sandbox
from odt_async.sandbox.catalogue import ADVANCED_MESSAGING, BASIC_MEETINGS
from odt_async.settings import Settings
from odt_async.webex.tokens import FixedToken
from tests.runner.running import INPUT, Leavings, Watcher, sandbox

Cells = list[dict[str, str]]
A_QUARTER_OF_AN_HOUR = 900  # longer than all repeats of a call take
NOWHERE = "bm93aGVyZQ"


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    INPUT.mkdir()
    (INPUT / "global.csv").write_text("country\nES\n", "utf-8")


def newcomers(_served: Sandbox) -> Cells:
    return [{"email": f"nueva.{index:03d}@oficina.example", "first_name": "Nueva"} for index in range(120)]


def moved(served: Sandbox) -> Cells:
    organisation = served.organisation
    return [
        {"person_id": organisation.people.hydra(index), "location_id": organisation.locations.hydra(3)}
        for index in range(4, 60)
        if index % served.organisation.settings.locations != 3  # who is there already
    ]


def licensed(served: Sandbox) -> Cells:
    """Two rows for each of thirty people."""
    organisation = served.organisation
    licences = organisation.catalogue.ids([BASIC_MEETINGS, ADVANCED_MESSAGING])
    people = [organisation.people.hydra(index) for index in range(7, 37)]
    return [{"person_id": person, "add_license_ids": licence} for person in people for licence in licences]


def ranges(served: Sandbox) -> Cells:
    """Three numbers a row, at two locations in turn."""
    locations = [served.organisation.locations.hydra(index) for index in (2, 3)]
    return [
        {
            "location_id": locations[row % 2],
            "phone_numbers": ";".join(f"+34930{row:03d}{last:03d}" for last in range(3)),
        }
        for row in range(60)
    ]


SHARING: dict[str, Callable[[Sandbox], Cells]] = {
    "usuarios_alta_scim": newcomers,
    "usuarios_asignar_location": moved,
    "usuarios_modificar_licencias": licensed,
    "ubicacion_alta_numeraciones_desactivadas": ranges,
}


async def carry_out(
    served: Sandbox, name: str, cells: Sequence[dict[str, str]], action: Any = None, **settings: Any
) -> Leavings:
    """Run all rows; *action* in place of the one of that *name*."""
    domain = actions.domain_of(name)
    action = action or actions.load(name)
    with (INPUT / f"{domain}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(cells[0]))
        writer.writeheader()
        writer.writerows(cells)
    dataset = open_dataset(INPUT, domain, {})

    def digest(row: Row) -> bytes:
        return bytes.fromhex(identify(name, action, row)[1])

    spec = RunSpec(
        name=name,
        action=action,
        dataset=dataset,
        survey=survey(dataset, digest),
        settings=Settings.load(base_url=served.url, **settings),
    )
    source = FixedToken(served.token)
    return Leavings(await run(spec, connect=lambda _redact: source, observer=Watcher()))


def rows_told_of(left: Leavings) -> list[int]:
    return sorted(int(line["row_index"]) for line in left.table("ok.csv"))


@pytest.mark.parametrize("outage", ["outage=600ms-901s", "outage=1s-901s,drop"])
@pytest.mark.parametrize("name", SHARING)
async def test_rows_that_share_calls_are_applied_once_and_none_fails_in_an_outage(
    name: str, outage: str
) -> None:
    async with sandbox("latency=300ms", outage) as served:
        cells = SHARING[name](served)
        left = await carry_out(served, name, cells)
        double_applies = served.journal.double_applies
    assert (left.counts, double_applies) == ({"applied": len(cells)}, 0)
    assert rows_told_of(left) == list(range(len(cells)))
    assert sum(outage["lasted_s"] for outage in left.report["outages"]) > A_QUARTER_OF_AN_HOUR - 100


# both wait long in one call: for a job, and for the numbers of a location
@pytest.mark.parametrize("name", ["usuarios_asignar_location", "ubicacion_alta_numeraciones_desactivadas"])
async def test_an_outage_takes_no_attempt_of_a_call_that_rows_share(name: str) -> None:
    async with sandbox("latency=300ms", "outage=1s-901s") as served:
        cells = SHARING[name](served)
        left = await carry_out(served, name, cells, max_retries_per_call=2)
    assert left.counts == {"applied": len(cells)}


@pytest.mark.parametrize("name", SHARING)
async def test_answers_that_are_lost_now_and_then_apply_nothing_twice(name: str) -> None:
    async with sandbox("latency=300ms", "5xx=10%", "reset-after=10%", "throttle=5/s,burst=2") as served:
        cells = SHARING[name](served)
        left = await carry_out(served, name, cells)
        double_applies = served.journal.double_applies
    assert (left.counts, double_applies) == ({"applied": len(cells)}, 0)


def misled(bad: frozenset[str]) -> ModuleType:
    """Return the action of the moves, that takes the people *bad* where no location is."""

    def plan(state: Any, params: Any) -> Any:
        change = moves.plan(state, params)
        if params.person_id in bad and change is not None:
            change["move"]["locationId"] = NOWHERE
        return change

    return cast("ModuleType", SimpleNamespace(**{**vars(moves), "plan": plan}))


@pytest.mark.parametrize("fault", ["throttle=2/s,burst=1", "throttle=10/10s,window", "outage=2s-902s"])
async def test_a_call_that_is_refused_is_split_until_the_bad_rows_stand_alone(fault: str) -> None:
    async with sandbox("latency=300ms", fault) as served:
        cells = moved(served)[:24]
        bad = frozenset(cells[row]["person_id"] for row in (5, 17))
        left = await carry_out(served, "usuarios_asignar_location", cells, misled(bad))
        double_applies = served.journal.double_applies
    assert (left.counts, double_applies) == ({"applied": 22, "error": 2}, 0)
    assert sorted(line["row_index"] for line in left.lines("error.jsonl")) == [5, 17]
    assert all("Location not found" in line["error"] for line in left.lines("error.jsonl"))
    assert left.report["requests"]["throttled"] > 0 or left.report["outages"]
