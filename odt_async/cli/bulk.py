"""`bulk`: all rows of the domain CSV through one action."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_actions, complete_resumable
from odt_async.cli.guard import auto_confirm_option
from odt_async.cli.manual import Documented
from odt_async.cli.sandbox import fault_option
from odt_async.errors import InputError, InvalidRow
from odt_async.language import retold, tr, trn
from odt_async.sandbox.faults import parse_faults

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.runner.resume import History, Replay
    from odt_async.runner.spec import RunSpec
    from odt_async.settings import Settings

__all__ = ["bulk"]


@click.command(cls=Documented)
@click.argument("action", shell_complete=complete_actions)
@click.option(
    "--input-dir", type=click.Path(path_type=Path), help="Folder of the CSV files.  [default: input_data]"
)
@click.option(
    "--logs-dir", type=click.Path(path_type=Path), help="Where the run's files go.  [default: logs]"
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="A value for all rows, over every file; may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Read, and print what would change; write nothing.")
@click.option(
    "--resume",
    is_flag=False,
    flag_value="latest",
    metavar="[RUN]",
    shell_complete=complete_resumable,
    help="Skip the rows that RUN (when not named: the latest run) has finished.",
)
@click.option(
    "--replay",
    type=click.Choice(["pending", "failed", "all"]),
    help="With --resume: only the rows never attempted, only those that failed, or both.  [default: all]",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    help="Do what a <run>_plan.jsonl says and nothing else; a row whose state has changed since is refused.",
)
@click.option(
    "--verify",
    metavar="all|sample:5%|none",
    default="none",
    help="Read rows again once they are written; what Webex shows otherwise is an error.  [default: none]",
)
@click.option("--fail-fast", is_flag=True, help="Start no further row once one has failed.")
@click.option(
    "--max-errors", metavar="N|P%", help="End the run when so many rows, or such a share of all, have failed."
)
@click.option(
    "--max-same-error",
    type=int,
    help="End it when Webex has refused so many rows in a row alike; 0: never.  [default: 20]",
)
@click.option(
    "--max-outage",
    metavar="SECONDS",
    help="How long Webex may be out before the run ends, such as 5400 or 90m; 0: do not wait for it.  [default: 2h]",
)
@click.option(
    "--strict-schema", is_flag=True, help="Refuse columns that no action knows, and changed headers."
)
@auto_confirm_option
@click.option("--concurrency", type=int, help="Requests in flight.  [default: 8]")
@click.option("--rate", type=float, help="Requests a second, at most.  [default: what Webex allows]")
@click.option("--min-interval-ms", type=float, help="Milliseconds between any two requests.  [default: 0]")
@click.option(
    "--share",
    metavar="PERCENT",
    help="How much of the rate and concurrency that Webex is found to bear is used, such as 70%; the rest is left "
    "to others. The limit is found at full speed first, and asked about again rarely.  [default: 100%]",
)
@click.option("--request-timeout", type=float, help="Seconds for one request.  [default: 60]")
@click.option("--max-retries-per-call", type=int, help="Repeats of one request.  [default: 12]")
@click.option("--max-sleep-seconds", type=float, help="Longest wait, Retry-After included.  [default: 300]")
@click.option(
    "--max-elapsed-per-row",
    type=float,
    help="Seconds for one row; held and paused time does not count.  [default: 1800]",
)
@click.option(
    "--no-batch",
    "batch",
    is_flag=True,
    flag_value=False,
    default=None,
    help="One row a call, also where one call could do for several.",
)
@click.option("--heartbeat-seconds", type=float, help="Between lines of heartbeat.log.  [default: 60]")
@click.option(
    "--window",
    metavar="HH:MM-HH:MM",
    help="Begin rows only in these hours; outside them, wait.  [default: any hour]",
)
@click.option("--tz", metavar="ZONE", help="Where the clock of --window is: Europe/Madrid.  [default: here]")
@click.option(
    "--notify",
    multiple=True,
    metavar="URL",
    help="Tell this URL of the run's start, pauses, failures and end: a Webex incoming webhook, or anything that "
    "takes JSON; may be repeated. It is a secret: ODT_NOTIFY in .env keeps it off the screen.",
)
@click.option(
    "--notify-failures", type=int, metavar="N", help="Tell once when N rows have failed.  [default: 10]"
)
@click.option(
    "--metrics-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep a .prom file for node_exporter's textfile collector up to date; anybody may read it.",
)
@click.option(
    "--metrics-port", type=int, metavar="PORT", help="Serve the metrics to Prometheus; 0: any free port."
)
@click.option(
    "--metrics-address", metavar="ADDRESS", help="Where the port of --metrics-port is.  [default: 127.0.0.1]"
)
@click.option("--base-url", help="scheme://host:port instead of https://webexapis.com.")
@click.option("--sandbox", is_flag=True, help="Run against a simulated Webex in this process; no token.")
@fault_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report's summary as JSON to stdout; no diffs."
)
def bulk(
    *,
    action: str,
    overrides: tuple[str, ...],
    dry_run: bool,
    resume: str | None,
    replay: Replay | None,
    plan_file: Path | None,
    verify: str,
    fail_fast: bool,
    strict_schema: bool,
    sandbox: bool,
    faults: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Take all rows of the domain CSV through ACTION (`odt actions` lists them).

    The rows come from ubicaciones.csv, usuarios.csv or workspaces.csv, by the first word of the action's name,
    over the values of global.csv. A row that is already as wanted is left alone, so the same command may be
    run again at any time. Ctrl-C finishes the rows in flight and ends; a second one aborts.

    Every option of a run can also be set as ODT_<NAME> in the environment or in .env; the token is
    WEBEX_ACCESS_TOKEN there (or WEBEX_TOKEN_FILE).
    """
    from odt_async.cli.examine import examine  # noqa: PLC0415
    from odt_async.runner.lock import action_lock  # noqa: PLC0415
    from odt_async.runner.verification import Verification  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    if replay is not None and resume is None:
        raise InputError("--replay says which rows of an earlier run are taken: add --resume [RUN]")
    if faults and not sandbox:
        raise InputError("--fault is for the simulated Webex: add --sandbox")
    simulated = parse_faults(faults) if sandbox else None
    settings = Settings.load(**given)
    spec = examine(
        action, settings, overrides, dry_run=dry_run, fail_fast=fail_fast, strict_schema=strict_schema
    )
    spec = replace(spec, verification=Verification.parse(verify))
    with action_lock(settings.logs_dir, action):
        history = _history(action, settings, resume, replay or "all", is_simulated=simulated is not None)
        if history.runs or plan_file:
            spec = _without_what_is_left_out(replace(spec, history=history), plan_file)
        if simulated is None:
            settings.check_credentials()
        from odt_async.cli.execute import execute  # noqa: PLC0415

        sys.exit(execute(spec, history, faults=simulated, as_json=as_json))


def _without_what_is_left_out(spec: RunSpec, plan_file: Path | None) -> RunSpec:
    """Return *spec* with the saved plan, and with the names alone that its rows for this run look up.

    Raises InputError for a plan of other rows.
    """
    from odt_async.runner.saved_plan import SavedPlan  # noqa: PLC0415
    from odt_async.webex.needs import Needs  # noqa: PLC0415

    needs = Needs()
    plan = SavedPlan.load(plan_file) if plan_file else None
    spec = replace(spec, saved_plan=plan, needs=needs)
    planned = set()
    for row in spec.dataset.rows():
        with suppress(InvalidRow):  # the survey has said so
            job = spec.job_of(row)
            if plan and job.payload_hash in plan:
                planned.add(job.payload_hash)
            if spec.reason_to_skip(job.payload_hash) is None:
                needs.note(job.params.lookups())
    if plan and not planned:
        raise InputError(
            "--plan {path}: none of its rows is in {file}, or not as it was",
            path=plan.path,
            file=spec.dataset.path,
        )
    if plan and len(planned) < len(plan):
        missing = len(plan) - len(planned)
        click.echo(
            trn(
                "{count} row of the plan is not in {path} as it was",
                "{count} rows of the plan are not in {path} as they were",
                missing,
                path=spec.dataset.path,
            ),
            err=True,
        )
    return spec


def _history(
    action: str, settings: Settings, resume: str | None, replay: Replay, *, is_simulated: bool
) -> History:
    """Return what earlier runs have done, nothing when it was not asked for. Raises InputError."""
    from odt_async.runner.resume import History, load_history  # noqa: PLC0415
    from odt_async.runs import find, find_resumable  # noqa: PLC0415

    if resume is None:
        return History()
    run = find_resumable(settings.logs_dir, action, resume)
    if not is_simulated:
        from odt_async.cli.simulation import refuse_a_try  # noqa: PLC0415

        refuse_a_try(find(settings.logs_dir, run), settings)
    history = load_history(settings.logs_dir, run, replay)
    click.echo(tr("resuming {run}: {in_words}", run=run, in_words=retold(history.in_words())), err=True)
    return history
