"""The texts of a hundred thousand rows in the language that is spoken, though `retold` takes milliseconds for one.

Most of them differ in a number, a name or an e-mail alone. Those are taken out, what is left is told once, and they
are put back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from odt_async.language import language, retold

__all__ = ["Retelling"]

_MOST = 1000  # texts that are told by themselves; what comes later stays as it was written
_PARTICULAR = re.compile(r"'([^']*)'|\"([^\"]*)\"|\S+@\S+|\d+")
_FIRST = 7_770_000  # numbers stand in, as what stands for a line must be one
_STAND_IN = re.compile(r"777\d{4}")


class Retelling:
    """Tells texts that a run wrote in the language that is spoken."""

    def __init__(self) -> None:
        # text without particulars -> told; None: those belong to the sentence
        self._known: dict[str, str | None] = {}
        self._told = 0

    def __call__(self, text: str) -> str:
        """Return *text* told; as it is where it is no sentence of ours."""
        if language() == "en":
            return text
        particulars: list[str] = []

        def stand_in(found: re.Match[str]) -> str:
            number = str(_FIRST + len(particulars))
            quoted = found[1] if found[1] is not None else found[2]
            particulars.append(found[0] if quoted is None else quoted)
            return number if quoted is None else f"{found[0][0]}{number}{found[0][0]}"

        bare = _PARTICULAR.sub(stand_in, text)
        if (told := self._known.get(bare)) is not None:
            return _put_back(told, particulars)
        if self._told >= _MOST:
            return text
        self._told += 1
        whole = retold(text)
        if bare not in self._known:
            said = retold(bare)
            self._known[bare] = said if _put_back(said, particulars) == whole else None
        return whole


def _put_back(told: str, particulars: Sequence[str]) -> str:
    return _STAND_IN.sub(lambda found: particulars[int(found[0]) - _FIRST], told)
