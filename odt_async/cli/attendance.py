"""Who else follows a run: those that are told of it, and Prometheus; none of them can harm it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from odt_async.errors import OdtError, exit_code_of
from odt_async.language import tr
from odt_async.settings import Settings

if TYPE_CHECKING:
    from odt_async.alerts import Channel
    from odt_async.metrics import MetricsFile
    from odt_async.redaction import Redactor
    from odt_async.runner.active import RunResult
    from odt_async.runner.observer import Observer

__all__ = ["Attendance", "attended"]

_LEAST_SECRET = 12  # characters: nobody guesses as many, and fewer stand in our own records, `x` or `hook`


class Attendance:
    """Those that follow one run.

    observers: to be told what the run tells its screen.
    """

    def __init__(self) -> None:
        self.observers: list[Observer] = []
        self._ends: list[Callable[[RunResult, int], None]] = []
        self._failures: list[Callable[[OdtError, int], None]] = []
        self._urls: list[str] = []
        self._channels: list[Channel] = []
        self._files: list[MetricsFile] = []

    def ended(self, result: RunResult, exit_code: int) -> None:
        """Pass on how the run ended."""
        for tell in self._ends:
            tell(result, exit_code)

    def not_begun(self, error: OdtError) -> None:
        """Pass on that it could not begin."""
        for tell in self._failures:
            tell(error, exit_code_of(error))

    def keep_secret(self, redact: Redactor) -> None:
        """Have the URLs masked in all that is written."""
        for url in self._urls:
            redact.add(url)
            tail = urlsplit(url).path.rpartition("/")[2]  # what makes it a secret
            if len(tail) >= _LEAST_SECRET:
                redact.add(tail)

    def say_what_failed(self) -> None:
        """Say on the screen who could not be told, a line for each."""
        for channel in self._channels:
            if channel.failure is not None:
                line = tr("could not notify {url}: {reason}", url=channel.shown, reason=channel.failure)
                click.echo(line, err=True)
        for file in self._files:
            if file.failure is not None:
                click.echo(tr("--metrics-file: {reason}", reason=file.failure), err=True)

    async def notify(self, settings: Settings, script_name: str, stack: AsyncExitStack) -> None:
        """Have the URLs of *settings* told until *stack* is left."""
        if not settings.notify:
            return
        from odt_async.alerts import Channel, Notifier, deliver_all  # noqa: PLC0415

        self._urls = [url.get_secret_value() for url in settings.notify]
        self._channels = [Channel(url) for url in self._urls]
        await stack.enter_async_context(deliver_all(self._channels))
        notifier = Notifier(self._channels, script_name=script_name, failures=settings.notify_failures)
        self.observers.append(notifier)
        self._ends.append(notifier.ended)
        self._failures.append(notifier.not_begun)

    def measure(self, settings: Settings, stack: AsyncExitStack) -> None:
        """Have the run's figures in the file and at the port of *settings* until *stack* is left.

        Raises InputError or OutputFailed when that cannot be.
        """
        if settings.metrics_file is None and settings.metrics_port is None:
            return
        from odt_async.metrics import MetricsFile, MetricsWatcher, served  # noqa: PLC0415

        watcher = MetricsWatcher(self._write_files)
        if settings.metrics_file is not None:
            file = MetricsFile(settings.metrics_file, watcher)
            file.write()  # before anything is sent, it is known whether it can be
            self._files.append(file)
        if settings.metrics_port is not None:
            url = stack.enter_context(served(watcher, settings.metrics_port, settings.metrics_address))
            click.echo(tr("metrics: {url}", url=url), err=True)
        self.observers.append(watcher)
        self._ends.append(lambda _result, code: self._last_figures(watcher.ended, code))

    def _write_files(self) -> None:
        for file in self._files:
            file.keep()

    def _last_figures(self, take: Callable[[int], None], code: int) -> None:
        take(code)
        for file in self._files:
            file.keep(at_once=True)


@asynccontextmanager
async def attended(settings: Settings, script_name: str) -> AsyncIterator[Attendance]:
    """Yield those that *settings* want to follow the run of *script_name*; most runs are followed by nobody.

    Raises InputError or OutputFailed when one of them cannot, before anything is sent.
    """
    attendance = Attendance()
    async with AsyncExitStack() as stack:
        stack.callback(attendance.say_what_failed)
        attendance.measure(settings, stack)
        await attendance.notify(settings, script_name, stack)
        try:
            yield attendance
        except OdtError as error:
            attendance.not_begun(error)
            raise
