from __future__ import annotations

from typing import Any

from odt_async.model import Domain
from odt_async.runner.launch import ActionReport, Entities

FIRST = ActionReport("usuarios_a", "usuarios", bulk_mode=True, status="finished")
SECOND = ActionReport("usuarios_b", "usuarios", bulk_mode=True, status="finished")
ELSEWHERE = ActionReport("ubicacion_c", "ubicaciones", bulk_mode=True, status="finished")


def result(row: int, status: str = "applied") -> dict[str, Any]:
    return {"row_index": row, "params_hash": "x", "status": status, "error_type": None, "error": None}


def outcome(action: ActionReport, row: int, status: str = "applied") -> dict[str, Any]:
    return {"script_name": action.name, **result(row, status)}


def entity(domain: Domain, ids: list[str], *outcomes: dict[str, Any]) -> dict[str, Any]:
    for each in outcomes:
        del each["params_hash"]
    return {"domain": domain, "entity_ids": ids, "outcomes": list(outcomes)}


def test_what_every_action_did_to_a_person_stands_together() -> None:
    entities = Entities()
    for action in (FIRST, SECOND):
        entities.add(action, "ana", result(0))
        entities.add(action, "luis", result(1))
    assert list(entities.records()) == [
        entity("usuarios", ["ana"], outcome(FIRST, 0), outcome(SECOND, 0)),
        entity("usuarios", ["luis"], outcome(FIRST, 1), outcome(SECOND, 1)),
    ]


def test_a_row_ties_an_id_to_a_name_and_to_a_row_of_no_use() -> None:
    entities = Entities()
    entities.add(FIRST, "", result(0, "error"))
    entities.add(SECOND, "ana@x.es", result(0))
    entities.add(FIRST, "id-of-ana", result(0))
    assert list(entities.records()) == [
        entity(
            "usuarios",
            ["ana@x.es", "id-of-ana"],
            outcome(FIRST, 0, "error"),
            outcome(SECOND, 0),
            outcome(FIRST, 0),
        )
    ]


def test_two_rows_about_one_person_are_one_entity() -> None:
    entities = Entities()
    entities.add(FIRST, "ana", result(0))
    entities.add(FIRST, "ana", result(5))
    assert list(entities.records()) == [entity("usuarios", ["ana"], outcome(FIRST, 0), outcome(FIRST, 5))]


def test_rows_of_two_files_are_two_entities() -> None:
    entities = Entities()
    entities.add(FIRST, "x", result(0))
    entities.add(ELSEWHERE, "x", result(0))
    assert [record["domain"] for record in entities.records()] == ["usuarios", "ubicaciones"]


def test_an_action_that_was_skipped_has_the_fields_of_the_others() -> None:
    head = ActionReport(
        "usuarios_a",
        "usuarios",
        bulk_mode=True,
        status="skipped",
        reason="no extension",
        missing_dependencies=("extension",),
    ).head()
    assert head == {
        "script_name": "usuarios_a",
        "bulk_mode": True,
        "total_rows": 0,
        "executed": 0,
        "skipped": 0,
        "errors": 0,
        "pending": 0,
        "status": "skipped",
        "reason": "no extension",
        "missing_dependencies": ("extension",),
        "run": None,
        "exit_code": None,
        "by_status": {},
    }
