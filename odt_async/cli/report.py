"""`report`: writes a run as one page for a browser."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from odt_async.cli.completion import complete_runs
from odt_async.cli.manual import Documented
from odt_async.errors import InputError
from odt_async.language import LANGUAGES, choose_language, language

__all__ = ["report"]

_LANGUAGE = "es"  # of a page, whatever the locale: who reads it in the morning is not who made it


@click.command(cls=Documented)
@click.argument("run", default="latest", metavar="[RUN]", shell_complete=complete_runs)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    envvar="ODT_LANG",
    default=_LANGUAGE,
    expose_value=False,
    show_default=True,
    help="Language of the page.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it.  [default: <run>_report.html beside the run's other files]",
)
@click.option("--logs-dir", type=click.Path(), help="Where the run's files are.  [default: logs]")
def report(*, run: str, output: Path | None, logs_dir: str | None) -> None:
    """Write what became of RUN as one HTML file, and print its path.

    RUN is a run's id, the beginning of one, one of its files, or `latest`, which is also meant when nothing is
    said. The page opens without a network and needs nothing beside it: a summary, what to do next, charts of the
    whole night, errors by their cause with the rows behind each, every change with what was there before, and all
    rows, to be searched. It can also be made of a run that is under way, was interrupted or was killed, of a dry run
    and of an undo.

    It holds the personal data that the run's files hold, and only its owner can read it.
    """
    from odt_async.report import write_page  # noqa: PLC0415
    from odt_async.runs import find  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    found = find(Settings.load(logs_dir=logs_dir).logs_dir, run)
    if output is not None and not output.name:
        raise InputError("--output '' names no file")
    if output is None:
        output = next(iter(found.files.values())).with_name(f"{found.run_id}_report.html")
    choose_language(language() if _is_named(click.get_current_context()) else _LANGUAGE)
    click.echo(write_page(found, output).path)


def _is_named(context: click.Context) -> bool:
    """Tell whether somebody has named a language, behind this command's name or ahead of it."""
    sources = {each.get_parameter_source("lang") for each in (context, context.find_root())}
    return bool(sources - {None, ParameterSource.DEFAULT})
