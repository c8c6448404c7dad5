"""A whole run, from the first file opened to the report; the nested `with` of `run` is its table of contents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

from odt_async import __version__, events
from odt_async.errors import OutputFailed
from odt_async.redaction import Redactor
from odt_async.runner.active import Run, RunResult
from odt_async.runner.files import RunFiles, new_run_id
from odt_async.runner.observer import Observer
from odt_async.runner.pace_memory import organisation_of, recall, remember
from odt_async.runner.policy import policy_for
from odt_async.runner.restorer import Restorer
from odt_async.runner.row import RowRunner
from odt_async.runner.signals import Signals
from odt_async.runner.spec import RunSpec
from odt_async.sinks.run_json import write_manifest
from odt_async.webex.client import open_api
from odt_async.webex.directory import Directory
from odt_async.webex.token_expiry import token_left_s
from odt_async.webex.tokens import TokenSource, obtain

__all__ = ["run"]


async def run(
    spec: RunSpec,
    *,
    connect: Callable[[Redactor], TokenSource],
    observer: Observer,
    signals: Signals | None = None,
) -> RunResult:
    """Carry *spec* out and return how it ended; every row read is then in one of the run's files.

    connect: gives the source of the token, and tells the redactor every secret.
    signals: what somebody else keeps beyond the run; None where they are to be as before when it is over.

    Raises InputError, OutputFailed or NotAuthorised when the run cannot begin.
    """
    with Signals() if signals is None else nullcontext(signals) as heeded:
        return await _run(spec, connect, observer, heeded)


async def _run(
    spec: RunSpec,
    connect: Callable[[Redactor], TokenSource],
    observer: Observer,
    signals: Signals,
) -> RunResult:
    run_id = new_run_id(spec.name)
    redact = Redactor()
    tokens = connect(redact)
    await obtain(tokens)
    signals.take_over()
    await asyncio.sleep(0)  # where a Ctrl-C of a moment ago ends it, before there is a file
    settings = spec.settings
    files = RunFiles(
        settings.logs_dir,
        run_id,
        action=spec.name,
        layers=spec.dataset.layers,
        dry_run=spec.dry_run,
        redact=redact,
    )
    # ahead of all others: wherever a run is cut off, it is known what it continues
    write_manifest(files.path("run.json"), _manifest(run_id, spec))
    with files:
        log = events.open_logger(files.action_log.write, None, run=run_id)
        organisation = organisation_of(tokens.access_token, settings.base_url)
        policy = policy_for(settings, tokens, log, recall(settings.logs_dir, organisation))
        connected = open_api(
            tokens=tokens,
            policy=policy,
            log=log,
            base_url=settings.base_url,
            request_timeout_s=settings.request_timeout,
        )
        async with connected as api:
            policy.tokens.ask_left_s = partial(token_left_s, api)
            directory = Directory(api, spec.needs)
            runner = RowRunner if spec.undo is None else partial(Restorer, spec.undo)
            rows = runner(
                action=spec.action,
                api=api,
                policy=policy,
                directory=directory,
                changes=files.changes,
                history=spec.history,
                max_elapsed_s=settings.max_elapsed_per_row,
                log=log,
                saved_plan=spec.saved_plan,
                verification=spec.verification,
                concurrency=settings.concurrency,
                batch=settings.batch and spec.undo is None,
            )
            active = Run(
                run_id,
                spec,
                files=files,
                policy=policy,
                rows=rows,
                directory=directory,
                log=log,
                observer=observer,
            )
            with signals.heard_by(active.signalled):
                await active.carry_out()
        with suppress(OutputFailed):  # a convenience of the next run: this one has not failed by it
            remember(settings.logs_dir, organisation, policy.limiter.known())
        return active.finish()


def _manifest(run_id: str, spec: RunSpec) -> dict[str, Any]:
    return {
        "run": run_id,
        "script_name": spec.name,
        "version": __version__,
        "started": events.timestamp(),
        "bulk_mode": spec.source_map is None,
        "dry_run": spec.dry_run,
        "fail_fast": spec.fail_fast,
        "continues": spec.history.runs[0] if spec.history.runs else None,
        "undoes": spec.undo.run if spec.undo else None,
        "replay": spec.history.replay if spec.history.runs else None,
        "plan": str(spec.saved_plan.path) if spec.saved_plan else None,
        "verify": str(spec.verification),
        "input": str(spec.dataset.path),
        "total_rows": spec.survey.rows,
        "settings": spec.settings.model_dump(mode="json"),
    }
