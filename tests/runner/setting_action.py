"""A whole action in a few lines, and the remote that it works on: what the tests of a row are played with."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from odt_async.errors import AmbiguousWrite
from odt_async.model import ActionParams, Outcome
from odt_async.runner.backoff import BackoffPolicy
from odt_async.runner.resume import History
from odt_async.runner.row import Job, Resolver, RowRunner
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl, read_changes
from odt_async.webex.calls import current_row
from tests.runner.building import make_log, make_policy, make_row

HASH = "ab" * 16
READ_S = 1.0  # what the remote takes for it
WRITE_S = 2.0


class Fate(NamedTuple):
    """What becomes of one write."""

    processed: bool = True
    error: Exception | None = None


LOST_ON_THE_WAY = Fate(processed=False, error=AmbiguousWrite("ServerDisconnectedError"))
ANSWER_LOST = Fate(processed=True, error=AmbiguousWrite("ServerDisconnectedError"))


class Remote:
    """What stands where the SDK's API stands: a setting for each person.

    fates: of the next writes; those after them succeed.
    """

    def __init__(self, settings: dict[str, str | None], fates: tuple[Fate, ...] = ()) -> None:
        self.settings = settings
        self.fates = deque(fates)
        self.calls: list[str] = []
        self.visible_after_reads = 0  # how many reads more a creation takes to be seen
        self.before_read: Callable[[str], None] = lambda _person: None
        self.before_write: Callable[[str], None] = lambda _person: None

    async def read(self, person: str) -> str | None:
        await self._called("read", READ_S)
        self.before_read(person)
        if self.visible_after_reads:
            self.visible_after_reads -= 1
            return None
        return self.settings.get(person)

    async def write(self, person: str, value: str) -> None:
        await self._called("write", WRITE_S)
        self.before_write(person)
        fate = self.fates.popleft() if self.fates else Fate()
        if fate.processed:
            self.settings[person] = value
        if fate.error is not None:
            raise fate.error

    async def _called(self, name: str, seconds: float) -> None:
        record = current_row.get()
        assert record is not None
        if name == "write" and record.before_write is not None:  # as the session does
            announce, record.before_write = record.before_write, None
            await announce()
        record.attempts += 1  # as the session counts the requests that it sends
        self.calls.append(name)
        await asyncio.sleep(seconds)
        record.tracking_id = f"T{len(self.calls)}"


class Params(ActionParams):
    """What the action eats."""

    person: str
    wanted: str

    @property
    def entity_id(self) -> str:
        return self.person


class SettingAction:
    """Gives a person a setting. An action proper is a module with these names."""

    CREATES = False

    async def read(self, api: Remote, params: Params) -> dict[str, str] | None:
        value = await api.read(params.person)
        return None if value is None else {"value": value}

    def plan(self, state: dict[str, str] | None, params: Params) -> dict[str, str] | None:
        change = {"value": params.wanted}
        return None if state == change else change

    async def apply(self, api: Remote, params: Params, change: dict[str, str]) -> None:
        await api.write(params.person, change["value"])


class CreatingAction(SettingAction):
    """The same, where the setting is something new that a read may not show at once."""

    CREATES = True


class AsGiven:
    """A directory that has nothing to fill in."""

    async def resolve(self, params: ActionParams) -> ActionParams:
        return params


def make_job(index: int = 0, *, person: str = "ana", wanted: str = "53100") -> Job:
    return Job.of(make_row(index), Params(person=person, wanted=wanted), HASH)


@contextmanager
def open_runner(
    folder: Path,
    remote: Remote,
    *,
    action: SettingAction | None = None,
    directory: Resolver | None = None,
    history: History | None = None,
    dry_run: bool = False,
    max_retries: int = 12,
    max_elapsed_s: float = 1800.0,
    lines: list[bytes] | None = None,
) -> Iterator[RowRunner]:
    """Yield a runner whose journal is *folder*/changes.jsonl."""
    with GroupSync() as sync, ChangesJsonl(folder / "changes.jsonl", sync) as changes:
        yield RowRunner(
            action=cast("Any", action or SettingAction()),
            api=cast("Any", remote),
            policy=make_policy(backoff=BackoffPolicy(max_retries=max_retries)),
            directory=directory or AsGiven(),
            changes=None if dry_run else changes,
            history=history or History(),
            max_elapsed_s=max_elapsed_s,
            log=make_log(lines),
        )


async def carry_out(folder: Path, remote: Remote, **options: Any) -> Outcome:
    """Take the row "ana wants 53100" to its outcome; *options* are those of `open_runner`."""
    with open_runner(folder, remote, **options) as runner:
        return await runner.run(make_job())


def failure_type(outcome: Outcome) -> str | None:
    return outcome.failure.type if outcome.failure else None


def journal(folder: Path) -> list[tuple[str, Any]]:
    """Return the journalled events: an intent with the state before it, a done with what was written."""
    return [
        (line["event"], line["before"] if line["event"] == "intent" else line["written"])
        for _offset, line in read_changes(folder / "changes.jsonl")
    ]
