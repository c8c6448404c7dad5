"""Lists in pages: `max`, a place to go on from, and the link to it (RFC 8288), as Webex writes it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.routing import Call

__all__ = ["PUBLIC_ORIGIN", "Page", "page_of", "whole_number"]

PUBLIC_ORIGIN = "https://webexapis.com"  # Webex writes it into links, whatever proxy a client came through


class Page(NamedTuple):
    """One page of a list, by index, and the headers that go with it."""

    indexes: list[int]
    headers: dict[str, str] | None  # None: it is the last


def page_of(call: Call, path: str, matching: Iterable[int], *, default: int, largest: int) -> Page:
    """Return the page of *matching* that the query asks for with `max` and `start`.

    matching: the indexes that the filters leave, in their order; a range is not walked through.

    Raises Refused for a `max` or `start` that is no number.
    """
    query = call.query
    start = whole_number(query, "start", 0, least=0)
    size = min(whole_number(query, "max", default, least=1), largest)
    rest = matching[start:] if isinstance(matching, range) else islice(matching, start, None)
    indexes = list(islice(rest, size + 1))
    if len(indexes) <= size:
        return Page(indexes, None)
    query = query | {"max": str(size), "start": str(start + size)}
    return Page(indexes[:size], {"Link": f'<{PUBLIC_ORIGIN}{path}?{urlencode(query)}>; rel="next"'})


def whole_number(query: dict[str, str], name: str, default: int, *, least: int) -> int:
    """Return the number in the query under *name*. Raises Refused for what is not one, or below *least*."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise Refused(400, f"{name} must be a number, {least} or more.")
    return int(text)
