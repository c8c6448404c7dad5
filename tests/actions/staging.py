"""A sandbox, an API that talks to it over HTTP, and the runner's own row around an action."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import anyio

from odt_async import actions, events
from odt_async.actions import Action
from odt_async.model import ActionParams, Layers, Outcome, Row
from odt_async.redaction import Redactor
from odt_async.runner.backoff import BackoffPolicy
from odt_async.runner.gate import Gate
from odt_async.runner.identity import payload_hash
from odt_async.runner.limiter import Limiter
from odt_async.runner.pacer import PacerSettings
from odt_async.runner.policy import RunPolicy
from odt_async.runner.resume import History
from odt_async.runner.row import Job, RowRunner
from odt_async.runner.slots import Slots
from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.webex.client import open_api
from odt_async.webex.directory import Directory
from odt_async.webex.tokens import FixedToken

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SMALL = SandboxSettings(people=2_000, locations=20, workspaces=50)
MAX_ELAPSED_S = 1_800.0


def make_row(values: Mapping[str, str], *, index: int = 0, profiles: Mapping[str, Any] | None = None) -> Row:
    """Return a row as the dataset makes it, of cells that hold something."""
    columns = tuple(values)
    layers = Layers(file="rows.csv", header=columns, columns=columns, profiles=profiles or {})
    return Row(index, index + 2, dict(values), tuple(values.values()), layers)


def parse_cells(module: ModuleType, profiles: Mapping[str, Any] | None = None, /, **cells: str) -> Any:
    """Return *cells* as the action's parameters, as the runner makes them. Raises InvalidRow."""
    return actions.parse(as_action(module), make_row(cells, profiles=profiles))


def as_action(module: ModuleType) -> Action:
    return cast("Action", module)


@dataclass
class Stage:
    """An open sandbox and an API for it; `carry_out` and `undo` are what a run and `undo` do to one row."""

    api: AsWebexSimpleApi
    sandbox: Sandbox
    policy: RunPolicy
    log: events.Logger
    changes: ChangesJsonl
    rows: int = 0

    async def carry_out(self, module: ModuleType, params: ActionParams, *, dry_run: bool = False) -> Outcome:
        """Take one row through the action with the runner's `RowRunner`, a directory of its own included."""
        (outcome,) = await self.carry_out_together(module, [params], dry_run=dry_run, batch=False)
        return outcome

    async def carry_out_together(
        self, module: ModuleType, rows: Sequence[ActionParams], *, dry_run: bool = False, batch: bool = True
    ) -> list[Outcome]:
        """Take rows through the action side by side, as a run does that has a worker for each."""
        runner = RowRunner(
            action=as_action(module),
            api=self.api,
            policy=self.policy,
            directory=Directory(self.api),
            changes=None if dry_run else self.changes,
            history=History(),
            max_elapsed_s=MAX_ELAPSED_S,
            log=self.log,
            batch=batch,
        )
        name = module.__name__.rpartition(".")[2]
        outcomes: dict[int, Outcome] = {}

        async def carry_out(index: int, params: ActionParams) -> None:
            row = make_row({}, index=index)
            outcomes[index] = await runner.run(Job.of(row, params, payload_hash(name, params)))

        async with anyio.create_task_group() as group:
            for params in rows:
                group.start_soon(carry_out, self.rows, params)
                self.rows += 1
        return [outcome for _index, outcome in sorted(outcomes.items())]

    async def undo(self, module: ModuleType, params: ActionParams, before: Any) -> None:
        """Put back *before*, the JSON that an outcome holds."""
        resolved = await Directory(self.api).resolve(params)
        await cast("Any", module).undo(self.api, resolved, before)

    @property
    def writes(self) -> int:
        """Requests other than GET so far, refused ones included."""
        requests = self.sandbox.journal.requests
        return sum(count for (method, _, _), count in requests.items() if method != "GET")


@asynccontextmanager
async def staged(*faults: str, logs_dir: Path, settings: SandboxSettings = SMALL) -> AsyncIterator[Stage]:
    """Yield a stage with these *faults* (as of `--fault`); *logs_dir* takes the journal of changes."""
    log = events.open_logger(lambda _line: None, Redactor())
    async with Sandbox(settings, parse_faults(faults)) as sandbox:
        tokens = FixedToken(sandbox.token)
        policy = RunPolicy(
            gate=Gate(),
            limiter=Limiter(ceilings=(), settings=PacerSettings(), on_hold=lambda _family, _seconds: None),
            slots=Slots(8),
            backoff=BackoffPolicy(max_retries=12, max_sleep_s=300),
            tokens=tokens,
            log=log,
            uniform=lambda: 0.5,
        )
        with GroupSync() as sync, ChangesJsonl(logs_dir / "changes.jsonl", sync) as changes:
            async with open_api(tokens=tokens, policy=policy, log=log, base_url=sandbox.url) as api:
                yield Stage(api, sandbox, policy, log, changes)
