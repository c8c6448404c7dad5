"""An action as a script, `python -m odt_async.actions.<name>`: what its module's last lines call.

One row as `single` takes it, or all of them as `bulk` does, with one flag for every column instead of `--set`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli import CONTEXT, OneLineErrors
from odt_async.cli.bulk import bulk
from odt_async.cli.single import single
from odt_async.cli.speech import spoken_to
from odt_async.errors import InputError
from odt_async.language import retold, tr, tr_prompt, written

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from odt_async.actions import Action

__all__ = ["command_of", "main"]

_Check = Callable[[click.Context, click.Parameter, "str | None"], "str | None"]

_SHOWN_CHARACTERS = 40  # of the values that an option takes
_OF_A_COLUMN = "column_"  # what tells the values of columns from those of options


def main(file: str) -> None:
    """Run the action of the module *file* as a command of its own."""
    name = Path(file).stem
    with spoken_to(sys.argv[1:]):  # columns are described in that language
        command_of(name)(prog_name=f"python -m odt_async.actions.{name}")


def command_of(name: str) -> click.Command:
    """Return the command of the action *name*. Raises UnknownAction."""
    from odt_async import actions  # noqa: PLC0415

    action = actions.load(name)
    columns = list(_column_options(action))

    def run(*, bulk: bool, **given: Any) -> None:
        overrides = [
            f"{key.removeprefix(_OF_A_COLUMN)}={value}"
            for key, value in given.items()
            if key.startswith(_OF_A_COLUMN) and value is not None
        ]
        options = {key: value for key, value in given.items() if not key.startswith(_OF_A_COLUMN)}
        _call(name, tuple(overrides), options, all_rows=bulk)

    return OneLineErrors(
        name,
        params=[
            click.Option(["--bulk"], is_flag=True, help="Take all rows of the CSV file, not one."),
            *columns,
            *_options(),
        ],
        callback=run,
        help=f"{tr(inspect.cleandoc(action.__doc__)).partition(chr(10))[0]}\n\n{_HELP}",
        context_settings=CONTEXT,
    )


_HELP = written("""One row of the domain CSV, the first unless another one is chosen; all of them with --bulk. When the
flags alone give a whole row, and no row is chosen, no CSV file is read. Values of the flags are over those
of the domain CSV, these over global.csv, these over the defaults.""")


def _column_options(action: Action) -> Iterator[click.Option]:
    """Yield one flag for each column, under all of its names."""
    from odt_async.dataset import accepted_columns  # noqa: PLC0415

    for field, names in accepted_columns(action.Params).items():
        info = action.Params.model_fields[field]
        flags = [f"--{name.replace('_', '-')}" for name in names]
        metavar, check = _cell(info)
        yield click.Option(
            [f"{_OF_A_COLUMN}{names[0]}", *flags],
            metavar=metavar,
            callback=check,
            help=tr_prompt(info.description) if info.description else tr("Column {column}.", column=names[0]),
        )


def _cell(field: FieldInfo) -> tuple[str, _Check | None]:
    """Return what the flag's value is called, and its check where it needs no other cell of the row."""
    from typing import Annotated  # noqa: PLC0415

    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    metavar, closed = _type_name(adapter.json_schema(mode="serialization"))

    def check(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
        if value is not None:
            try:
                adapter.validate_python(value)
            except ValidationError as error:
                raise click.BadParameter(retold(error.errors(include_url=False)[0]["msg"])) from None
        return value  # as it was written: the action normalises it

    return metavar, check if closed else None


def _type_name(schema: dict[str, Any]) -> tuple[str, bool]:
    """Return what such a value is called, and whether it can be judged without the rest of the row."""
    if "$ref" in schema:
        schema = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:  # with null: a cell may be blank
        choice = next(choice for choice in schema["anyOf"] if choice.get("type") != "null")
        return _type_name({"$defs": schema.get("$defs", {}), **choice})
    if "enum" in schema:
        choices = "|".join(map(str, schema["enum"]))
        return choices if len(choices) <= _SHOWN_CHARACTERS else f"{schema['enum'][0]}|...", True
    kind = str(schema.get("type"))
    names = {"boolean": "TRUE|FALSE", "integer": "INTEGER", "array": "LIST", "object": "NAME"}
    return names.get(kind, "TEXT"), kind in {"boolean", "integer"}


def _options() -> list[click.Parameter]:
    """Return the options of both commands, each once; the flags stand in place of `--set`."""
    options = {option.name: option for command in (single, bulk) for option in command.params}
    return [option for name, option in options.items() if name not in {"action", "overrides"}]


def _call(name: str, overrides: tuple[str, ...], given: dict[str, Any], *, all_rows: bool) -> None:
    """Hand over to `bulk` or `single`. Raises InputError for an option that only the other one has."""
    target, other = (bulk, single) if all_rows else (single, bulk)
    known = {option.name for option in target.params}
    context = click.get_current_context()
    for option in other.params:
        source = context.get_parameter_source(option.name or "")
        if option.name not in known and source is click.core.ParameterSource.COMMANDLINE:
            raise InputError(
                "{option} is not for --bulk" if all_rows else "{option} is for --bulk", option=option.opts[0]
            )
    options = {key: value for key, value in given.items() if key in known}
    assert target.callback is not None  # noqa: S101 - a command of ours does something
    target.callback(action=name, overrides=overrides, **options)
