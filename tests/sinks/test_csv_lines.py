"""What was written is read back, wherever a kill has cut the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odt_async.sinks.csv_lines import csv_line, read_records

FILE = Path("run_ok.csv")
COLUMNS = ("number", "text", "last")

TEXTS = st.text(st.sampled_from('a1,"\r\n \t;ñ€😀')) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0")
)
RECORDS = st.lists(st.tuples(st.integers(0, 999).map(str), TEXTS, TEXTS), max_size=5)


def read_back(content: bytes) -> list[tuple[str, ...]]:
    FILE.write_bytes(content)
    return [tuple(record.values()) for record in read_records(FILE, COLUMNS)]


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ((1, "a", ""), b"1,a,\n"),
        (("a,b", 'say "hi"', ""), b'"a,b","say ""hi""",\n'),
        (("two\nlines", "old\rMac", "dos\r\n"), b'"two\nlines","old\rMac","dos\r\n"\n'),
        (("",), b'""\n'),
        (("", ""), b",\n"),
        (("Iñaki", "€"), "Iñaki,€\n".encode()),
        (("a\u2028b",), "a\u2028b\n".encode()),
        (("stray\udcf1",), b"stray?\n"),
        (("nul\0",), b"nul?\n"),
    ],
)
def test_a_record_is_one_csv_record_in_utf_8(cells: tuple[str | int, ...], line: bytes) -> None:
    assert csv_line(cells) == line


@given(RECORDS, st.integers(0, 10_000))
@example([("1", "a", "b\nc"), ("2", "d", "e")], 30)
@example([("1", "a", "b\n")], 24)
@example([("1", "", "€")], 23)
def test_every_whole_record_is_read_back_wherever_the_file_is_cut(
    records: list[tuple[str, ...]], cut: int
) -> None:
    lines = [csv_line(COLUMNS), *map(csv_line, records)]
    content = b"".join(lines)
    cut %= len(content) + 1
    whole = [n for n in range(len(lines) + 1) if len(b"".join(lines[:n])) <= cut][-1]

    assert read_back(content[:cut]) == records[: max(0, whole - 1)]


@given(RECORDS, st.integers(0, 10_000), st.integers(1, 5_000))
def test_what_a_power_cut_has_made_nul_costs_no_whole_record_behind_it(
    records: list[tuple[str, ...]], start: int, length: int
) -> None:
    plain = [(number, "a", "b") for number, _text, _last in records]
    lines = [csv_line(COLUMNS), *map(csv_line, plain)]
    content = b"".join(lines)
    start %= len(content)
    length = min(length, len(content) - start)
    ends = [len(b"".join(lines[: n + 1])) for n in range(len(lines))]
    kept = [
        record
        for record, line, end in zip(plain, lines[1:], ends[1:], strict=True)
        if end <= start or end - len(line) > start + length
    ]
    found = read_back(content[:start] + b"\0" * length + content[start + length :])
    assert [record for record in found if record in kept] == kept


@pytest.mark.parametrize("content", [b"", b"number,text,last\n", b"number,te", b"number,te\n"])
def test_a_file_without_records_has_none(content: bytes) -> None:
    assert read_back(content) == []


def test_a_line_of_another_width_is_no_record() -> None:
    assert read_back(b"number,text,last\n1,a\n2,b,c\n\n3,d,e,f\n") == [("2", "b", "c")]


def test_a_file_saved_by_a_spreadsheet_is_read_all_the_same() -> None:
    assert read_back(b'"number","text","last"\r\n"1","caf\xe9","x"\r\n') == [("1", "caf\ufffd", "x")]
