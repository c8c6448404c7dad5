"""`actions`: the catalogue of what can be done, from the action modules themselves."""

from __future__ import annotations

import inspect
import json
from typing import Any

import click

from odt_async.cli.completion import complete_actions
from odt_async.cli.manual import Documented
from odt_async.language import tr, tr_prompt

__all__ = ["actions"]


@click.command(cls=Documented)
@click.argument("name", required=False, shell_complete=complete_actions)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def actions(*, name: str | None, as_json: bool) -> None:
    """List the actions in their order of use, or show the columns, scopes and properties of action NAME."""
    from odt_async import actions as registry  # noqa: PLC0415

    found = [_entry(action) for action in ([name] if name else registry.names())]
    found.sort(key=lambda entry: entry["order"])
    if as_json:
        click.echo(json.dumps(found[0] if name else found, indent=2, ensure_ascii=False))
    elif name:
        _show(found[0])
    else:
        width = max(len(entry["name"]) for entry in found)
        for entry in found:
            click.echo(f"{entry['name']:<{width}}  {tr_prompt(entry['summary'])}")


def _entry(name: str) -> dict[str, Any]:
    """Return what is to be said of one action. Raises UnknownAction."""
    from odt_async import actions as registry  # noqa: PLC0415
    from odt_async.dataset import accepted_columns  # noqa: PLC0415

    action = registry.load(name)
    fields = action.Params.model_fields
    accepted = accepted_columns(action.Params)
    return {
        "name": name,
        "order": action.ORDER,
        "summary": action.SUMMARY,
        "description": action.__doc__.strip(),
        "file": f"{registry.domain_of(name)}.csv",
        "columns": [
            {
                "names": list(accepted[field]),
                "description": info.description,
                "required": info.is_required(),
                "default": None if info.is_required() else info.default,
            }
            for field, info in fields.items()
        ],
        "scopes": list(action.SCOPES),
        "undo": hasattr(action, "undo"),
    }


def _show(entry: dict[str, Any]) -> None:
    description = tr(inspect.cleandoc(entry["description"]))
    click.echo(f"{entry['name']}: {tr_prompt(entry['summary'])}\n\n{description}\n")
    click.echo(tr("columns of {file} (or global.csv, or --set):", file=entry["file"]))
    names = [tr(" or ").join(column["names"]) for column in entry["columns"]]
    width = max(map(len, names))
    needs = [tr("required") if column["required"] else tr("optional") for column in entry["columns"]]
    need_width = max(map(len, needs))
    for name, need, column in zip(names, needs, entry["columns"], strict=True):
        what = tr_prompt(column["description"]) if column["description"] else ""
        click.echo(f"  {name:<{width}}  {need:<{need_width}}  {what}".rstrip())
    click.echo(tr("scopes: {scopes}", scopes=" ".join(entry["scopes"])))
