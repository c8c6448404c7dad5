"""One entry of the table of hints: what it is found by, and what it says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

__all__ = ["Entry", "Hint"]


@dataclass(frozen=True, slots=True)
class Hint:
    """What lies behind an error and what an operator can do about it: one English sentence each.

    They are stable: files and scripts may compare them, and `language.retold` says them in the reader's language.
    """

    cause: str
    cure: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A hint, for the errors that match: by Webex's number, else by HTTP status, else by the error's class.

    codes: Webex's own numbers.
    statuses: of HTTP, for what has no number or one that no entry has.
    errors: names of the classes of exceptions, for what is no answer at all.
    words: that the answer's text must have, in lower case; where one number means several things.
    """

    cause: str
    cure: str
    codes: Collection[int] = field(default=(), kw_only=True)
    statuses: Collection[int] = field(default=(), kw_only=True)
    errors: Collection[str] = field(default=(), kw_only=True)
    words: str = field(default="", kw_only=True)

    @property
    def hint(self) -> Hint:
        """What it says."""
        return Hint(self.cause, self.cure)
