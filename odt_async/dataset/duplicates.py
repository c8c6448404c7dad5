"""Which rows say the same again, found in a memory that hardly grows with their number.

To remember a million rows takes 100 MB. A Bloom filter over a first pass takes 16 bits a row and never
misses a row that comes again, but now and then suspects one that does not; so whoever sees the rows a second
time, as the run does, keeps the exact account, of the suspects only.
"""

from __future__ import annotations

from array import array
from functools import cache

from odt_async.dataset.fingerprints import FingerprintSet

__all__ = ["Duplicates", "Suspicions"]

_BITS_A_ROW = 16  # of the filter: one in five thousand is suspected without cause
_BITS_A_ROW_SPARSE = 64  # fewer than one in five million

_WORD_BITS = 64
_BITS_A_PROBE = 5
_WHOLE = (1 << _WORD_BITS) - 1
_MASK_BITS = 12
_MASKS = 1 << _MASK_BITS
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: Knuth's multiplicative hashing


class Suspicions:
    """The first pass over the rows.

    rows: how many are expected, at most. Beyond that, suspicion without cause becomes frequent; what comes again
        is never missed.
    sparse: for a filter of four times the size, which hardly ever suspects without cause.
    """

    def __init__(self, rows: int, *, sparse: bool = False) -> None:
        # a blocked Bloom filter (Putze, Sanders and Singler, 2007): its probes are words of it, of which each has
        # several bits of an item, as a word costs Python as much as a bit
        bits_a_row = _BITS_A_ROW_SPARSE if sparse else _BITS_A_ROW
        self._words = array("Q", [0]) * (max(rows, 1) * bits_a_row // _WORD_BITS + 1)
        self._masks = _bits_of_probes()
        self._again = array("Q")

    def note(self, digest: bytes) -> None:
        """Take in what the next row asks for: 8 bytes or more that are its own."""
        words, masks = self._words, self._masks
        mixed = hash(digest) & _WHOLE  # all of it, whatever form the digest has
        place, mask = (mixed >> 2 * _MASK_BITS) % len(words), masks[mixed % _MASKS]
        word, seen = words[place], True
        if word & mask != mask:
            words[place], seen = word | mask, False
        place = ((mixed * _GOLDEN & _WHOLE) >> 2 * _MASK_BITS) % len(words)
        mask = masks[(mixed >> _MASK_BITS) % _MASKS]
        word = words[place]
        if word & mask != mask:
            words[place] = word | mask
        elif seen:
            self._again.append(mixed)

    def suspects(self) -> FingerprintSet:
        """Return the fingerprints of all digests that came again, and of some that did not: for `Duplicates`."""
        return FingerprintSet(self._again)


@cache
def _bits_of_probes() -> list[int]:
    """Return the sets of bits that a probe may look at, each as a word; few have a bit less than the others."""
    masks = []
    for number in range(_MASKS):
        mixed, mask = number * _GOLDEN & _WHOLE, 0
        for probe in range(1, _BITS_A_PROBE + 1):
            mask |= 1 << (mixed >> _WORD_BITS - 6 * probe) % _WORD_BITS
        masks.append(mask)
    return masks


class Duplicates:
    """The exact account of duplicates during a second pass; 14 bytes for each of *suspects*, whatever the number of rows.

    suspects: what may come more than once (`Suspicions.suspects`); nothing else is ever reported. Of each digest
        64 mixed bits are kept: two of a million share them by accident with a chance of 1 in 30 million.
    """

    def __init__(self, suspects: FingerprintSet) -> None:
        self._suspects = suspects
        self._first = array("q", [-1]) * suspects.places  # -1: not met yet

    def first_of(self, digest: bytes, row_index: int) -> int | None:
        """Return the index of the first row that came with *digest*; None for that row itself.

        To ask about the same row again gives the same answer.
        """
        place = self._suspects.place(hash(digest) & _WHOLE)
        if place is None:
            return None
        if self._first[place] < 0:
            self._first[place] = row_index
        first = self._first[place]
        return None if first == row_index else first
