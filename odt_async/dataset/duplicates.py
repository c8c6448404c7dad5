"""Which rows say the same again, found in a memory that hardly grows with their number.

To remember a million rows takes 100 MB. A Bloom filter over a first pass takes 10 bits a row and never
misses a row that comes again, but now and then suspects one that does not; so the run itself, which sees
the rows a second time, keeps the exact account, of the suspects only.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Set as AbstractSet

__all__ = ["BloomFilter", "Duplicates"]

BITS_PER_ITEM = 10
PROBES = 7  # the best number for 10 bits: 0.8 % wrong answers when full
_LOW = 0xFFFFFFFF
_WHOLE = 0xFFFFFFFFFFFFFFFF


class BloomFilter:
    """A set of digests that forgets none, but may take one for another.

    capacity: how many are expected. Beyond it, wrong answers become frequent; missed ones never occur.
    """

    def __init__(self, capacity: int) -> None:
        self._size = max(capacity, 1) * BITS_PER_ITEM
        self._bits = bytearray(self._size // 8 + 1)

    def add(self, digest: bytes) -> bool:
        """Put *digest* in; return True if it was (or, wrongly, seems to have been) there before."""
        bits, size = self._bits, self._size
        mixed = hash(digest)  # all of it, whatever form the digest has
        bit, step = mixed & _LOW, mixed >> 32 & _LOW | 1  # double hashing: Kirsch and Mitzenmacher, 2006
        seen = True
        for _ in range(PROBES):
            bit = (bit + step) % size
            mask = 1 << (bit & 7)
            if not bits[bit >> 3] & mask:
                bits[bit >> 3] |= mask
                seen = False
        return seen


class Duplicates:
    """The exact account of duplicates during one run; 16 bytes for each of *suspects*, whatever the number of rows.

    suspects: the digests that may come more than once (`Survey.suspects`); no other is ever reported. Of each
        64 mixed bits are kept: two of a million share them by accident with a chance of 1 in 30 million.
    """

    def __init__(self, suspects: AbstractSet[bytes]) -> None:
        self._suspects = array("Q", sorted(array("Q", map(_mixed, suspects))))
        self._first = array("q", [-1]) * len(self._suspects)  # -1: not met yet

    def first_of(self, digest: bytes, row_index: int) -> int | None:
        """Return the index of the first row that came with *digest*; None for that row itself.

        To ask about the same row again gives the same answer.
        """
        mixed = _mixed(digest)
        place = bisect_left(self._suspects, mixed)
        if place == len(self._suspects) or self._suspects[place] != mixed:
            return None
        if self._first[place] < 0:
            self._first[place] = row_index
        first = self._first[place]
        return None if first == row_index else first


def _mixed(digest: bytes) -> int:
    return hash(digest) & _WHOLE
