"""Writes docs/catalogo.md, and the table of actions in README.md, from the action modules: `make catalogue`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odt_async import actions
from odt_async.actions import Action
from odt_async.dataset import accepted_columns
from tools.column_types import NOTATIONS, in_spanish

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "docs" / "catalogo.md"
README = ROOT / "README.md"
PIPE = r"\|"  # one that does not end a cell

_TABLE = re.compile(
    r"(?<=<!-- actions: `make catalogue` writes this table -->\n).*?(?=<!-- /actions -->)", re.DOTALL
)
_INTRODUCTION = """\
# Catálogo de acciones

Lo escribe `make catalogue` a partir del código; no se edita a mano.

Cada acción toma las filas de un fichero CSV: `ubicaciones.csv`, `usuarios.csv` o `workspaces.csv`. Una columna puede
estar en ese fichero, en `global.csv` (un valor común a todas las filas) o en la línea de órdenes
(`--set columna=valor`); la línea de órdenes manda sobre el fichero y el fichero sobre `global.csv`. Una celda en blanco
significa «dejarlo como está». Donde falta un identificador se busca por el correo o el nombre de la fila.

    odt bulk ACCIÓN --input-dir input_data --dry-run    # lee y muestra qué cambiaría; no escribe nada
    odt bulk ACCIÓN --input-dir input_data

Se puede repetir en cualquier momento: lo que ya está como se pide no se toca.
"""


def catalogue() -> str:
    """Return the whole of docs/catalogo.md."""
    ordered = _in_order_of_use()
    parts = [
        _INTRODUCTION,
        "## Orden natural de uso\n",
        *(
            f"{place}. [`{name}`](#{name}): {action.SUMMARY}"
            for place, (name, action) in enumerate(ordered, 1)
        ),
        "\n## Tipos de columna\n",
        "| tipo | se escribe |\n| --- | --- |",
        *(f"| {words} | {notation} |" for words, notation in NOTATIONS.items()),
        *(_section(name, action, place, len(ordered)) for place, (name, action) in enumerate(ordered, 1)),
    ]
    return "\n".join(parts) + "\n"


def with_table(readme: str) -> str:
    """Return the README with the table of actions as it has to be.

    Raises ValueError for one that has no place for it.
    """
    if _TABLE.search(readme) is None:
        raise ValueError("README.md has no lines <!-- actions ... --> and <!-- /actions -->")
    rows = [
        f"| `{name}` | `{actions.domain_of(name)}.csv` | {first_line(action)} | {'yes' if _undoes(action) else 'no'} |"
        for name, action in _in_order_of_use()
    ]
    table = "\n".join(["| action | file | what it does | undo |", "| --- | --- | --- | --- |", *rows])
    return _TABLE.sub(lambda _match: f"{table}\n", readme)


def first_line(action: Action) -> str:
    """Return the first line of the action's docstring."""
    return action.__doc__.partition("\n")[0]


def main() -> None:
    """Write both files."""
    CATALOGUE.parent.mkdir(exist_ok=True)
    CATALOGUE.write_text(catalogue(), "utf-8")
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")


def _in_order_of_use() -> list[tuple[str, Action]]:
    loaded = [(name, actions.load(name)) for name in actions.names()]
    return sorted(loaded, key=lambda entry: entry[1].ORDER)


def _undoes(action: Action) -> bool:
    return hasattr(action, "undo")


def _section(name: str, action: Action, place: int, of: int) -> str:
    facts = facts_of(action)
    lines = [
        f"\n## {name}\n",
        f"{action.SUMMARY}\n",
        f"- Fichero: `{actions.domain_of(name)}.csv`",
        f"- Orden de uso: {place} de {of}",
        f"- Permisos del token: {', '.join(f'`{scope}`' for scope in action.SCOPES)}",
        f"- Idempotente: {_idempotency(action, facts)}",
        f"- Se puede deshacer: {_undoing(action)}\n",
        "| columna | obligatoria | tipo | por defecto | ejemplo | qué es |",
        "| --- | --- | --- | --- | --- | --- |",
        *_columns(action),
        "\nPeticiones y límites, como los dice el código:\n",
        *(f"    {line}".rstrip() for fact in facts.values() for line in fact.splitlines()),
    ]
    return "\n".join(lines)


def facts_of(action: Action) -> dict[str, str]:
    """Return the lines of the docstring under `Reads`, `Writes`, `Idempotent`, `Undo` and `Batch`, by that word."""
    paragraph = action.__doc__.split("\n\n")[1]
    return {
        match[1]: match[0].rstrip()
        for match in re.finditer(r"^(\w+) .*?(?=^\w|\Z)", paragraph, re.DOTALL | re.MULTILINE)
    }


def _idempotency(action: Action, facts: dict[str, str]) -> str:
    if not re.match(r"Idempotent +yes\b", facts["Idempotent"]):
        return "no"
    if re.match(r"Writes +nothing\b", facts["Writes"]):
        return "sí; no escribe nada"
    if getattr(action, "CREATES", False):
        return "sí; antes de crear busca si ya existe, y lo que existe se deja como está"
    return "sí; lee antes de escribir, y lo que ya está como se pide no se toca"


def _undoing(action: Action) -> str:
    if not _undoes(action):
        return "no"
    if getattr(action, "CREATES", False):
        return "sí; se borra lo que se creó (véanse los límites abajo)"
    return "sí; se repone lo que había antes (véanse los límites abajo)"


def _columns(action: Action) -> Iterator[str]:
    names = accepted_columns(action.Params)
    for field, info in action.Params.model_fields.items():
        cells = [
            " o ".join(f"`{name}`" for name in names[field]),
            "sí" if info.is_required() else "no",
            in_spanish(action.Params, field),
            "" if info.is_required() else _value(info.default),
            " ".join(f"`{example}`" for example in info.examples or ()),
            info.description or "",
        ]
        yield f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"


def _value(default: Any) -> str:
    if default is None or default == ():
        return ""
    return f"`{str(default).upper() if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    main()
