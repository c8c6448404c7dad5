"""Failed rows by their cause, as `<run>_error.jsonl` tells of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

__all__ = ["ErrorGroup", "ErrorGroups", "where_of"]

_MOST = 50  # groups; the last one takes what would be more
_OTHERS = ("", "")
_LONGEST_SAMPLE = 4000  # characters of an answer
# what differs from row to row in texts that say the same: what is quoted, e-mails, ids, long numbers
_PARTICULAR = re.compile(r"(?<!\w)(['\"])[^'\"]*\1(?!\w)|\S+@\S+|\b[\w+/=-]{24,}\b|\+?\d{6,}")
_SHOWN_FOR_IT = "…"


@dataclass(slots=True)
class ErrorGroup:
    """Rows that failed alike.

    type: class of the error; `text`: what they have in common; both are empty for all that found no group.
    example: the error of the first of them.
    sample: the last answer of Webex, or what else the first row of the group knows; empty when that is nothing.
    """

    type: str
    text: str
    hint: str | None = None
    example: str = ""
    sample: str = ""
    count: int = 0


@dataclass(slots=True)
class ErrorGroups:
    """Puts failed rows into groups; `groups` are in the order of their first rows."""

    groups: list[ErrorGroup] = field(default_factory=list)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a line of error.jsonl."""
        key = _key(record)
        if key not in self._numbers and len(self.groups) >= _MOST:
            key = _OTHERS
        if key not in self._numbers:
            self._numbers[key] = len(self.groups)
            self.groups.append(ErrorGroup(*key) if key == _OTHERS else _group(key, record))
        self.groups[self._numbers[key]].count += 1

    def number_of(self, record: Mapping[str, Any]) -> int:
        """Return the place in `groups` of the one that *record*, which was added, is in."""
        return self._numbers.get(_key(record), self._numbers.get(_OTHERS, 0))

    @property
    def by_count(self) -> list[tuple[int, ErrorGroup]]:
        """The groups with their places, the largest first."""
        return sorted(enumerate(self.groups), key=lambda found: -found[1].count)


def where_of(record: Mapping[str, Any]) -> str:
    """Return the file and line of a failed row: `usuarios.csv:17`."""
    file, line = record.get("file"), record.get("line")
    return f"{file}:{line}" if file and line else ""


def _group(key: tuple[str, str], record: Mapping[str, Any]) -> ErrorGroup:
    return ErrorGroup(*key, record.get("hint"), str(record.get("error") or ""), _sample(record))


def _key(record: Mapping[str, Any]) -> tuple[str, str]:
    error_type = str(record.get("error_type") or "")
    if cause := record.get("cause"):
        return error_type, str(cause)
    if problems := record.get("problems"):
        first = problems[0]
        told = ": ".join(filter(None, (first.get("column"), first.get("text"))))
    else:
        told = str(record.get("error") or "")
    return error_type, _PARTICULAR.sub(_without, told)


def _without(particular: re.Match[str]) -> str:
    quote = particular[1] or ""
    return f"{quote}{_SHOWN_FOR_IT}{quote}"


def _sample(record: Mapping[str, Any]) -> str:
    remote = record.get("remote")
    if not isinstance(remote, Mapping):
        return ""
    body = orjson.dumps(remote.get("body"), option=orjson.OPT_INDENT_2).decode()
    request = f"{remote.get('method', '')} {remote.get('url', '')}".strip()
    answer = f"HTTP {remote.get('status', '')} {remote.get('reason') or ''}".strip()
    text = f"{request}\n{answer}\n{body}"
    return text if len(text) <= _LONGEST_SAMPLE else f"{text[:_LONGEST_SAMPLE]}{_SHOWN_FOR_IT}"
