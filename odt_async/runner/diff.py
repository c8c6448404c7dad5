"""The difference between a state and a change, as an operator reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["as_json", "diff"]


def as_json(value: Any) -> Any:
    """Return *value*, a model of the SDK or plain JSON, as plain JSON with Webex's own names."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value


def diff(before: Any, change: Any) -> dict[str, tuple[Any, Any]]:
    """Return dotted path -> (before, after) of everything in *change* that is not so in *before*.

    What *change* does not name stays as it is and is no difference; lists are compared whole.
    """
    return dict(_differences("", before, change))


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(after, Mapping):
        known = before if isinstance(before, Mapping) else {}
        for key, value in after.items():
            yield from _differences(f"{path}.{key}" if path else str(key), known.get(key), value)
    elif before != after:
        yield path, (before, after)
