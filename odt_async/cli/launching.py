"""A launch from its first run to its report: the runs one after another, and what ends them all."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click
from anyio.from_thread import start_blocking_portal

from odt_async import events
from odt_async.cli.bulk import bulk
from odt_async.cli.execute import carry_out, exit_code_of_run
from odt_async.cli.guard import confirm_production
from odt_async.cli.run_options import option_words
from odt_async.cli.simulation import reachable
from odt_async.cli.single import single
from odt_async.cli.stages import Stage
from odt_async.cli.words import count_of, word_of
from odt_async.errors import (
    InputError,
    NotAuthorised,
    OdtError,
    OutputFailed,
    StoppedByOperator,
    exit_code_of,
)
from odt_async.language import retold, tr, written
from odt_async.runner.files import new_run_id
from odt_async.runner.launch import ActionReport, report_launch
from odt_async.runner.lock import action_lock
from odt_async.runner.resume import History
from odt_async.runner.signals import Signals
from odt_async.runner.spec import RunSpec
from odt_async.settings import Settings

if TYPE_CHECKING:
    from odt_async.runner.active import RunResult
    from odt_async.sandbox import Faults

__all__ = ["run_stages", "worst"]

_INTERRUPTED = 128 + signal.SIGINT
_SEVERITY = (0, 5, 1, 2, 3, 4, 128 + signal.SIGTERM, _INTERRUPTED)  # exit codes, the worst last
_SUMS = ("total_rows", "executed", "skipped", "errors", "pending")


def run_stages(
    stages: Sequence[Stage],
    settings: Settings,
    *,
    faults: Faults | None,
    confirm: bool,
    context: click.Context,
) -> int:
    """Run *stages*, write the report over them, say what happened, and return the exit code.

    faults: of the sandbox that all of them share; None for the real thing.
    confirm: whether the organisation is shown before the first write.
    context: of the command line; the follow-up commands repeat its options.

    Raises InputError when it is not confirmed, OutputFailed.
    """
    started = events.timestamp()
    if confirm and faults is None:
        confirm_production([stage.spec for stage in stages if stage.spec])
    signals = context.find_root().with_resource(Signals())  # until the report over them all is written
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(reachable(settings, faults)) as there,
    ):
        reports = _run_all(stages, there, context, signals)
    code = _exit_code(reports)
    sums = {name: sum(report.head()[name] for report in reports) for name in _SUMS}
    head = {
        "started": started,
        "finished": events.timestamp(),
        "dry_run": any(stage.spec.dry_run for stage in stages if stage.spec),
        "exit_code": code,
        **sums,
    }
    path = report_launch(settings.logs_dir, new_run_id("launch"), head, reports)
    _say_what_happened(reports)
    click.echo(tr("consolidated report: {path}", path=path), err=True)
    return code


def _run_all(
    stages: Sequence[Stage], settings: Settings, context: click.Context, signals: Signals
) -> list[ActionReport]:
    """Run one after another; once something has ended the launch, the others are not started."""
    reports: list[ActionReport] = []
    ended_by: str | None = None
    for stage in stages:
        report = ActionReport(stage.name, stage.domain, stage.bulk_mode, "not_started", ended_by)
        if stage.spec is None:
            missing = stage.missing
            report = replace(report, status="skipped", reason=stage.reason, missing_dependencies=missing)
        elif ended_by is None:
            click.echo(f"\n{stage.name}", err=True)
            spec = replace(stage.spec, settings=settings)
            report, ends_all = _run(stage, spec, report, context, signals)
            reason = report.reason or written("a row failed (--fail-fast)")
            ended_by = f"{stage.name}: {reason}" if ends_all else None
        reports.append(report)
    return reports


def _run(
    stage: Stage, spec: RunSpec, report: ActionReport, context: click.Context, signals: Signals
) -> tuple[ActionReport, bool]:
    """Return how the run went, and whether it ends the launch."""
    try:
        with action_lock(spec.settings.logs_dir, stage.name):
            command = _command(stage, context)
            result = carry_out(spec, History(), faults=None, as_json=False, command=command, signals=signals)
    except KeyboardInterrupt:  # pragma: no cover - the moment before a run heeds signals itself
        return replace(report, status="stopped", reason="SIGINT", exit_code=_INTERRUPTED), True
    except OdtError as error:
        click.echo(f"odt: {retold(str(error))}", err=True)
        ends_all = not isinstance(error, InputError)
        status = "stopped" if ends_all else "skipped"
        code = exit_code_of(error) if ends_all else None
        return replace(report, status=status, reason=str(error), exit_code=code), ends_all
    code = exit_code_of_run(spec, result)
    report = replace(
        report,
        status=result.summary["state"],
        reason=result.summary["stop_reason"],
        exit_code=code,
        summary=result.summary,
    )
    return report, _ends_all(spec, result)


def _ends_all(spec: RunSpec, result: RunResult) -> bool:
    """Tell whether what ended this run would end the next ones, or is asked to."""
    by = result.stopped_by
    if isinstance(by, signal.Signals | NotAuthorised | OutputFailed | StoppedByOperator):
        return True
    return spec.fail_fast and bool(result.summary["errors"])


def _command(stage: Stage, context: click.Context) -> list[str]:
    """Return the words by which this run alone is made again."""
    command = bulk if stage.bulk_mode else single
    return [command.name or "", stage.name, *option_words(context, command, stage.overrides)]


def _exit_code(reports: Sequence[ActionReport]) -> int:
    """Return that of the worst run; an action that was skipped counts as a failed row, all of them as no run."""
    codes = [report.exit_code for report in reports if report.exit_code is not None]
    if not codes:
        return 2
    return worst([*codes, *(1 for report in reports if report.status == "skipped")])


def _say_what_happened(reports: Sequence[ActionReport]) -> None:
    width = max(len(report.name) for report in reports)
    click.echo(tr("\nlaunch:"), err=True)
    for report in reports:
        if report.summary:
            counts = report.summary["by_status"].items()
            told = ", ".join(count_of(status, count) for status, count in counts if count)
            told += "" if report.bulk_mode else tr(" (first row only)")
        else:
            told = retold(report.reason or "")
        click.echo(f"  {report.name:<{width}}  {word_of(report.status):<11}  {told}", err=True)


def worst(codes: Sequence[int]) -> int:
    """Return the exit code that matters most."""
    return max(codes, key=_SEVERITY.index)
