from __future__ import annotations

import csv
from pathlib import Path

import pytest

from odt_async.dataset.profiles import load_profiles
from odt_async.errors import InputError
from odt_async.sandbox.samples import write_input
from odt_async.sandbox.state import Organisation, derived_email
from tests.sandbox.serving import SMALL

NAMES = ["global.csv", "ubicaciones.csv", "usuarios.csv", "workspaces.csv"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_four_files_are_about_the_organisation(tmp_path: Path) -> None:
    paths = write_input(tmp_path / "new" / "input", 100, SMALL)
    organisation = Organisation(SMALL)
    tables = {path.name: read(path) for path in paths if path.suffix == ".csv"}
    assert {name: len(rows) for name, rows in tables.items()} == dict(
        zip(NAMES, (1, 7, 100, 50), strict=True)
    )
    assert [row["person_id"] for row in tables["usuarios.csv"]] == [
        organisation.people.hydra(index) for index in range(100)
    ]
    assert tables["usuarios.csv"][99]["extension"] == organisation.person(99).extension
    assert tables["ubicaciones.csv"][6]["location_id"] == organisation.locations.hydra(6)
    assert tables["workspaces.csv"][49]["workspace_id"] == organisation.workspaces.hydra(49)
    assert tables["global.csv"][0]["org_id"] == organisation.id


def test_every_row_has_a_cell_for_every_column(tmp_path: Path) -> None:
    for path in write_input(tmp_path, 3, SMALL)[: len(NAMES)]:
        header, *lines = path.read_text("utf-8-sig").splitlines()
        assert {line.count(",") for line in lines} == {header.count(",")}


def test_ids_may_be_left_blank_as_in_the_files_operators_bring(tmp_path: Path) -> None:
    paths = write_input(tmp_path, 2, SMALL, with_ids=False)[1 : len(NAMES)]
    columns = {"location_id", "person_id", "workspace_id", "premise_route_id"}
    ids = {row[name] for path in paths for row in read(path) for name in columns & row.keys()}
    assert ids == {""}


def test_names_stand_for_the_ids_left_blank(tmp_path: Path) -> None:
    everyone, locations, people, workspaces = (
        read(path)[-1] for path in write_input(tmp_path, 2, SMALL, with_ids=False)[: len(NAMES)]
    )
    organisation = Organisation(SMALL)
    assert everyone["licenses_id"] == "Webex Calling - Professional"
    assert (locations["name"], locations["route_identity"]) == ("OF00001 Barcelona", "RG_01")
    assert people["email"] == organisation.person(1).email
    assert (people["add_license_ids"], people["location_name"]) == (
        "Basic Space Meetings",
        "OF00002 Valencia",  # the next one: people can be moved there
    )
    assert (workspaces["display_name"], workspaces["location_name"]) == ("Sala 000001", "OF00001 Barcelona")


def test_people_who_are_still_to_be_created_have_no_ids(tmp_path: Path) -> None:
    first, second = read(write_input(tmp_path, 2, SMALL, newcomers=True)[2])
    assert (first["person_id"], second["person_id"]) == ("", "")
    assert {first["email"], second["email"]} == {
        derived_email(index, SMALL.seed) for index in (SMALL.people, SMALL.people + 1)
    }


def test_the_profiles_are_such_as_a_run_loads(tmp_path: Path) -> None:
    paths = write_input(tmp_path / "input", 1, SMALL)[len(NAMES) :]
    profiles = load_profiles(tmp_path / "input")
    assert [path.stem for path in paths] == ["nacional", "bloqueo_premium", "solo_internas"]
    assert {path.stem for path in paths} == profiles.keys()


def test_files_that_are_there_are_kept(tmp_path: Path) -> None:
    (tmp_path / "usuarios.csv").write_text("precious")
    with pytest.raises(InputError, match=r"already has usuarios\.csv: choose another folder or --force"):
        write_input(tmp_path, 2, SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["usuarios.csv"]


def test_force_overwrites(tmp_path: Path) -> None:
    write_input(tmp_path, 2, SMALL)
    _, _, people, *_ = write_input(tmp_path, 5, SMALL, force=True)
    assert len(read(people)) == 5


@pytest.mark.parametrize("rows", [0, SMALL.people + 1])
def test_more_rows_than_people_cannot_be(tmp_path: Path, rows: int) -> None:
    with pytest.raises(InputError, match="the sandbox has 2000 people"):
        write_input(tmp_path, rows, SMALL)


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write to"):
        write_input(tmp_path / "file", 2, SMALL)
