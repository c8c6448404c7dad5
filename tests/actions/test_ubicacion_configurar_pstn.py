from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from odt_async.actions import ubicacion_configurar_pstn as action
from odt_async.errors import InvalidRow, RowError
from odt_async.model import Status
from odt_async.sandbox import Sandbox
from odt_async.sandbox.premise_routes import premise_routes
from tests.actions.staging import Stage, parse_cells

if TYPE_CHECKING:
    from aioresponses import aioresponses

ROUTES = premise_routes(1)
GROUP, TRUNK = ROUTES.route_groups[3], ROUTES.trunks[5]
LOCATION = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"
OPTIONS = [
    {"id": "one", "displayName": "Cisco Calling Plans"},
    {"id": "two", "displayName": "Premises-based PSTN"},
    {"id": "three", "displayName": "Operadora Ejemplo"},
]
CONNECTED, IN_THE_CLOUD, WITHOUT_PSTN, NOT_ENABLED = 2, 7, 16, 18  # of the sandbox's locations


def parsed(**cells: str) -> action.Params:
    params: action.Params = parse_cells(
        action, **{"location_id": LOCATION, "premise_route_id": GROUP.id} | cells
    )
    return params


def named(sandbox: Sandbox, index: int, **cells: str) -> action.Params:
    """A row as operators bring it: names, and the languages of global.csv."""
    name = sandbox.organisation.location(index).name
    row = {"name": name, "route_identity": GROUP.name, "announcement_language": "es_Es"} | cells
    params: action.Params = parse_cells(action, **row)
    return params


def gateway(route_id: str = GROUP.id, route_type: str = "ROUTE_GROUP") -> dict[str, Any]:
    return {
        "id": "two",
        "pstnConnectionType": "LOCAL_GATEWAY",
        "routeType": route_type,
        "routeId": route_id,
    }


def state(connection: dict[str, Any] | None, options: Any = OPTIONS, location: Any = None) -> dict[str, Any]:
    return {"connection": connection, "options": options, "location": location}


WANTED = {"id": "two", "premiseRouteType": "ROUTE_GROUP", "premiseRouteId": GROUP.id}
WHOLE = {
    "id": LOCATION,
    "name": "OF00001 Madrid",
    "timeZone": "Europe/Madrid",
    "preferredLanguage": "es_es",
    "address": {
        "address1": "Calle Mayor 1",
        "city": "Madrid",
        "state": "Madrid",
        "postalCode": "28001",
        "country": "ES",
    },
}


@pytest.mark.parametrize(
    "connection", [gateway(), gateway(f"{GROUP.id}=="), gateway() | {"displayName": "Premises-based PSTN"}]
)
def test_a_connection_as_wanted_needs_no_change(connection: dict[str, Any]) -> None:
    assert action.plan(state(connection, options=None), parsed()) is None


@pytest.mark.parametrize(
    "connection",
    [
        None,
        gateway(ROUTES.route_groups[0].id),
        gateway(TRUNK.id, "TRUNK"),
        {"id": "three", "pstnConnectionType": "NON_INTEGRATED_CCP"},
    ],
)
def test_any_other_is_connected_with_the_id_of_its_option(connection: dict[str, Any] | None) -> None:
    assert action.plan(state(connection), parsed()) == {"enable": None, "connection": WANTED}


@pytest.mark.parametrize("text", ["premises-based pstn", "LOCAL GATEWAY", "Local_Gateway"])
def test_the_local_gateway_is_known_by_type_and_by_name(text: str) -> None:
    assert action.plan(state(None), parsed(pstn_connection_type=text)) == {
        "enable": None,
        "connection": WANTED,
    }


def test_a_type_that_an_option_does_tell_counts_too() -> None:
    options = [{"id": "two", "displayName": "Pasarela", "pstnConnectionType": "LOCAL_GATEWAY"}]
    assert action.plan(state(None, options), parsed()) == {"enable": None, "connection": WANTED}


def test_a_provider_is_connected_by_its_name_and_without_route() -> None:
    params = parsed(pstn_connection_type="operadora ejemplo")
    connected = {
        "id": "three",
        "displayName": "Operadora Ejemplo",
        "pstnConnectionType": "NON_INTEGRATED_CCP",
    }
    assert action.plan(state(gateway()), params) == {"enable": None, "connection": {"id": "three"}}
    assert action.plan(state(connected, None), params) is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (OPTIONS[:1], "no PSTN options of this location are called LOCAL_GATEWAY: .*(Cisco Calling Plans)"),
        ([], "Webex offers none"),
        (OPTIONS + OPTIONS, "2 PSTN options"),
    ],
)
def test_an_option_that_is_not_there_once_is_an_error_with_the_candidates(
    options: list[dict[str, Any]], problem: str
) -> None:
    with pytest.raises(RowError, match=problem):
        action.plan(state(None, options), parsed())


def test_a_location_that_is_not_enabled_is_enabled_first() -> None:
    change = action.plan(state(None, None, WHOLE), parsed(announcement_language="es_ES"))
    assert change == {
        "enable": WHOLE | {"announcementLanguage": "es_es"},
        "connection": {"premiseRouteType": "ROUTE_GROUP", "premiseRouteId": GROUP.id},
    }


def test_the_row_fills_in_what_the_location_lacks_and_nothing_else() -> None:
    bare = {"id": LOCATION, "name": "OF00001 Madrid", "address": {"city": "Madrid", "address2": "2º"}}
    cells = {
        "announcement_language": "ca_es",
        "preferred_language": "es_ES",
        "time_zone": "Europe / Madrid",
        "address1": "Calle Mayor 1",
        "city": "Barcelona",
        "state": "Madrid",
        "postal_code": "28001",
        "country": "es",
    }
    change = action.plan(state(None, None, bare), parsed(**cells))
    assert change is not None
    assert change["enable"] == WHOLE | {
        "announcementLanguage": "ca_es",
        "address": WHOLE["address"] | {"address2": "2º"},  # type: ignore[operator]
    }


def test_what_nobody_knows_is_named_by_its_columns() -> None:
    incomplete = {
        **WHOLE,
        "preferredLanguage": None,
        "address": {"address1": "Calle Mayor 1", "city": "Madrid"},
    }
    with pytest.raises(
        RowError, match=r"fill in preferred_language, announcement_language, state, postal_code, country$"
    ):
        action.plan(state(None, None, incomplete), parsed())


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"premise_route_id": TRUNK.id, "premise_route_type": "ROUTE_GROUP"}, "the route's id is of a TRUNK"),
        ({"premise_route_id": ""}, "no route is named"),
        ({"pstn_connection_type": "Cisco PSTN"}, "cannot be set through the API"),
    ],
)
def test_what_cannot_be_meant_is_refused(cells: dict[str, str], problem: str) -> None:
    row = {"location_id": LOCATION, "premise_route_id": GROUP.id} | cells
    with pytest.raises(InvalidRow, match=problem):
        parse_cells(action, **{name: text for name, text in row.items() if text})


async def test_a_location_is_connected_once_and_put_back(stage: Stage) -> None:
    sandbox = stage.sandbox
    params = named(sandbox, CONNECTED)
    first = await stage.carry_out(action, params)
    calls = sandbox.journal.total
    again = await stage.carry_out(action, params)
    unchanged_calls = sandbox.journal.total - calls
    await stage.undo(action, params, first.before)
    third = await stage.carry_out(action, params)
    assert [first.status, again.status, third.status] == [Status.APPLIED, Status.UNCHANGED, Status.APPLIED]
    assert (first.before, unchanged_calls) == (third.before, 3)  # two of them look names up
    assert (stage.writes, sandbox.journal.double_applies) == (3, 0)


async def test_a_location_that_is_not_enabled_goes_all_the_way(stage: Stage) -> None:
    params = named(stage.sandbox, NOT_ENABLED)
    outcomes = [await stage.carry_out(action, params) for _ in range(2)]
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.UNCHANGED], outcomes[0].failure
    assert stage.writes == 2


async def test_undo_without_a_connection_before_says_that_it_cannot(stage: Stage) -> None:
    params = named(stage.sandbox, WITHOUT_PSTN)
    outcome = await stage.carry_out(action, params)
    with pytest.raises(RowError, match="there was no PSTN connection before"):
        await stage.undo(action, params, outcome.before)
    assert outcome.status is Status.APPLIED


async def test_a_provider_is_put_back_without_a_route(stage: Stage) -> None:
    params = named(stage.sandbox, IN_THE_CLOUD)
    first = await stage.carry_out(action, params)
    await stage.undo(action, params, first.before)
    second = await stage.carry_out(action, params)
    assert (first.status, second.before) == (Status.APPLIED, first.before)


async def test_undo_of_a_plan_that_only_control_hub_can_set_says_so(stage: Stage) -> None:
    before = {"connection": {"id": "one", "pstnConnectionType": "CISCO_PSTN"}}
    with pytest.raises(RowError, match="CISCO_PSTN cannot be set through the API"):
        await stage.undo(action, named(stage.sandbox, CONNECTED), before)


async def test_a_refused_write_is_the_rows_failure(stage: Stage) -> None:
    foreign = premise_routes(2).route_groups[0].id  # of another organisation
    outcome = await stage.carry_out(action, named(stage.sandbox, CONNECTED, premise_route_id=foreign))
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert "There is no ROUTE_GROUP with this id" in outcome.failure.text


@pytest.mark.parametrize(
    ("of_connection", "of_details", "failure", "calls"),
    [
        (400, 200, 400, 2),  # enabled: the first answer is a real error
        (403, None, 403, 1),
        (404, 403, 403, 2),
        (400, 404, 404, 3),  # not enabled, and not a location at all
    ],
)
async def test_only_what_says_not_enabled_is_taken_for_it(
    stage: Stage,
    mocked_http: aioresponses,
    *,
    of_connection: int,
    of_details: int | None,
    failure: int,
    calls: int,
) -> None:
    base, params = f"{stage.sandbox.url}/v1", parsed()
    mocked_http.get(
        f"{base}/telephony/pstn/locations/{LOCATION}/connection", status=of_connection, payload={}
    )
    if of_details:
        mocked_http.get(f"{base}/telephony/config/locations/{LOCATION}", status=of_details, payload={})
    mocked_http.get(f"{base}/locations/{LOCATION}", status=404, payload={})
    outcome = await stage.carry_out(action, params)
    assert outcome.failure is not None
    assert outcome.failure.remote is not None
    assert (outcome.failure.remote["status"], outcome.attempts) == (failure, calls)
