"""Who else follows a run, from the operator's chair."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cli.command_line import ACTION, LOGS, edit_users, odt, run_of, send_to_a_stranger, write_samples

if TYPE_CHECKING:
    import pytest

SECRET = "SECRET0123456789"


@contextmanager
def receiver(status: int = 204) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the URL of somebody who wants to be told, and what they were told."""
    told: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing on stderr."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook/{SECRET}", told
        finally:
            server.shutdown()
            thread.join()


def test_a_run_is_told_of_and_the_secret_is_nowhere() -> None:
    write_samples(4)
    edit_users(send_to_a_stranger)
    with receiver() as (url, told):
        result = odt(
            "bulk", ACTION, "--sandbox", "--notify", url, f"--notify={url}?2", "--notify-failures", "1"
        )
    events = [body["event"] for body in told if body["run"] is not None]
    assert result.exit_code == 1
    assert sorted(events) == sorted(2 * ["start", "failures", "end"])
    assert "--notify '***' '--notify=***' --notify-failures 1 --resume" in result.stderr
    assert SECRET not in result.output
    assert [path.name for path in LOGS.iterdir() if SECRET.encode() in path.read_bytes()] == []


def test_a_url_that_ends_in_a_word_of_our_own_masks_no_word_of_ours() -> None:
    write_samples(4)
    edit_users(send_to_a_stranger)
    urls = [f"--notify=http://127.0.0.1:9/{tail}" for tail in ("x", "row_index", "status")]
    result = odt("bulk", ACTION, "--sandbox", *urls)
    assert result.exit_code == 1
    report = json.loads((LOGS / f"{run_of(result)}_report.json").read_bytes())
    assert [row["status"] for row in report["results"]].count("error") == 1


def test_somebody_who_cannot_be_told_is_one_line_at_the_end_and_changes_nothing() -> None:
    write_samples(4)
    with receiver(status=404) as (url, told):
        result = odt("bulk", ACTION, "--sandbox", "--notify", url)
    assert (result.exit_code, len(told)) == (0, 2)
    (line,) = (line for line in result.stderr.splitlines() if "could not notify" in line)
    assert line.startswith("could not notify http://127.0.0.1:")
    assert line.endswith("/***: HTTP 404")


def test_a_run_that_cannot_begin_is_told_with_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(2)
    monkeypatch.setenv("WEBEX_TOKEN_FILE", "nowhere")
    with receiver() as (url, told):
        monkeypatch.setenv("ODT_NOTIFY", url)
        result = odt("bulk", ACTION)
    assert result.exit_code == told[0]["exit_code"] != 0
    assert (told[0]["event"], told[0]["state"], told[0]["run"]) == ("end", "not_started", None)


def test_metrics_are_in_the_file_at_the_end() -> None:
    write_samples(4)
    result = odt("bulk", ACTION, "--sandbox", "--metrics-file", "m/odt.prom", "--metrics-port", "0")
    assert result.exit_code == 0
    assert 'odt_rows_total{status="applied"} 4.0' in Path("m/odt.prom").read_text()
    assert result.stderr.startswith("metrics: http://127.0.0.1:")


def test_a_port_that_is_taken_is_2_and_nothing_is_sent() -> None:
    write_samples(2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = odt("bulk", ACTION, "--sandbox", "--metrics-port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert result.stderr.startswith("odt: --metrics-port: 127.0.0.1 port ")
    assert list(LOGS.glob("*_run.json")) == []


def test_a_metrics_file_that_cannot_be_written_is_3_and_nothing_is_sent() -> None:
    write_samples(2)
    Path("m").write_text("a file")
    result = odt("bulk", ACTION, "--sandbox", "--metrics-file", "m/odt.prom")
    assert (result.exit_code, list(LOGS.glob("*_run.json"))) == (3, [])
