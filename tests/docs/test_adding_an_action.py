"""The worked example of docs/adding-an-action.md, alone and as one of the program's actions."""

from __future__ import annotations

from pathlib import Path

import usuarios_quitar_desvio as example

from odt_async.model import Status
from tests.actions.staging import parse_cells, staged
from tests.docs.pages import DOCS
from tools.docs.output import Command, Shell

PATH = "examples/usuarios_quitar_desvio.py"
FORWARDED, NOT_FORWARDED = 1, 0  # people of the sandbox


def test_the_page_shows_the_file_which_has_less_than_sixty_lines() -> None:
    page = (DOCS / "adding-an-action.md").read_text("utf-8")
    assert f'```python\n--8<-- "{PATH}"\n```' in page
    assert f"\nadded_action: {PATH}\n" in page
    assert len(Path(example.__file__ or "").read_text("utf-8").splitlines()) < 60


async def test_who_is_forwarded_is_written_once_and_undone_and_others_are_left_alone(tmp_path: Path) -> None:
    async with staged(logs_dir=tmp_path) as stage:
        params, other = (
            parse_cells(example, email=stage.sandbox.organisation.person(index).email)
            for index in (FORWARDED, NOT_FORWARDED)
        )
        outcomes = [await stage.carry_out(example, one) for one in (params, params, other)]
        assert [outcome.status for outcome in outcomes] == [
            Status.APPLIED,
            Status.UNCHANGED,
            Status.UNCHANGED,
        ]
        assert stage.writes == 1
        await stage.undo(example, params, outcomes[0].before)
        again = await stage.carry_out(example, params, dry_run=True)
        assert (again.status, again.before) == (Status.PLANNED, outcomes[0].before)


def test_copied_to_the_actions_it_takes_all_rows(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PATH)
    told = shell.output(Command("odt bulk usuarios_quitar_desvio --sandbox", 0, None))
    assert told.splitlines()[0] == "500 rows in 0:00:01: 20 applied, 480 unchanged, 0 failed"
