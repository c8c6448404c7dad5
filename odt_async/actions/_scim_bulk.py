"""Several SCIM users created by one request: RFC 7644, section 3.7, as Webex publishes it (SCIM 2 Bulk).

A user's data goes as JSON, as in the RFC and in what the SDK sends (wxc_sdk 1.41), although the schema has a text;
and the results are read under `Operations`, as in the RFC and in the published example, or under the schema's
`operations`. A result is known by its `bulkId`.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from odt_async.errors import AmbiguousWrite, Refusal, RowError

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["MOST_OPERATIONS", "already_exists", "create_users"]

MOST_OPERATIONS = 100  # published
_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
_ERROR = "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"
_NOT_PROCESSED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.LOCKED}


async def create_users(
    api: AsWebexSimpleApi, org_uuid: str, users: Mapping[str, Mapping[str, Any]]
) -> dict[str, Exception | None]:
    """Create *users*, by bulkId, and return bulkId -> None, or why the user is not there.

    AmbiguousWrite stands for one whose fate the answer leaves open; one that the answer leaves out is not in it.
    """
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": user}
        for bulk_id, user in users.items()
    ]
    body = {"schemas": [_REQUEST], "failOnErrors": MOST_OPERATIONS, "operations": operations}
    answer: Any = await api.session.rest_post(url=api.scim.bulk.ep(f"{org_uuid}/v2/Bulk"), json=body)
    shown = answer if isinstance(answer, Mapping) else {}
    results = shown.get("Operations") or shown.get("operations") or ()
    return {
        str(result["bulkId"]): _problem(result, users[result["bulkId"]])
        for result in results
        if result.get("bulkId") in users
    }


def already_exists(email: str) -> RowError:
    """Return the error of an address that Webex has and this organisation does not show."""
    return RowError(
        "{email} exists, but not among the people of this organisation: it belongs to another one, "
        "or was created a moment ago and is not found yet; claim the address in Control Hub, or run "
        "the row again",
        email=email,
    )


def _problem(result: Mapping[str, Any], user: Mapping[str, Any]) -> Exception | None:
    status = int(result.get("status") or 0)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status == HTTPStatus.CONFLICT:
        return already_exists(user["userName"])
    words = f"HTTP {status} {_detail(result)}".rstrip()
    if status in _NOT_PROCESSED or not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return AmbiguousWrite(f"the user's part of the bulk request: {words}")
    problem = RowError("Webex refused the user ({words})", words=words)
    problem.refusal = Refusal(status, None, _detail(result))
    return problem


def _detail(result: Mapping[str, Any]) -> str:
    response = result.get("response")
    if not isinstance(response, Mapping):
        return str(response or "")
    extension = response.get(_ERROR) or {}
    details = extension.get("details") or response.get("detail") or ""
    return "; ".join(map(str, details)) if isinstance(details, list) else str(details)
