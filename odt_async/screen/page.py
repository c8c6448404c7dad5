"""One run as lines of text, the essential first: how it stands, how far it is, what holds it up, what fails."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from odt_async.language import retold, tr, trn
from odt_async.screen.figures import bar, clock, curve, milliseconds, time_of_day
from odt_async.screen.layout import Section, beside, cut, flow, fold, line, stack, wrap
from odt_async.screen.record import ErrorGroup, Family, RunStatus
from odt_async.screen.standing import standing

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["page"]

_TWO_COLUMNS = 120  # columns of a terminal in which families and errors stand side by side
_LEAST_BAR = 10
_WIDEST_BAR = 60
_LONGEST_CURVE = 60
_LEAST_NAME = 10  # columns, of a family
_INDENT = 8  # of what is said of an error
_LONGEST_WHY, _LONGEST_HINT = 3, 2  # lines


def page(status: RunStatus, width: int, height: int) -> list[Text]:
    """Return no more than *height* lines of *width* columns."""
    head = [*_head(status, width), *_pace(status, width)]
    body = height - len(head) - 1
    sections = _sections(status, width)
    if not sections or body <= 1:
        lines = head
    elif width >= _TWO_COLUMNS:
        half = (len(sections) + 1) // 2
        sides = stack(sections[:half], body), stack(sections[half:], body)
        lines = [*head, line(), *beside(*sides, width)]
    else:
        lines = [*head, line(), *stack(sections, body)]
    return [cut(text, width) for text in lines[:height]]


def _head(status: RunStatus, width: int) -> Iterator[Text]:
    """Yield what a glance is for."""
    yield line((status.run, "bold"))
    yield from _state(status, width)
    yield line()
    yield _progress(status, width)
    yield from flow(_counts(status), width)


def _state(status: RunStatus, width: int) -> Iterator[Text]:
    """Yield the state, and the whole sentence why: it may be what somebody has to act on."""
    state = standing(status)
    badge = line((f" {state.word} ", f"bold reverse {state.style}"))
    if status.dry_run:
        badge.append(f" {tr('dry run')} ", "bold")
    badge.append(" ")
    indent = badge.cell_len
    first, *rest = wrap(state.why, width - indent, _LONGEST_WHY) or [""]
    yield badge.append(first, state.style)
    for words in rest:
        yield line(" " * indent, (words, state.style))


def _progress(status: RunStatus, width: int) -> Text:
    done, total = status.done, status.total_rows
    share = done / total if total else float(status.has_ended)
    # rounded down: 100 % is all of them
    told = f" {math.floor(1000 * share) / 10:5.1f} %  {done}/{total}"
    if status.has_ended:
        told += f"  {tr('in {time}', time=clock(status.elapsed_s))}"
    else:
        told += f"  ETA {clock(status.left_s)}"
        if status.left_s and status.updated_at is not None:
            told += f" ({time_of_day(status.updated_at + timedelta(seconds=status.left_s))})"
    room = min(max(width - len(told), _LEAST_BAR), _WIDEST_BAR)
    return line((bar(share, room), standing(status).style), told)


def _counts(status: RunStatus) -> Iterator[Text]:
    counts = status.by_status
    shown = [
        (tr("ok"), counts.get("applied", 0), "green"),
        (tr("unchanged"), counts.get("unchanged", 0), ""),
        (tr("errors"), counts.get("error", 0), "bold red"),
        (tr("skipped"), counts.get("skipped", 0), ""),
        (tr("throttled"), status.throttled, "yellow"),
    ]
    if status.dry_run:
        shown.insert(0, (tr("would change"), counts.get("planned", 0), "cyan"))
    if status.has_ended and counts.get("pending"):
        shown.append((tr("not attempted"), counts["pending"], "yellow"))
    for name, count, style in shown:
        yield line(f"{name} ", (str(count), style if count else "dim"))


def _pace(status: RunStatus, width: int) -> Iterator[Text]:
    """Yield how fast it is, and what is wrong with it as a whole."""
    rate = tr("{rate} rows/s", rate=f"{status.rows_per_s:.1f}")
    shape = curve(status.history, min(width - len(rate) - 2, _LONGEST_CURVE))
    yield line((rate, "bold"), "  ", (shape, "cyan"))
    latency = status.latency_ms
    times = (("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99))
    figures = [line(tr("requests {count}", count=status.requests))]
    figures += [line(f"{name} {milliseconds(value)}") for name, value in times]
    if not status.has_ended:
        figures += _settings(status)
    yield from flow(figures, width)
    if status.unanswered:
        told = trn(
            "{count} request got no proper answer (last: {trouble})",
            "{count} requests got no proper answer (last: {trouble})",
            status.unanswered,
            trouble=status.last_trouble,
        )
        yield line((told, "yellow"))
    if status.warning and not status.has_ended:
        yield line((retold(status.warning), "bold yellow"))


def _settings(status: RunStatus) -> Iterator[Text]:
    if status.concurrency is not None:
        told = tr("in flight {count} of {limit}", count=status.in_flight, limit=status.concurrency)
        yield line(told)
    if status.rate is not None:
        yield line(tr("at most {rate} requests/s", rate=f"{status.rate:g}"))
    if status.window is not None:
        yield line(tr("window {hours}", hours=status.window))


def _sections(status: RunStatus, width: int) -> list[Section]:
    """Return the rest, what matters most first."""
    column = width if width < _TWO_COLUMNS else width // 2 - 1
    first = _files(status, column) if status.has_ended else _slowest(status, column)
    found = [first, _errors(status, column), _families(status, column), _changes(status)]
    return [section for section in found if section.blocks]


def _slowest(status: RunStatus, width: int) -> Section:
    rows = [
        line("  ", tr("row {index}: {time} s", index=row.row_index, time=f"{row.elapsed_s:.1f}"))
        for row in status.slowest
    ]
    return Section(line((tr("Longest under way"), "bold")), [[row] for row in flow(rows, width)])


def _files(status: RunStatus, width: int) -> Section:
    """Return what an operator opens or types next."""
    wanted = [(tr("report"), "report.html"), (tr("report"), "report.json")]
    if status.by_status.get("error"):
        wanted.append((tr("to mend"), "rejected.csv"))
    wanted.append((tr("not attempted"), "pending.csv"))
    told = [f"  {name}: {status.files[file]}" for name, file in wanted if file in status.files]
    undone = status.by_status.get("error", 0) + status.by_status.get("pending", 0)
    if undone and status.can_be_resumed:
        told.append(f"  {tr('to go on')}: {_next_command(status)}")
    return Section(line((tr("What is left"), "bold")), [fold(line(words), width) for words in told])


def _next_command(status: RunStatus) -> str:
    words = ["odt", "bulk", status.script_name]
    words += [word for name, value in status.folders.items() for word in (f"--{name}", value)]
    return shlex.join([*words, "--resume", status.run])


def _errors(status: RunStatus, width: int) -> Section:
    groups = sorted(status.errors, key=lambda group: group.count, reverse=True)
    title = trn("Errors: {count} cause", "Errors: {count} causes", len(groups))
    return Section(line((title, "bold")), [list(_error(group, width)) for group in groups])


def _error(group: ErrorGroup, width: int) -> Iterator[Text]:
    """Yield what happened, and below it what is behind it and what to do about it."""
    kind = tr("others, such as") if group.type == "others" else group.type
    yield line((f"{group.count:>7} ", "bold red"), f"{kind}: ", retold(group.text))
    told = [": ".join(retold(words) for words in (group.cause, group.hint) if words)]
    if group.last_row_index is not None:
        told.append(tr("last: row {index}", index=group.last_row_index))
    for words in wrap("; ".join(filter(None, told)), width - _INDENT, _LONGEST_HINT):
        yield line(" " * _INDENT, (words, "cyan"))


def _families(status: RunStatus, width: int) -> Section:
    heads = (tr("Requests to"), tr("now/s"), tr("allowed/s"), tr("sent"), tr("throttled"), tr("held"))
    rows = [_family(family) for family in status.families]
    name, *figures = (max(map(len, column)) for column in zip(heads, *rows, strict=True))
    gap = "  " if sum(figures) + 2 * len(figures) + _LEAST_NAME <= width else " "
    room = width - sum(figures) - len(gap) * len(figures)
    widths = [max(min(name, room), _LEAST_NAME), *figures]
    blocks = [
        [line((_columns(row, widths, gap), "yellow" if family.held_s >= 1 else ""))]
        for row, family in zip(rows, status.families, strict=True)
    ]
    return Section(line((_columns(heads, widths, gap), "bold")), blocks)


def _family(family: Family) -> tuple[str, ...]:
    return (
        f"  {family.family}",
        f"{family.rate_per_s:.1f}",
        tr("no limit") if family.allowed_per_s is None else f"{family.allowed_per_s:.1f}",
        str(family.sent),
        str(family.throttled),
        f"{family.held_s:.0f} s" if family.held_s >= 1 else "-",
    )


def _columns(cells: Sequence[str], widths: Sequence[int], gap: str) -> str:
    """Return *cells* in their columns, the first one to the left."""
    name = cut(line(cells[0]), widths[0]).plain
    figures = [f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return gap.join([f"{name:<{widths[0]}}", *figures])


def _changes(status: RunStatus) -> Section:
    """Return what was done to the run, the latest first."""
    blocks = []
    for change in reversed(status.control):
        at = "" if change.at is None else time_of_day(change.at, seconds=True)
        values = f" {_value(change.before)} -> {_value(change.after)}" if change.is_setting else ""
        blocks.append([line(f"  {at} {change.what}{values}  ", (change.by, "dim"))])
    return Section(line((tr("Done to it"), "bold")), blocks)


def _value(value: float | None) -> str:
    return tr("none") if value is None else f"{value:g}"
