"""What an operator can do about an answer of Webex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odt_async.webex.errors import describe, error_code

if TYPE_CHECKING:
    from wxc_sdk.as_rest import AsRestError

__all__ = ["hint_for"]

# from the project's API reference, sections 9, 12, 14: seen in the field or in Webex's own descriptions
_BY_CODE = {
    4008: "the person or workspace has no Webex Calling licence: assign one first",
    25409: "only a workspace with a Professional licence has this setting",
}
_BUSY_NOT_AUTHORISED = (
    "the token may not change the 'busy' forwarding of this target: check its scopes, the calling "
    "administrator role and whether the feature is enabled for the organisation"
)
_REDIRECTED = (
    "redirects are not followed, lest the token goes astray: see what stands between here and Webex (a proxy that "
    "wants a sign-in?), and --base-url"
)
_BY_STATUS = {
    **dict.fromkeys((301, 302, 303, 307, 308), _REDIRECTED),
    400: "Webex refuses the values: compare `params` with the answer's text",
    403: "the token lacks a scope or an administrator role: `odt actions NAME` lists the scopes",
    404: "the id is of nobody in this organisation, or the target is not a calling user",
    405: "this target does not have the setting: check its licence",
    409: "somebody else is changing the same thing: run the row again",
}


def hint_for(error: AsRestError) -> str | None:
    """Return one sentence on the cure, or None where none is known."""
    code = error_code(error)
    if code == 4003 and "UserCallForwardingBusy" in describe(error):  # noqa: PLR2004 - it means other things too
        return _BUSY_NOT_AUTHORISED
    if code in _BY_CODE:
        return _BY_CODE[code]
    return _BY_STATUS.get(error.status)
