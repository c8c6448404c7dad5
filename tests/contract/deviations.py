"""Where a request departs from the published descriptions on purpose: each with its reason, each still needed.

The order of words of a problem is that of `published.PublishedApi.problems`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["DEVIATIONS", "Deviation"]


@dataclass(frozen=True)
class Deviation:
    """What may be sent although no description has it."""

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

DEVIATIONS = (
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
        r"(GET|PUT) /telephony/config/people/\{personId\}/outgoingPermission: "
        r"is not published, only known from the SDK",
        reason="the address that wxc_sdk 1.41 calls, asked only where the published one answers 404 or 405",
        scenario="usuarios_configurar_perfil_saliente_custom: where the SDK writes it",
    ),
)
