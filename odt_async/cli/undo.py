"""`undo`: puts back what a run has changed."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_undoable
from odt_async.cli.guard import is_interactive
from odt_async.cli.manual import Documented
from odt_async.cli.run_options import run_options
from odt_async.errors import InputError
from odt_async.language import retold, tr, tr_prompt, trn, trn_prompt

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.runner.active import RunResult
    from odt_async.runner.journal import Journal
    from odt_async.runner.spec import RunSpec
    from odt_async.settings import Settings

__all__ = ["undo"]

_NOT_HERE = {"input_dir", "overrides", "sandbox", "faults"}  # of a run's options: its journal says it all
_ASK = "ask"


@click.command(
    cls=Documented,
    params=[
        click.Argument(["run"], shell_complete=complete_undoable),
        click.Option(
            ["--delete-created"],
            is_flag=False,
            flag_value=_ASK,
            metavar="[NUMBER]",
            help="Delete what the run has created, once their number is typed; or given here, where nobody can.",
        ),
        *(option for option in run_options() if option.name not in _NOT_HERE),
    ],
)
def undo(*, run: str, delete_created: str | None, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Put back what RUN has changed, the last change first.

    A rehearsal comes first: it reads every entity and goes as far as the first write, so that all that cannot be
    taken back is known before anything is done. What somebody has changed since is left alone and reported.
    After an interruption the same command goes on. --auto-confirm does not stand for the number of entities
    to be deleted.
    """
    from odt_async.runner.journal import find_journal  # noqa: PLC0415
    from odt_async.runner.lock import action_lock  # noqa: PLC0415
    from odt_async.runner.resume import load_undo_history  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    settings = Settings.load(**given)
    journal = find_journal(settings.logs_dir, run)
    spec = _spec(journal, settings, may_delete=dry_run or delete_created is not None)
    with action_lock(settings.logs_dir, journal.action):
        settings.check_credentials()
        from odt_async.cli.execute import execute, exit_code_of_run, rehearse  # noqa: PLC0415

        history = load_undo_history(settings.logs_dir, journal.run)
        if dry_run:
            sys.exit(execute(replace(spec, dry_run=True), history, faults=None, as_json=as_json))
        rehearsal = rehearse(spec, history, faults=None)
        _say_what_cannot_be(rehearsal)
        if rehearsal.stopped_by is not None or not rehearsal.summary["by_status"]["planned"]:
            sys.exit(exit_code_of_run(spec, rehearsal))
        if getattr(spec.action, "CREATES", False):
            _confirm_deletion(journal, rehearsal.summary["by_status"]["planned"], delete_created or _ASK)
        sys.exit(execute(spec, history, faults=None, as_json=as_json))


def _spec(journal: Journal, settings: Settings, *, may_delete: bool) -> RunSpec:
    """Return the run that takes *journal* back. Raises InputError for what cannot or may not be."""
    from odt_async import actions  # noqa: PLC0415
    from odt_async.dataset import Survey  # noqa: PLC0415
    from odt_async.runner.spec import RunSpec  # noqa: PLC0415

    action = actions.load(journal.action)
    changes = len(journal)
    if not changes:
        raise InputError("{run} has changed nothing: there is nothing to undo", run=journal.run)
    if not hasattr(action, "undo"):
        raise InputError(
            "Webex cannot take back any of the {changes} changes of {action}",
            changes=changes,
            action=journal.action,
        )
    if getattr(action, "CREATES", False) and not may_delete:
        raise InputError(
            "{run} has created {changes} entities, which are only deleted with --delete-created",
            run=journal.run,
            changes=changes,
        )
    survey = Survey(rows=changes, invalid=0, problems=())
    return RunSpec(journal.action, action, journal, survey, settings, undo=journal)


def _say_what_cannot_be(rehearsal: RunResult) -> None:
    """Say how many changes will be put back, how many not, and why not."""
    from odt_async.sinks.error_jsonl import read_errors  # noqa: PLC0415

    counts = rehearsal.summary["by_status"]
    lines = [
        trn(
            "{action}: {count} change can be put back",
            "{action}: {count} changes can be put back",
            counts["planned"],
            action=rehearsal.summary["script_name"],
        )
    ]
    if unchanged := counts["unchanged"]:
        lines.append(trn("{count} is as it was before", "{count} are as they were before", unchanged))
    if skipped := counts["skipped"]:
        lines.append(
            trn(
                "{count} was put back by an earlier undo",
                "{count} were put back by an earlier undo",
                skipped,
            )
        )
    reasons: Counter[str] = Counter()
    path = rehearsal.report.with_name(f"{rehearsal.run}_error.jsonl")
    for record in read_errors(path):
        since = record["error_type"] == "ChangedSince"
        reasons[tr("changed by somebody since, and left alone") if since else retold(record["error"])] += 1
    lines += [
        trn(
            "{count} cannot be put back: {reason}",
            "{count} cannot be put back: {reason}",
            count,
            reason=reason,
        )
        for reason, count in reasons.most_common()
    ]
    if reasons:
        lines.append(tr("which ones: {path}", path=path))
    for line in lines:
        click.echo(line, err=True)


def _confirm_deletion(journal: Journal, entities: int, answer: str) -> None:
    """See that the operator knows how many entities go. Raises InputError when they do not."""
    if answer == _ASK:
        if not is_interactive():
            raise InputError(
                "nobody can be asked here: to delete them, say --delete-created={entities}", entities=entities
            )
        question = trn_prompt(
            "{count} entity that {run} created is about to be deleted. Type its number: ",
            "{count} entities that {run} created are about to be deleted. Type their number: ",
            entities,
            run=journal.run,
        )
        click.echo(question, nl=False, err=True)
        answer = sys.stdin.readline().strip()
    if answer != str(entities):
        raise InputError(
            tr_prompt(
                "not confirmed ({answer!r} is not {count}): nothing has been deleted",
                answer=answer,
                count=entities,
            )
        )
