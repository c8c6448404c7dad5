"""Carries a run out for a command: event loop, sandbox if wanted, screen, closing words, exit code."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.attendance import Attendance, attended
from odt_async.cli.guard import confirm_production
from odt_async.cli.progress import observer_for
from odt_async.cli.simulation import reachable
from odt_async.cli.terminal_title import announce_end
from odt_async.cli.words import count_of
from odt_async.language import retold, tr, trn
from odt_async.model import Status
from odt_async.runner.event_loop import loop_factory
from odt_async.runner.exit_code import exit_code
from odt_async.runner.heartbeat import clock
from odt_async.runner.observer import Observers
from odt_async.runner.resume import History
from odt_async.runner.signals import Signals
from odt_async.runner.spec import RunSpec

if TYPE_CHECKING:
    from odt_async.redaction import Redactor
    from odt_async.runner.active import RunResult
    from odt_async.sandbox import Faults
    from odt_async.webex.tokens import TokenSource

__all__ = ["carry_out", "execute", "exit_code_of_run", "follow_up", "rehearse"]

_MOST_GROUPS = 3  # of failed rows that the closing words name


def execute(spec: RunSpec, history: History, *, faults: Faults | None, as_json: bool) -> int:
    """Run *spec*, say what happened, and return the exit code.

    faults: of the sandbox to run against; None for the real thing.
    as_json: whether the summary goes to stdout, instead of the planned changes of a dry run.

    Raises InputError, OutputFailed, NotAuthorised when the run cannot begin, or is not confirmed.
    """
    if faults is None:
        confirm_production([replace(spec, history=history)])
    # nothing is begun behind this run: a late signal must not change how it is said to have ended
    signals = click.get_current_context().find_root().with_resource(Signals())
    command = sys.argv[1:]
    result = carry_out(spec, history, faults=faults, as_json=as_json, command=command, signals=signals)
    return exit_code_of_run(spec, result)


def carry_out(
    spec: RunSpec,
    history: History,
    *,
    faults: Faults | None,
    as_json: bool,
    command: Sequence[str],
    signals: Signals,
) -> RunResult:
    """Run *spec*, say what happened, and return how it ended; for one run of several.

    command: the words behind the program's name by which this run alone is made again.
    signals: what arrives behind the run's end is left there.

    Raises as `execute` does.
    """
    result = _result_of(
        replace(spec, history=history), faults, signals, show_plans=not as_json, is_attended=True
    )
    _say_what_happened(spec, result, command)
    announce_end(result, spec.name)
    if as_json:
        click.echo(json.dumps(result.summary, indent=2, default=str))
    return result


def rehearse(spec: RunSpec, history: History, *, faults: Faults | None) -> RunResult:
    """Make the dry run of *spec* and return how it ended; what there is to say of it is the caller's.

    Raises as `execute` does.
    """
    with Signals() as signals:
        result = _result_of(replace(spec, history=history, dry_run=True), faults, signals, show_plans=False)
    if signals.unheard is not None:  # something else is to follow
        signal.raise_signal(signals.unheard)
    return result


def follow_up(words: Sequence[str]) -> str:
    """Return the command line that gives this program *words*."""
    return shlex.join([*_program(), *_without_secrets(words)])


def _without_secrets(words: Sequence[str]) -> Iterator[str]:
    """Yield *words* with the URLs of --notify masked."""
    for before, word in pairwise(["", *words]):
        name, given, _url = word.partition("=")
        yield "***" if before == "--notify" else f"{name}=***" if given and name == "--notify" else word


def _result_of(
    spec: RunSpec, faults: Faults | None, signals: Signals, *, show_plans: bool, is_attended: bool = False
) -> RunResult:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_run(spec, faults, signals, show_plans=show_plans, is_attended=is_attended))


async def _run(
    spec: RunSpec, faults: Faults | None, signals: Signals, *, show_plans: bool, is_attended: bool
) -> RunResult:
    from odt_async.webex.sdk_import import import_sdk  # noqa: PLC0415

    import_sdk()
    from odt_async.runner.run import run  # noqa: PLC0415
    from odt_async.webex.tokens import token_source  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(reachable(spec.settings, faults))
        spec = replace(spec, settings=settings)
        attendance = Attendance()
        if is_attended:
            attendance = await stack.enter_async_context(attended(settings, spec.name))

        def connect(redact: Redactor) -> TokenSource:
            attendance.keep_secret(redact)
            return token_source(settings, on_token=redact.add)

        screen = stack.enter_context(observer_for(spec, show_plans=show_plans))
        result = await run(
            spec,
            connect=connect,
            observer=Observers([screen, *attendance.observers]),
            signals=signals,
        )
        attendance.ended(result, exit_code_of_run(spec, result))
        return result


def _say_what_happened(spec: RunSpec, result: RunResult, command: Sequence[str]) -> None:
    progress = result.progress
    counts = progress.counts
    always = {Status.APPLIED, Status.UNCHANGED, Status.ERROR}
    told = [count_of(status, count) for status, count in counts.items() if count or status in always]
    lines = [
        trn(
            "{count} row in {time}: {counts}",
            "{count} rows in {time}: {counts}",
            progress.total,
            time=clock(progress.elapsed_s),
            counts=", ".join(told),
        )
    ]
    lines += _commonest_failures(result.summary)
    if result.stopped_by is not None:
        lines.append(tr("stopped by {reason}", reason=retold(result.summary["stop_reason"])))
    if result.report.exists():  # a full disk may have had no room for it
        lines.append(tr("report:  {path}", path=result.report))
    if counts[Status.ERROR]:
        lines.append(tr("to mend: {path}", path=result.report.with_name(f"{result.run}_rejected.csv")))
    pending = result.report.with_name(f"{result.run}_pending.csv")
    if pending.exists():
        lines.append(tr("not attempted: {path}", path=pending))
    if counts[Status.ERROR] or counts[Status.PENDING]:
        lines.append(tr("to go on: {command}", command=_next_command(spec, result, command)))
    for line in lines:
        click.echo(line, err=True)


def _commonest_failures(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each of the few largest groups of failed rows: how many, why, and what to do about it."""
    groups = summary["failure_groups"]
    for group in groups[:_MOST_GROUPS]:
        words = filter(None, (group["cause"] or group["text"], group["hint"]))
        yield f"  {group['count']} x {': '.join(map(retold, words))}"
    others = sum(group["count"] for group in groups[_MOST_GROUPS:])
    if others:
        yield "  " + tr("{count} x for other reasons: see the report", count=others)


def _next_command(spec: RunSpec, result: RunResult, command: Sequence[str]) -> str:
    """Return the command that takes up what this run has left."""
    words = _without_resume(list(command))
    # one row needs no resuming, and an undo finds out itself what it has put back
    if not spec.dry_run and spec.source_map is None and spec.undo is None:
        words += ["--resume", result.run]
    return follow_up(words)


def _without_resume(words: list[str]) -> list[str]:
    kept = []
    for before, word in pairwise(["", *words]):
        is_value = before == "--resume" and not word.startswith("-")
        if word != "--resume" and not word.startswith("--resume=") and not is_value:
            kept.append(word)
    return kept


def _program() -> list[str]:
    """Return how we were called: `odt`, by its path where the shell finds another, or `python -m odt_async`."""
    program = Path(sys.argv[0])
    if os.access(program, os.X_OK):
        found = shutil.which(program.name)
        return [program.name if found is not None and program.samefile(found) else sys.argv[0]]
    return sys.orig_argv[: len(sys.orig_argv) - len(sys.argv[1:])]


def exit_code_of_run(spec: RunSpec, result: RunResult) -> int:
    """Return the exit code of a run that ended so."""
    return exit_code(result.stopped_by, result.progress.counts, dry_run=spec.dry_run)
