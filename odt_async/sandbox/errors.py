"""Refusals, and the two shapes in which Webex writes them.

The platform's (people, licences, locations, and the gateway in front of everything) and the one of the
calling features. Sources: error examples of developer.webex.com and of the SDK's `AsErrorDetail`.
"""

from __future__ import annotations

from enum import StrEnum

import orjson

__all__ = ["ErrorShape", "Refused", "error_body"]

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


class ErrorShape(StrEnum):
    """Which of the two bodies an endpoint's errors have."""

    PLATFORM = "platform"  # {"message", "errors": [{"description", "errorCode"}], "trackingId"}
    CALLING = "calling"  # {"error": [{"key", "message": [{"code", "description"}]}], "trackingId"}


class Refused(Exception):
    """An endpoint refuses a request; the server makes the body in the shape of the endpoint."""

    def __init__(self, status: int, description: str = "", *, code: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description or _MESSAGES[status]
        self.code = code  # Webex's own error number; None where it gives none


def error_body(refused: Refused, shape: ErrorShape, tracking_id: str) -> bytes:
    """Return the JSON body of *refused* in *shape*, repeating the tracking id of its header."""
    if shape is ErrorShape.CALLING:
        code = refused.status if refused.code is None else refused.code
        message = [{"code": code, "description": refused.description}]
        error = [{"key": str(refused.status), "message": message}]
        return orjson.dumps({"error": error, "trackingId": tracking_id})
    detail: dict[str, object] = {"description": refused.description}
    if refused.code is not None:
        detail["errorCode"] = refused.code
    message_text = _MESSAGES.get(refused.status, refused.description)
    return orjson.dumps({"message": message_text, "errors": [detail], "trackingId": tracking_id})
