"""Refusals, and the shapes in which Webex writes them.

The platform's (people, licences, locations, and the gateway in front of everything), that of the calling
features, that of SCIM and that of jobs. Sources: error examples of developer.webex.com, of the SDK's
`AsErrorDetail` and of the SCIM Bulk description; for jobs, webex-openapi-specs (`moveLocation`, answer 400).
"""

from __future__ import annotations

from enum import StrEnum

import orjson

__all__ = ["ErrorShape", "Refused", "error_body", "scim_error"]

_MESSAGES = {
    400: "The request was invalid or cannot be otherwise served.",
    401: "The request requires a valid access token set in the Authorization request header.",
    403: "The request is understood, but it has been refused or access is not allowed.",
    404: "The requested resource could not be found.",
    405: "The request was made to a resource using an HTTP request method that is not supported.",
    415: "The request was made to a resource without specifying a media type that is supported.",
    429: "Too many requests have been sent in a given amount of time and the request has been rate limited.",
    500: "Something went wrong on the server.",
    502: "The server received an invalid response from an upstream server while processing the request.",
    503: "Server is overloaded with requests. Try again later.",
    504: "An upstream server failed to respond on time.",
}


_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_WEBEX_SCIM_ERROR = "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"


class ErrorShape(StrEnum):
    """Which body an endpoint's errors have."""

    PLATFORM = "platform"  # {"message", "errors": [{"description", "errorCode"}], "trackingId"}
    CALLING = "calling"  # {"error": [{"key", "message": [{"code", "description"}]}], "trackingId"}
    SCIM = "scim"  # {"schemas", "status", "detail", "urn:...:Error": {"errorCode", "trackingId", "details"}}
    JOB = "job"  # {"error": [{"code", "message"}]}


class Refused(Exception):
    """An endpoint refuses a request; the server makes the body in the shape of the endpoint.

    stored: whether something was changed all the same.
    """

    def __init__(
        self, status: int, description: str = "", *, code: int | None = None, stored: bool = False
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description or _MESSAGES[status]
        self.code = code  # Webex's own error number; None where it gives none
        self.stored = stored


def error_body(refused: Refused, shape: ErrorShape, tracking_id: str) -> bytes:
    """Return the JSON body of *refused* in *shape*, repeating the tracking id of its header."""
    if shape is ErrorShape.CALLING:
        code = refused.status if refused.code is None else refused.code
        message = [{"code": code, "description": refused.description}]
        error = [{"key": str(refused.status), "message": message}]
        return orjson.dumps({"error": error, "trackingId": tracking_id})
    if shape is ErrorShape.SCIM:
        return orjson.dumps(scim_error(refused, tracking_id))
    if shape is ErrorShape.JOB:
        return orjson.dumps(
            {"error": [{"code": refused.code or refused.status, "message": refused.description}]}
        )
    detail: dict[str, object] = {"description": refused.description}
    if refused.code is not None:
        detail["errorCode"] = refused.code
    message_text = _MESSAGES.get(refused.status, refused.description)
    return orjson.dumps({"message": message_text, "errors": [detail], "trackingId": tracking_id})


def scim_error(refused: Refused, tracking_id: str) -> dict[str, object]:
    """Return *refused* as SCIM writes it, alone or inside the answer to a bulk request."""
    inner = {"errorCode": str(refused.code or refused.status), "trackingId": tracking_id}
    return {
        "schemas": [_SCIM_ERROR, _WEBEX_SCIM_ERROR],
        "status": str(refused.status),
        "detail": refused.description,
        _WEBEX_SCIM_ERROR: inner | {"details": [refused.description]},
    }
