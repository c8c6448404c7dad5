from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from odt_async.screen.listing import listing
from tests.screen.building import LOGS, STARTED, STATUS, make_status, plain

BEGUN = datetime.fromisoformat(STARTED).astimezone().strftime("%m-%d %H:%M")
OTHER = "workspaces_validar_estado_permisos"


def test_every_run_is_a_line_in_columns() -> None:
    runs = [
        make_status(),
        make_status(script_name=OTHER, state="killed", total_rows=100_000, by_status={"applied": 50_000}),
    ]
    assert plain(listing(runs, 0, LOGS, 88, 20)) == [
        "Runs in logs",
        "",
        f"> {BEGUN}  RUNNING  usuarios_configurar_desvio_prefij…       100/400  25 %  errors 5",
        f"  {BEGUN}  KILLED   workspaces_validar_estado_permisos  50000/100000  50 %  errors 0",
    ]


def test_a_run_of_which_little_is_known_has_its_line_too() -> None:
    (line,) = plain(listing([make_status(started=None, total_rows=0, by_status={})], None, LOGS, 80, 20))[2:]
    assert line.split() == ["RUNNING", "usuarios_configurar_desvio_prefijo53", "0/0", "0", "%", "errors", "0"]


def test_no_run_is_no_line() -> None:
    assert plain(listing([], None, LOGS, 80, 20)) == ["Runs in logs", ""]


@given(st.integers(0, 49), st.integers(4, 30), st.integers(20, 120))
def test_the_chosen_run_is_always_to_be_seen(chosen: int, height: int, width: int) -> None:
    runs = [make_status(**STATUS | {"run": f"run-{number}"}) for number in range(50)]
    lines = listing(runs, chosen, LOGS, width, height)
    assert len(lines) <= height
    assert [line.plain.startswith(">") for line in lines].count(True) == 1
    assert all(line.cell_len <= width for line in lines)
