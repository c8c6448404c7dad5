"""What an action may declare beside `read` and `apply`: calls that serve several rows at once.

The rows of such a call share its *key*; what comes of it is told for each row by the row's number, never by its
place in the answer. How rows meet, and what happens when a call is refused, is the runner's business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["Item", "ReadBatch", "Results", "Unfinished", "WriteBatch"]

# row -> None when its change is made, or why it is not; a row that is not in it: nobody knows, read it again
Results = Mapping[int, Exception | None]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a call that writes."""

    row: int  # its number
    params: Any
    change: Any


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Webex took the call and is still at it: *ask* again later."""

    ask: Callable[[], Awaitable[Results | Unfinished]]


def _one(_change: Any) -> int:
    return 1


def _entity(params: Any) -> Iterable[str]:
    return (params.entity_id,)


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A call, or a few, that read the state of several rows."""

    size: int  # rows, at most
    key: Callable[[Any], str]  # params, before or after look-ups -> what the rows of a call have in common
    # row -> params; gives row -> state, and leaves out whom it cannot tell: they are read one by one
    read: Callable[[AsWebexSimpleApi, Mapping[int, Any]], Awaitable[Mapping[int, Any]]]


@dataclass(frozen=True, slots=True)
class WriteBatch:
    """A call that writes the changes of several rows.

    things: what a row is about. Rows about the same thing wait for each other, in the order of the file; only
        rows about different things are ever in one call.
    """

    size: int  # the sum of the weights, at most
    key: Callable[[Any], str]  # as of `ReadBatch`
    write: Callable[[AsWebexSimpleApi, Sequence[Item]], Awaitable[Results | Unfinished]]
    weight: Callable[[Any], int | None] = _one  # of a change; None: it is written by `apply`, alone
    things: Callable[[Any], Iterable[str]] = _entity  # of params
