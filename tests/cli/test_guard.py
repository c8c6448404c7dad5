"""Who is asked before the first write, what they are shown, and what an answer does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from odt_async.cli.guard import is_yes
from odt_async.sandbox import Sandbox, SandboxSettings
from odt_async.sandbox.state import Organisation
from tests.cli.command_line import (
    ACTION,
    INPUT,
    LOGS,
    PROGRAM,
    edit_users,
    odt,
    run_of,
    served,
    write_samples,
)
from tests.cli.terminal import terminal

QUESTION = f"Organización: Sandbox (simulado). 3 filas, {ACTION}. ¿Continuar? [y/N]"


def call(
    sandbox: Sandbox,
    *arguments: str,
    command: Sequence[str] = ("bulk", ACTION),
    answer: str = "",
    token: Path | None = None,
) -> tuple[int, str]:
    """Call *command* in front of a terminal; return the exit code and all that was to be seen."""
    source = {"WEBEX_ACCESS_TOKEN": sandbox.token} if token is None else {"WEBEX_TOKEN_FILE": str(token)}
    with terminal() as shown:
        shown.type(answer)
        done = subprocess.run(
            [*PROGRAM, *command, "--base-url", sandbox.url, *arguments],
            stdin=shown.descriptor,
            stdout=shown.descriptor,
            stderr=shown.descriptor,
            env={**os.environ, **source, "TERM": "xterm-256color"},
            check=False,
        )
    return done.returncode, shown.raw


@pytest.mark.parametrize("answer", ["y", "YES", "s", "si", " Sí \n"])
def test_a_yes_is_one_in_either_language(answer: str) -> None:
    assert is_yes(answer)


@pytest.mark.parametrize("answer", ["", "\n", "n", "no", "vale", "yes!", "ys"])
def test_all_else_is_a_no(answer: str) -> None:
    assert not is_yes(answer)


def test_a_yes_goes_on() -> None:
    write_samples(3)
    with served() as sandbox:
        code, seen = call(sandbox, answer="sí\n")
    assert (code, seen.count(QUESTION), sandbox.journal.changed_writes) == (0, 1, 3)


@pytest.mark.parametrize("answer", ["\n", "\x04"])
def test_a_no_is_2_and_nothing_is_sent(answer: str) -> None:
    write_samples(3)
    with served() as sandbox:
        code, seen = call(sandbox, answer=answer)
        asked = {(method, route) for method, route, _result in sandbox.journal.requests}
    assert (code, seen.count(QUESTION)) == (2, 1)
    assert seen.rstrip().endswith("odt: no confirmado: no se ha enviado nada")
    assert asked == {
        ("GET", "/v1/organizations/{orgId}"),
        ("GET", "/v1/authorizations/tokenExpiry"),
    }
    assert [path.name for path in LOGS.iterdir()] == [f"{ACTION}.lock"]  # no run for --resume to find


@pytest.mark.parametrize("arguments", [["--auto-confirm"], ["--dry-run"]])
def test_who_says_so_or_writes_nothing_is_not_asked(arguments: list[str]) -> None:
    write_samples(3)
    with served() as sandbox:
        code, seen = call(sandbox, *arguments)
    assert (code in {0, 5}, "¿Continuar?" in seen) == (True, False)


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(3)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        result = odt("bulk", ACTION, "--base-url", sandbox.url)
    assert (result.exit_code, "¿Continuar?" in result.output) == (0, False)


def test_a_token_that_ends_before_the_work_is_warned_about() -> None:
    write_samples(100)
    with served("token-ttl=30s") as sandbox:
        code, seen = call(sandbox, answer="n\n")
    assert code == 2
    assert "Atención: al token de WEBEX_ACCESS_TOKEN le quedan 0:00:" in seen
    assert "y el trabajo puede durar 0:01:00" in seen


def test_without_an_org_id_it_is_the_organisation_of_the_token() -> None:
    write_samples(3)
    (INPUT / "global.csv").write_text("country\nES\n")
    with served() as sandbox:
        _code, seen = call(sandbox, answer="n\n")
    assert QUESTION in seen


def test_an_organisation_whose_name_is_not_told_is_shown_by_its_id() -> None:
    write_samples(3)
    with served() as sandbox:
        stranger = Organisation(SandboxSettings(seed=2)).id
        edit_users(lambda rows: [row.update(org_id=stranger) for row in rows])
        code, seen = call(sandbox, answer="n\n")
    assert code == 2
    assert f"Organización: {stranger} (HTTP 404: Could not find the organization.). 3 filas" in seen


def test_a_webex_that_does_not_answer_is_told_and_the_question_is_asked_all_the_same() -> None:
    write_samples(3)
    (INPUT / "global.csv").write_text("country\nES\n")
    with served("5xx=100%") as sandbox:
        code, seen = call(sandbox, "--max-retries-per-call", "0", answer="n\n")
    assert code == 2
    assert "Organización: (desconocida: GET http://127.0.0.1:" in seen


def test_a_refused_token_is_4_before_the_question(tmp_path: Path) -> None:
    write_samples(3)
    token = tmp_path / "token"
    token.write_text("stale-token-of-a-test-0123456789")
    with served() as sandbox:
        code, seen = call(sandbox, answer="y\n", token=token)
    assert (code, "¿Continuar?" in seen) == (4, False)


def test_an_undo_says_how_many_changes_it_takes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(3)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        run = run_of(odt("bulk", ACTION, "--base-url", sandbox.url))
        code, seen = call(sandbox, command=["undo", run], answer="s\n")
    assert code == 0
    assert f"Organización: Sandbox (simulado). 3 cambios que deshacer, {ACTION}. ¿Continuar?" in seen


def test_a_run_that_goes_on_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(3)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        run = run_of(odt("bulk", ACTION, "--base-url", sandbox.url))
        _code, seen = call(sandbox, "--resume", answer="n\n")
    assert f"3 filas (sin lo ya hecho en {run}), {ACTION}. ¿Continuar?" in seen
