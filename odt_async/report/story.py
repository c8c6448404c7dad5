"""How a run went, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from odt_async.language import retold, tr, trn
from odt_async.model import Status
from odt_async.report.course import Course
from odt_async.report.digest import Digest, seconds_since
from odt_async.report.figures import amount, decimal, duration, moment, share
from odt_async.runs import PastRun

__all__ = ["change_in_words", "exit_code_in_words", "kind_in_words", "mood", "state_in_words", "summary"]


def mood(run: PastRun, digest: Digest) -> str:
    """Return `good`, `fair` (there is something to do) or `bad` (it did not come to its end); for a colour."""
    if run.state in {"stopped", "killed", "interrupted"}:
        return "bad"
    return "fair" if digest.counts[Status.ERROR] or digest.counts[Status.PENDING] else "good"


def kind_in_words(run: PastRun) -> str:
    """Return what sort of run it was."""
    return {
        "bulk": tr("all rows of the file"),
        "single": tr("one row"),
        "dry run": tr("dry run: nothing was written"),
        "undo": tr("undoing of {run}", run=run.undoes),
    }[run.kind]


def state_in_words(run: PastRun) -> str:
    """Return how it ended, in a word or two."""
    return {
        "running": tr("under way"),
        "finished": tr("finished"),
        "stopped": tr("stopped before its end"),
        "interrupted": tr("interrupted"),
        "killed": tr("cut off"),
    }[run.state]


def exit_code_in_words(code: int | None) -> str:
    """Return what *code* means; None: nobody has noted one."""
    known = {
        0: tr("all rows well"),
        1: tr("some rows failed"),
        2: tr("bad usage or input; nothing was sent"),
        3: tr("stopped by a rule, by the operator, or by a file that cannot be written"),
        4: tr("not authorised"),
        5: tr("changes pending (dry run)"),
        129: tr("the terminal was closed"),
        130: tr("interrupted with Ctrl-C"),
        143: tr("ended by the system (SIGTERM)"),
    }
    return tr("none was noted") if code is None else known.get(code, "")


def summary(run: PastRun, digest: Digest, course: Course) -> list[str]:
    """Return how it went in two or three sentences: what became of the rows, why it ended early, how fast it was."""
    told = [_of_rows(run, digest)]
    if ending := _of_end(run):
        told.append(ending)
    if digest.total and run.state != "running":
        told.append(_of_pace(run, digest, course))
    return told


def _of_rows(run: PastRun, digest: Digest) -> str:
    counts, total = digest.counts, digest.total
    if not total:
        return tr("There was no row to take.")
    parts = [_of_dry_run(run, digest) if run.kind == "dry run" else _of_writes(run, digest)]
    if counts[Status.ERROR]:
        parts.append(
            trn("{count} failed", "{many} failed", counts[Status.ERROR], many=amount(counts[Status.ERROR]))
        )
    if counts[Status.SKIPPED]:
        skipped = counts[Status.SKIPPED]
        parts.append(
            trn("{count} was not for this run", "{many} were not for this run", skipped, many=amount(skipped))
        )
    if counts[Status.PENDING]:
        pending = counts[Status.PENDING]
        parts.append(
            trn("{count} was not attempted", "{many} were not attempted", pending, many=amount(pending))
        )
    return f"{'; '.join(parts)}."


def _of_writes(run: PastRun, digest: Digest) -> str:
    total, ok = digest.total, digest.ok
    if run.kind == "undo":
        return trn(
            "Of {count} change {ok} is as it was before",
            "Of {many} changes {ok} are as they were before",
            total,
            many=amount(total),
            ok=amount(ok),
        )
    if ok == total:
        return trn("The row is as wanted", "All {many} rows are as wanted", total, many=amount(total))
    return trn(
        "Of {count} row {ok} is as wanted",
        "Of {many} rows {ok} are as wanted",
        total,
        many=amount(total),
        ok=amount(ok),
    )


def _of_dry_run(run: PastRun, digest: Digest) -> str:
    planned, unchanged = digest.counts[Status.PLANNED], digest.counts[Status.UNCHANGED]
    values = {"many": amount(digest.total), "planned": amount(planned), "unchanged": amount(unchanged)}
    if run.undoes:
        return tr("Of {many} changes {planned} can be put back and {unchanged} are so already", **values)
    return tr("Of {many} rows {planned} would change and {unchanged} are as wanted already", **values)


def _of_end(run: PastRun) -> str:
    if run.state == "running":
        return tr("It is still under way: this page shows how it stood when it was made.")
    if run.state == "killed":
        return tr(
            "It ended without a farewell: the process was killed, or the machine went down. "
            "What had been done is in its files, and nothing of that is lost; "
            "rows that were under way are read back first when it is gone on with."
        )
    if run.state in {"stopped", "interrupted"}:
        return tr(
            "It ended before its last row: {reason}.", reason=retold(run.stop_reason or "?").rstrip(".")
        )
    return ""


def _of_pace(run: PastRun, digest: Digest, course: Course) -> str:
    done = digest.total - digest.counts[Status.PENDING] - digest.counts[Status.SKIPPED]
    rate = decimal(done / run.elapsed_s) if run.elapsed_s > 0 else "0"
    took = tr("It took {time}, {rate} rows a second", time=duration(run.elapsed_s), rate=rate)
    if not course.requests:
        return f"{took}."
    throttled = tr(
        "of {requests} requests Webex put off {throttled} ({share})",
        requests=amount(course.requests),
        throttled=amount(course.throttled),
        share=share(course.throttled, course.requests),
    )
    return f"{took}; {throttled}."


def change_in_words(change: Mapping[str, Any], run: PastRun, zone: tzinfo) -> Sequence[str]:
    """Return when it was, what was done and by whom, of one thing that was done to a run while it lasted."""
    what = str(change.get("what", ""))
    before, after = _value(change.get("before")), _value(change.get("after"))
    told = {
        "pause": tr("paused"),
        "resume": tr("resumed"),
        "stop": tr("told to end"),
        "concurrency": tr("requests in flight: {before} → {after}", before=before, after=after),
        "rate": tr("requests a second, at most: {before} → {after}", before=before, after=after),
        "window_opened": tr("its hours began"),
        "window_closed": tr("its hours ended, until {until}", until=change.get("until", "")),
        "terminal_lost": tr("its terminal was closed; it went on"),
    }.get(what, what)
    begun_s = seconds_since(run.started_at, change.get("at"))
    at = moment(run.started_at.fromtimestamp(run.started_at.timestamp() + begun_s, zone), zone)
    return at, told, str(change.get("by", ""))


def _value(value: Any) -> str:
    return tr("no limit") if value is None else str(value)
