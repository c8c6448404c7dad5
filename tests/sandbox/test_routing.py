from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from odt_async.sandbox import endpoints
from odt_async.sandbox.endpoints import all_routes
from odt_async.sandbox.routing import Answer, Call, Route, RoutingTable


def answer(_call: Call) -> Answer:
    return Answer(204)


def route(template: str, method: str = "GET") -> Route:
    return Route(method, template, answer)


TABLE = RoutingTable(
    [
        route("/v1/people"),
        route("/v1/people", "POST"),
        route("/v1/people/me"),
        route("/v1/people/{id}"),
        route("/v1/people/{id}/features/{name}"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "template", "ids"),
    [
        ("GET", "/v1/people", "/v1/people", ()),
        ("GET", "/v1/people/", "/v1/people", ()),
        ("GET", "/v1/people/me", "/v1/people/me", ()),
        ("GET", "/v1/people/a%3D%3D", "/v1/people/{id}", ("a==",)),
        ("GET", "/v1/people/a/features/b", "/v1/people/{id}/features/{name}", ("a", "b")),
        ("DELETE", "/v1/people", "(unknown method)", ()),
        ("GET", "/v1/people/a/features", "(unknown)", ()),
        ("GET", "/v1", "(unknown)", ()),
        ("GET", "/", "(unknown)", ()),
    ],
)
def test_where_an_address_leads(method: str, path: str, template: str, ids: tuple[str, ...]) -> None:
    found = TABLE.find(method, path)
    assert (found.route.template, found.ids) == (template, ids)


def test_two_routes_for_one_address_are_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"two routes for GET /v1/people/\{other\}"):
        RoutingTable([route("/v1/people/{id}"), route("/v1/people/{other}")])


@pytest.mark.parametrize(
    ("template", "family"),
    [
        ("/v1/people/{id}", "people"),
        ("/v1/people/{id}/features/callForwarding", "people/features"),
        ("/v1/telephony/config/people/{id}/numbers", "telephony/config"),
        ("/identity/scim/{org}/v2/Users", "identity/scim"),
    ],
)
def test_the_family_is_the_first_two_fixed_segments(template: str, family: str) -> None:
    assert route(template).family == family


def test_every_endpoint_file_is_found() -> None:
    files = [path.stem for path in Path(endpoints.__file__).parent.glob("[!_]*.py")]
    routes = [import_module(f"{endpoints.__name__}.{name}").ROUTES for name in sorted(files)]
    assert all_routes() == [route for of_file in routes for route in of_file]
