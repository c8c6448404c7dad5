"""The command line: the only package that prints or exits. Each command is imported when it is called."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import click

from odt_async import __version__
from odt_async.cli.lazy_group import LazyGroup
from odt_async.cli.manual import Documented
from odt_async.cli.speech import lang_option, said, spoken_to
from odt_async.cli.streams import lasting_streams
from odt_async.errors import InputError, OdtError, exit_code_of
from odt_async.language import retold, tr, written

__all__ = ["CONTEXT", "EXIT_CODES", "OneLineErrors", "cli", "main"]

EXIT_CODES = written("""\b
Exit codes
  0    all rows well: applied or unchanged (dry run: nothing to change)
  1    some rows failed
  2    bad usage or input, or not confirmed; nothing was sent
  3    stopped: --fail-fast, --max-..., `odt ctl stop`, or a file that cannot be written
  4    not authorised
  5    dry run: changes pending
  130  interrupted (143 for SIGTERM); in-flight rows were finished""")


CONTEXT = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
    "token_normalize_func": lambda token: token.replace("_", "-"),  # --input_dir is --input-dir
}


class OneLineErrors(Documented):
    """A command whose expected errors are one line and an exit code: no traceback reaches the screen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(lang_option())

    def main(self, args: Sequence[str] | None = None, *more: Any, **named: Any) -> Any:
        """Run it in the language that is asked for."""
        with spoken_to(sys.argv[1:] if args is None else args):
            return super().main(args, *more, **named)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language that is spoken."""
        super(OneLineErrors, said(self)).format_help(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, and end the program on an error."""
        try:
            with lasting_streams():
                return super().invoke(ctx)
        except OdtError as error:
            _end_with(error)
        except PermissionError as error:  # what a run leaves is for its owner alone
            if error.filename is None:
                raise
            _end_with(InputError("{file} cannot be read: {why}", file=error.filename, why=error.strerror))
        except KeyboardInterrupt:  # a run that has begun heeds signals itself
            click.echo(f"odt: {tr('interrupted')}", err=True)
            sys.exit(128 + signal.SIGINT)


def _end_with(error: OdtError) -> NoReturn:
    click.echo(f"odt: {retold(str(error))}", err=True)
    sys.exit(exit_code_of(error))


class _Commands(OneLineErrors, LazyGroup):
    """The commands of the program."""

    lazy: ClassVar[Mapping[str, str]] = {
        "actions": "catalogue:actions",
        "bench": "bench:bench",
        "bulk": "bulk:bulk",
        "check": "check:check",
        "completion": "completion:completion",
        "ctl": "ctl:ctl",
        "export": "export:export",
        "launch": "launch:launch",
        "plan": "plan:plan",
        "report": "report:report",
        "runs": "runs:runs",
        "sandbox": "sandbox:sandbox",
        "single": "single:single",
        "undo": "undo:undo",
        "watch": "watch:watch",
    }


@click.group(
    cls=_Commands,
    epilog=EXIT_CODES,
    context_settings=CONTEXT,
)
@click.version_option(__version__, prog_name="odt")
def cli() -> None:
    """Take thousands of CSV rows through one action of Webex Calling, every row accounted for.

    \b
    Try it without a token:
      odt sandbox --write-input /tmp/sample --rows 500
      odt bulk usuarios_configurar_desvio_prefijo53 --sandbox --input-dir /tmp/sample
    """  # noqa: D301 - \b is click's, not ours


def main() -> None:
    """Run the command line."""
    try:
        cli(prog_name="odt")
    finally:  # all is said and done: what is left of the process must not end otherwise
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
