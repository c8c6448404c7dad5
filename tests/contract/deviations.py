"""Where a request, or an answer of the sandbox, departs from the published descriptions on purpose.

Each has its reason, and a test sees to it that each is still needed. The words of a problem are those of
`published.PublishedApi`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["DEVIATIONS", "Deviation"]


@dataclass(frozen=True)
class Deviation:
    """What may be although the descriptions do not have it so."""

    problem: str  # regular expression for the whole line
    reason: str
    scenario: str  # one that cannot do without

    def excuses(self, problem: str) -> bool:
        """Tell whether *problem* is this one."""
        return re.fullmatch(self.problem, problem) is not None


_LAST_RESORT = (
    "the last of three ways to write forwarding, for people and workspaces whose Busy service is closed to the token "
    "(error 4003): operators have used it, and its effect is verified by a read of the published address"
)

_REQUESTS = (
    Deviation(
        r"PUT /v1/telephony/config/people/[^/]+/callForwarding: is not published",
        reason=_LAST_RESORT,
        scenario="usuarios_configurar_desvio_prefijo53: where operators write it",
    ),
    Deviation(
        r"PUT /v1/telephony/config/workspaces/[^/]+/callForwarding: is not published",
        reason=_LAST_RESORT,
        scenario="workspaces_configurar_desvio_prefijo53: where operators write it",
    ),
    Deviation(
        r"POST /identity/scim/\{orgId\}/v2/Bulk: body \$\.operations\[\d+\]\.data: .*",
        reason="the schema has a text; RFC 7644 (3.7) and the SDK have the user as JSON, and so has the sentence beside "
        "it: as it would appear for a single POST",
        scenario="usuarios_alta_scim: of several rows",
    ),
    Deviation(
        r"(GET|PUT) /telephony/config/people/\{personId\}/outgoingPermission: "
        r"is not published, only known from the SDK",
        reason="the address that wxc_sdk 1.41 calls, asked only where the published one answers 404 or 405",
        scenario="usuarios_configurar_perfil_saliente_custom: where the SDK writes it",
    ),
)
_SCIM = r"(GET|POST) /identity/scim/\{orgId\}/v2/Users 20[01]: body \$.*webexidentity:2\.0:User'\]"
_LOCATION = r"GET /locations(/\{locationId\})? 200: body \$(\.items\[\d+\])?"
_CALLING_LOCATION = r"GET /telephony/config/locations/\{locationId\} 200: body \$"

_ANSWERS = (
    Deviation(
        _LOCATION
        + r"(: '(countryCode|latitude|longitude)' is a required property|: Additional properties .*|\.address: .*)",
        reason="the schema is that of another API (the places of the workspaces); the sandbox follows the example "
        "beside it, and the SDK",
        scenario="ubicacion_configurar_pstn: enabled first",
    ),
    Deviation(
        r"(GET|POST) /people(/\{personId\}|/me)? 200: body \$.*\.(invitePending|loginEnabled): .*",
        reason='the schema has them as the texts "true" and "false"; the SDK knows them as truth values, and so does '
        "the sandbox; nothing here reads them",
        scenario="usuarios_alta_people: there already",
    ),
    Deviation(
        r"POST /identity/scim/\{orgId\}/v2/Bulk 200: body \$: "
        r"('(failOnErrors|operations)' is a required property|Additional properties .*)",
        reason="the schema of the answer is that of the request; the sandbox follows the example beside it, and "
        "RFC 7644 (3.7.3)",
        scenario="usuarios_alta_scim: of several rows",
    ),
    Deviation(
        _SCIM + r"\.accountStatus: .*",
        reason='the schema has a text, the words beside it say "an array", and the SDK reads an array',
        scenario="usuarios_alta_scim: there already",
    ),
    Deviation(
        _SCIM + r": Additional properties are not allowed \('meta' was unexpected\)",
        reason="the SDK reads it; the schema of the answer does not have it",
        scenario="usuarios_alta_scim: there already",
    ),
    Deviation(
        _CALLING_LOCATION + r"(: 'connection' is a required property|\.callingLineId\.phoneNumber: None .*)",
        reason="what is shown of a location without PSTN, and so without a main number, is not published; the "
        "actions must bear with nothing there",
        scenario="ubicacion_configurar_pstn: first route",
    ),
)
DEVIATIONS = _REQUESTS + _ANSWERS
