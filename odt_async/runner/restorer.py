"""Puts back what a run has changed, row by row, where nobody else has changed it since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import orjson

from odt_async.errors import AmbiguousWrite, ChangedSince, WriteRefused
from odt_async.events import json_line
from odt_async.model import Status
from odt_async.runner.diff import as_json, compare, diff, in_words
from odt_async.runner.row import Job, RowRunner
from odt_async.webex.calls import Attempts

if TYPE_CHECKING:
    from odt_async.runner.journal import Change, Journal
    from odt_async.webex.calls import CallRecord

__all__ = ["Restorer"]


class Restorer(RowRunner):
    """Takes the rows of *journal* back.

    A dry run goes as far as the first write of each row, so that it finds out what the API cannot take back.
    """

    def __init__(self, journal: Journal, **rest: Any) -> None:
        super().__init__(**rest)
        self._journal = journal
        self._rehearsed: set[str] = set()  # entities of which a later change would be taken back first

    async def _carry_out(self, job: Job, record: CallRecord) -> dict[str, Any]:
        """Return status, before and change. Raises ChangedSince for what is not as the run left it."""
        recorded = self._journal.change_of(job.row)
        begun = self._history.was_begun(job.payload_hash)  # by an earlier undo, which did not see the end
        state = await self._action.read(self._api, job.params)
        shown = _as_recorded(as_json(state))
        if _folded(shown) == _folded(recorded.before):
            if not begun or self._changes is None:
                return {"status": Status.UNCHANGED}
            before = self._history.before(job.payload_hash)
            return self._applied(job, record, before, shown, noted=False)
        if begun:
            _check_explained(shown, self._history.before(job.payload_hash), recorded.before)
        elif job.params.entity_id not in self._rehearsed:
            self._check_untouched(job, state, shown, recorded)
        if self._changes is None:
            return await self._rehearse(job, record, shown, recorded)
        self._note_intent(job, shown, recorded.before)
        await self._put_back(job, record, recorded.before)
        return self._applied(job, record, shown, recorded.before, noted=True)

    def _check_untouched(self, job: Job, state: Any, shown: Any, recorded: Change) -> None:
        change = self._action.plan(state, job.params)
        if change is not None:
            differences = diff(shown, as_json(change))
        elif _repeats(recorded.before, recorded.written):
            # the write was of the whole state, and so is the undoing: no field may have changed
            differences = {
                path: (now, then)
                for path, (now, then) in diff(shown, recorded.written).items()
                if _folded(now) != _folded(then)
            }
        else:
            return
        if change is not None or differences:
            raise _changed_since(differences)

    async def _rehearse(self, job: Job, record: CallRecord, shown: Any, recorded: Change) -> dict[str, Any]:
        record.rehearsal = True
        try:
            await self._undo(job, recorded.before)
        except WriteRefused:
            self._rehearsed.add(job.params.entity_id)
            return {
                "status": Status.PLANNED,
                "before": shown,
                "change": recorded.before,
                "diff": compare(shown, recorded.before),
            }
        finally:
            record.rehearsal = False
        return {"status": Status.UNCHANGED}

    async def _put_back(self, job: Job, record: CallRecord, before: Any) -> None:
        """Undo, again and again while the fate of a write is unknown: each begins with what is there now."""
        attempts = Attempts(self._policy)
        while True:
            try:
                await self._send(record, self._undo(job, before))
            except AmbiguousWrite as doubt:
                await self._before_reading_again(doubt, attempts.failed(), record)
            else:
                return

    async def _undo(self, job: Job, before: Any) -> None:
        await cast("Any", self._action).undo(self._api, job.params, before)


def _check_explained(shown: Any, found: Any, before: Any) -> None:
    """See that *shown* is between what an interrupted undo *found* and the state *before* that it was restoring.

    Raises ChangedSince for anything that is neither of the one nor of the other.
    """
    if not _is_between(_folded(shown), _folded(found), _folded(before)):
        raise _changed_since(compare(shown, found))


def _is_between(now: Any, one: Any, other: Any) -> bool:
    if now in (one, other):
        return True
    if isinstance(now, Mapping):
        known, wanted = (side if isinstance(side, Mapping) else {} for side in (one, other))
        keys = now.keys() | (known.keys() & wanted.keys())
        return all(_is_between(now.get(key), known.get(key), wanted.get(key)) for key in keys)
    if isinstance(now, list):
        first, second = (side if isinstance(side, list) else [] for side in (one, other))
        return all(item in first or item in second for item in now) and all(
            item in now for item in first if item in second
        )
    return False


def _changed_since(differences: Mapping[str, tuple[Any, Any]]) -> ChangedSince:
    words = in_words(differences, "now", "then")
    return ChangedSince("somebody has changed it since; it is left alone ({words})", words=words)


def _as_recorded(value: Any) -> Any:
    """Return *value* as it comes back out of a journal."""
    return orjson.loads(json_line({"value": value}))["value"]


def _repeats(before: Any, written: Any) -> bool:
    """Tell whether *written* names everything that *before* does, so that it is the state it left."""
    if isinstance(before, Mapping):
        return isinstance(written, Mapping) and all(
            key in written and _repeats(value, written[key]) for key, value in before.items()
        )
    if isinstance(before, list):
        return (
            isinstance(written, list) and len(before) == len(written) and all(map(_repeats, before, written))
        )
    return not isinstance(written, Mapping | list)


def _folded(value: Any) -> Any:
    """Return *value* as it compares: Webex may show a number with spaces, and false or nothing not at all."""
    if isinstance(value, Mapping):
        items = {key: _folded(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not None} or None
    if isinstance(value, list):
        return [_folded(item) for item in value] or None
    if isinstance(value, str):
        return value.replace(" ", "").replace("-", "") or None
    return value or None
