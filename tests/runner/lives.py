"""Small runs of several actions that may die, and what must be true of all their lives together."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from odt_async import actions
from odt_async.errors import InputError
from odt_async.runner.lock import action_lock
from odt_async.runner.resume import load_history
from odt_async.runs import find_resumable
from odt_async.sandbox import parse_faults
from odt_async.sandbox.samples import write_input
from odt_async.sinks.changes_jsonl import read_changes
from odt_async.sinks.ok_csv import read_ok
from tests.runner.mortality import Death, MortalSandbox
from tests.runner.running import INPUT, LOGS, SMALL, Leavings, Table, edit_table
from tests.runner.taking_back import carry_out, spec_of

START_UP_S = 1.0  # of a new process; until then Webex has done with the requests of the dead one
GOOD = 3  # rows of every input that Webex has to do something for


class Case(NamedTuple):
    """An action, what its rows are, and what is the matter with Webex meanwhile."""

    action: str
    edit: Callable[[Table], Table] = lambda rows: rows
    faults: tuple[str, ...] = ("latency=50ms~20%",)
    errors: int = 1  # rows that fail, in every run

    @property
    def rows(self) -> int:
        """All of them, the one that comes twice included."""
        return GOOD + 1 + self.errors


def new_workspaces(rows: Table) -> Table:
    """Give every workspace a new name, and all but the last a new extension too."""
    *good, taken = [
        row | {"display_name": f"Nueva {index}", "phone_number": ""} for index, row in enumerate(rows)
    ]
    return [*(row | {"extension": f"6100{index}"} for index, row in enumerate(good)), taken]


LAGGING = ("latency=50ms~20%", "search-lag=20s")
CASES = [
    Case("usuarios_configurar_desvio_prefijo53"),
    Case("usuarios_anadir_intercom_legacy"),
    Case("ubicacion_alta_numeraciones_desactivadas"),
    Case("workspaces_alta", new_workspaces, LAGGING, errors=2),
    Case("usuarios_alta_people", faults=LAGGING),
    Case("usuarios_alta_scim", faults=LAGGING),
]


def named(*cases: Case) -> pytest.MarkDecorator:
    """Give a test each of *cases*."""
    return pytest.mark.parametrize("case", cases, ids=[case.action for case in cases])


def write_rows_of(case: Case) -> None:
    """Write three good rows, one that Webex refuses if the case has it, the first again, and one that is no good."""
    newcomers = case.action.startswith("usuarios_alta")
    write_input(INPUT, GOOD + 1, SMALL, with_ids=False, newcomers=newcomers, force=True)

    def edit(rows: Table) -> Table:
        edited = case.edit(rows)
        return [*edited[: GOOD + case.errors - 1], edited[0], dict.fromkeys(edited[0], "?")]

    edit_table(INPUT / f"{actions.domain_of(case.action)}.csv", edit)


def start(case: Case) -> MortalSandbox:
    """Return a Webex where nothing has been done yet, and forget all runs."""
    shutil.rmtree(LOGS, ignore_errors=True)
    return MortalSandbox(SMALL, parse_faults(case.faults))


async def live(served: MortalSandbox, case: Case, death: Death | None = None) -> Leavings | None:
    """Run, going on where there is something to go on from; return None when the run died."""
    resumed: dict[str, Any] = {}
    with suppress(InputError):  # nothing to resume
        resumed["history"] = load_history(LOGS, find_resumable(LOGS, case.action, "latest"))
    served.death = death or Death()

    async def run() -> Leavings:
        with action_lock(LOGS, case.action):
            return await carry_out(spec_of(served, case.action, **resumed))

    left = await served.death.take(run())
    await asyncio.sleep(START_UP_S)
    return left


def befores(case: Case) -> dict[str, Any]:
    """Return payload hash -> the state before the first attempt to write, over all runs."""
    found: dict[str, Any] = {}
    for run in runs(case):
        path = LOGS / f"{run}_changes.jsonl"
        for _offset, record in read_changes(path) if path.exists() else ():
            if record["event"] == "intent":
                found.setdefault(record["payload_hash"], record["before"])
    return found


def runs(case: Case) -> Iterator[str]:
    paths = LOGS.glob(f"{case.action}_*_run.json")
    return (
        path.name.removesuffix("_run.json")
        for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)
    )


def check_that_all_is_done_once(
    case: Case, served: MortalSandbox, left: Leavings, was: dict[str, Any]
) -> None:
    """Fail unless every good row is ok in one file and was written once, and the last run adds up."""
    paths = [LOGS / f"{run}_ok.csv" for run in runs(case)]
    done = [(ok["payload_hash"], ok["status"]) for path in paths if path.exists() for ok in read_ok(path)]
    assert sorted(done) == sorted((digest, "applied") for digest in was)
    check_what_webex_has(served, case)
    assert {digest: before for digest, before in befores(case).items() if digest in was} == was
    assert (sum(left.counts.values()), left.counts["error"]) == (case.rows, case.errors)
    assert left.report["total_rows"] == case.rows


async def lifetime(case: Case) -> tuple[list[str], dict[str, Any]]:
    """Return the moments of a run that nobody kills, and the states before its writes."""
    write_rows_of(case)
    death = Death()
    async with start(case) as served:
        left = await live(served, case, death)
        assert left is not None
        done = {ok["payload_hash"] for ok in left.table("ok.csv")}
        was = {digest: before for digest, before in befores(case).items() if digest in done}
        assert left.counts == {"applied": GOOD, "error": case.errors, "skipped": 1}
        check_that_all_is_done_once(case, served, left, was)
    return death.moments, was


def check_what_webex_has(served: MortalSandbox, case: Case) -> None:
    """Fail unless what every good row asks for is there once."""
    webex, settings = served.organisation, served.organisation.settings
    created = webex.people.count - settings.people + webex.workspaces.count - settings.workspaces
    # one call may make several people
    changed = created or served.journal.changed_writes
    assert (changed, served.journal.double_applies) == (GOOD, 0)


def check_that_the_rows_are_done(case: Case, served: MortalSandbox, left: Leavings) -> None:
    """Fail unless every good row was written once and is well, and the last run adds up."""
    check_what_webex_has(served, case)
    assert set(left.counts) <= {"applied", "unchanged", "skipped", "error"}
    assert (sum(left.counts.values()), left.counts["error"]) == (case.rows, case.errors)
