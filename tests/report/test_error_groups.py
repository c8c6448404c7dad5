from __future__ import annotations

from typing import Any

import pytest

from odt_async.report.error_groups import ErrorGroup, ErrorGroups, where_of

REFUSED: dict[str, Any] = {
    "error_type": "AsRestError",
    "error": "HTTP 404, code 4008: no calling",
    "cause": "no calling licence",
    "hint": "assign one",
    "remote": {"method": "GET", "url": "https://x/1", "status": 404, "reason": "Not Found", "body": {"a": 1}},
}


def grouped(*records: dict[str, Any]) -> ErrorGroups:
    groups = ErrorGroups()
    for record in records:
        groups.add(record)
    return groups


def test_rows_of_one_cause_are_one_group_with_the_answer_to_the_first() -> None:
    other = REFUSED | {"error": "HTTP 404, code 4008: another", "remote": None}
    assert grouped(REFUSED, other).groups == [
        ErrorGroup(
            "AsRestError",
            "no calling licence",
            "assign one",
            "HTTP 404, code 4008: no calling",
            'GET https://x/1\nHTTP 404 Not Found\n{\n  "a": 1\n}',
            2,
        )
    ]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("nobody is called ana@example.com", "nobody is called luis@example.com", True),
        ("no location 'Madrid'", "no location 'Soria'", True),
        ("number +34910000001 is taken", "number +34910000002 is taken", True),
        ("id Y2lzY29zcGFyazovL3VzL1BFT1BMRS80 unknown", "id Y2lzY29zcGFyazovL3VzL1BFT1BMRS81 unknown", True),
        ("HTTP 403, code 4003", "HTTP 403, code 4008", False),
        ("HTTP 500", "HTTP 503", False),
    ],
)
def test_what_is_particular_to_a_row_makes_no_group(one: str, other: str, *, together: bool) -> None:
    records = [{"error_type": "Unresolved", "error": text} for text in (one, other)]
    assert len(grouped(*records).groups) == (1 if together else 2)


def test_invalid_rows_are_grouped_by_their_first_problem() -> None:
    records = [
        {"error_type": "InvalidRow", "problems": [{"column": "extension", "text": f"{cell!r} is no number"}]}
        for cell in ("80x1", "80x2")
    ]
    [group] = grouped(*records).groups
    assert (group.text, group.count) == ("extension: '…' is no number", 2)


def test_what_stands_between_two_quotations_is_shown() -> None:
    [group] = grouped({"error_type": "A", "error": "'Madrid' is not in 'Spain', but in \"x\""}).groups
    assert group.text == "'…' is not in '…', but in \"…\""


def test_an_apostrophe_opens_no_quotation() -> None:
    text = "the run's rows aren't those of the plan's file"
    [group] = grouped({"error_type": "A", "error": text}).groups
    assert group.text == text


def test_the_largest_group_comes_first_and_rows_know_their_group() -> None:
    few = {"error_type": "A", "error": "few"}
    many = {"error_type": "B", "error": "many"}
    groups = grouped(few, many, many)
    assert [(number, group.text) for number, group in groups.by_count] == [(1, "many"), (0, "few")]
    assert (groups.number_of(few), groups.number_of(many)) == (0, 1)


def test_more_causes_than_a_page_has_room_for_are_one_group_together() -> None:
    letters = [f"{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(60)]
    records = [{"error_type": "Odd", "error": f"cause {word}"} for word in letters]
    groups = grouped(*records)
    assert (len(groups.groups), groups.groups[-1]) == (51, ErrorGroup("", "", count=10))
    assert groups.number_of(records[-1]) == 50


def test_a_long_answer_is_cut() -> None:
    [group] = grouped(REFUSED | {"remote": {"body": "x" * 10_000}}).groups
    assert (len(group.sample), group.sample[-1]) == (4001, "…")


@pytest.mark.parametrize(
    ("record", "where"),
    [({"file": "usuarios.csv", "line": 7}, "usuarios.csv:7"), ({"file": None, "line": 7}, ""), ({}, "")],
)
def test_a_row_is_found_by_its_file_and_line(record: dict[str, Any], where: str) -> None:
    assert where_of(record) == where
