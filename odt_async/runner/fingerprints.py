"""Which of ten million rows are done, in eight bytes each."""

from __future__ import annotations

from array import array

__all__ = ["FingerprintSet"]

_LOAD = 0.85  # of the table, at most


class FingerprintSet:
    """A set of 64-bit numbers in a flat table: 8 bytes each and a little air, where a set takes 60.

    capacity: the most it can hold.
    """

    def __init__(self, capacity: int) -> None:
        self._size = int(capacity / _LOAD) + 1
        self._table = array("Q", bytes(8 * self._size))
        self._capacity = self._free = capacity

    def add(self, number: int) -> None:
        """Put *number* in. Raises OverflowError beyond the capacity."""
        number = number or 1  # 0 marks an empty place
        place = self._place(number)
        if self._table[place] == 0:
            if self._free == 0:
                raise OverflowError("the set is full")
            self._free -= 1
            self._table[place] = number

    def __len__(self) -> int:
        return self._capacity - self._free

    def __contains__(self, number: int) -> bool:
        return self._table[self._place(number or 1)] != 0

    def _place(self, number: int) -> int:
        """Return where *number* stands, or the empty place where it would."""
        table, size = self._table, self._size
        place = number % size
        while table[place] not in {0, number}:
            place = (place + 1) % size
        return place
