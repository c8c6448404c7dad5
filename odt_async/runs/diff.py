"""Two runs, row by row: what became of a row in one of them and something else in the other.

Rows are matched in a temporary database of sqlite, which lies on the disk: memory does not grow with the runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from odt_async.runs.past import PastRun
from odt_async.runs.results import read_results

__all__ = ["Difference", "Fate", "compare_runs"]

_TABLES = """
CREATE TABLE fate (
    run TEXT, hash TEXT, entity TEXT, row_index INTEGER, status TEXT, type TEXT, error TEXT,
    PRIMARY KEY (run, hash)
) WITHOUT ROWID;
CREATE TABLE pair (a TEXT PRIMARY KEY, b TEXT UNIQUE, edited INTEGER) WITHOUT ROWID;
CREATE VIEW a AS SELECT * FROM fate WHERE run = 'a';
CREATE VIEW b AS SELECT * FROM fate WHERE run = 'b';
CREATE VIEW left_a AS SELECT * FROM a WHERE status <> 'skipped' AND hash NOT IN (SELECT a FROM pair);
CREATE VIEW left_b AS SELECT * FROM b WHERE status <> 'skipped' AND hash NOT IN (SELECT b FROM pair);
"""
# skipped rows come last: a duplicate does not hide the row that it repeats
_ADD = "INSERT OR IGNORE INTO fate VALUES (?, ?, ?, ?, ?, ?, ?)"
_BY_HASH = "INSERT INTO pair SELECT hash, hash, 0 FROM a JOIN b USING (hash)"
_BY_ENTITY = """
INSERT INTO pair SELECT min(left_a.hash), min(left_b.hash), 1 FROM left_a JOIN left_b USING (entity)
WHERE entity <> '' GROUP BY entity HAVING count(*) = 1
"""
_BY_PLACE = "INSERT INTO pair SELECT left_a.hash, left_b.hash, 1 FROM left_a JOIN left_b USING (row_index)"
_DIFFERING = """
SELECT a.row_index, a.entity, a.status, a.type, a.error, b.row_index, b.entity, b.status, b.type, b.error, edited
FROM pair JOIN a ON a.hash = pair.a JOIN b ON b.hash = pair.b
WHERE a.status <> 'skipped' AND b.status <> 'skipped' AND (a.status <> b.status OR a.type IS NOT b.type)
ORDER BY a.row_index
"""
_ONLY_A = "SELECT row_index, entity, status, type, error FROM left_a ORDER BY row_index"
_ONLY_B = "SELECT row_index, entity, status, type, error FROM left_b ORDER BY row_index"
_FIELDS = 5  # of a Fate
_RESULT = ("row_index", "status", "error_type", "error")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a row in one run."""

    row_index: int  # in the file of that run
    entity_id: str  # "" where the row did not get as far
    status: str
    error_type: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that went otherwise in *b* than in *a*; None where the run had no such row."""

    a: Fate | None
    b: Fate | None
    edited: bool = False  # the row has other values by now: only its entity or its place is the same

    @property
    def kind(self) -> str:
        """`error -> applied`, `only in A: error`."""
        if self.a is None or self.b is None:
            fate, name = (self.a, "A") if self.a is not None else (self.b, "B")
            return f"only in {name}: {fate.status if fate else ''}"
        return f"{self.a.status} -> {self.b.status}"

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"kind": self.kind, "edited": self.edited, "a": _record(self.a), "b": _record(self.b)}


def compare_runs(a: PastRun, b: PastRun) -> Iterator[Difference]:
    """Yield the rows whose outcome differs, those of one run alone last.

    A row is the same when its values are, wherever it stands. Of what is left, rows about the same entity are
    matched, and then, where both runs have read the same file of as many rows, those with the same index: they
    have been edited in between. A row that a run skipped was not for that run, and makes no difference; one that
    was never attempted is in none of its files.
    """
    with closing(sqlite3.connect("")) as database:  # a file without a name, gone with the connection
        database.executescript(_TABLES)
        database.executemany(_ADD, _fates("a", a))
        database.executemany(_ADD, _fates("b", b))
        database.execute(_BY_HASH)
        database.execute(_BY_ENTITY)
        if _are_of_one_file(a, b):
            database.execute(_BY_PLACE)
        for *fates, edited in database.execute(_DIFFERING):
            yield Difference(Fate(*fates[:_FIELDS]), Fate(*fates[_FIELDS:]), edited=bool(edited))
        yield from (Difference(Fate(*record), None) for record in database.execute(_ONLY_A))
        yield from (Difference(None, Fate(*record)) for record in database.execute(_ONLY_B))


def _fates(name: str, run: PastRun) -> Iterator[tuple[Any, ...]]:
    folder = next(iter(run.files.values())).parent
    for entity_id, result in read_results(folder, run.run_id, was_killed=run.state == "killed"):
        yield name, result["params_hash"], entity_id, *(result[field] for field in _RESULT)


def _are_of_one_file(a: PastRun, b: PastRun) -> bool:
    path = a.manifest.get("input")
    return path is not None and path == b.manifest.get("input") and a.total_rows == b.total_rows


def _record(fate: Fate | None) -> dict[str, Any] | None:
    return None if fate is None else asdict(fate)
