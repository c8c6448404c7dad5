from __future__ import annotations

from dataclasses import replace

from odt_async.alerts import Alert, body_for

PAUSED = Alert(
    event="paused",
    run="action_20240601T220000Z_0123",
    script_name="usuarios_alta_scim",
    state="paused",
    text="paused: the *token* has ended",
    counts={"applied": 3, "error": 1, "pending": 0, "total": 9},
    at="2024-06-01T22:00:00.000Z",
    host="night",
)
END = replace(
    PAUSED, event="end", text="finished", exit_code=1, follow_up="odt bulk usuarios_alta_scim --resume"
)


def test_a_webex_webhook_gets_markdown() -> None:
    assert body_for("/v1/webhooks/incoming/abc", END) == {
        "markdown": "**usuarios\\_alta\\_scim**: finished\n\n"
        "- rows: applied 3, error 1 of 9\n"
        "- run: `action_20240601T220000Z_0123` on night\n"
        "- exit code: 1\n"
        "- to go on: `odt bulk usuarios_alta_scim --resume`"
    }


def test_words_of_others_do_not_become_markdown() -> None:
    markdown = body_for("/v1/webhooks/incoming/abc", PAUSED)["markdown"]
    assert markdown.splitlines()[0] == "**usuarios\\_alta\\_scim**: paused: the \\*token\\* has ended"


def test_anybody_else_gets_json_and_of_the_end_how_it_ended() -> None:
    common = {
        "run": "action_20240601T220000Z_0123",
        "script_name": "usuarios_alta_scim",
        "state": "paused",
        "counts": {"applied": 3, "error": 1, "pending": 0, "total": 9},
        "at": "2024-06-01T22:00:00.000Z",
        "host": "night",
        "merged": 1,
    }
    assert body_for("/hook", PAUSED) == common | {"event": "paused", "text": "paused: the *token* has ended"}
    assert body_for("/hook", END) == common | {
        "event": "end",
        "text": "finished",
        "exit_code": 1,
        "follow_up": "odt bulk usuarios_alta_scim --resume",
    }


def test_a_run_that_could_not_begin_has_no_rows_to_tell_of() -> None:
    alert = replace(END, run=None, text="could not begin (not_authorised)", exit_code=4, follow_up=None)
    assert body_for("/v1/webhooks/incoming/abc", alert) == {
        "markdown": "**usuarios\\_alta\\_scim**: could not begin (not\\_authorised)\n\n- exit code: 4"
    }
