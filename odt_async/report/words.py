"""The words of a page that its script puts in, and those for what became of a row."""

from __future__ import annotations

from odt_async.language import tr
from odt_async.model import Status
from odt_async.report import rows
from odt_async.report.figures import separators
from odt_async.runs import PastRun

__all__ = ["status_words", "words_of_the_script"]


def status_words() -> dict[Status, str]:
    """Return what became of a row, in the language that is spoken."""
    return {
        Status.APPLIED: tr("written"),
        Status.UNCHANGED: tr("as wanted already"),
        Status.PLANNED: tr("would change"),
        Status.SKIPPED: tr("not for this run"),
        Status.ERROR: tr("failed"),
        Status.PENDING: tr("not attempted"),
    }


def words_of_the_script(run: PastRun) -> dict[str, object]:
    """Return what the script says, with `{}` where it puts a number or a name."""
    words = status_words()
    return {
        "status": {
            rows.APPLIED: words[Status.APPLIED],
            rows.UNCHANGED: words[Status.UNCHANGED],
            rows.PLANNED: words[Status.PLANNED],
            rows.SKIPPED: words[Status.SKIPPED],
            rows.ERROR: words[Status.ERROR],
            rows.PENDING: words[Status.PENDING],
        },
        "kinds": {
            rows.APPLIED: "applied",
            rows.UNCHANGED: "unchanged",
            rows.PLANNED: "planned",
            rows.SKIPPED: "skipped",
            rows.ERROR: "error",
            rows.PENDING: "pending",
        },
        "thousands": separators()[0],
        "point": separators()[1],
        "rowsFound": tr("{} of {} rows"),
        "changesFound": tr("{} of {} changes"),
        "page": tr("Page {} of {}"),
        "searchIn": tr("Search in: {}"),
        "pagesOf": tr("Pages of: {}"),
        "first": tr("First"),
        "previous": tr("Previous"),
        "next": tr("Next"),
        "last": tr("Last"),
        "copied": tr("Copied"),
        "selected": tr("Selected: copy it with Ctrl-C"),
        "nothing": tr("(nothing)"),
        "none": tr("Nothing fits this search."),
        "begun": tr("begun; what became of it is not known"),
        "row": tr("Row"),
        "result": tr("Result"),
        "entity": tr("Whom or what it is about"),
        "time": tr("At"),
        "took": tr("Took"),
        "requests": tr("Requests"),
        "detail": tr("Details"),
        "fields": tr("Before → after"),
        "line": tr("Line"),
        "tracking": tr("Tracking id"),
        "dryRun": run.kind == "dry run",
    }
