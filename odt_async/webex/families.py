"""URL -> endpoint family: the part of the API that Webex throttles as one.

Webex publishes no list ("limits are dynamic per resource", its rate-limiting blog of April 2025), so the
families follow the services behind the paths: one for each first segment, and one of their own for the
calling features below people and workspaces and for each kind of telephony configuration.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["family_of"]


@lru_cache(maxsize=1024)  # a row writes where it has read
def family_of(path: str) -> str:
    """Return the family of *path*, with or without `/v1` before it and a query behind it.

    `/v1/people/{id}/features/callForwarding` -> `people/features`;
    `/v1/telephony/config/locations/{id}/numbers` -> `telephony/locations`;
    `/identity/scim/{org}/v2/Users` -> `identity/scim`.
    """
    segments = path.partition("?")[0].removeprefix("/v1/").strip("/").split("/")
    match segments:
        case ["telephony", "config", kind, *_]:
            return f"telephony/{kind}"
        case ["telephony", kind, *_]:
            return f"telephony/{kind}"
        case ["identity", service, *_]:
            return f"identity/{service}"
        case [kind, _, "features", *_]:
            return f"{kind}/features"
    return segments[0]
