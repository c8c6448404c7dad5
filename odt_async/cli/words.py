"""The words that records have for what became of a run or a row, in the language that is spoken."""

from __future__ import annotations

from odt_async.language import retold, tr, trn

__all__ = ["count_of", "word_of"]


def word_of(name: str) -> str:
    """Return a state, a status or a severity as an operator reads it; `name` is what records call it."""
    words = {
        "applied": tr("applied"),
        "unchanged": tr("unchanged"),
        "planned": tr("planned"),
        "skipped": tr("skipped"),
        "error": tr("error"),
        "warning": tr("warning"),
        "pending": tr("pending"),
        "running": tr("running"),
        "paused": tr("paused"),
        "draining": tr("draining"),
        "finished": tr("finished"),
        "stopped": tr("stopped"),
        "interrupted": tr("interrupted"),
        "killed": tr("killed"),
        "not_started": tr("not_started"),
    }
    return words.get(name) or retold(name)


def count_of(status: str, count: int) -> str:
    """Return how many rows came to *status*, such as `3 applied`, in words that agree with the number."""
    told = {
        "applied": trn("{count} applied", "{count} applied", count),
        "unchanged": trn("{count} unchanged", "{count} unchanged", count),
        "planned": trn("{count} would change", "{count} would change", count),
        "skipped": trn("{count} skipped", "{count} skipped", count),
        "error": trn("{count} failed", "{many} failed", count, many=count),
        "pending": trn("{count} not attempted", "{count} not attempted", count),
    }
    return told[status]
