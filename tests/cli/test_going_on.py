"""After a run that has not done everything: its last line, its rejected and its pending rows go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import (
    ACTION,
    INPUT,
    LOGS,
    closing_words,
    counts_of,
    edit_users,
    follow_up,
    odt,
    run_of,
    send_to_a_stranger,
    spoil_extension,
    write_samples,
)


@pytest.mark.parametrize(
    "resumed",
    [[], ["--resume"], ["--resume", "{run}"], ["--resume={run}"], ["--resume", "logs/{run}_ok.csv"]],
    ids=" ".join,
)
def test_the_command_to_go_on_completes_the_run_however_it_was_called(resumed: list[str]) -> None:
    write_samples(4)
    edit_users(send_to_a_stranger)
    result = odt("bulk", ACTION, "--sandbox")
    if resumed:
        result = odt("bulk", ACTION, *(word.format(run=run_of(result)) for word in resumed), "--sandbox")
    program, module, name, *words = follow_up(result.stderr)
    write_samples_anew(4)

    completed = odt(*words)
    assert (program, module, name) == ("python", "-m", "odt_async")
    assert (completed.exit_code, words.count("--resume")) == (0, 1)
    assert closing_words(completed)[0] == "4 rows in <time>: 1 applied, 0 unchanged, 3 skipped, 0 failed"


@pytest.mark.parametrize(("path", "program"), [("/nowhere", "./odt"), (".", "odt")])
def test_the_command_to_go_on_names_the_program_that_was_called(
    path: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path)
    Path("odt").touch(0o755)
    write_samples(4)
    edit_users(send_to_a_stranger)
    result = odt("bulk", ACTION, "--sandbox", program="./odt")
    assert follow_up(result.stderr)[:3] == [program, "bulk", ACTION]


def test_what_was_done_in_a_try_is_not_taken_for_done_in_webex() -> None:
    write_samples(2)
    run = run_of(odt("bulk", ACTION, "--sandbox"))
    result = odt("bulk", ACTION, "--resume", "--lang", "es")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"odt: --resume {run}: fue una prueba contra http://127.0.0.1:")
    assert "en Webex no está hecha ninguna de sus filas" in result.stderr
    assert odt("bulk", ACTION, "--resume", "--sandbox").exit_code == 0


def write_samples_anew(rows: int) -> None:
    for path in INPUT.rglob("*"):
        if path.is_file():
            path.unlink()
    write_samples(rows)


def test_rejected_rows_mended_are_input_again() -> None:
    write_samples(4)
    edit_users(spoil_extension)
    run = run_of(odt("bulk", ACTION, "--sandbox"))
    header = (LOGS / f"{run}_rejected.csv").read_text("utf-8-sig").splitlines()[0]

    edit_users(lambda rows: rows[0].update(extension="80000000"), LOGS / f"{run}_rejected.csv")
    result = odt("bulk", ACTION, "--sandbox")
    assert header.endswith(",error_type,error")
    assert result.exit_code == 0
    assert closing_words(result)[0] == "1 row in <time>: 1 applied, 0 unchanged, 0 failed"


def test_rejected_rows_that_fail_again_have_one_reason_each() -> None:
    write_samples(2)
    edit_users(send_to_a_stranger)
    run = run_of(odt("bulk", ACTION, "--sandbox"))
    edit_users(lambda _rows: None, LOGS / f"{run}_rejected.csv")
    again = run_of(odt("bulk", ACTION, "--sandbox"))
    first, second = ((LOGS / f"{name}_rejected.csv").read_text("utf-8-sig") for name in (run, again))
    assert first.splitlines()[0] == second.splitlines()[0]
    assert len(second.splitlines()) == 2


def test_pending_rows_are_input_as_they_are() -> None:
    write_samples(20)
    edit_users(spoil_extension)
    stopped = run_of(odt("bulk", ACTION, "--sandbox", "--fail-fast", "--concurrency", "1"))
    pending = LOGS / f"{stopped}_pending.csv"
    left = counts_of(stopped)["pending.csv"]

    edit_users(lambda _rows: None, pending)
    result = odt("bulk", ACTION, "--sandbox")
    assert result.exit_code == 0
    assert counts_of(run_of(result)) == {"ok.csv": left}
