"""`actions`: the catalogue of what can be done, from the action modules themselves."""

from __future__ import annotations

import json
from typing import Any

import click

__all__ = ["actions"]


@click.command()
@click.argument("name", required=False)
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
            click.echo(f"{entry['name']:<{width}}  {entry['summary']}")


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
    click.echo(f"{entry['name']}: {entry['summary']}\n\n{entry['description']}\n")
    click.echo(f"columns of {entry['file']} (or global.csv, or --set):")
    width = max(len(" or ".join(column["names"])) for column in entry["columns"])
    for column in entry["columns"]:
        need = "required" if column["required"] else "optional"
        click.echo(
            f"  {' or '.join(column['names']):<{width}}  {need}  {column['description'] or ''}".rstrip()
        )
    click.echo(f"scopes: {' '.join(entry['scopes'])}")
