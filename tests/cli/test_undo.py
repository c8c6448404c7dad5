"""`undo` from the operator's chair: what it says, what it asks, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from odt_async.sandbox import Sandbox, SandboxSettings
from odt_async.sandbox.samples import write_input
from tests.cli.command_line import ACTION, INPUT, LOGS, counts_of, odt, run_of, served, write_samples

if TYPE_CHECKING:
    from click.testing import Result

CREATING = "usuarios_alta_scim"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that outlives the commands, which find it by their environment."""
    with served() as opened:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", opened.token)
        monkeypatch.setenv("WEBEX_BASE_URL", opened.url)
        yield opened


def applied(rows: int) -> str:
    """Return a run that has changed so many people."""
    write_samples(rows)
    return run_of(odt("bulk", ACTION))


def created(rows: int) -> str:
    """Return a run that has created so many people."""
    write_input(INPUT, rows, SandboxSettings(), newcomers=True)
    return run_of(odt("bulk", CREATING))


def assert_refused(result: Result, reason: str, sandbox: Sandbox) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert sandbox.journal.changed_writes == 0


def test_an_undo_says_what_it_will_do_and_does_it(sandbox: Sandbox) -> None:
    run = applied(3)
    result = odt("undo", run)
    assert result.exit_code == 0
    assert f"{ACTION}: 3 changes can be put back\n" in result.stderr
    assert "3 rows in 0:00:0" in result.stderr
    assert ": 3 applied, 0 unchanged, 0 failed\n" in result.stderr
    assert odt("plan", ACTION).stdout.startswith("3 change, 0 unchanged, 0 errors; ")
    assert sandbox.journal.changed_writes == 6


def test_a_dry_run_shows_what_would_be_put_back_and_is_5(sandbox: Sandbox) -> None:
    run = applied(2)
    sandbox.journal.clear()
    result = odt("undo", run, "--dry-run", "--concurrency", "1")
    assert (result.exit_code, sandbox.journal.changed_writes) == (5, 0)
    assert [line.split()[:2] for line in result.stdout.splitlines() if line.startswith("row ")] == [
        ["row", "1"],
        ["row", "0"],
    ]
    assert "    callForwarding.always.enabled: true -> false\n" in result.stdout


def test_what_was_changed_since_is_reported_before_and_after(sandbox: Sandbox) -> None:
    run = applied(3)
    odt("single", ACTION, "--set", "destination=8999")
    sandbox.journal.clear()
    result = odt("undo", run)
    assert (result.exit_code, sandbox.journal.changed_writes) == (1, 2)
    assert (
        f"{ACTION}: 2 changes can be put back\n1 cannot be put back: changed by somebody since"
        in result.stderr
    )
    assert f"to go on: python -m odt_async undo {run}\n" in result.stderr


def test_an_undo_that_has_been_made_is_not_made_again(sandbox: Sandbox) -> None:
    run = applied(3)
    odt("undo", run)
    sandbox.journal.clear()
    result = odt("undo", run)
    assert (result.exit_code, sandbox.journal.changed_writes) == (0, 0)
    assert "3 were put back by an earlier undo\n" in result.stderr


def test_a_run_may_be_named_by_one_of_its_files(sandbox: Sandbox) -> None:
    run = applied(1)
    assert odt("undo", f"{LOGS}/{run}_changes.jsonl").exit_code == 0
    assert sandbox.journal.changed_writes == 2


@pytest.mark.usefixtures("sandbox")
def test_after_an_undo_nothing_is_left_to_resume() -> None:
    run = applied(2)
    odt("undo", run)
    result = odt("bulk", ACTION, "--resume")
    assert result.exit_code == 2
    assert f"odt: --resume {run}: {run} has been undone (" in result.stderr


def test_what_was_created_is_only_deleted_when_that_is_said(sandbox: Sandbox) -> None:
    run = created(3)
    sandbox.journal.clear()
    assert_refused(
        odt("undo", run),
        f"odt: {run} has created 3 entities, which are only deleted with --delete-created\n",
        sandbox,
    )


def test_what_would_be_deleted_may_be_looked_at(sandbox: Sandbox) -> None:
    run = created(3)
    result = odt("undo", run, "--dry-run")
    assert (result.exit_code, sandbox.journal.count(method="DELETE")) == (5, 0)
    assert ": 0 applied, 0 unchanged, 3 would change, 0 failed\n" in result.stderr


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--delete-created", "nobody can be asked here: to delete them, say --delete-created=3\n"),
        ("--delete-created=2", "no confirmado ('2' no es 3): no se ha borrado nada\n"),
        ("--delete-created=all", "no confirmado ('all' no es 3): no se ha borrado nada\n"),
    ],
)
def test_auto_confirm_does_not_stand_for_their_number(sandbox: Sandbox, option: str, reason: str) -> None:
    run = created(3)
    sandbox.journal.clear()
    assert_refused(odt("undo", run, option, "--auto-confirm"), reason, sandbox)


def test_with_their_number_they_are_deleted(sandbox: Sandbox) -> None:
    run = created(3)
    result = odt("undo", run, "--delete-created=3")
    deletions = sandbox.journal.count(method="DELETE")
    assert (result.exit_code, deletions) == (0, 3)
    assert odt("plan", CREATING).stdout.startswith("3 change, 0 unchanged, 0 errors; ")


@pytest.mark.parametrize(("typed", "deletions"), [("3", 3), ("", 0), ("y", 0), ("33", 0)])
def test_at_a_terminal_the_number_is_typed(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, typed: str, deletions: int
) -> None:
    run = created(3)
    monkeypatch.setattr("odt_async.cli.undo.is_interactive", lambda: True)
    result = odt_with_input(f"{typed}\n", "undo", run, "--delete-created", "--auto-confirm")
    question = f"Se van a borrar 3 entidades que creó {run}. Escriba el número: "
    assert question in result.stderr
    assert (result.exit_code, sandbox.journal.count(method="DELETE")) == (0 if deletions else 2, deletions)


def odt_with_input(text: str, *arguments: str) -> Result:
    from click.testing import CliRunner  # noqa: PLC0415

    from odt_async.cli import cli  # noqa: PLC0415

    return CliRunner().invoke(cli, arguments, prog_name="odt", input=text, catch_exceptions=False)


def test_a_run_that_changed_nothing_is_refused(sandbox: Sandbox) -> None:
    applied(2)
    again = run_of(odt("bulk", ACTION))
    sandbox.journal.clear()
    assert_refused(odt("undo", again), "has changed nothing: there is nothing to undo\n", sandbox)
    assert_refused(odt("undo", "nope"), "odt: there is no run nope in logs that has written", sandbox)


def test_an_action_that_has_no_undo_is_said_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    run = applied(2)
    sandbox.journal.clear()
    monkeypatch.delattr(f"odt_async.actions.{ACTION}.undo")
    assert_refused(
        odt("undo", run), f"odt: Webex cannot take back any of the 2 changes of {ACTION}\n", sandbox
    )


def test_without_a_token_nothing_is_undone(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    run = applied(2)
    sandbox.journal.clear()
    monkeypatch.delenv("WEBEX_ACCESS_TOKEN")
    assert_refused(odt("undo", run), "odt: no token: ", sandbox)


@pytest.mark.usefixtures("sandbox")
def test_the_files_of_rehearsal_and_undo_are_those_of_runs() -> None:
    run = applied(2)
    undone = run_of(odt("undo", run))
    assert counts_of(undone) == {"ok.csv": 2}
    assert len(list(LOGS.glob(f"{ACTION}_*_report.json"))) == 3
