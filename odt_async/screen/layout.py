"""Lines of text that fit: cut to a width, flowed into it, and shared out over a height."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from rich.text import Text

from odt_async.language import trn
from odt_async.screen.figures import in_one_line

__all__ = ["Section", "beside", "cut", "flow", "fold", "line", "stack", "wrap"]

_GAP = "  "
_LEAST_LINES = 2  # of a section: less than its title and one line says nothing


@dataclass(frozen=True, slots=True)
class Section:
    """A title, and blocks of lines that are shown whole or not at all; the first ones count most."""

    title: Text
    blocks: Sequence[Sequence[Text]]

    @property
    def height(self) -> int:
        """How many lines it is, with nothing left out."""
        return 1 + sum(map(len, self.blocks))

    def of_height(self, height: int) -> list[Text]:
        """Return no more than *height* lines; the last one tells how many blocks are left out."""
        lines = [self.title]
        if self.height <= height:
            return [*lines, *chain.from_iterable(self.blocks)]
        shown = 0
        while len(lines) + len(self.blocks[shown]) < height:
            lines += self.blocks[shown]
            shown += 1
        left = len(self.blocks) - shown
        lines.append(line(trn("  … and {count} more", "  … and {count} more", left), style="dim"))
        return lines[:height]


def line(*parts: str | tuple[str, str], style: str = "") -> Text:
    """Return one line of *parts*, each a text or a text and its style; nothing in it moves a cursor."""
    text = Text(no_wrap=True, overflow="ellipsis", end="", style=style)
    for part in parts:
        words, its_style = (part, "") if isinstance(part, str) else part
        text.append(in_one_line(words), its_style)
    return text


def cut(text: Text, width: int) -> Text:
    """Return *text* in no more than *width* columns."""
    fitting = text.copy()
    fitting.truncate(max(width, 1), overflow="ellipsis")
    return fitting


def flow(items: Iterable[Text], width: int) -> list[Text]:
    """Return *items* one behind the other, in as many lines of *width* as that takes."""
    lines: list[Text] = []
    for item in items:
        if lines and lines[-1].cell_len + len(_GAP) + item.cell_len <= width:
            lines[-1].append(_GAP).append_text(item)
        else:
            lines.append(item.copy())
    return lines


def wrap(words: str, width: int, most: int) -> list[str]:
    """Return *words* in lines of *width* columns, no more than *most*; what is left over is cut."""
    return textwrap.wrap(
        in_one_line(words), max(width, 1), max_lines=most, placeholder=" …", break_on_hyphens=False
    )


def fold(text: Text, width: int) -> list[Text]:
    """Return *text* in as many lines of *width* columns as it takes: a path is of no use when it is cut."""
    return list(text.divide(range(width, len(text), width)))


def stack(sections: Sequence[Section], height: int) -> list[Text]:
    """Return *sections* one above the other in no more than *height* lines; the first ones count most.

    Each gets the least that it can be read in, then they are filled up in their order. A blank line stands
    between them where there is room for all of that.
    """
    granted: list[int] = []
    left = height
    for section in sections:
        least = min(section.height, _LEAST_LINES)
        granted.append(least if least <= left else 0)
        left -= granted[-1]
    for number, section in enumerate(sections):
        if granted[number]:
            more = min(section.height - granted[number], left)
            granted[number] += more
            left -= more
    shown = [section.of_height(lines) for section, lines in zip(sections, granted, strict=True) if lines]
    blank = left >= len(shown) - 1
    stacked: list[Text] = []
    for number, lines in enumerate(shown):
        if number and blank:
            stacked.append(line())
        stacked += lines
    return stacked


def beside(left: Sequence[Text], right: Sequence[Text], width: int) -> list[Text]:
    """Return *left* and *right* side by side, each in half of *width*."""
    half = (width - len(_GAP)) // 2
    rows = []
    for number in range(max(len(left), len(right))):
        row = cut(left[number], half) if number < len(left) else line()
        if number < len(right):
            row.append(" " * (half - row.cell_len) + _GAP).append_text(cut(right[number], half))
        rows.append(row)
    return rows
