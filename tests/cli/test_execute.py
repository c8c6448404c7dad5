"""A run from the operator's chair: exit code, closing words, data apart from words, what is never shown."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.command_line import (
    ACTION,
    LOGS,
    Rows,
    closing_words,
    counts_of,
    edit_users,
    odt,
    only,
    run_of,
    send_to_a_stranger,
    served,
    spoil_extension,
    write_samples,
)

if TYPE_CHECKING:
    from click.testing import Result

STALE = "stale-token-of-a-test-0123456789"


def summary_of(result: Result) -> dict[str, object]:
    summary: dict[str, object] = json.loads(result.stdout)
    return summary


@contextmanager
def file_sizes_up_to(limit: int) -> Iterator[None]:
    """Let no file of this process grow beyond *limit* bytes: a disk that fills up in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_all_rows_applied_is_0() -> None:
    write_samples(4)
    result = odt("bulk", ACTION, "--sandbox")
    assert (result.exit_code, result.stdout) == (0, "")
    assert closing_words(result) == [
        "4 rows in <time>: 4 applied, 0 unchanged, 0 failed",
        "report:  <run>_report.json",
    ]
    assert counts_of(run_of(result)) == {"ok.csv": 4}


def test_a_second_run_writes_nothing_and_is_0(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(4)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        odt("bulk", ACTION, "--base-url", sandbox.url)
        sandbox.journal.clear()
        result = odt("bulk", ACTION, "--base-url", sandbox.url)
        methods = {method for method, _route, _result in sandbox.journal.requests}
    assert (result.exit_code, methods) == (0, {"GET"})
    assert closing_words(result)[0] == "4 rows in <time>: 0 applied, 4 unchanged, 0 failed"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (spoil_extension, "  1 x usuarios.csv line 2, column extension: "),
        (
            send_to_a_stranger,
            "  1 x the id is of nobody in this organisation, or the target is not a calling user: look the id up",
        ),
    ],
)
def test_a_failed_row_is_1_and_the_others_are_applied(spoil: Callable[[Rows], None], why: str) -> None:
    write_samples(4)
    edit_users(spoil)
    result = odt("bulk", ACTION, "--sandbox")
    assert result.exit_code == 1
    words = closing_words(result)
    assert words.pop(1).startswith(why)
    assert words == [
        "4 rows in <time>: 3 applied, 0 unchanged, 1 failed",
        "report:  <run>_report.json",
        "to mend: <run>_rejected.csv",
        f"to go on: python -m odt_async bulk {ACTION} --sandbox --resume <run>",
    ]
    assert counts_of(run_of(result)) == {"ok.csv": 3, "error.jsonl": 1, "rejected.csv": 1}


def test_a_row_that_cannot_be_used_is_named_before_the_run() -> None:
    write_samples(4)
    edit_users(spoil_extension)
    lines = odt("bulk", ACTION, "--sandbox").stderr.splitlines()
    assert lines[0].startswith("usuarios.csv line 2, column extension: ")
    assert "'8,03E+07'" in lines[0]
    assert lines[1] == "1 of 4 rows cannot be used and will be rejected; the others go on"


def test_a_row_that_comes_twice_is_counted_as_skipped() -> None:
    write_samples(3)
    edit_users(lambda rows: rows.append(dict(rows[0])))
    result = odt("bulk", ACTION, "--sandbox")
    assert result.exit_code == 0
    assert closing_words(result)[0] == "4 rows in <time>: 3 applied, 0 unchanged, 1 skipped, 0 failed"
    assert counts_of(run_of(result)) == {"ok.csv": 3, "skipped.csv": 1}


def test_fail_fast_is_3_and_leaves_the_rest_pending() -> None:
    write_samples(20)
    edit_users(spoil_extension)
    result = odt("bulk", ACTION, "--sandbox", "--fail-fast", "--concurrency", "1")
    counts = counts_of(run_of(result))
    words = closing_words(result)
    assert result.exit_code == 3
    assert words[2] == "stopped by --fail-fast: row 0 failed"
    assert words[-2:] == [
        "not attempted: <run>_pending.csv",
        f"to go on: python -m odt_async bulk {ACTION} --sandbox --fail-fast --concurrency 1 --resume <run>",
    ]
    assert counts["error.jsonl"] == 1
    assert counts.get("ok.csv", 0) + counts["pending.csv"] == 19


def test_a_logs_directory_that_cannot_be_is_3() -> None:
    write_samples(2)
    LOGS.write_text("a file")
    result = odt("bulk", ACTION, "--sandbox")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(f"odt: {LOGS}/")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["heartbeat.log", f"{ACTION}.log"])
def test_a_disk_that_is_full_is_3_and_nothing_is_sent(name: str) -> None:
    write_samples(4)
    LOGS.mkdir()
    (LOGS / name).write_bytes(b"\n" * 30_000)
    with file_sizes_up_to(30_000):
        result = odt("bulk", ACTION, "--sandbox")
    assert (result.exit_code, result.stdout) == (3, "")
    assert f"{LOGS}/{name} cannot be written: File too large\n" in result.stderr
    assert only("*_changes.jsonl").read_bytes() == b""


def test_a_disk_that_fills_up_is_3_and_one_line_says_so() -> None:
    write_samples(60)
    with file_sizes_up_to(30_000):
        result = odt("bulk", ACTION, "--sandbox")
    assert result.exit_code == 3
    assert " cannot be written: File too large" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("source", ["WEBEX_ACCESS_TOKEN", "WEBEX_TOKEN_FILE"])
def test_a_refused_token_is_4_and_is_shown_nowhere(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(4)
    Path("token").write_text(STALE)
    monkeypatch.setenv(source, "token" if source == "WEBEX_TOKEN_FILE" else STALE)
    with served() as sandbox:
        result = odt("bulk", ACTION, "--base-url", sandbox.url)
        statuses = {status for _method, _route, status in sandbox.journal.requests}
    words = closing_words(result)
    assert (result.exit_code, result.stdout, statuses) == (4, "", {"401"})
    assert words[0] == "4 rows in <time>: 0 applied, 0 unchanged, 0 failed, 4 not attempted"
    assert words[1].startswith("stopped by Webex refuses ")
    assert words[-1] == (
        f"to go on: python -m odt_async bulk {ACTION} --base-url {sandbox.url} --resume <run>"
    )
    assert counts_of(run_of(result)) == {"pending.csv": 4}
    assert_nowhere(result, STALE)


def test_a_refused_refresh_token_is_4_before_any_row(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(4)
    monkeypatch.setenv("WEBEX_REFRESH_TOKEN", STALE)
    monkeypatch.setenv("WEBEX_CLIENT_ID", "client")
    monkeypatch.setenv("WEBEX_CLIENT_SECRET", STALE[::-1])
    with served() as sandbox:
        result = odt("bulk", ACTION, "--base-url", sandbox.url)
        asked = {route for _method, route, _status in sandbox.journal.requests}
    assert (result.exit_code, result.stdout, asked) == (4, "", {"/v1/access_token"})
    assert result.stderr.startswith("odt: Webex refuses to renew the token (")
    assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in LOGS.iterdir()] == [f"{ACTION}.lock"]  # no run for --resume to find
    assert STALE not in result.stderr


def test_an_accepted_token_is_shown_nowhere_either(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(4)
    edit_users(send_to_a_stranger)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        result = odt("bulk", ACTION, "--base-url", sandbox.url, "--json")
    assert result.exit_code == 1
    assert_nowhere(result, sandbox.token)


def assert_nowhere(result: Result, *secrets: str) -> None:
    texts = {path.name: path.read_text("utf-8-sig") for path in LOGS.iterdir()}
    texts |= {"stdout": result.stdout, "stderr": result.stderr}
    assert [name for name, text in texts.items() for secret in secrets if secret in text] == []
    assert len(texts) > 5


def test_a_dry_run_with_changes_is_5_and_prints_them_to_stdout() -> None:
    write_samples(1)
    result = odt("bulk", ACTION, "--sandbox", "--dry-run")
    first, *changes = result.stdout.splitlines()
    assert result.exit_code == 5
    assert first.startswith("row 0 (usuarios.csv line 2) Y2lzY29zcGFyazov")
    assert "    callForwarding.always.enabled: false -> true" in changes
    assert '    callForwarding.always.destination: (nothing) -> "5380000000"' in changes
    assert closing_words(result)[0] == "1 row in <time>: 0 applied, 0 unchanged, 1 would change, 0 failed"
    assert counts_of(run_of(result)) == {"plan.jsonl": 1}


def test_a_dry_run_writes_nothing_to_webex_and_with_nothing_to_change_is_0(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_samples(3)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        found = []
        for arguments in (["--dry-run"], [], ["--dry-run"]):
            result = odt("bulk", ACTION, "--base-url", sandbox.url, *arguments)
            found.append((result.exit_code, sandbox.journal.changed_writes, result.stdout != ""))
    assert found == [(5, 0, True), (0, 3, False), (0, 3, False)]


def test_a_dry_run_with_a_failed_row_is_1() -> None:
    write_samples(3)
    edit_users(send_to_a_stranger)
    result = odt("bulk", ACTION, "--sandbox", "--dry-run")
    assert result.exit_code == 1
    assert closing_words(result)[-1] == f"to go on: python -m odt_async bulk {ACTION} --sandbox --dry-run"


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_json_is_the_head_of_the_report_and_nothing_else(arguments: list[str]) -> None:
    write_samples(4)
    edit_users(spoil_extension)
    result = odt("bulk", ACTION, "--sandbox", "--json", *arguments)
    report = json.loads(only("*_report.json").read_bytes())
    results = report.pop("results")
    assert summary_of(result) == report
    assert (report["total_rows"], report["executed"], report["errors"], len(results)) == (4, 3, 1, 4)


def test_what_an_operator_reads_goes_to_stderr_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(2)
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = odt("bulk", ACTION, "--sandbox", "--dry-run")
    assert "\x1b" not in result.output
    assert [line for line in result.stderr.splitlines() if line.startswith(("row ", "    "))] == []


def test_heartbeats_are_whole_lines() -> None:
    write_samples(2)
    result = odt("bulk", ACTION, "--sandbox")
    beats = (LOGS / "heartbeat.log").read_text().splitlines()
    assert result.stderr.splitlines()[: len(beats)] == beats
    assert beats[-1].split(", ")[0].endswith(" finished: 2/2 (100.0 %)")


def test_a_run_needs_no_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(2)
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert odt("bulk", ACTION, "--sandbox").exit_code == 0
