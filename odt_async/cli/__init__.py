"""The command line: the only package that prints or exits. Each command is imported when it is called."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

import click

from odt_async import __version__
from odt_async.cli.streams import lasting_streams
from odt_async.errors import InputError, NotAuthorised, OdtError, RunStopped

__all__ = ["CONTEXT", "EXIT_CODES", "OneLineErrors", "cli", "exit_code_of", "main"]

_COMMANDS = {
    "actions": "catalogue",
    "bench": "bench",
    "bulk": "bulk",
    "check": "check",
    "ctl": "ctl",
    "export": "export",
    "launch": "launch",
    "plan": "plan",
    "sandbox": "sandbox",
    "single": "single",
    "undo": "undo",
}  # name -> module beside this one

EXIT_CODES = """\b
Exit codes
  0    all rows well: applied or unchanged (dry run: nothing to change)
  1    some rows failed
  2    bad usage or input, or not confirmed; nothing was sent
  3    stopped: --fail-fast, --max-..., `odt ctl stop`, or a file that cannot be written
  4    not authorised
  5    dry run: changes pending
  130  interrupted (143 for SIGTERM); in-flight rows were finished"""


CONTEXT = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
    "token_normalize_func": lambda token: token.replace("_", "-"),  # --input_dir is --input-dir
}


class OneLineErrors(click.Command):
    """A command whose expected errors are one line and an exit code: no traceback reaches the screen."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, and end the program on an error."""
        try:
            with lasting_streams():
                return super().invoke(ctx)
        except OdtError as error:
            click.echo(f"odt: {error}", err=True)
            sys.exit(exit_code_of(error))
        except KeyboardInterrupt:  # a run that has begun heeds signals itself
            click.echo("odt: interrupted", err=True)
            sys.exit(128 + signal.SIGINT)


class _LazyGroup(OneLineErrors, click.Group):
    """Knows its commands by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"odt_async.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


def exit_code_of(error: OdtError) -> int:
    """Return the exit code that *error* ends the program with."""
    if isinstance(error, InputError):
        return 2
    if isinstance(error, RunStopped):
        return 3
    if isinstance(error, NotAuthorised):
        return 4
    return 1


@click.group(
    cls=_LazyGroup,
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
