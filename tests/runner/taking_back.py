"""Runs of any action and the undoing of them, on a sandbox and over real HTTP."""

from __future__ import annotations

from typing import Any

import orjson

from odt_async import actions
from odt_async.dataset import Survey, open_dataset, survey
from odt_async.model import Row
from odt_async.runner.identity import identify
from odt_async.runner.journal import find_journal
from odt_async.runner.resume import load_undo_history
from odt_async.runner.run import run
from odt_async.runner.spec import RunSpec
from odt_async.sandbox import Sandbox
from odt_async.settings import Settings
from odt_async.webex.needs import Needs
from odt_async.webex.tokens import token_source
from tests.runner.running import INPUT, LOGS, Leavings, Watcher


def spec_of(served: Sandbox, name: str, **rest: Any) -> RunSpec:
    """Return the run of all rows through the action *name*."""
    action = actions.load(name)
    dataset = open_dataset(INPUT, actions.domain_of(name), {})
    needs = Needs()

    def look_at(row: Row) -> bytes:
        params, digest = identify(name, action, row)
        needs.note(params.lookups())
        return bytes.fromhex(digest)

    found = survey(dataset, look_at)
    return RunSpec(name, action, dataset, found, settings_for(served), needs=needs, **rest)


def undo_spec(served: Sandbox, first: Leavings, **rest: Any) -> RunSpec:
    """Return the run that takes *first* back, as `odt undo` makes it."""
    journal = find_journal(LOGS, first.result.run)
    return RunSpec(
        journal.action,
        actions.load(journal.action),
        journal,
        Survey(rows=len(journal), invalid=0, problems=()),
        settings_for(served),
        history=load_undo_history(LOGS, journal.run),
        undo=journal,
        **rest,
    )


def settings_for(served: Sandbox) -> Settings:
    return Settings.load(base_url=served.url, access_token=served.token)


async def carry_out(spec: RunSpec, watcher: Watcher | None = None) -> Leavings:
    """Carry *spec* out."""
    result = await run(
        spec,
        connect=lambda redact: token_source(spec.settings, on_token=redact.add),
        observer=watcher or Watcher(),
    )
    return Leavings(result)


async def undo(served: Sandbox, first: Leavings, watcher: Watcher | None = None, **rest: Any) -> Leavings:
    """Take *first* back."""
    return await carry_out(undo_spec(served, first, **rest), watcher)


async def states(served: Sandbox, name: str) -> dict[int, Any]:
    """Return row index -> what Webex shows of the rows that are not as wanted; a dry run reads it."""
    left = await carry_out(spec_of(served, name, dry_run=True))
    return {line["row_index"]: _without_nothing(line["before"]) for line in left.lines("plan.jsonl")}


def rewrite(left: Leavings, suffix: str, *, without: str) -> None:
    """Take the lines that contain *without* out of a file of the run."""
    path = left.path(suffix)
    kept = [line for line in path.read_bytes().splitlines(keepends=True) if without.encode() not in line]
    path.write_bytes(b"".join(kept))


def edit_journal(left: Leavings, **values: Any) -> None:
    """Give all intents of the run's journal other *values*; None takes one out."""
    lines = left.lines("changes.jsonl")
    for line in lines:
        if line["event"] == "intent":
            line.update(values)
            for name in [name for name, value in values.items() if value is None]:
                del line[name]
    left.path("changes.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _without_nothing(value: Any) -> Any:
    """Return *value* without empty texts: a destination may show so, or not at all."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item != ""}
    return [_without_nothing(item) for item in value] if isinstance(value, list) else value
