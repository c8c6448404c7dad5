"""Whose organisation a raw call is about."""

from __future__ import annotations

__all__ = ["organisation_query"]


def organisation_query(org_id: str | None) -> dict[str, str]:
    """Return the query parameters that name the organisation: none for the token's own."""
    return {"orgId": org_id} if org_id else {}
