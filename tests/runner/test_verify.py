"""`--verify`: what was written is read again, and Webex is taken at what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.errors import AmbiguousWrite, InputError
from odt_async.model import Outcome, Status
from odt_async.runner.row import RowRunner
from odt_async.runner.verification import Verification
from tests.runner.running import run_on, sandbox, write_rows
from tests.runner.setting_action import Fate, Remote, journal, make_job, open_runner
from tests.runner.taking_back import carry_out, spec_of

DIGESTS = st.binary(min_size=16, max_size=16).map(bytes.hex)
ACTION = "usuarios_configurar_desvio_prefijo53"


def verifying(rows: RowRunner, asked: str = "all") -> RowRunner:
    rows._verification = Verification.parse(asked)
    return rows


async def outcome_of(folder: Path, remote: Remote, asked: str = "all") -> Outcome:
    with open_runner(folder, remote) as rows:
        return await verifying(rows, asked).run(make_job())


async def test_a_write_that_shows_is_applied_after_one_read_more(tmp_path: Path) -> None:
    remote = Remote({"ana": "old"})
    outcome = await outcome_of(tmp_path, remote)
    assert (outcome.status, remote.calls) == (Status.APPLIED, ["read", "write", "read"])


async def test_without_it_nothing_is_read_again(tmp_path: Path) -> None:
    remote = Remote({"ana": "old"})
    outcome = await outcome_of(tmp_path, remote, "none")
    assert (outcome.status, remote.calls) == (Status.APPLIED, ["read", "write"])


async def test_a_write_that_does_not_show_is_an_error_with_both_values(tmp_path: Path) -> None:
    outcome = await outcome_of(tmp_path, Remote({"ana": "old"}, (Fate(processed=False),)))
    assert outcome.failure is not None
    assert (outcome.status, outcome.failure.type, outcome.failure.text) == (
        Status.ERROR,
        "VerificationFailed",
        'it was written, but Webex does not show it: value: shown "old", asked "53100"',
    )
    assert journal(tmp_path) == [("intent", {"value": "old"}), ("done", {"value": "53100"})]


async def test_a_write_that_shows_late_is_applied(tmp_path: Path) -> None:
    remote = Remote({})
    reads = 0

    def lag(_person: str) -> None:
        nonlocal reads
        reads += 1
        remote.visible_after_reads = 1 if 1 < reads < 4 else 0

    remote.before_read = lag
    outcome = await outcome_of(tmp_path, remote)
    assert (outcome.status, remote.calls) == (Status.APPLIED, ["read", "write", "read", "read", "read"])


async def test_a_write_that_was_read_back_already_is_not_read_again(tmp_path: Path) -> None:
    remote = Remote({"ana": "old"}, (Fate(error=AmbiguousWrite("reset")),))
    outcome = await outcome_of(tmp_path, remote)
    assert (outcome.status, remote.calls) == (Status.APPLIED, ["read", "write", "read"])


async def test_a_sample_is_read_again_of_real_rows() -> None:
    write_rows(60)
    async with sandbox() as served:
        spec = spec_of(served, ACTION, verification=Verification.parse("sample:20%"))
        left = await carry_out(spec)
        reads = served.journal.count(method="GET") - 60
        covered = [row for row in left.table("ok.csv") if spec.verification.covers(row["payload_hash"])]
        again = await run_on(served)
    assert (left.counts, again.counts) == ({"applied": 60}, {"unchanged": 60})
    assert 0 < reads < 60
    assert reads == len(covered)


@given(DIGESTS, st.floats(0.01, 100), st.floats(0.01, 100))
def test_a_row_is_in_every_larger_sample_too(digest: str, one: float, other: float) -> None:
    smaller, larger = (Verification(percent).covers(digest) for percent in sorted((one, other)))
    assert (smaller, larger) != (True, False)


@given(DIGESTS)
def test_all_is_every_row_and_none_is_none(digest: str) -> None:
    assert [Verification.parse(text).covers(digest) for text in ("all", "none")] == [True, False]


@pytest.mark.parametrize("text", ["all", "none", "sample:5%", "sample:0.5%"])
def test_what_is_asked_is_said_as_it_was_written(text: str) -> None:
    assert str(Verification.parse(text)) == text


@pytest.mark.parametrize("text", ["", "some", "sample", "sample:5", "sample:101%", "sample:-1%", "sample:x%"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write all, none or sample:5%"):
        Verification.parse(text)
