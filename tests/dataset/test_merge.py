"""Which layer wins, where each value is from, and the refusal of what cannot be merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.dataset.merge import Dataset, merge_files, open_dataset, parse_overrides, row_problems
from odt_async.dataset.reader import open_csv
from odt_async.errors import InputError, MissingInputCsv, Problem, UnreadableCsv
from odt_async.model import Layers, Row, Source

INPUT = Path("in")


def make_dataset(domain: str, global_csv: str = "org_id\n", **overrides: str) -> Dataset:
    INPUT.mkdir(exist_ok=True)
    (INPUT / "Usuarios.csv").write_text(domain)
    (INPUT / "Global.csv").write_text(global_csv)
    return open_dataset(INPUT, "usuarios", overrides)


def test_command_line_wins_over_domain_and_domain_over_global() -> None:
    dataset = make_dataset(
        "Person_ID;Extension;Country\np1; 100 ;\n\np2;;FR\n",
        "\norg_id,extension,country,note\n o1 ,200,ES, \n",
        country="PT",
    )

    layers = Layers(
        file="Usuarios.csv",
        header=("Person_ID", "Extension", "Country"),
        columns=("person_id", "extension", "country"),
        global_file="Global.csv",
        global_line=3,
        global_values={"org_id": "o1", "extension": "200", "country": "ES"},
        cli_values={"country": "PT"},
    )
    rows = list(dataset.rows())
    assert rows == [
        Row(
            0,
            2,
            {"org_id": "o1", "extension": "100", "country": "PT", "person_id": "p1"},
            ("p1", " 100 ", ""),
            layers,
        ),
        Row(
            1,
            4,
            {"org_id": "o1", "extension": "200", "country": "PT", "person_id": "p2"},
            ("p2", "", "FR"),
            layers,
        ),
    ]
    assert [rows[0].source_of(column) for column in ("extension", "country", "org_id", "other")] == [
        Source("domain", "Usuarios.csv", 2),
        Source("cli"),
        Source("global", "Global.csv", 3),
        Source("domain", "Usuarios.csv", 2),
    ]
    assert rows[1].source_of("extension") == Source("global", "Global.csv", 3)


def test_rows_start_again_at_each_call() -> None:
    dataset = make_dataset("a\n1\n2\n")
    rows = dataset.rows()
    next(rows)
    assert [row.index for row in dataset.rows()] == [0, 1]
    assert next(rows).index == 1
    assert dataset.path == INPUT / "Usuarios.csv"


def test_global_without_a_row_gives_no_values() -> None:
    dataset = make_dataset("a\n1\n", "org_id;country\n;\n")
    assert (dataset.layers.global_file, dataset.layers.global_line) == ("Global.csv", None)
    assert [dict(row.values) for row in dataset.rows()] == [{"a": "1"}]


def test_global_is_optional_only_where_it_is_said() -> None:
    INPUT.mkdir()
    (INPUT / "usuarios.csv").write_text("a\n1\n")

    dataset = open_dataset(INPUT, "usuarios", {}, global_optional=True)
    assert dataset.layers == Layers("usuarios.csv", ("a",), ("a",))
    with pytest.raises(MissingInputCsv) as caught:
        open_dataset(INPUT, "usuarios", {})
    assert str(caught.value) == (
        "missing_input_csv: in/global.csv does not exist: put it there or name another folder with --input-dir"
    )


def test_missing_domain_file_is_told_with_its_path() -> None:
    INPUT.mkdir()
    with pytest.raises(MissingInputCsv) as caught:
        open_dataset(INPUT, "workspaces", {}, global_optional=True)
    assert str(caught.value) == (
        "missing_input_csv: in/workspaces.csv does not exist: put it there or name another folder with --input-dir"
    )


def test_any_file_can_stand_in_for_the_domain_file() -> None:
    Path("run_rejected.csv").write_text("a,error\n1,no extension\n")
    dataset = merge_files(open_csv(Path("run_rejected.csv")), None, {})
    assert [dict(row.values) for row in dataset.rows()] == [{"a": "1", "error": "no extension"}]


def test_global_of_two_rows_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        make_dataset("a\n1\n", "org_id\no1\n\no2\n")
    assert str(caught.value) == (
        "in/Global.csv line 4: a second row, but the values here are for all rows of the other files: "
        "leave one row"
    )


def test_global_row_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        make_dataset("a\n1\n", "org_id,address\no1,Calle Mayor, 5\n")
    assert str(caught.value) == (
        "in/Global.csv line 2: the row has 3 cells and the header 2: "
        "quote the cell that contains the delimiter, or empty those from '5' on"
    )


def test_unreadable_global_is_refused() -> None:
    with pytest.raises(UnreadableCsv) as caught:
        make_dataset("a\n1\n", "")
    assert str(caught.value) == "in/Global.csv: is empty: its first line must hold the column names"


def test_row_of_the_wrong_shape_is_the_problem_of_that_row_alone() -> None:
    dataset = make_dataset(
        "a,b,,c\n"
        "1,2,,3\n"
        '1,"x\ny",,3,Calle  Mayor de la Villa de Madrid, 5\n'
        "1,2, lost ,3\n"
        "1,2,lost,3,more\n"
        "1,2, ,3, \n"
    )

    rows = list(dataset.rows())
    too_many = (
        "the row has {} cells and the header 4: "
        "quote the cell that contains the delimiter, or empty those from {} on"
    )
    nameless = "'lost' stands in column 3, which has no name in the header: name the column or empty the cell"
    assert [row_problems(row) for row in rows] == [
        (),
        (Problem(None, too_many.format(6, "'Calle Mayor de la Villa de Mad...'"), "Usuarios.csv line 3"),),
        (Problem(None, nameless, "Usuarios.csv line 5"),),
        (
            Problem(None, nameless, "Usuarios.csv line 6"),
            Problem(None, too_many.format(5, "'more'"), "Usuarios.csv line 6"),
        ),
        (),
    ]
    assert [dict(row.values) for row in rows][2:4] == [{"a": "1", "b": "2", "c": "3"}] * 2
    assert rows[3].cells == ("1", "2", "lost", "3", "more")


def test_row_of_the_right_shape_has_no_problem() -> None:
    assert [row_problems(row) for row in make_dataset("a,b\n1\n1,2,,\n").rows()] == [(), ()]


def test_settings_are_columns_and_values() -> None:
    assert parse_overrides((" Extension = 100 ", "destination=+34=5", "note=a b")) == {
        "extension": "100",
        "destination": "+34=5",
        "note": "a b",
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["extension"], "--set extension: has no value: write --set column=value"),
        ([" =100"], "--set  =100: names no column: write --set column=value"),
        (
            ["Extension= "],
            (
                "--set Extension= : has no value, and blank means 'leave as it is': "
                "write --set extension=value or leave it out"
            ),
        ),
        (["extension=1", "EXTENSION=1"], "--set EXTENSION=1: extension is set twice: leave one of them out"),
    ],
)
def test_malformed_setting_is_refused(settings: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_overrides(settings)
    assert str(caught.value) == message


def test_overrides_given_as_a_mapping_are_held_to_the_same_rules() -> None:
    assert make_dataset("a\n1\n", Extension=" 5 ").layers.cli_values == {"extension": "5"}
    with pytest.raises(InputError):
        make_dataset("a\n1\n", extension="")
