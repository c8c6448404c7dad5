from __future__ import annotations

import pytest

from odt_async.actions._premise_route import PremiseRouteParams
from odt_async.model import Lookup
from odt_async.sandbox.premise_routes import premise_routes

GROUP = premise_routes(1).route_groups[0].id
TRUNK = premise_routes(1).trunks[0].id
UUID = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"


def parsed(**cells: str) -> PremiseRouteParams:
    return PremiseRouteParams.model_validate({"location_id": UUID} | cells)


@pytest.mark.parametrize(
    ("cells", "route_type", "route_id", "name"),
    [
        ({}, "ROUTE_GROUP", "", None),
        ({"premise_route_id": GROUP}, "ROUTE_GROUP", GROUP, None),
        ({"premise_route_id": TRUNK}, "TRUNK", TRUNK, None),
        ({"premise_route_id": UUID, "route_type": "trunk"}, "TRUNK", UUID, None),
        ({"rg_id": GROUP}, "ROUTE_GROUP", GROUP, None),
        ({"rg_id": GROUP, "premise_route_id": TRUNK}, "TRUNK", TRUNK, None),
        ({"premise_route_id": GROUP, "route_identity": "RG"}, "ROUTE_GROUP", GROUP, None),
        ({"premise_route_id": "RG  UNO", "route_identity": "RG"}, "ROUTE_GROUP", "RG UNO", "RG UNO"),
        ({"rg_id": GROUP, "route_identity": " RG   UNO "}, "ROUTE_GROUP", GROUP, "RG UNO"),
        ({"route_identity": "T", "premise_route_type": "Route Group"}, "ROUTE_GROUP", "", "T"),
        ({"route_identity": "T", "premise_route_type": "TRUNK", "rg_id": GROUP}, "TRUNK", GROUP, "T"),
        ({"premise_route_type": "ROUTEGROUP", "premise_route_id": GROUP}, "ROUTE_GROUP", GROUP, None),
    ],
)
def test_the_most_particular_column_names_the_route(
    cells: dict[str, str], route_type: str, route_id: str, name: str | None
) -> None:
    params = parsed(**cells)
    assert (params.route_type, params.route_id, params.route_name) == (route_type, route_id, name)


def test_a_name_is_looked_up_by_its_kind_after_the_location() -> None:
    params = PremiseRouteParams.model_validate(
        {"name": "OF1", "route_identity": "T1", "route_type": "TRUNK", "rg_id": GROUP}
    )
    found = params.model_copy(update={"location_id": UUID, "premise_route_id": TRUNK})
    assert params.lookups() == (
        Lookup("location_id", "location", "OF1"),
        Lookup("premise_route_id", "trunk", "T1"),
    )
    assert (found.lookups(), found.route_id) == ((), TRUNK)


def test_params_can_be_made_again_from_their_dump() -> None:
    params = parsed(route_identity="RG")
    assert PremiseRouteParams.model_validate(params.model_dump(mode="json")) == params


@pytest.mark.parametrize("cells", [{"premise_route_id": TRUNK}, {"rg_id": TRUNK}])
def test_an_id_of_the_other_type_is_refused(cells: dict[str, str]) -> None:
    with pytest.raises(
        ValueError, match="the route's id is of a TRUNK, but premise_route_type says ROUTE_GROUP"
    ):
        parsed(premise_route_type="ROUTE_GROUP", **cells)
