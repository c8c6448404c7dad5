"""Which of ten million rows are meant, in six bytes each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import accumulate

__all__ = ["FingerprintSet"]

_BITS = 64
_FEW = 4096  # numbers; so many fill the buckets of two bytes half-way to one each


class FingerprintSet(AbstractSet[int]):
    """A set of 64-bit numbers, evenly spread as hashes are, that never changes; a set of Python's takes 60 bytes each.

    The numbers stand in buckets, one behind the other, in one flat table. The first two bytes of a number (one byte
    while there are few) say which bucket it is in, so only the others are kept.
    """

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        """Take *numbers*; an array of type "Q" is not copied. They may come more than once."""
        if not isinstance(numbers, array):
            numbers = array("Q", numbers)
        prefix = 1 if len(numbers) < _FEW else 2  # bytes that the bucket stands for
        self._width = _BITS // 8 - prefix  # bytes that are kept
        self._shift = 8 * self._width
        self._rest = (1 << self._shift) - 1
        counts = array("I", [0]) * (1 << 8 * prefix)
        for number in numbers:
            counts[number >> self._shift] += 1
        self._starts = array("I", accumulate((count * self._width for count in counts), initial=0))
        self._ends = self._starts[:-1]  # where a number came twice there is an empty place behind the end
        self._table = bytearray(self._starts[-1])
        for number in numbers:
            self._put(number)
        self._length = sum(end - start for start, end in self._filled()) // self._width

    @property
    def places(self) -> int:
        """How many places there are: `place` is below that."""
        return len(self._table) // self._width

    def place(self, number: int) -> int | None:
        """Return the place of *number*, which no other has; None when it is not in the set."""
        if not self._length:
            return None  # as in most runs: nothing came before, and no row comes twice
        at = self._find(number >> self._shift, (number & self._rest).to_bytes(self._width, "big"))
        return None if at < 0 else at // self._width

    def __len__(self) -> int:
        return self._length

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.place(number) is not None

    def __iter__(self) -> Iterator[int]:
        for bucket, (start, end) in enumerate(self._filled()):
            for at in range(start, end, self._width):
                rest = self._table[at : at + self._width]
                yield bucket << self._shift | int.from_bytes(rest, "big")

    def _filled(self) -> Iterator[tuple[int, int]]:
        """Yield where the numbers of each bucket begin and end."""
        return zip(self._starts, self._ends, strict=False)

    def _put(self, number: int) -> None:
        bucket, rest = number >> self._shift, (number & self._rest).to_bytes(self._width, "big")
        if self._find(bucket, rest) < 0:
            end = self._ends[bucket]
            self._table[end : end + self._width] = rest
            self._ends[bucket] = end + self._width

    def _find(self, bucket: int, rest: bytes) -> int:
        """Return where in the table *rest* stands, -1 when it does not."""
        start, end = self._starts[bucket], self._ends[bucket]
        at = self._table.find(rest, start, end)
        while at >= 0 and (at - start) % self._width:  # half of one number and half of the next
            at = self._table.find(rest, at + 1, end)
        return at
