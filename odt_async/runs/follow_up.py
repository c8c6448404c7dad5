"""What to do after a run: the commands, and what each is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from odt_async.language import tr
from odt_async.model import Status
from odt_async.runs.past import PastRun
from odt_async.settings import Settings

__all__ = ["FollowUp", "follow_ups", "undoing"]

_LIMITS = (
    "concurrency",
    "rate",
    "min_interval_ms",
    "share",
    "max_errors",
    "max_same_error",
    "max_outage",
    "window",
    "tz",
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A command of this program, without its name, and in a sentence what it does."""

    purpose: str
    words: tuple[str, ...]


def undoing(run: PastRun, others: Iterable[PastRun]) -> list[PastRun]:
    """Return those of *others* that took *run* back; rehearsals of it did not."""
    return [other for other in others if other.kind == "undo" and other.undoes == run.run_id]


def follow_ups(run: PastRun, others: Iterable[PastRun]) -> list[FollowUp]:
    """Return what can sensibly be done next, the most likely first; for a run that is under way, how to follow it.

    others: the runs of the same folder, among which those are that took it back.
    """
    if run.state == "running":
        return list(_while_it_lasts(run))
    if run.kind == "undo":
        return list(_after_undo(run))
    if run.kind == "dry run":
        return list(_after_dry_run(run))
    return list(_after_writing(run, undoing(run, others)))


def _while_it_lasts(run: PastRun) -> Iterator[FollowUp]:
    yield FollowUp(tr("Watch it"), _command(run, "watch", run.run_id))
    yield FollowUp(
        tr("End it: rows in progress are finished, no other is taken"),
        _command(run, "ctl", run.run_id, "stop"),
    )


def _after_undo(run: PastRun) -> Iterator[FollowUp]:
    if run.undoes and (_count(run, Status.PENDING) or run.errors):
        yield FollowUp(tr("Go on undoing what is left"), _command(run, "undo", run.undoes))


def _after_dry_run(run: PastRun) -> Iterator[FollowUp]:
    plan = run.files.get("plan.jsonl")
    if _count(run, Status.PLANNED) and plan is not None and run.undoes is None:
        purpose = tr("Carry out this plan and nothing else: a row whose state has changed since is refused")
        yield FollowUp(purpose, _bulk(run, "--plan", str(plan)))
    elif _count(run, Status.PLANNED) and run.undoes is not None:
        yield FollowUp(tr("Put it back in earnest"), _command(run, "undo", run.undoes))


def _after_writing(run: PastRun, undone_by: list[PastRun]) -> Iterator[FollowUp]:
    pending = _count(run, Status.PENDING)
    may_go_on = run.kind == "bulk" and not undone_by
    if may_go_on and pending:
        purpose = tr("Go on with the rows that were not attempted")
        yield FollowUp(purpose, _bulk(run, "--resume", run.run_id, "--replay", "pending"))
    if may_go_on and run.errors:
        purpose = tr("Repeat the failed rows, once their cause is mended")
        yield FollowUp(purpose, _bulk(run, "--resume", run.run_id, "--replay", "failed"))
    if may_go_on and pending and run.errors:
        purpose = tr("Do both: everything that is not as wanted yet")
        yield FollowUp(purpose, _bulk(run, "--resume", run.run_id))
    if _count(run, Status.APPLIED) and not any(map(_is_complete, undone_by)):
        purpose = tr("See what undoing it would put back, and write nothing")
        yield FollowUp(purpose, _command(run, "undo", run.run_id, "--dry-run"))


def _is_complete(run: PastRun) -> bool:
    return run.state == "finished" and not run.errors


def _count(run: PastRun, status: Status) -> int:
    return run.counts.get(status.value, 0)


def _bulk(run: PastRun, *words: str) -> tuple[str, ...]:
    input_dir = run.manifest.get("settings", {}).get("input_dir")
    if not input_dir and run.manifest.get("input"):
        input_dir = str(Path(run.manifest["input"]).parent)
    is_named = input_dir and Path(input_dir) != Settings.model_fields["input_dir"].default
    where = ["--input-dir", str(input_dir)] if is_named else []
    return _command(run, "bulk", run.script_name, *where, *_limits(run), *words)


def _limits(run: PastRun) -> Iterator[str]:
    """Yield the limits that the run was given, as options, where they are not those by default."""
    given = run.manifest.get("settings", {})
    for name in _LIMITS:
        if given.get(name) not in {None, Settings.model_fields[name].default}:
            yield from (f"--{name.replace('_', '-')}", str(given[name]))


def _command(run: PastRun, *words: str) -> tuple[str, ...]:
    folder = next(iter(run.files.values())).parent
    return (*words, *(() if folder == Path("logs") else ("--logs-dir", str(folder))))
