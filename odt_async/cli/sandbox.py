"""`sandbox`: serve the simulated Webex on a port, or write CSV files about its people."""

from __future__ import annotations

import signal
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odt_async.cli.completion import complete_faults
from odt_async.cli.manual import Documented
from odt_async.errors import InputError
from odt_async.language import tr, trn, written
from odt_async.sandbox.entities import SandboxSettings
from odt_async.sandbox.faults import Faults, faults_help, parse_faults

if TYPE_CHECKING:  # the server imports aiohttp; only serving pays for it
    from odt_async.sandbox.app import Sandbox
    from odt_async.sandbox.journal import Journal

__all__ = ["fault_option", "sandbox"]

_DEFAULTS = SandboxSettings()
_HELP = written("""Serve a simulated Webex Calling on 127.0.0.1, until Ctrl-C.

It answers as Webex does, over real HTTP, for an organisation of invented people. The same --seed always
gives the same people, ids and token. What goes wrong, and how often, is said with --fault.

With --write-input it serves nothing: it writes global.csv, ubicaciones.csv, usuarios.csv and workspaces.csv
about the same people into a folder, and ends.

\b
Faults
{faults}

A share is of requests (of people, for forwarding-4003 and no-calling). A request that is repeated gets
through after a few failures, unless the share is 100%. Which requests fail follows from --seed.

While it serves, `PUT /_sandbox/faults` with a JSON list of NAME=VALUE replaces all faults ([] ends them), `POST
/_sandbox/expire` ends all access tokens, `GET /_sandbox/journal` tells what was asked, and `POST /_sandbox/reset`
counts anew. None of them needs a token.""")

fault_option = click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=complete_faults,
    help="What goes wrong in the sandbox, such as 5xx=2%; may be repeated. `sandbox --help` lists all.",
)


class _Sandbox(Documented):
    """Its help ends in the faults that it knows."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help with the table of faults in it."""
        whole = copy(self)
        whole.help = (self.help or "").replace("{faults}", faults_help())
        super(_Sandbox, whole).format_help_text(ctx, formatter)


@click.command(cls=_Sandbox, help=_HELP)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any free port."
)
@click.option("--people", type=int, default=_DEFAULTS.people, show_default=True, help="How many people.")
@click.option(
    "--locations", type=int, default=_DEFAULTS.locations, show_default=True, help="How many locations."
)
@click.option(
    "--workspaces", type=int, default=_DEFAULTS.workspaces, show_default=True, help="How many workspaces."
)
@click.option(
    "--seed", type=int, default=_DEFAULTS.seed, show_default=True, help="Another seed, other people."
)
@fault_option
@click.option(
    "--write-input",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the four CSV files into DIR and end.",
)
@click.option("--rows", type=int, default=500, show_default=True, help="Rows of usuarios.csv.")
@click.option("--without-ids", is_flag=True, help="Leave the id columns blank: names and e-mails only.")
@click.option(
    "--new-people", is_flag=True, help="Write usuarios.csv about people who are still to be created."
)
@click.option("--force", is_flag=True, help="Overwrite CSV files that are there already.")
def sandbox(
    *,
    port: int,
    people: int,
    locations: int,
    workspaces: int,
    seed: int,
    faults: tuple[str, ...],
    write_input: Path | None,
    rows: int,
    without_ids: bool,
    new_people: bool,
    force: bool,
) -> None:
    """Serve, or write the files. Raises InputError."""
    settings = SandboxSettings(people=people, locations=locations, workspaces=workspaces, seed=seed)
    parsed = parse_faults(faults)
    if write_input is None:
        import asyncio  # noqa: PLC0415

        asyncio.run(_serve(settings, parsed, port))
        return
    from odt_async.sandbox import samples  # noqa: PLC0415

    written = samples.write_input(
        write_input, rows, settings, with_ids=not without_ids, newcomers=new_people, force=force
    )
    for path in written:
        click.echo(tr("written {path}", path=path), err=True)


async def _serve(settings: SandboxSettings, faults: Faults, port: int) -> None:
    import asyncio  # noqa: PLC0415

    from odt_async.sandbox.app import Sandbox  # noqa: PLC0415

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = Sandbox(settings, faults, port=port)
    try:
        async with server:
            _say_how_to_use(server)
            await stop.wait()
    except OSError as error:
        raise InputError(
            "cannot listen on port {port}: {reason}; choose another --port", port=port, reason=error.strerror
        ) from error
    _say_what_happened(server.journal)


def _say_how_to_use(server: Sandbox) -> None:
    click.echo(tr("simulated Webex on {url}, Ctrl-C ends it; in another terminal:", url=server.url), err=True)
    click.echo(
        tr("  export WEBEX_BASE_URL={url} WEBEX_ACCESS_TOKEN={token}", url=server.url, token=server.token),
        err=True,
    )


def _say_what_happened(journal: Journal) -> None:
    click.echo(trn("{count} request", "{count} requests", journal.total), err=True)
    for (method, route, result), count in sorted(journal.requests.items()):
        click.echo(f"  {count:>9}  {method} {route}  {result}", err=True)
    click.echo(
        tr(
            "writes: {changed_writes} changed something, {double_applies} changed nothing, "
            "{unanswered_writes} got no answer; requests inside an announced Retry-After: {total}",
            changed_writes=journal.changed_writes,
            double_applies=journal.double_applies,
            unanswered_writes=journal.unanswered_writes,
            total=journal.inside_retry_after.total(),
        ),
        err=True,
    )
