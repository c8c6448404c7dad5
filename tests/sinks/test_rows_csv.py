"""Rows that were not carried out come back in their original columns, fit to be read again."""

from __future__ import annotations

from pathlib import Path

from odt_async.dataset import open_dataset
from odt_async.model import Layers, Status
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.rows_csv import PendingCsv, RejectedCsv
from tests.sinks.outcomes import FAILURE, LAYERS, make_outcome, make_row

REJECTED, PENDING = Path("run_rejected.csv"), Path("run_pending.csv")


def test_a_rejected_row_has_its_cells_as_read_and_why_it_failed(sync: GroupSync) -> None:
    with RejectedCsv(REJECTED, sync, layers=LAYERS) as rejected:
        rejected.record(make_outcome(Status.ERROR, make_row(" p1", "two\nlines")))

    assert REJECTED.read_text() == (
        "Person_ID, Extension ,error_type,error\n"
        ' p1,"two\nlines",AsRestError,"HTTP 404, code 4008: No licence."\n'
    )


def test_a_pending_row_has_its_cells_as_read(sync: GroupSync) -> None:
    with PendingCsv(PENDING, sync, layers=LAYERS) as pending:
        pending.record(make_outcome(Status.PENDING, make_row("p1", "")))
    assert PENDING.read_text() == "Person_ID, Extension \np1,\n"


def test_cells_too_many_stand_behind_the_others(sync: GroupSync) -> None:
    row = make_row("p1", "8100", "stray")
    with (
        RejectedCsv(REJECTED, sync, layers=LAYERS) as rejected,
        PendingCsv(PENDING, sync, layers=LAYERS) as pending,
    ):
        rejected.record(make_outcome(Status.ERROR, row))
        pending.record(make_outcome(Status.PENDING, row))

    last = [path.read_text().splitlines()[-1].split(",")[-1] for path in (REJECTED, PENDING)]
    assert last == ["stray", "stray"]


def test_rejected_rows_fed_back_are_the_rows_that_were_read(sync: GroupSync, tmp_path: Path) -> None:
    awkward = ("p1", 'say "hi",\r\nthen\rgo')
    with RejectedCsv(tmp_path / "usuarios.csv", sync, layers=LAYERS) as rejected:
        rejected.record(make_outcome(Status.ERROR, make_row(*awkward)))

    (row,) = open_dataset(tmp_path, "usuarios", {}, global_optional=True).rows()

    assert row.layers.columns == ("person_id", "extension", "error_type", "error")
    assert row.cells == (*awkward, FAILURE.type, FAILURE.text)


def test_what_a_first_rejection_added_is_not_carried_on(sync: GroupSync) -> None:
    layers = Layers(
        "run_rejected.csv",
        header=("error_type", "Person_ID", "Error", "Extension"),
        columns=("error_type", "person_id", "error", "extension"),
    )
    row = make_row("OldError", "p1", "old words", "8100", "stray", layers=layers)
    with (
        RejectedCsv(REJECTED, sync, layers=layers) as rejected,
        PendingCsv(PENDING, sync, layers=layers) as pending,
    ):
        rejected.record(make_outcome(Status.ERROR, row))
        pending.record(make_outcome(Status.PENDING, row))

    assert REJECTED.read_text() == (
        'Person_ID,Extension,error_type,error\np1,8100,AsRestError,"HTTP 404, code 4008: No licence.",stray\n'
    )
    assert PENDING.read_text() == "Person_ID,Extension\np1,8100,stray\n"
