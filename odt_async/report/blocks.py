"""Data inside a page: JSON that no cell can break out of, in blocks that are made while they are written.

A block is `{"p": "Y2lz", "r": [...]}`: its rows, and what the ids in them begin with, which is left out there. The
ids of one kind begin alike for 30 characters and more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson
from markupsafe import Markup

__all__ = ["blocks", "embedded"]

_ROWS = 2000  # of one block
# `<` could end the script element that holds it, or begin a comment; the others are line ends to older JavaScript
_ESCAPES = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def embedded(value: Any) -> Markup:
    """Return *value* as JSON for a script element that is data: it has no character that HTML heeds."""
    return Markup(orjson.dumps(value, default=str).decode().translate(_ESCAPES))  # noqa: S704 - just made safe


def blocks(rows: Iterable[list[Any]], ids: int) -> Iterator[Markup]:
    """Yield *rows* in blocks; *ids* is the column of the ids."""
    unread = iter(rows)
    while block := list(islice(unread, _ROWS)):
        shared = _beginning(min(row[ids] for row in block), max(row[ids] for row in block))
        for row in block:
            row[ids] = row[ids][len(shared) :]
        yield embedded({"p": shared, "r": block})


def _beginning(first: str, last: str) -> str:
    """Return what both begin with, and so does whatever sorts between them."""
    for place, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            return first[:place]
    return min(first, last, key=len)
