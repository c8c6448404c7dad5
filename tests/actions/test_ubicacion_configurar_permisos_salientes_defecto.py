from __future__ import annotations

import pytest

from odt_async.actions import ubicacion_configurar_permisos_salientes_defecto as action
from odt_async.columns import uuid_of
from odt_async.columns.call_permissions import CallProfile
from odt_async.errors import InvalidRow
from odt_async.model import Status
from odt_async.sandbox.profiles import sample_profiles
from tests.actions.staging import Stage, parse_cells

PROFILES = {name: CallProfile.model_validate(content) for name, content in sample_profiles().items()}
LOCATION = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"
LOCKED = 4  # of the sandbox's locations one where SPECIAL_SERVICES_I is locked
BLOCK_ABROAD = {"callType": "INTERNATIONAL", "action": "BLOCK", "transferEnabled": False}


def parsed(stage: Stage, index: int, **cells: str) -> action.Params:
    name = stage.sandbox.organisation.location(index).name
    params: action.Params = parse_cells(action, PROFILES, name=name, **cells)
    return params


def test_a_row_that_names_no_call_type_is_refused() -> None:
    with pytest.raises(InvalidRow, match="no call type is named: fill in perfil, allow_call_types"):
        parse_cells(action, location_id=LOCATION)


def test_only_the_triples_that_change_are_written() -> None:
    params: action.Params = parse_cells(
        action, location_id=LOCATION, block_call_types="INTERNATIONAL,NATIONAL", transfer_enabled="no"
    )
    shown = [
        {"callType": "INTERNATIONAL", "action": "ALLOW", "transferEnabled": True},
        {"callType": "NATIONAL", "action": "BLOCK", "transferEnabled": False},
        {"callType": "TOLL_FREE", "action": "ALLOW", "transferEnabled": True},
    ]
    assert action.plan({"callingPermissions": shown}, params) == [BLOCK_ABROAD]
    assert action.plan({"callingPermissions": [BLOCK_ABROAD, *shown[1:]]}, params) is None


async def test_a_profile_is_applied_once_and_put_back(stage: Stage) -> None:
    params = parsed(stage, 2, perfil="nacional")
    first, again = [await stage.carry_out(action, params) for _ in range(2)]
    await stage.undo(action, params, first.before)
    third = await stage.carry_out(action, params)
    assert [first.status, again.status, third.status] == [Status.APPLIED, Status.UNCHANGED, Status.APPLIED]
    assert first.before == third.before
    assert [entry["callType"] for entry in first.change] == [
        "INTERNATIONAL",
        "OPERATOR_ASSISTED",
        "CHARGEABLE_DIRECTORY_ASSISTED",
    ]
    assert (stage.writes, stage.sandbox.journal.double_applies) == (3, 0)


async def test_a_locked_call_type_fails_the_row_before_anything_is_sent(stage: Stage) -> None:
    outcomes = [
        await stage.carry_out(action, parsed(stage, LOCKED, perfil=perfil))
        for perfil in ("solo_internas", "nacional")
    ]
    assert [outcome.status for outcome in outcomes] == [Status.ERROR, Status.APPLIED]
    assert outcomes[0].failure is not None
    assert outcomes[0].failure.text.startswith("Webex has locked SPECIAL_SERVICES_I here")
    assert stage.writes == 1


async def test_the_bare_uuid_is_tried_where_the_id_is_not_taken(stage: Stage) -> None:
    known = stage.sandbox.organisation.locations.hydra(2)
    # one character of the type is not what the sandbox knows: it takes the UUID alone
    foreign = known.replace(known[:20], "Y2lzY29zcGFyazovL2V1")
    params = parse_cells(action, PROFILES, location_id=foreign, perfil="nacional")
    outcome = await stage.carry_out(action, params)
    assert (uuid_of(foreign), outcome.status) == (uuid_of(known), Status.APPLIED), outcome.failure


@pytest.mark.parametrize("as_uuid", [False, True])
async def test_a_location_that_is_not_there_fails_with_the_first_answer(stage: Stage, as_uuid: bool) -> None:
    not_enabled = stage.sandbox.organisation.locations.hydra(19)
    location_id = uuid_of(not_enabled) if as_uuid else not_enabled
    outcome = await stage.carry_out(
        action, parse_cells(action, PROFILES, location_id=location_id, perfil="nacional")
    )
    assert outcome.failure is not None
    assert outcome.failure.remote is not None
    assert (outcome.status, outcome.failure.remote["url"].split("/")[-2]) == (Status.ERROR, location_id)


async def test_an_answer_other_than_400_and_404_is_not_tried_again(stage: Stage) -> None:
    org_id = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"  # none of the token's: 403
    location_id = stage.sandbox.organisation.locations.hydra(2)
    params = parse_cells(action, PROFILES, location_id=location_id, perfil="nacional", org_id=org_id)
    outcome = await stage.carry_out(action, params)
    assert (outcome.status, outcome.attempts) == (Status.ERROR, 1)
