"""GET /v1/organizations and /v1/organizations/{orgId}: the one customer that there is.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: List Organizations, Get Organization Details.
"""

from __future__ import annotations

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_PATH = "/v1/organizations"
_NAME = "Sandbox (simulado)"
_CREATED = "2024-01-15T08:00:00.000Z"


def list_organisations(call: Call) -> Answer:
    """Answer with the organisations that the token can see."""
    return json_answer({"items": [_shown(call.organisation)]})


def details(call: Call) -> Answer:
    """Answer with one organisation."""
    if call.organisation.organisations.index(call.ids[0]) is None:
        raise Refused(404, "Could not find the organization.")
    return json_answer(_shown(call.organisation))


def _shown(organisation: Organisation) -> dict[str, str]:
    return {"id": organisation.id, "displayName": _NAME, "created": _CREATED}


ROUTES = (
    Route("GET", _PATH, list_organisations),
    Route("GET", f"{_PATH}/{{orgId}}", details),
)
