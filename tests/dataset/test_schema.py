"""What the header check tells for every way in which pydantic can name a field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field

from odt_async.dataset.merge import Dataset, open_dataset
from odt_async.dataset.schema import (
    ColumnCheck,
    MissingColumn,
    UnknownColumn,
    accepted_columns,
    by_precedence,
    check_columns,
)
from odt_async.model import Layers, Row, Source


class Params(BaseModel):
    person_id: Annotated[str, Field(validation_alias=AliasChoices("person_id", "entity_id"))]
    extension: str
    route_group: Annotated[str, Field(alias="rg_id")]
    destination: str | None = None
    org_id: str | None = None


def make_dataset(header: str, global_csv: str = "org_id\n", **overrides: str) -> Dataset:
    Path("usuarios.csv").write_text(header)
    Path("global.csv").write_text(global_csv)
    return open_dataset(Path(), "usuarios", overrides)


def test_columns_of_all_layers_are_judged() -> None:
    dataset = make_dataset(
        "\nPerson ID;Extension;first_name;;destinaton\n",
        "org_id,rg_id,country,blank\no1,r1,ES,\n",
        group="5",
        extension="8",
    )

    assert check_columns(dataset, Params) == ColumnCheck(
        known=("extension", "org_id", "rg_id"),
        unknown=(
            UnknownColumn("person id", Source("domain", "usuarios.csv", 2), "person_id"),
            UnknownColumn("first_name", Source("domain", "usuarios.csv", 2), None),
            UnknownColumn("destinaton", Source("domain", "usuarios.csv", 2), "destination"),
            UnknownColumn("country", Source("global", "global.csv", 2), None),
            UnknownColumn("group", Source("cli"), None),
        ),
        missing=(MissingColumn("person_id", ("person_id", "entity_id"), "usuarios.csv"),),
    )


def test_required_column_may_come_from_any_layer_under_any_of_its_names() -> None:
    dataset = make_dataset("entity_id\n", "rg_id\nr1\n", extension="8")
    assert check_columns(dataset, Params) == ColumnCheck(("entity_id", "rg_id", "extension"), (), ())


def test_column_of_global_without_a_value_counts_as_missing() -> None:
    dataset = make_dataset("person_id,extension\n", "rg_id\n\n")
    assert check_columns(dataset, Params).missing == (MissingColumn("rg_id", ("rg_id",), "usuarios.csv"),)


def test_no_suggestion_for_a_column_that_is_there_already() -> None:
    dataset = make_dataset("entity_id,person_ids,extension,extension_2,rg_id\n")
    assert [(entry.column, entry.suggestion) for entry in check_columns(dataset, Params).unknown] == [
        ("person_ids", None),
        ("extension_2", None),
    ]


def test_findings_are_sentences() -> None:
    unknown = UnknownColumn("destinaton", Source("domain", "usuarios.csv", 2), "destination")
    foreign = UnknownColumn("group", Source("cli"), None)
    missing = MissingColumn("extension", ("extension",), "usuarios.csv")
    either = MissingColumn("person_id", ("person_id", "entity_id"), "usuarios.csv")
    assert "\n".join(map(str, (unknown, foreign, missing, either))) == (
        "usuarios.csv line 2, column destinaton: not a column of this action: did you mean destination?\n"
        "--set, column group: not a column of this action: it is not used\n"
        "usuarios.csv, column extension: required, but not there: "
        "add the column, or give all rows one value with --set extension=value\n"
        "usuarios.csv, column person_id (or entity_id): required, but not there: "
        "add the column, or give all rows one value with --set person_id=value"
    )


@pytest.mark.parametrize(
    ("config", "columns"),
    [
        (ConfigDict(), ("b", "c")),
        (ConfigDict(populate_by_name=True), ("b", "c", "a")),
        (ConfigDict(validate_by_name=True), ("b", "c", "a")),
        (ConfigDict(validate_by_name=True, validate_by_alias=False), ("a",)),
    ],
)
def test_accepted_columns_are_those_that_pydantic_takes(config: ConfigDict, columns: tuple[str, ...]) -> None:
    class Model(BaseModel):
        model_config = config
        a: Annotated[str, Field(validation_alias=AliasChoices("b", AliasPath("c", 0)))] = ""
        other: str = ""

    assert accepted_columns(Model) == {"a": columns, "other": ("other",)}
    for column in columns:
        assert Model.model_validate({column: ["x"] if column == "c" else "x"}).a == "x"


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    place: str | None = Field(default=None, validation_alias=AliasChoices("place", "name", "site"))
    owner: str | None = Field(default=None, validation_alias=AliasChoices("owner", "boss"))


@pytest.mark.parametrize(
    ("domain", "global_values", "cli_values", "left"),
    [
        ({"place": "d"}, {}, {"name": "c"}, {"name": "c"}),
        ({"site": "d"}, {"place": "g"}, {}, {"site": "d"}),
        ({"site": "d", "name": "e"}, {"place": "g"}, {}, {"site": "d", "name": "e"}),
        ({"place": "d", "boss": "b"}, {"owner": "g"}, {}, {"place": "d", "boss": "b"}),
        ({"place": "d", "owner": "o"}, {}, {}, {"place": "d", "owner": "o"}),
    ],
)
def test_a_name_of_a_column_gives_way_to_one_from_a_higher_layer(
    domain: dict[str, str], global_values: dict[str, str], cli_values: dict[str, str], left: dict[str, str]
) -> None:
    columns = tuple(domain)
    layers = Layers(
        "usuarios.csv", columns, columns, "global.csv", 2, global_values=global_values, cli_values=cli_values
    )
    row = Row(0, 2, {**global_values, **domain, **cli_values}, tuple(domain.values()), layers)
    assert by_precedence(row, Aliased).values == left
