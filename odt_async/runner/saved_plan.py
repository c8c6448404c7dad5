"""A dry run's `plan.jsonl`, reviewed and given back: what it says is done, and only where it still holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

from odt_async.errors import InputError, PlanDrifted
from odt_async.events import json_line
from odt_async.language import written
from odt_async.runner.diff import compare, in_words
from odt_async.sinks.json_lines import read_json_lines

__all__ = ["SavedPlan"]


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """The rows of a plan; holds where each stands in the file, not what it says."""

    path: Path
    _offsets: dict[str, int] = field(repr=False)  # payload hash -> of its line

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the plan of *path*. Raises InputError when it is not there or holds no row."""
        try:
            offsets = {
                record["payload_hash"]: offset
                for offset, record in read_json_lines(path)
                if {"payload_hash", "before", "change"} <= record.keys()
            }
        except OSError as error:
            raise InputError(
                "--plan {path}: cannot be read: {reason}", path=path, reason=error.strerror
            ) from error
        if not offsets:
            raise InputError("--plan {path}: holds no planned row; `odt plan` makes such a file", path=path)
        return cls(path, offsets)

    def __len__(self) -> int:
        return len(self._offsets)

    def __contains__(self, payload_hash: str) -> bool:
        return payload_hash in self._offsets

    def check(self, payload_hash: str, before: Any, change: Any) -> None:
        """See that state and change, as JSON, are those of the plan. Raises PlanDrifted with both."""
        with self.path.open("rb") as file:
            file.seek(self._offsets[payload_hash])
            planned = orjson.loads(file.readline())
        now = orjson.loads(json_line({"before": before, "change": change}))
        for part, words in (("before", written("the state")), ("change", written("the change"))):
            if now[part] != planned[part]:
                differences = in_words(compare(planned[part], now[part]), written("in the plan"), "now")
                raise PlanDrifted(
                    "{words} is not the plan's any more ({differences}); nothing was written: plan again",
                    words=words,
                    differences=differences,
                )
