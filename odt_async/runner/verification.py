"""`--verify`: which rows are read again after the write, and what is said when Webex shows something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from odt_async.errors import InputError, VerificationFailed
from odt_async.runner.diff import diff, in_words

__all__ = ["Verification", "not_as_asked"]

_SAMPLE = re.compile(r"sample:(\d+(?:\.\d+)?)%", re.ASCII)
_HEX = 16  # digits of the payload hash that decide
_HIGHEST = float(16**_HEX)
_ALL = 100.0  # per cent


@dataclass(frozen=True, slots=True)
class Verification:
    """Which written rows are read again; a row of the same content is always in or always out."""

    percent: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what `all`, `none` or `sample:5%` asks for. Raises InputError."""
        words = {"none": 0.0, "all": _ALL}
        sample = _SAMPLE.fullmatch(text)
        percent = float(sample[1]) if sample else words.get(text)
        if percent is None or percent > _ALL:
            raise InputError("--verify {text}: write all, none or sample:5%", text=text)
        return cls(percent)

    def covers(self, payload_hash: str) -> bool:
        """Tell whether the row of *payload_hash* is to be read again."""
        return self.percent > 0 and int(payload_hash[:_HEX], 16) / _HIGHEST * _ALL < self.percent

    def __str__(self) -> str:
        return {0.0: "none", _ALL: "all"}.get(self.percent, f"sample:{self.percent:g}%")


def not_as_asked(state: Any, change: Any) -> VerificationFailed:
    """Return the error of a row of which Webex, read again, shows *state*, so that *change* is still to be made.

    Both are JSON.
    """
    differences = in_words(diff(state, change), "shown", "asked")
    return VerificationFailed(
        "it was written, but Webex does not show it: {differences}", differences=differences
    )
