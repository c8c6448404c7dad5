"""A list of Webex, page by page, as far as it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odt_async.errors import RowError

if TYPE_CHECKING:
    from wxc_sdk.as_rest import AsRestSession

__all__ = ["Pager"]


class Pager:
    """Reads one list; a page that failed is read again by the next call of `read`.

    Pages follow the Link header (RFC 8288), over empty pages too, at which the SDK's `follow_pagination` ends
    (wxc_sdk 1.41).

    path: below /v1.  items: the key of the list in the answer.
    offsets: whether `start` is a parameter of this list; then it is asked for more after a full page that
        came without a link, as the descriptions of these lists promise none.
    """

    def __init__(
        self,
        session: AsRestSession,
        path: str,
        query: Mapping[str, str],
        *,
        items: str,
        offsets: bool = False,
    ) -> None:
        self._session = session
        self._url: str | None = session.ep(path)
        self._query: dict[str, str] | None = dict(query)
        self._items = items
        self._page_size = int(query.get("max", 0)) if offsets else 0
        self._start = 0
        self._page: list[dict[str, Any]] = []

    @property
    def finished(self) -> bool:
        """Whether the last page has been read."""
        return self._url is None

    async def read(self) -> list[dict[str, Any]]:
        """Return the items of the next page.

        Raises RowError for an answer without a list, and what the session raises.
        """
        assert self._url is not None  # noqa: S101 - whoever asks on at the end has a bug
        # the SDK has no public call that gives the headers
        response, body = await self._session._request_w_response(  # type: ignore[misc] # noqa: SLF001
            "GET", url=self._url, params=self._query
        )
        page = body.get(self._items) if isinstance(body, dict) else None
        if not isinstance(page, list):
            raise RowError(
                "Webex answered {url} without a list of {items}: try again later",
                url=self._url,
                items=self._items,
            )
        link = response.links.get("next")
        if link is not None:
            self._follow(str(link["url"]))
        elif self._query is not None and 0 < self._page_size <= len(page) and page != self._page:
            self._start += len(page)
            self._query = {**self._query, "start": str(self._start)}
        else:
            self._url = None
        self._page = page if self._page_size else []
        return page

    def _follow(self, url: str) -> None:
        self._url = None if url == self._url else url  # a link to itself has no end
        self._query = None  # the link has it all
