from __future__ import annotations

import os
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from odt_async import actions
from odt_async.sandbox import Sandbox
from tools.soak.reading_back import Wanted
from tools.soak.served import Served
from tools.soak.work import Pass, Work

ROWS = 8


@pytest.fixture
def work() -> Work:
    return Work(ROWS, seed=1)


@pytest.fixture
async def sandbox(work: Work) -> AsyncIterator[Served]:
    async with (
        Sandbox(work.settings) as server,
        aiohttp.ClientSession(server.url, raise_for_status=True) as http,
    ):
        yield Served(server.url, os.getpid(), http, server.token)


def first_round(work: Work) -> dict[str, Pass]:
    return {one.action: one for lane in work.lanes() for one in islice(lane, 4) if one.number == 0}


def wanted(folder: Path, *passes: Pass) -> Wanted:
    rows = Wanted()
    for one in passes:
        place = folder / f"{one.number}_{one.action}"
        one.write(place)
        rows.add(one, place / f"{actions.domain_of(one.action)}.csv")
    return rows


async def send(sandbox: Served, method: str, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {sandbox.access_token}"}
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        await http.request(method, f"{sandbox.url}/v1/{path}", json=body, headers=headers)


@pytest.mark.parametrize(
    ("action", "rows"),
    [
        ("usuarios_anadir_intercom_legacy", 4),
        ("usuarios_configurar_desvio_prefijo53", 7),  # one is one that must fail
        ("usuarios_modificar_licencias", 4),
        ("workspaces_alta", 1),
        ("workspaces_configurar_desvio_prefijo53", 4),
    ],
)
async def test_a_fresh_organisation_shows_no_row_as_done(
    action: str, rows: int, work: Work, sandbox: Served, tmp_path: Path
) -> None:
    differences = await wanted(tmp_path, first_round(work)[action]).differences(sandbox)

    assert [line for line in differences if not line.endswith(" was not carried out")] == []
    assert len(differences) == rows


async def test_a_row_that_is_shown_is_no_difference(work: Work, sandbox: Served, tmp_path: Path) -> None:
    rooms = first_round(work)["workspaces_alta"]
    (row,) = rooms.rows
    calling = {"locationId": row["location_id"], "extension": row["extension"]}
    room = {
        "displayName": row["display_name"],
        "locationId": row["location_id"],
        "calling": {"type": "webexCalling", "webexCalling": calling},
    }
    await send(sandbox, "POST", "workspaces", room)
    once = await wanted(tmp_path / "once", rooms).differences(sandbox)
    calling["extension"] = "99"
    await send(sandbox, "POST", "workspaces", room)
    twice = await wanted(tmp_path / "twice", rooms).differences(sandbox)

    assert (once, len(twice)) == ([], 1)


async def test_of_the_rows_about_one_person_the_last_counts(
    work: Work, sandbox: Served, tmp_path: Path
) -> None:
    first, *_, second = islice(work.lanes()[0], 5)
    for row, place in zip(second.rows, range(ROWS), strict=True):
        always = {"enabled": True, "destination": row["destination"]}
        if place not in second.failing:
            path = f"people/{row['person_id']}/features/callForwarding"
            await send(sandbox, "PUT", path, {"callForwarding": {"always": always}})
    rows = wanted(tmp_path, first, second)

    assert (len(rows), await rows.differences(sandbox)) == (ROWS, [])
