"""The state of a run in words: what it does, until when or why, and how urgent that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from odt_async.language import retold, tr
from odt_async.screen.figures import time_of_day
from odt_async.screen.record import RunStatus

__all__ = ["PAUSED_BY_OPERATOR", "Standing", "standing"]

PAUSED_BY_OPERATOR = "paused (operator)"  # as the run calls it
_WINDOW_CLOSED = "window closed until "
_LEAST_HELD_S = 1.0
GOOD, CALM, WARNING, BAD = "green", "cyan", "yellow", "red"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state.

    word: short enough for a list. why: the rest of the sentence, empty where there is nothing to add.
    style: a colour; whoever sees none has the word.
    """

    word: str
    why: str
    style: str


def standing(status: RunStatus) -> Standing:
    """Return the state of a run."""
    return _ended(status) if status.has_ended else _under_way(status)


def _ended(status: RunStatus) -> Standing:
    code = status.exit_code
    if status.state == "killed":
        return Standing(tr("KILLED"), _killed(status), BAD)
    if status.state == "finished":
        words = tr("FINISHED")
        return Standing(words, "" if code is None else _with_code(code), BAD if code == 1 else GOOD)
    word = tr("INTERRUPTED") if status.state == "interrupted" else tr("STOPPED")
    parts = [*([] if code is None else [_with_code(code)]), *map(retold, filter(None, [status.stop_reason]))]
    return Standing(word, "; ".join(parts), BAD)


def _killed(status: RunStatus) -> str:
    if status.can_be_resumed:
        return tr("its process is gone without a report; --resume takes up what it has left")
    return tr("its process is gone without a report")


def _with_code(code: int) -> str:
    """Return the exit code and what it says."""
    meanings = {
        0: tr("all rows well"),
        1: tr("some rows failed"),
        4: tr("not authorised"),
        5: tr("dry run: changes pending"),
    }
    return tr("exit code {code}", code=code) + (f": {meanings[code]}" if code in meanings else "")


def _under_way(status: RunStatus) -> Standing:
    if status.state == "draining":
        why = tr("rows in progress are finished, no other is taken")
        return Standing(tr("DRAINING"), why, WARNING)
    if status.state == PAUSED_BY_OPERATOR or status.reason:
        return Standing(tr("PAUSED"), retold(status.reason or ""), WARNING)
    if status.state.startswith(_WINDOW_CLOSED):
        until = status.state.removeprefix(_WINDOW_CLOSED)
        why = tr("until {time}; rows are begun {window}", time=until, window=status.window or "")
        return Standing(tr("WINDOW CLOSED"), why, CALM)
    return _at_work(status)


def _at_work(status: RunStatus) -> Standing:
    if held := [family for family in status.families if family.held_s >= _LEAST_HELD_S]:
        longest = max(held, key=lambda family: family.held_s)
        return Standing(tr("HELD"), _until(status, longest.family, longest.held_s), WARNING)
    if status.total_rows and status.done >= status.total_rows:
        return Standing(tr("ENDING"), tr("every row is done; the report is being written"), CALM)
    if status.state == "running":
        return Standing(tr("RUNNING"), "", GOOD)
    return Standing(status.state.upper(), "", CALM)


def _until(status: RunStatus, family: str, held_s: float) -> str:
    if status.updated_at is None:
        return tr("{family}: Webex asks to wait {seconds} s", family=family, seconds=round(held_s))
    until = time_of_day(status.updated_at + timedelta(seconds=held_s), seconds=True)
    return tr("until {time}: Webex asks to wait ({family})", time=until, family=family)
