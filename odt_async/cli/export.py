"""`export`: what the organisation has, as CSV files."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import click

from odt_async.cli.manual import Documented
from odt_async.cli.sandbox import fault_option
from odt_async.errors import InputError, OutputFailed, RowError
from odt_async.language import retold, tr, trn
from odt_async.sandbox.faults import Faults, parse_faults

if TYPE_CHECKING:  # nothing heavy is imported before the arguments are valid
    from odt_async.settings import Settings

__all__ = ["LISTS", "export"]


class _Screen(NamedTuple):
    """Where an operator sees what is going on."""

    show: Callable[[str, int], None]  # the list at work, and its rows so far
    say: Callable[[str], None]  # a line that stays


LISTS = ("people", "locations", "workspaces", "licenses", "route-groups", "trunks", "numbers")

_ENCODING = "utf-8-sig"  # spreadsheets take a file without the mark for something else


@dataclass(frozen=True, slots=True)
class _Exported:
    """How one list went; the fields of the JSON summary."""

    list: str
    file: str | None  # None: not written
    rows: int
    pages: int
    elapsed_s: float
    error: str | None


@click.command(cls=Documented)
@click.argument("lists", nargs=-1, type=click.Choice(LISTS), metavar="[LIST]...")
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".artifacts/exports"),
    show_default=True,
    help="Folder of the CSV files; files of an earlier export are replaced.",
)
@click.option("--org-id", help="Organisation.  [default: the token's own]")
@click.option(
    "--calling-data",
    is_flag=True,
    help="People with their location: 100 a page instead of 1000, and slower ones.",
)
@click.option("--rate", type=float, help="Requests a second, at most.  [default: what Webex allows]")
@click.option("--base-url", help="scheme://host:port instead of https://webexapis.com.")
@click.option("--sandbox", is_flag=True, help="Export a simulated Webex in this process; no token.")
@fault_option
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON to stdout.")
def export(
    *,
    lists: tuple[str, ...],
    output_dir: Path,
    org_id: str | None,
    calling_data: bool,
    rate: float | None,
    base_url: str | None,
    sandbox: bool,
    faults: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write what the organisation has as CSV files.

    LIST is people, locations, workspaces, licenses, route-groups, trunks or numbers; without one, all of them are
    written. The columns are those of the older exports, so that the folder can be given to --input-dir.

    A file appears under its name when it is complete, and only its owner can read it. A list that Webex refuses
    is named, the others are still written, and the exit code is 1.
    """
    from odt_async.settings import Settings  # noqa: PLC0415

    if faults and not sandbox:
        raise InputError("--fault is for the simulated Webex: add --sandbox")
    simulated = parse_faults(faults) if sandbox else None
    settings = Settings.load(base_url=base_url, rate=rate)
    if simulated is None:
        settings.check_credentials()
    import asyncio  # noqa: PLC0415

    from odt_async.runner.event_loop import loop_factory  # noqa: PLC0415

    wanted = [name for name in LISTS if name in lists or not lists]
    exporting = _export(wanted, output_dir, settings, simulated, org_id=org_id, calling_data=calling_data)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        exported = runner.run(exporting)
    if as_json:
        summary = {
            "output_dir": str(output_dir),
            "org_id": org_id,
            "lists": [asdict(one) for one in exported],
        }
        click.echo(json.dumps(summary, indent=2))
    sys.exit(1 if any(one.error for one in exported) else 0)


async def _export(
    lists: list[str],
    output_dir: Path,
    settings: Settings,
    faults: Faults | None,
    *,
    org_id: str | None,
    calling_data: bool,
) -> list[_Exported]:
    """Write the *lists* one after another and return how each went."""
    from odt_async.cli.simulation import reachable  # noqa: PLC0415
    from odt_async.runner.connection import connected  # noqa: PLC0415
    from odt_async.webex.inventory import read_inventory  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(reachable(settings, faults))
        webex = await stack.enter_async_context(connected(settings))
        screen = stack.enter_context(_screen())
        exported = []
        for name in lists:
            pages = read_inventory(webex.api.session, name, org_id=org_id, calling_data=calling_data)
            exported.append(await _write_list(name, pages, output_dir, screen))
    return exported


async def _write_list(
    name: str, pages: AsyncIterator[list[tuple[str, ...]]], output_dir: Path, screen: _Screen
) -> _Exported:
    """Write one list, if Webex gives it; a failure is told and returned. Raises OutputFailed."""
    from aiohttp import ClientError  # noqa: PLC0415
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    from odt_async.runner.failure import failure_of  # noqa: PLC0415
    from odt_async.webex.inventory import INVENTORIES  # noqa: PLC0415

    path = output_dir / f"{name.replace('-', '_')}.csv"
    started = time.monotonic()
    rows = read = 0
    failure = None
    try:
        with _whole_file(path) as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(INVENTORIES[name].columns)
            async for page in pages:
                table.writerows(page)
                rows, read = rows + len(page), read + 1
                screen.show(name, rows)
    except (AsRestError, ClientError, RowError) as error:
        failure = failure_of(error).text
    elapsed_s = round(time.monotonic() - started, 1)
    if failure is None:
        told = trn(
            "written {path}: {count} row in {seconds} s",
            "written {path}: {count} rows in {seconds} s",
            rows,
            path=path,
            seconds=elapsed_s,
        )
        screen.say(told)
    else:
        screen.say(tr("{name}: nothing written, {failure}", name=name, failure=retold(failure)))
    return _Exported(name, None if failure else str(path), rows, read, elapsed_s, failure)


@contextmanager
def _whole_file(path: Path) -> Iterator[TextIO]:
    """Yield a file, its owner's alone, that takes the name *path* at the end; on the way out of an error it goes.

    Raises OutputFailed.
    """
    from aiohttp import ClientError  # noqa: PLC0415

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".partial", dir=path.parent)
        try:
            with open(descriptor, "w", encoding=_ENCODING, newline="") as file:  # noqa: PTH123 - no path yet
                yield file
                file.flush()
                os.fsync(descriptor)
            Path(partial).replace(path)
        except BaseException:  # an interrupt, too, must not leave half a file behind
            Path(partial).unlink(missing_ok=True)
            raise
    except ClientError:  # some of them are OSErrors
        raise
    except OSError as error:
        raise OutputFailed("{path} cannot be written: {reason}", path=path, reason=error.strerror) from error


@contextmanager
def _screen() -> Iterator[_Screen]:
    """Yield stderr as a screen; only a terminal shows the list at work."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield _Screen(lambda _name, _rows: None, partial(click.echo, err=True))
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:.0f}"))
    with Progress(
        *columns, TimeElapsedColumn(), console=console, redirect_stdout=False, transient=True
    ) as bar:
        task = bar.add_task("", total=None)
        yield _Screen(
            lambda name, rows: bar.update(task, description=name, completed=rows),
            partial(console.print, highlight=False, markup=False, soft_wrap=True),
        )
