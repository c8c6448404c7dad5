"""A page as a browser takes it: its headings, its text, the data in it, and what it would ask the network for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson

_VOID = {"input", "link", "meta"}
_OUTWARDS = {"action", "background", "data", "formaction", "href", "poster", "src", "srcset"}


class ReadPage(HTMLParser):
    """One page; `scripts` are type and content of its script elements."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text("utf-8")
        self.language: str | None = None
        self.policy = ""
        self.headings: list[tuple[int, str]] = []
        self.scripts: list[tuple[str, str]] = []
        self.styles: list[str] = []
        self.links: list[str] = []  # to anything but this page
        self.targets: list[str] = []  # within it
        self.ids: list[str] = []
        self.handlers: list[str] = []  # attributes that a browser runs, or takes for style
        self.text = ""
        self._open: list[str] = []
        self.feed(self.source)
        self.close()
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        for name in _OUTWARDS & given.keys():
            (self.targets if given[name].startswith("#") else self.links).append(given[name])
        if tag == "html":
            self.language = given.get("lang")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        if tag not in _VOID:
            self._open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        elif tag == "script":
            self.scripts.append((given.get("class") or given.get("id") or "", ""))
        elif tag == "style":
            self.styles.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            name, content = self.scripts[-1]
            self.scripts[-1] = name, content + data
        elif self._open[-1:] == ["style"]:
            self.styles[-1] += data
        else:
            self.text += f" {data}"
            if any(re.fullmatch(r"h[1-6]", tag) for tag in self._open):
                level, heading = self.headings[-1]
                self.headings[-1] = level, f"{heading} {data.strip()}".strip()

    def data(self, name: str) -> list[Any]:
        """Return the rows of all blocks called *name*, with their ids whole."""
        found = []
        for script, content in self.scripts:
            if script == name:
                block = orjson.loads(content)
                for row in block["r"]:
                    row[2] = block["p"] + row[2]
                    found.append(row)
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """What the script of the page is told beside the rows."""
        [content] = [content for name, content in self.scripts if name == "facts"]
        facts: dict[str, Any] = orjson.loads(content)
        return facts
