from __future__ import annotations

from itertools import islice

from odt_async.sandbox.faults import parse_faults
from tools.soak.work import Pass, Work

ROWS = 120
CAN_BE_SET_AGAIN = {
    "usuarios_configurar_desvio_prefijo53",
    "usuarios_modificar_licencias",
    "workspaces_configurar_desvio_prefijo53",
}


def passes(rounds: int) -> list[Pass]:
    changes, creations = Work(ROWS, seed=1).lanes()
    return [*islice(changes, 4 * rounds), *islice(creations, rounds)]


def test_what_can_be_set_again_is_set_to_another_value_in_the_next_round() -> None:
    rounds = passes(2)
    again = {one.action: one.rows for one in rounds if one.number == 1}

    for one in rounds[:4]:
        if one.action in CAN_BE_SET_AGAIN:
            pairs = list(zip(one.rows, again[one.action], strict=True))
            assert [first for first, second in pairs if first == second] == []
            assert [first for first, second in pairs if next(iter(first.items())) not in second.items()] == []


def test_what_cannot_be_set_again_is_done_to_somebody_else() -> None:
    for action in ("usuarios_anadir_intercom_legacy", "workspaces_alta"):
        rows = [tuple(row.values()) for one in passes(5) if one.action == action for row in one.rows]

        assert len({row[0] for row in rows}) == len(rows)


def test_nobody_is_in_two_actions() -> None:
    people = [{row["person_id"] for row in one.rows} for one in passes(1)[:3]]

    assert people[0] & people[1] == people[1] & people[2] == people[0] & people[2] == set()


def test_rows_that_must_fail_are_those_of_the_people_whom_the_faults_name() -> None:
    work = Work(ROWS, seed=1)
    first = next(work.lanes()[0])
    faults = parse_faults(work.standing_faults)

    assert {first.rows[place]["person_id"] for place in first.failing} == faults.no_calling.names
    assert first.failing == {5, 102}


def test_no_row_of_another_action_must_fail() -> None:
    assert {one.failing for one in passes(1)[1:]} == {frozenset()}
