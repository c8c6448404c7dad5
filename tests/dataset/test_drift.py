"""What is said of a header that is no longer as it was recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from odt_async.dataset import Dataset, open_dataset
from odt_async.dataset.drift import RecordedSchema, drift, load_schema, record_schema
from odt_async.errors import InputError, Problem

HERE = Path()
WHERE = "usuarios.csv line 1"


def make_dataset(header: str, global_csv: str = "country\nES\n") -> Dataset:
    Path("usuarios.csv").write_text(f"{header}\n")
    Path("global.csv").write_text(global_csv)
    return open_dataset(HERE, "usuarios", {})


def recorded(*columns: str, version: str | None = None) -> RecordedSchema:
    return RecordedSchema({"usuarios": columns}, version)


def test_what_is_recorded_is_read_back() -> None:
    dataset = make_dataset("Email,,Extension", "schema_version\n3\n")
    assert load_schema(HERE) is None
    assert record_schema(HERE, {"usuarios": dataset}) == Path("schema.json")
    assert load_schema(HERE) == recorded("email", "extension", version="3")
    assert drift(recorded("email", "extension", version="3"), "usuarios", dataset) == []


def test_recording_one_file_keeps_what_is_known_of_the_others() -> None:
    Path("schema.json").write_text('{"schema_version": "2", "columns": {"workspaces": ["name"]}}')
    record_schema(HERE, {"usuarios": make_dataset("email")})
    assert json.loads(Path("schema.json").read_text()) == {
        "schema_version": "2",
        "columns": {"workspaces": ["name"], "usuarios": ["email"]},
    }


def test_columns_that_came_went_or_changed_their_name_are_told() -> None:
    dataset = make_dataset("email,extensions,notes")
    assert drift(recorded("extension", "email", "destination"), "usuarios", dataset) == [
        Problem("extension", "is gone since schema.json was recorded: is it extensions now?", WHERE),
        Problem("destination", "is gone since schema.json was recorded", WHERE),
        Problem("notes", "is new since schema.json was recorded", WHERE),
    ]


def test_order_and_letter_case_are_no_drift() -> None:
    assert drift(recorded("email", "extension"), "usuarios", make_dataset("EXTENSION,Email")) == []


def test_another_version_is_told() -> None:
    dataset = make_dataset("email", "schema_version\n4\n")
    assert drift(recorded("email", version="3"), "usuarios", dataset) == [
        Problem("schema_version", "is 4, and 3 in schema.json", "global.csv line 2")
    ]


@pytest.mark.parametrize("version", [None, "3"])
def test_a_version_that_only_one_side_names_is_none(version: str | None) -> None:
    global_csv = "country\nES\n" if version else "schema_version\n3\n"
    assert drift(recorded("email", version=version), "usuarios", make_dataset("email", global_csv)) == []


def test_a_file_that_was_never_recorded_has_not_drifted() -> None:
    assert drift(RecordedSchema({"workspaces": ("name",)}), "usuarios", make_dataset("email")) == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"columns": 1}', '{"columns": {"usuarios": 1}}'])
def test_another_schema_json_is_refused(content: str) -> None:
    Path("schema.json").write_text(content)
    with pytest.raises(InputError, match=r"schema\.json is no recorded schema: delete it"):
        load_schema(HERE)


def test_a_schema_json_that_cannot_be_read_or_written_is_refused() -> None:
    Path("schema.json").mkdir()
    with pytest.raises(InputError, match=r"schema\.json cannot be read: Is a directory"):
        load_schema(HERE)
    with pytest.raises(InputError, match=r"nowhere/schema\.json cannot be written: No such file"):
        record_schema(Path("nowhere"), {})
