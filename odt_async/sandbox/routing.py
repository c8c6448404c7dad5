"""From an address to the function that answers it, by plain dictionary look-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

import orjson

from odt_async.sandbox.access_tokens import AccessTokens
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.state import Organisation

__all__ = ["Answer", "Call", "Found", "Route", "RoutingTable", "json_answer"]


@dataclass(slots=True)
class Call:
    """One request as an endpoint sees it."""

    ids: tuple[str, ...]  # what stands in place of the template's {names}, in their order
    query_text: str
    content_type: str
    body: bytes
    organisation: Organisation
    tokens: AccessTokens
    now: float  # seconds of the event loop's clock
    token: str = ""  # whose request it is

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of a repeated one, the last."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True)) if self.query_text else {}

    def json_body(self) -> bytes:
        """Return the body, checked to be announced as JSON. Raises Refused (415)."""
        if not self.content_type.startswith("application/json"):
            raise Refused(415)
        return self.body


class Answer(NamedTuple):
    """What an endpoint answers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] | None = None
    changed: bool | None = None  # of a write: whether it stored anything new; None: not a write


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with *value* as its JSON body."""
    return Answer(status, orjson.dumps(value), headers)


@dataclass(frozen=True)
class Route:
    """One endpoint: `Route("GET", "/v1/people/{personId}", details)`."""

    method: str
    template: str
    answer: Callable[[Call], Answer]
    errors: ErrorShape = ErrorShape.PLATFORM
    needs_token: bool = True
    family: str = field(init=False)  # whose rate limit it falls under: the first two fixed segments

    def __post_init__(self) -> None:
        fixed = [part for part in self.template.split("/") if part not in {"", "v1"} and part[0] != "{"]
        object.__setattr__(self, "family", "/".join(fixed[:2]))


def _not_found(_call: Call) -> Answer:
    raise Refused(404)


def _method_not_allowed(_call: Call) -> Answer:
    raise Refused(405)


_NOT_FOUND = Route("ANY", "(unknown)", _not_found)
_METHOD_NOT_ALLOWED = Route("ANY", "(unknown method)", _method_not_allowed)


class Found(NamedTuple):
    """A route and the ids found in the address."""

    route: Route
    ids: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


class RoutingTable:
    """All routes as a tree of path segments; a fixed segment wins over a variable one."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node = self._root
            for segment in route.template.strip("/").split("/"):
                if segment.startswith("{"):
                    node.variable = node.variable or _Node()
                    node = node.variable
                else:
                    node = node.children.setdefault(segment, _Node())
            if route.method in node.routes:
                raise ValueError(f"two routes for {route.method} {route.template}")
            node.routes[route.method] = route

    def find(self, method: str, path: str) -> Found:
        """Return the route of an address, or one that answers 404 (405 where another method is known)."""
        node = self._root
        ids = []
        for segment in path.strip("/").split("/"):
            child = node.children.get(segment)
            if child is None:
                child = node.variable
                if child is None:
                    return Found(_NOT_FOUND, ())
                ids.append(unquote(segment) if "%" in segment else segment)
            node = child
        route = node.routes.get(method)
        if route is None:
            return Found(_METHOD_NOT_ALLOWED if node.routes else _NOT_FOUND, ())
        return Found(route, tuple(ids))
