"""Lines of JSON are read back, wherever a kill has cut the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from odt_async.events import json_line
from odt_async.sinks.json_lines import read_json_lines

FILE = Path("run_changes.jsonl")

VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
RECORDS = st.lists(
    st.dictionaries(st.text(), VALUES | st.dictionaries(st.text(), VALUES), max_size=3), max_size=5
)


@given(RECORDS, st.integers(0, 10_000))
def test_every_whole_line_is_read_back_wherever_the_file_is_cut(
    records: list[dict[str, Any]], cut: int
) -> None:
    lines = [json_line(record) for record in records]
    starts = [len(b"".join(lines[:number])) for number in range(len(lines) + 1)]
    cut %= starts[-1] + 1
    FILE.write_bytes(b"".join(lines)[:cut])

    whole = sum(end - 1 <= cut for end in starts[1:])  # a line that lacks but its end is whole too
    assert list(read_json_lines(FILE)) == list(zip(starts, records[:whole], strict=False))


def test_a_torn_line_in_the_middle_costs_no_other() -> None:
    FILE.write_bytes(b'{"a":1}\n{"b":\n\xff\n\n[1]\n{"c":3}\n')
    assert list(read_json_lines(FILE)) == [(0, {"a": 1}), (21, {"c": 3})]
