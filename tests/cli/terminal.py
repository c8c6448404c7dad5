"""A pseudo terminal, and what somebody in front of it would see."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import struct
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Screen", "Terminal", "terminal"]

_PIECE = re.compile(
    r"\x1b\][02];(?P<title>[^\x07]*)\x07|\x1b\[(?P<parameter>[?\d;]*)(?P<command>[A-Za-z])|(?P<other>.)",
    re.DOTALL,
)
_IGNORED = {"m", "h", "l"}  # colours; the cursor shown or hidden


class Screen:
    """As many of a terminal's ways as rich uses: lines wrap at *columns*, the cursor goes up, lines are erased.

    lines: all of them, those that have scrolled away too, without trailing blanks.
    tallest: the most lines that were drawn again at once.
    titles: that the window was given. bells: how often it rang.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._grid: list[list[str]] = [[]]
        self._row = self._column = 0
        self.tallest = 1
        self.titles: list[str] = []
        self.bells = 0

    @property
    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self._grid]

    def feed(self, text: str) -> None:
        for piece in _PIECE.finditer(text):
            if piece["title"] is not None:
                self.titles.append(piece["title"])
            elif piece["command"]:
                self._control(piece["command"], piece["parameter"])
            else:
                self._put(piece["other"])

    def _control(self, command: str, parameter: str) -> None:
        if command == "A":
            self._row -= int(parameter or 1)
            self.tallest = max(self.tallest, int(parameter or 1) + 1)
        elif command == "K":
            self._grid[self._row] = []
        elif command not in _IGNORED:
            raise ValueError(f"no terminal for {command!r}")

    def _put(self, character: str) -> None:
        if character == "\x07":
            self.bells += 1
        elif character == "\r":
            self._column = 0
        elif character == "\n":
            self._down()
        else:
            if self._column == self._columns:
                self._column = 0
                self._down()
            row = self._grid[self._row]
            row.extend(" " * (self._column + 1 - len(row)))
            row[self._column] = character
            self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._grid):
            self._grid.append([])


class Terminal:
    """The program's end of a pseudo terminal, and all that was written to it."""

    def __init__(self, descriptor: int, keyboard: int, columns: int) -> None:
        self.descriptor = descriptor
        self._keyboard = keyboard
        self.screen = Screen(columns)
        self.raw = ""

    def type(self, text: str) -> None:
        """Let somebody type *text*, which whoever reads next gets."""
        os.write(self._keyboard, text.encode())


@contextmanager
def terminal(*, columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
    """Yield a terminal of that size; what was written is there at the end of the `with`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    shown = Terminal(theirs, ours, columns)
    pieces: list[bytes] = []

    def read() -> None:
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError as error:
                if error.errno != errno.EIO:  # how Linux says that the other end is closed
                    raise
                return
            if not piece:
                return
            pieces.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield shown
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)
        shown.raw = b"".join(pieces).decode()
        shown.screen.feed(shown.raw)
