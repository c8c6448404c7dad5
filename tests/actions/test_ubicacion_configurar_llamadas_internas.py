from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions import ubicacion_configurar_llamadas_internas as action
from odt_async.errors import InvalidRow
from odt_async.model import Status
from odt_async.sandbox.premise_routes import premise_routes
from tests.actions.staging import Stage, parse_cells

ROUTES = premise_routes(1)
GROUP, TRUNK = ROUTES.route_groups[3], ROUTES.trunks[5]
LOCATION = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"
SWITCH, ROUTE = action.SWITCH, action.ROUTE
OFF: dict[str, Any] = {SWITCH: False}
ON = {SWITCH: True, ROUTE: {"id": GROUP.id, "name": GROUP.name, "type": "ROUTE_GROUP"}}
WRITTEN = {SWITCH: True, ROUTE: {"id": GROUP.id, "type": "ROUTE_GROUP"}}
ROUTED = 5  # of the sandbox's locations one that has a route


def parsed(**cells: str) -> action.Params:
    params: action.Params = parse_cells(
        action, **{"location_id": LOCATION, "premise_route_id": GROUP.id} | cells
    )
    return params


@pytest.mark.parametrize(
    ("state", "change"),
    [
        (OFF, WRITTEN),
        ({}, WRITTEN),
        (ON, None),
        ({SWITCH: True, ROUTE: {"id": f"{GROUP.id}=", "type": "ROUTE_GROUP"}}, None),
        ({SWITCH: True, ROUTE: {"id": TRUNK.id, "type": "TRUNK"}}, WRITTEN),
        ({SWITCH: True, ROUTE: None}, WRITTEN),
        ({SWITCH: False, ROUTE: ON[ROUTE]}, WRITTEN),
    ],
)
def test_unknown_extensions_go_to_the_route(state: dict[str, Any], change: dict[str, Any] | None) -> None:
    assert action.plan(state, parsed()) == change


@pytest.mark.parametrize(("state", "change"), [(OFF, None), ({}, None), (ON, OFF)])
def test_switching_off_sends_the_switch_alone(state: dict[str, Any], change: dict[str, Any] | None) -> None:
    params: action.Params = parse_cells(
        action, location_id=LOCATION, enable_unknown_extension_route_policy="FALSE"
    )
    assert action.plan(state, params) == change


def test_a_route_must_be_named_unless_it_is_switched_off() -> None:
    with pytest.raises(InvalidRow, match="no route is named: fill in premise_route_id or route_identity"):
        parse_cells(action, location_id=LOCATION)


@pytest.mark.parametrize("location", [2, ROUTED])
async def test_a_route_is_set_once_and_put_back(stage: Stage, location: int) -> None:
    name = stage.sandbox.organisation.location(location).name
    params = parse_cells(action, name=name, route_identity=GROUP.name)
    first, again = [await stage.carry_out(action, params) for _ in range(2)]
    await stage.undo(action, params, first.before)
    third = await stage.carry_out(action, params)
    assert [first.status, again.status, third.status] == [Status.APPLIED, Status.UNCHANGED, Status.APPLIED]
    assert (first.change, first.before) == (WRITTEN, third.before)
    assert (stage.writes, stage.sandbox.journal.double_applies) == (3, 0)


async def test_switched_off_is_put_back_with_its_route(stage: Stage) -> None:
    location_id = stage.sandbox.organisation.locations.hydra(ROUTED)
    params = parse_cells(action, location_id=location_id, enable_unknown_extension_route_policy="0")
    first, again = [await stage.carry_out(action, params) for _ in range(2)]
    await stage.undo(action, params, first.before)
    third = await stage.carry_out(action, params)
    assert [first.status, again.status] == [Status.APPLIED, Status.UNCHANGED]
    assert (third.before, first.change) == (first.before, OFF)
