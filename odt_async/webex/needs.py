"""Which names a run has to look up, gathered while its rows are judged: what the directory plans with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from unicodedata import normalize

from odt_async.model import EntityKind, Lookup

__all__ = ["Needs", "normalised"]


def normalised(name: str) -> str:
    """Return the form in which names are compared: trimmed, inner white space collapsed, letter case folded.

    Composed letters too: a file from another system may hold `á` as two characters.
    """
    return normalize("NFC", " ".join(name.split())).casefold()


class Needs:
    """The distinct names of each kind and organisation; about 150 bytes each."""

    def __init__(self) -> None:
        self._names: defaultdict[tuple[EntityKind, str | None], set[str]] = defaultdict(set)

    def note(self, lookups: Iterable[Lookup]) -> None:
        """Add the names that one row looks up."""
        for lookup in lookups:
            self._names[lookup.kind, lookup.org_id].add(normalised(lookup.name))

    def names(self, kind: EntityKind, org_id: str | None) -> AbstractSet[str]:
        """Return the names, normalised; org_id: None is the organisation of the token."""
        return self._names.get((kind, org_id), frozenset())
