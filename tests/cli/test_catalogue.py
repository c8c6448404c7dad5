from __future__ import annotations

import json
from typing import Any

import pytest

from odt_async import actions
from tests.cli.command_line import ACTION, odt

NAMES = actions.names()
UNDOABLE = {ACTION: True, "workspaces_validar_estado_permisos": False}


def catalogue() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(odt("actions", "--json").stdout)
    return found


def test_the_list_has_every_action_and_its_summary_in_the_order_of_use() -> None:
    result = odt("actions")
    loaded = sorted((actions.load(name).ORDER, name) for name in NAMES)
    width = max(map(len, NAMES))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"{name:<{width}}  {actions.load(name).SUMMARY}" for _order, name in loaded
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_action_says_what_an_operator_must_know(name: str) -> None:
    action = actions.load(name)
    assert action.SUMMARY.strip().endswith(".")
    assert "\n" not in action.SUMMARY
    assert action.ORDER > 0
    assert action.SCOPES != ()
    assert [scope for scope in action.SCOPES if not scope.startswith(("spark", "Identity", "identity"))] == []
    for word in ("Reads ", "Writes ", "Idempotent ", "Undo "):
        assert f"\n{word}" in action.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_shown_with_its_columns(name: str) -> None:
    result = odt("actions", name)
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0] == f"{name}: {actions.load(name).SUMMARY}"
    assert lines[-1] == f"scopes: {' '.join(actions.load(name).SCOPES)}"
    shown = [line for line in lines if "  required" in line or "  optional" in line]
    assert len(shown) == len(actions.load(name).Params.model_fields)


def test_no_two_actions_have_the_same_place_in_the_order() -> None:
    places = [entry["order"] for entry in catalogue()]
    assert len(places) == len(set(places))


def test_json_of_all_is_the_json_of_each() -> None:
    entries = catalogue()
    assert sorted(entry["name"] for entry in entries) == NAMES
    assert [json.loads(odt("actions", entry["name"], "--json").stdout) for entry in entries] == entries


def test_json_says_file_columns_and_undo() -> None:
    entry = json.loads(odt("actions", ACTION, "--json").stdout)
    destination = next(column for column in entry["columns"] if "destination" in column["names"])
    assert entry["file"] == "usuarios.csv"
    assert (destination["required"], destination["default"]) == (False, None)
    assert {name: json.loads(odt("actions", name, "--json").stdout)["undo"] for name in UNDOABLE} == UNDOABLE


def test_an_unknown_action_is_answered_with_the_nearest() -> None:
    result = odt("actions", ACTION[:-1])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"did you mean {ACTION}" in result.stderr
