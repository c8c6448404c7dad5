"""A whole run whose rows share calls: people created through SCIM, a hundred a request."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from odt_async import actions
from odt_async.dataset import open_dataset, survey
from odt_async.model import Row
from odt_async.runner.active import Run
from odt_async.runner.identity import identify
from odt_async.runner.resume import History, load_history
from odt_async.runner.run import run
from odt_async.runner.spec import RunSpec
from odt_async.runs import find_resumable
from odt_async.sandbox import Sandbox
from odt_async.settings import Settings
from odt_async.webex.tokens import FixedToken
from tests.runner.running import INPUT, LOGS, USERS, Leavings, Watcher, interrupt, sandbox

ACTION = "usuarios_alta_scim"
ROWS = 250
BULK = "/identity/scim/{orgId}/v2/Bulk"


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    INPUT.mkdir()
    (INPUT / "global.csv").write_text("country\nES\n", "utf-8")
    with USERS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "first_name"])
        writer.writerows([f"nueva.{index:03d}@oficina.example", "Nueva"] for index in range(ROWS))


async def carry_out(
    served: Sandbox, watcher: Watcher | None = None, *, resume: bool = False, batch: bool = True
) -> Leavings:
    action = actions.load(ACTION)
    dataset = open_dataset(INPUT, "usuarios", {})

    def digest(row: Row) -> bytes:
        return bytes.fromhex(identify(ACTION, action, row)[1])

    spec = RunSpec(
        name=ACTION,
        action=action,
        dataset=dataset,
        survey=survey(dataset, digest),
        settings=Settings.load(base_url=served.url, batch=batch),
        history=load_history(LOGS, find_resumable(LOGS, ACTION, "latest")) if resume else History(),
    )
    source = FixedToken(served.token)
    return Leavings(await run(spec, connect=lambda _redact: source, observer=watcher or Watcher()))


def writes(served: Sandbox) -> int:
    """Requests that created somebody."""
    return served.journal.count(method="POST", result="200") + served.journal.count(
        method="POST", result="201"
    )


@pytest.mark.parametrize(("batch", "requests"), [(True, 3), (False, ROWS)])
async def test_rows_fill_the_calls_that_they_share(*, batch: bool, requests: int) -> None:
    async with sandbox() as served:
        left = await carry_out(served, batch=batch)
        assert (left.counts, writes(served)) == ({"applied": ROWS}, requests)


async def test_a_run_that_is_drained_leaves_no_row_of_a_call_behind() -> None:
    watcher = Watcher({1: interrupt})
    async with sandbox() as served:
        left = await carry_out(served, watcher)
        applied = left.counts["applied"]
        assert applied in {100, 200}  # the workers may have taken the next hundred by then
        assert left.counts == {"applied": applied, "pending": ROWS - applied}
        again = await carry_out(served, resume=True)
        assert again.counts == {"applied": ROWS - applied, "skipped": applied}
        assert served.journal.double_applies == 0


async def test_rows_whose_call_was_cut_off_are_read_before_anything_is_written() -> None:
    def abort_the_first_write(_run: Run) -> None:
        if any(path.stat().st_size for path in LOGS.glob("*_changes.jsonl")):
            interrupt()  # once to drain, and at the next moment to abort

    async with sandbox("latency=5s") as served:
        left = await carry_out(served, Watcher(on_tick=abort_the_first_write))
        begun = len(left.lines("changes.jsonl"))
        again = await carry_out(served, resume=True)
        double_applies = served.journal.double_applies
    assert (left.counts, begun) == ({"pending": ROWS}, 100)
    assert (again.counts, double_applies) == ({"applied": ROWS}, 0)
