"""A group that imports a command when it is asked for, and no sooner: help and completion stay quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click

from odt_async.cli.speech import lang_option, said

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """Knows its commands by name; each takes `--lang`, and its help is in the language that is spoken.

    lazy: name of a command -> `module:attribute` of it in this package.
    """

    lazy: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, in the order of the alphabet."""
        del ctx
        return sorted(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name; None where there is none."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name].partition(":")
        made: click.Command = getattr(importlib.import_module(f"odt_async.cli.{module}"), attribute)
        command = said(made)
        if all(parameter.name != "lang" for parameter in command.params):
            command.params.append(lang_option())
        return command
