"""Puts a run's page together: what the template is given, and the file that it becomes."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from odt_async import __version__
from odt_async.language import language, retold, tr, trn
from odt_async.model import Status
from odt_async.report import charts, figures, story
from odt_async.report.blocks import embedded
from odt_async.report.course import Course, course_of
from odt_async.report.digest import BOUNDS_MS, Digest, digest_of
from odt_async.report.panels import panels
from odt_async.report.rows import MOST_CHANGES, MOST_ROWS, Embedding
from odt_async.report.words import status_words, words_of_the_script
from odt_async.runs import PastRun, list_runs
from odt_async.runs.follow_up import follow_ups
from odt_async.sinks.whole_file import whole_file

__all__ = ["Page", "write_page"]

_TEMPLATES = resources.files("odt_async.report") / "templates"
_CHUNK = 100  # pieces of the template that are written together
# of the settings: who we are, and addresses that whoever knows them may write to
_UNSHOWN = {"access_token", "client_id", "client_secret", "notify", "refresh_token", "token_file"}


@dataclass(frozen=True, slots=True)
class Page:
    """What was written: where, and what it has no room for."""

    path: Path
    rows_left_out: int
    changes_left_out: int


def write_page(
    run: PastRun,
    path: Path,
    *,
    most_rows: int = MOST_ROWS,
    most_changes: int = MOST_CHANGES,
) -> Page:
    """Write the page of *run*, in the language that is spoken, to *path*; memory does not grow with the rows.

    The file appears whole or not at all, and is its owner's alone. Raises OutputFailed.
    """
    digest = digest_of(run)
    embedding = Embedding(run, digest, most_rows, most_changes)
    with whole_file(path) as file:
        stream = _template().stream(_context(run, digest, course_of(run, digest), embedding))
        stream.enable_buffering(_CHUNK)
        for piece in stream:
            file.write(piece.encode(errors="replace"))
    return Page(path, embedding.rows_left_out, embedding.changes_left_out)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "tr": tr,
        "trn": trn,
        "retold": retold,
        "embedded": embedded,
        "figures": figures,
        "charts": charts,
    }
    return environment.get_template("page.html.j2")


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _context(run: PastRun, digest: Digest, course: Course, embedding: Embedding) -> Mapping[str, Any]:
    style, script = Markup(_source("page.css")), Markup(_source("page.js"))  # noqa: S704 - our own files
    zone = figures.clock_zone(run.manifest.get("settings", {}).get("tz"), run.started_at)
    return {
        "lang": language(),
        "version": __version__,
        "made_at": figures.moment(datetime.now(UTC), zone),
        "zone": zone,
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "run": run,
        "digest": digest,
        "course": course,
        "embedding": embedding,
        "summary": story.summary(run, digest, course),
        "mood": story.mood(run, digest),
        "state": story.state_in_words(run),
        "kind": story.kind_in_words(run),
        "exit_code": story.exit_code_in_words(run.exit_code),
        "counts": _counts(run, digest),
        "follow_ups": _commands(run),
        "panels": panels(run, course),
        "request_times": _request_times(course),
        "row_times": _row_times(run, digest),
        "families": run.head.get("requests_by_family", []),
        "done_to_it": [story.change_in_words(change, run, zone) for change in course.changes],
        "settings": list(_settings(run)),
        "files": sorted(file for name, file in run.files.items() if name != "report.html"),
        "status_words": status_words(),
        "script_words": words_of_the_script(run),
        "begun_ms": round(run.started_at.timestamp() * 1000),
        "offset_ms": _offset_ms(run.started_at.astimezone(zone)),
    }


def _policy(style: str, script: str) -> str:
    """Return the content security policy: our own style and script, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _commands(run: PastRun) -> Sequence[tuple[str, str]]:
    """Return what can be done next: what for, and the command line."""
    others = list_runs(next(iter(run.files.values())).parent)
    return [
        (following.purpose, shlex.join(["odt", *following.words])) for following in follow_ups(run, others)
    ]


def _counts(run: PastRun, digest: Digest) -> Sequence[tuple[Status, int]]:
    """Return what became of how many rows; what cannot be in such a run is left out."""
    dry_run = run.kind == "dry run"
    impossible = Status.APPLIED if dry_run else Status.PLANNED
    return [(status, digest.counts[status]) for status in Status if status is not impossible]


def _row_times(run: PastRun, digest: Digest) -> Sequence[tuple[str, int]]:
    """Return the histogram of rows by the time they took; nothing for a dry run, whose file has no times."""
    if run.kind == "dry run":
        return []
    return _histogram([f"≤ {figures.duration(ms / 1000)}" for ms in BOUNDS_MS], digest.row_times)


def _request_times(course: Course) -> Sequence[tuple[str, int]]:
    """Return the histogram of requests by the time they took, without the empty ends."""
    bounds = sorted(course.request_times, key=float)
    if not bounds:
        return []
    labels = [f"≤ {figures.duration(float(bound))}" for bound in bounds if bound != "inf"]
    return _histogram(labels, [course.request_times[bound] for bound in bounds])


def _histogram(labels: Sequence[str], counts: Sequence[int]) -> Sequence[tuple[str, int]]:
    """Return label and count of each bucket from the first to the last that has any."""
    longer = [f"> {labels[-1].removeprefix('≤ ')}"] if labels else ["∞"]
    rows = list(zip([*labels, *longer], counts, strict=False))
    filled = [number for number, (_label, count) in enumerate(rows) if count]
    return rows[filled[0] : filled[-1] + 1] if filled else []


def _settings(run: PastRun) -> Iterator[tuple[str, str]]:
    """Yield what the run was given, by name; neither what was not set nor what says who we are."""
    manifest = run.manifest
    for name in ("version", "input", "plan", "replay", "continues", "undoes", "verify", "fail_fast"):
        if manifest.get(name) not in {None, False}:
            yield name, str(manifest[name])
    for name, value in manifest.get("settings", {}).items():
        if value is not None and name not in _UNSHOWN:
            yield name, str(value)


def _offset_ms(at: datetime) -> int:
    return round(1000 * (at.utcoffset() or timedelta()).total_seconds())
