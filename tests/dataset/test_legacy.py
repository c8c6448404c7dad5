"""How the older exports are found, and under which names they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.dataset import Dataset, domains_in, open_dataset
from odt_async.dataset.legacy import LEGACY_NAMES
from odt_async.errors import MissingInputCsv
from odt_async.model import Domain
from tests.dataset.workbooks import write_workbook

INPUT = Path("in")
EXPORTS = INPUT / ".artifacts" / "exports"
PEOPLE = (
    "person_id,email,display_name,status,roles,licenses,location_id,webex_calling_enabled\n"
    "p1,ana@example.com,Ana,active,,Calling;Messaging,l1,True\n"
)
LOCATIONS = (
    "location_id,name,org_id,timezone,language,address_1,city,state,postal_code,country\n"
    "l1,Madrid,o1,Europe/Madrid,es_ES,Calle Mayor 1,Madrid,Madrid,28001,ES\n"
)
WORKSPACES = "id,workspace_id,name,location_id,extension,phone_number,webex_calling_enabled\nw1,w1,Sala,l1,7001,,True\n"


def export_to(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in (("people", PEOPLE), ("locations", LOCATIONS), ("workspaces", WORKSPACES)):
        (folder / f"{name}.csv").write_text(content)


def values_of(dataset: Dataset) -> dict[str, str]:
    (row,) = dataset.rows()
    return dict(row.values)


@pytest.mark.parametrize("folder", [EXPORTS, INPUT], ids=["named itself", "in the folder that is named"])
@pytest.mark.parametrize(
    ("domain", "values", "renamed"),
    [
        (
            "usuarios",
            {
                "person_id": "p1",
                "email": "ana@example.com",
                "display_name": "Ana",
                "status": "active",
                "current_licenses": "Calling;Messaging",
                "location_id": "l1",
                "webex_calling_enabled": "True",
            },
            "licenses is current_licenses",
        ),
        (
            "ubicaciones",
            {
                "location_id": "l1",
                "name": "Madrid",
                "org_id": "o1",
                "time_zone": "Europe/Madrid",
                "preferred_language": "es_ES",
                "address1": "Calle Mayor 1",
                "city": "Madrid",
                "state": "Madrid",
                "postal_code": "28001",
                "country": "ES",
            },
            "timezone is time_zone, language is preferred_language, address_1 is address1",
        ),
        (
            "workspaces",
            {
                "id": "w1",
                "workspace_id": "w1",
                "display_name": "Sala",
                "location_id": "l1",
                "extension": "7001",
                "webex_calling_enabled": "True",
            },
            "name is display_name",
        ),
    ],
)
def test_an_older_export_is_read_under_todays_names(
    folder: Path, domain: Domain, values: dict[str, str], renamed: str
) -> None:
    export_to(EXPORTS)
    dataset = open_dataset(folder, domain, {})
    file = EXPORTS / f"{LEGACY_NAMES[domain]}.csv"
    assert values_of(dataset) == values
    assert dataset.layers.global_file is None
    assert dataset.path == file
    assert dataset.notices == (f"{file}: an older export, read as {domain}.csv ({renamed})",)


def test_all_three_are_found_from_the_folder_above() -> None:
    export_to(EXPORTS)
    assert domains_in(INPUT) == domains_in(EXPORTS) == ["ubicaciones", "usuarios", "workspaces"]


@pytest.mark.parametrize("folder", [EXPORTS, INPUT])
def test_values_for_all_rows_may_stand_beside_them(folder: Path) -> None:
    export_to(EXPORTS)
    (folder / "global.csv").write_text("destination\n8000\n")
    dataset = open_dataset(INPUT, "usuarios", {})
    assert (dataset.layers.global_file, values_of(dataset)["destination"]) == ("global.csv", "8000")


def test_todays_files_come_before_older_ones() -> None:
    export_to(INPUT)
    (INPUT / "usuarios.csv").write_text("email\nluis@example.com\n")
    (INPUT / "global.csv").write_text("country\nES\n")
    dataset = open_dataset(INPUT, "usuarios", {})
    assert (values_of(dataset), dataset.notices) == ({"email": "luis@example.com", "country": "ES"}, ())


def test_a_workspaces_file_of_today_is_none_of_the_older_ones() -> None:
    INPUT.mkdir()
    (INPUT / "workspaces.csv").write_text("workspace_id,display_name\nw1,Sala\n")
    with pytest.raises(MissingInputCsv, match=r"global\.csv does not exist"):
        open_dataset(INPUT, "workspaces", {})


def test_a_column_stays_where_its_new_name_is_taken() -> None:
    INPUT.mkdir()
    (INPUT / "workspaces.csv").write_text("name,display_name,webex_calling_enabled\nold,new,True\n")
    dataset = open_dataset(INPUT, "workspaces", {})
    assert dataset.layers.columns == ("name", "display_name", "webex_calling_enabled")
    assert dataset.notices == (f"{INPUT}/workspaces.csv: an older export, read as workspaces.csv",)


def test_what_is_left_over_can_be_given_back_as_todays_file() -> None:
    export_to(EXPORTS)
    assert "current_licenses" in open_dataset(INPUT, "usuarios", {}).layers.header


def test_a_workbook_may_have_sheets_of_the_older_names() -> None:
    sheets = {"people": [line.split(",") for line in PEOPLE.splitlines()]}
    book = write_workbook(Path("export.xlsx"), sheets)
    dataset = open_dataset(book, "usuarios", {})
    assert values_of(dataset)["current_licenses"] == "Calling;Messaging"
    assert domains_in(book) == ["usuarios"]
