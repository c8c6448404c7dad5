"""Sees that a built site is whole: `python -m tools.docs.links site`.

Every link and picture within it leads to a file and every anchor to a place on its page; and nothing is loaded
from elsewhere, so that the pages look the same without a network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["Page", "main", "problems"]

_LOADED = {"img": "src", "script": "src", "source": "src", "iframe": "src", "link": "href"}
_NOT_LOADED = {"canonical", "next", "prev"}  # links of the head that only say something


class Page(HTMLParser):
    """What one page links to, loads, and can be linked to in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element's id and address."""
        found = {name: value for name, value in attrs if value is not None}
        if "id" in found:
            self.anchors.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        address = found.get(_LOADED.get(tag, ""))
        if address is not None and found.get("rel") not in _NOT_LOADED:
            self.loaded.append(address)


def problems(site: Path) -> Iterator[str]:
    """Yield what is wrong with the pages below *site*, one line for each."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site}: there is no page"
    for path, page in pages.items():
        name = path.relative_to(site)
        for address in page.loaded:
            if urlsplit(address).netloc:
                yield f"{name}: {address} is loaded from elsewhere"
        for address in [*page.links, *page.loaded]:
            if trouble := _trouble(address, path, pages, site):
                yield f"{name}: {address} {trouble}"


def _trouble(address: str, path: Path, pages: dict[Path, Page], site: Path) -> str | None:
    """Return what is wrong with the *address* on the page *path*, None when nothing is."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None  # another site
    target = path
    if parts.path:
        above = site if parts.path.startswith("/") else path.parent
        target = (above / unquote(parts.path).lstrip("/")).resolve()
        if target.is_dir():
            target /= "index.html"
        if not target.is_relative_to(site) or not target.is_file():
            return "leads nowhere"
    anchor = unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return "has no such place on its page"
    return None


def main(arguments: list[str]) -> int:
    """Print what is wrong with the site in the folder named first; return the exit code."""
    found = list(problems(Path(arguments[0]).resolve()))
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
