"""The difference between a state and a change, as an operator reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from odt_async.language import written

__all__ = ["as_json", "compare", "diff", "in_words"]

_SHOWN = 5  # differences in a message
_LONGEST = 80  # characters of a value there


def as_json(value: Any) -> Any:
    """Return *value*, plain JSON or a model of the SDK, as plain JSON with Webex's own names."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return value


def diff(before: Any, change: Any) -> dict[str, tuple[Any, Any]]:
    """Return dotted path -> (before, after) of everything in *change* that is not so in *before*.

    What *change* does not name stays as it is and is no difference; lists are compared whole.
    """
    return dict(_differences("", before, change))


def compare(one: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    """Return dotted path -> (one, other) of everything that is not the same, whichever of the two names it."""
    back = {path: (first, second) for path, (second, first) in diff(other, one).items()}
    return back | diff(one, other)


def in_words(differences: Mapping[str, tuple[Any, Any]], first: str, second: str) -> str:
    """Return *differences* for a message: of each field what *first* and what *second* has."""
    shown = [
        f"{path or 'all'}: {first} {_value(one)}, {second} {_value(other)}"
        for path, (one, other) in list(differences.items())[:_SHOWN]
    ]
    if len(differences) > _SHOWN:
        shown.append(written("and {count} more", count=len(differences) - _SHOWN))
    return "; ".join(shown)


def _value(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(after, Mapping):
        known = before if isinstance(before, Mapping) else {}
        for key, value in after.items():
            yield from _differences(f"{path}.{key}" if path else str(key), known.get(key), value)
    elif before != after:
        yield path, (before, after)
