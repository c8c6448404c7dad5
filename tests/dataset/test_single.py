from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.dataset import Dataset, matching_row, open_dataset, row_at, row_of_values
from odt_async.errors import InputError
from odt_async.model import Source


def users(*lines: str, **overrides: str) -> Dataset:
    Path("global.csv").write_text("country\nES\n")
    Path("usuarios.csv").write_text("\n".join(["email,extension", *lines]) + "\n")
    return open_dataset(Path(), "usuarios", overrides)


def test_a_row_is_found_by_its_place() -> None:
    single = row_at(users("a@x.es,1", "b@x.es,2"), 1)
    assert [(row.index, row.line, row.values) for row in single.rows()] == [
        (1, 3, {"country": "ES", "email": "b@x.es", "extension": "2"})
    ]


def test_it_can_be_read_again() -> None:
    single = row_at(users("a@x.es,1"), 0)
    assert list(single.rows()) == list(single.rows())


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["a@x.es,1"], "--row-index 3: usuarios.csv has 1 rows, numbered from 0: the last is 0"),
        ([], "usuarios.csv has no rows"),
    ],
)
def test_a_place_behind_the_end_is_refused(lines: list[str], reason: str) -> None:
    with pytest.raises(InputError) as refused:
        row_at(users(*lines), 3)
    assert str(refused.value) == reason


def test_a_row_is_found_by_its_cells_in_whatever_case() -> None:
    dataset = users("a@x.es,1", "b@x.es,1", "b@x.es,2")
    assert matching_row(dataset, {"email": "B@X.es ", "extension": "1"}).row.index == 1


def test_cells_are_compared_and_not_what_is_set_over_them() -> None:
    single = matching_row(users("a@x.es,1", "b@x.es,2", extension="9"), {"extension": "2"})
    assert (single.row.index, single.row.values["extension"]) == (1, "9")


def test_several_matches_are_listed() -> None:
    with pytest.raises(InputError) as refused:
        matching_row(users("a@x.es,1", "b@x.es,2", "c@x.es,1"), {"extension": "1"})
    assert str(refused.value) == (
        "--match extension=1: 2 rows of usuarios.csv are so: 0 (line 2), 2 (line 4); "
        "add another --match, or name one with --row-index"
    )


def test_of_many_matches_the_first_ten_are_listed() -> None:
    with pytest.raises(InputError, match=r"12 rows of .* 9 \(line 11\), \.\.\.;"):
        matching_row(users(*["a@x.es,1"] * 12), {"extension": "1"})


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"extension": "7"}, "--match extension=7: no row of usuarios.csv is so"),
        ({"mail": "a"}, "--match mail: usuarios.csv has no such column: did you mean email?"),
        ({"zzz": "a"}, "--match zzz: usuarios.csv has no such column: it has email, extension"),
    ],
)
def test_what_matches_nothing_is_refused(wanted: dict[str, str], reason: str) -> None:
    with pytest.raises(InputError) as refused:
        matching_row(users("a@x.es,1"), wanted)
    assert str(refused.value) == reason


def test_a_row_of_values_alone_is_the_command_line_s() -> None:
    (row,) = row_of_values({"email": "a@x.es"}).rows()
    assert (row.values, row.cells, row.source_of("email")) == (
        {"email": "a@x.es"},
        ("a@x.es",),
        Source("cli"),
    )
