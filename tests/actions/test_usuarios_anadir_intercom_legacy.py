from __future__ import annotations

from typing import Any

from odt_async.actions import usuarios_anadir_intercom_legacy as action
from odt_async.model import Status
from tests.actions.staging import Stage, parse_cells

NUMBER = "+34910000007"  # in the location of person 7


def params(stage: Stage, index: int = 7, number: str = NUMBER) -> Any:
    person_id = stage.sandbox.organisation.people.hydra(index)
    return parse_cells(action, person_id=person_id, legacy_phone_number=number)


async def test_the_first_run_adds_the_number_and_the_second_sends_no_write(stage: Stage) -> None:
    first = await stage.carry_out(action, params(stage))
    writes = stage.writes
    second = await stage.carry_out(action, params(stage))
    assert (first.status, second.status) == (Status.APPLIED, Status.UNCHANGED)
    assert (first.attempts, second.attempts, stage.writes - writes) == (3, 1, 0)


async def test_undo_takes_the_number_away_once(stage: Stage) -> None:
    first = await stage.carry_out(action, params(stage))
    for _ in range(2):
        await stage.undo(action, params(stage), first.before)
    state = await action.read(stage.api, params(stage))
    assert (state, stage.writes) == (first.before, 2)


async def test_undo_leaves_a_number_that_was_there_before(stage: Stage) -> None:
    await stage.carry_out(action, params(stage))
    state = await action.read(stage.api, params(stage))
    await stage.undo(action, params(stage), state)
    assert await action.read(stage.api, params(stage)) == state


async def test_a_number_of_another_location_is_the_rows_error(stage: Stage) -> None:
    outcome = await stage.carry_out(action, params(stage, number="+34910000008"))
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert "is not in the location" in outcome.failure.text


async def test_the_organisation_of_a_partners_customer_is_named_in_every_call(stage: Stage) -> None:
    cells = {"legacy_phone_number": NUMBER, "org_id": stage.sandbox.organisation.id}
    person_id = stage.sandbox.organisation.people.hydra(7)
    outcome = await stage.carry_out(action, parse_cells(action, None, person_id=person_id, **cells))
    assert outcome.status is Status.APPLIED


async def test_a_number_that_webex_accepts_and_ignores_is_an_error(stage: Stage) -> None:
    nothing: dict[str, Any] = {"phoneNumbers": []}  # what is left of a body whose fields it does not know
    outcome = await stage.carry_out(_Ignored(action, nothing), params(stage))  # type: ignore[arg-type]
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert outcome.failure.text.startswith(f"Webex accepted {NUMBER} but the person does not show it")


class _Ignored:
    """The action with a change that has no effect."""

    def __init__(self, module: Any, change: Any) -> None:
        self.__name__ = module.__name__
        self.read, self.apply = module.read, module.apply
        self.plan = lambda _state, _params: change
