from __future__ import annotations

from pathlib import Path

from odt_async.model import Failure, Status
from odt_async.redaction import Redactor
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.error_jsonl import ErrorJsonl, read_errors
from tests.sinks.outcomes import DIGEST, make_outcome

FILE = Path("run_error.jsonl")
FAILURE = Failure(
    type="AsRestError",
    text="HTTP 404, code 4008: No licence.",
    cause="there is no licence",
    hint="assign one",
    traceback="Traceback: token-0123456789",
    remote={"status": 404, "headers": {"trackingid": "T1"}, "body": {"echo": "Bearer token-0123456789"}},
    problems=({"where": "usuarios.csv line 5", "column": "extension", "text": "not a number"},),
)


def test_a_failed_row_is_one_line_with_all_that_triage_needs_and_no_secret(sync: GroupSync) -> None:
    outcome = make_outcome(
        Status.ERROR,
        failure=FAILURE,
        params={"person_id": "p1"},
        before={"enabled": False},
        attempts=2,
        elapsed_ms=310,
        tracking_id="T1",
    )
    with ErrorJsonl(FILE, sync, action="usuarios_alta", redact=Redactor(["token-0123456789"])) as errors:
        errors.record(outcome)

    assert len(FILE.read_bytes().splitlines()) == 1
    assert list(read_errors(FILE)) == [
        {
            "row_index": 3,
            "script_name": "usuarios_alta",
            "entity_id": "p1",
            "payload_hash": DIGEST,
            "timestamp": "2024-06-01T22:00:00.000Z",
            "error_type": "AsRestError",
            "error": "HTTP 404, code 4008: No licence.",
            "cause": "there is no licence",
            "hint": "assign one",
            "file": "Usuarios.csv",
            "line": 5,
            "problems": [{"where": "usuarios.csv line 5", "column": "extension", "text": "not a number"}],
            "params": {"person_id": "p1"},
            "before": {"enabled": False},
            "remote": {"status": 404, "headers": {"trackingid": "T1"}, "body": {"echo": "Bearer ***"}},
            "tracking_id": "T1",
            "attempts": 2,
            "elapsed_ms": 310,
            "traceback": "Traceback: ***",
        }
    ]


def test_words_that_utf_8_cannot_hold_do_not_lose_the_line(sync: GroupSync) -> None:
    failure = Failure("AsRestError", "HTTP 502: petici\udcf3n err\udcf3nea")
    with ErrorJsonl(FILE, sync, action="usuarios_alta", redact=Redactor()) as errors:
        errors.record(make_outcome(Status.ERROR, failure=failure))
    (record,) = read_errors(FILE)
    assert record["error"] == "HTTP 502: petici?n err?nea"
