"""One chapter: a fresh organisation, work without a break, trouble by the clock, and the reckoning."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import anyio

from odt_async import actions
from odt_async.sandbox.access_tokens import AccessTokens
from tools.soak.accounts import account_of, started_at
from tools.soak.figures import Figures
from tools.soak.leavings import look_through
from tools.soak.product import ProductProcess, product
from tools.soak.reading_back import Wanted
from tools.soak.served import Served, served
from tools.soak.weather import Incident
from tools.soak.work import Pass, Work

__all__ = ["Plan", "chapter"]

_KILLED, _DRAINED = 128 + signal.SIGKILL, 128 + signal.SIGTERM
_TO_CONTINUE = {_KILLED, _DRAINED}
_WENT_TO_ITS_END = {0, 1}
_NOT_AUTHORISED = 4
_POLL_S = 0.02
_MOST_NAMED = 20  # problems of one kind


@dataclass(frozen=True, slots=True)
class Plan:
    """How a chapter goes.

    duration_s: no pass is begun after it, and nothing goes wrong any more; the pass in hand is finished.
    finish_within_s: how long that may take. rows: of the largest pass. most_passes: of each lane; None: no limit.
    """

    incidents: tuple[Incident, ...]
    duration_s: float
    rows: int
    seed: int
    finish_within_s: float = 600.0
    concurrency: int = 8
    request_timeout_s: float = 15.0  # above any freeze: what waits in a socket is answered then
    most_passes: int | None = None
    lanes: int = 2  # runs at the same time
    options: tuple[str, ...] = ()  # more words for `odt bulk`


async def chapter(plan: Plan, folder: Path) -> Figures:
    """Carry *plan* out below *folder*, which is to be empty, and return what was seen."""
    work = Work(plan.rows, plan.seed)
    async with served(work.settings, folder / "sandbox.txt") as sandbox:
        conductor = _Conductor(plan, folder, work, sandbox)
        await conductor.carry_out()
    return conductor.figures


class _Conductor:
    """Keeps the product at work and trouble coming."""

    def __init__(self, plan: Plan, folder: Path, work: Work, sandbox: Served) -> None:
        self.figures = Figures(seed=plan.seed, chapters=1)
        self._plan = plan
        self._folder = folder
        self._logs = folder / "logs"
        self._token_file = folder / "token"
        self._work = work
        self._sandbox = sandbox
        self._credentials = AccessTokens(plan.seed, None, 0.0)
        self._wanted = Wanted()
        self._processes: dict[int, ProductProcess] = {}  # by lane
        self._finished_at: list[float] = []
        self._has_token = anyio.Event()  # set but for the time between the end of one and the next
        self._started = time.monotonic()

    async def carry_out(self) -> None:
        self._logs.mkdir()
        await self._sandbox.suffer(self._work.standing_faults)
        await self._write_token()
        async with anyio.create_task_group() as group:
            group.start_soon(self._make_trouble)
            async with anyio.create_task_group() as lanes:
                for number, passes in enumerate(self._work.lanes()[: self._plan.lanes]):
                    lanes.start_soon(self._keep_working, number, islice(passes, self._plan.most_passes))
            group.cancel_scope.cancel()
        self.figures.elapsed_s = self._elapsed_s()
        self.figures.note_journal(await self._sandbox.journal())
        self.figures.note_pause(self._finished_at)
        await self._compare()
        self._look_through_files()

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._started

    async def _keep_working(self, lane: int, passes: Iterator[Pass]) -> None:
        for due in passes:
            if self._elapsed_s() >= self._plan.duration_s:
                return
            deadline_s = self._plan.duration_s + self._plan.finish_within_s - self._elapsed_s()
            with anyio.move_on_after(deadline_s) as scope:
                if not await self._pass(due, lane):
                    return
            if scope.cancelled_caught:
                self.figures.problems.append(
                    f"{due.action}: not at its end {self._plan.finish_within_s:.0f} s after the last trouble"
                )
                return

    async def _pass(self, due: Pass, lane: int) -> bool:
        """Run one pass to its end through whatever interrupts it; return whether the next one may follow."""
        folder = self._folder / "input" / f"{due.number:04d}_{due.action}"
        due.write(folder)
        code, runs = await self._run_to_its_end(due, folder, lane)
        expected = 1 if due.failing else 0
        if code != expected:
            self.figures.problems.append(f"{due.action}: exit code {code}, not {expected}, after {runs}")
        if not runs or code not in _WENT_TO_ITS_END:
            return False
        self._wanted.add(due, folder / f"{actions.domain_of(due.action)}.csv")
        self._account(due, runs)
        return True

    async def _run_to_its_end(self, due: Pass, folder: Path, lane: int) -> tuple[int, list[str]]:
        """Resume after each interruption; return the last exit code, and all the runs."""
        runs: list[str] = []
        words = [
            *("bulk", due.action, "--input-dir", str(folder), "--logs-dir", str(self._logs)),
            *("--base-url", self._sandbox.url, "--concurrency", str(self._plan.concurrency)),
            *("--request-timeout", str(self._plan.request_timeout_s), "--heartbeat-seconds", "10"),
            *self._plan.options,
        ]
        while True:
            token = self._has_token
            process = await self._run([*words, *(["--resume"] if runs else [])], due.action, lane)
            runs += [process.run] if process.run is not None else []
            # the first token of a run is not waited for: whoever starts it does that
            lacked_token = process.exit_code == _NOT_AUTHORISED and not (
                token is self._has_token and token.is_set()
            )
            if process.exit_code not in _TO_CONTINUE and not lacked_token:
                return process.exit_code, runs
            await self._has_token.wait()

    async def _run(self, words: list[str], action: str, lane: int) -> ProductProcess:
        """Start the product and return what was seen of it when it has ended."""
        began, says = time.time(), self._folder / "product.txt"
        launched = product(words, action, environment=self._secrets(), logs_dir=self._logs, says=says)
        async with launched as process:
            self._processes[lane] = process
            await process.ended()
        figures = self.figures
        figures.exit_codes[process.exit_code] += 1
        figures.peak_mb = max(figures.peak_mb, process.peak_mb)
        if process.files_at_start is not None and process.files_at_end is not None:
            figures.open_files.append((process.files_at_start, process.files_at_end))
        if process.run is not None:
            figures.runs += 1
            figures.restarts_s.append(started_at(self._logs, process.run) - began)
        return process

    def _secrets(self) -> Mapping[str, str]:
        """Return who the product is: by a token file in the first half of a cycle, as a service app after it."""
        if self._elapsed_s() % self._plan.duration_s < self._plan.duration_s / 2:
            return {"WEBEX_TOKEN_FILE": str(self._token_file)}
        return {
            "WEBEX_REFRESH_TOKEN": self._credentials.refresh_token,
            "WEBEX_CLIENT_ID": self._credentials.client_id,
            "WEBEX_CLIENT_SECRET": self._credentials.client_secret,
        }

    def _account(self, due: Pass, runs: list[str]) -> None:
        account, figures = account_of(due, self._logs, runs), self.figures
        figures.passes[due.action] += 1
        figures.rows += len(due.rows)
        figures.ok += account.ok
        figures.unchanged += account.unchanged
        figures.failed_as_due += account.failed
        figures.lost_rows += len(account.lost)
        figures.rows_twice += len(account.twice)
        figures.problems += account.problems[:_MOST_NAMED]
        self._finished_at += account.finished_at

    async def _make_trouble(self) -> None:
        with anyio.move_on_after(self._plan.duration_s - self._elapsed_s()):
            for incident in self._plan.incidents:
                await anyio.sleep(max(incident.at_s - self._elapsed_s(), 0))
                await self._do(incident)
            await anyio.sleep_forever()
        await self._sandbox.suffer(self._work.standing_faults)
        await self._write_token()  # where the time was up before the late one came

    async def _do(self, incident: Incident) -> None:
        match incident.deed:
            case "weather":
                await self._sandbox.suffer((*self._work.standing_faults, *incident.faults))
            case "kill":
                await self._interrupt(signal.SIGKILL)
            case "drain":
                await self._interrupt(signal.SIGTERM)
            case "freeze":
                await self._sandbox.freeze(incident.lasts_s)
            case "expire":
                await self._until_busy()
                self._has_token = anyio.Event()
                await self._sandbox.expire_tokens()
                await anyio.sleep(incident.lasts_s)
                await self._write_token()
        if incident.deed != "weather":
            self.figures.incidents[incident.deed] += 1

    async def _interrupt(self, number: signal.Signals) -> None:
        """Send a signal to every run that there is, once one of them is busy."""
        await self._until_busy()
        for process in self._processes.values():
            process.interrupt(number)

    async def _until_busy(self) -> None:
        while not any(process.is_busy for process in self._processes.values()):  # noqa: ASYNC110 - only looking tells
            await anyio.sleep(_POLL_S)

    async def _write_token(self) -> None:
        token = await self._sandbox.new_token(self._credentials)
        partial = self._token_file.with_suffix(".partial")
        partial.touch(0o600)
        partial.write_text(f"{token}\n", "utf-8")
        partial.replace(self._token_file)
        self._has_token.set()

    async def _compare(self) -> None:
        await self._sandbox.suffer(())
        await self._sandbox.new_token(self._credentials)
        differences = await self._wanted.differences(self._sandbox)
        self.figures.compared = len(self._wanted)
        self.figures.differences = len(differences)
        self.figures.problems += differences[:_MOST_NAMED]

    def _look_through_files(self) -> None:
        found, figures = look_through(self._logs), self.figures
        figures.row_files_mb, figures.log_files_mb = found.row_files_mb, found.log_files_mb
        figures.pauses = found.pauses
        figures.token_lines = found.token_lines
        figures.problems += found.overgrown
