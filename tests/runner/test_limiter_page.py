"""docs/limiter.md shows the conformance vectors as they are: `python -m tests.runner.test_limiter_page` renews it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "limiter.md"
BEGIN, END = "<!-- vectors -->\n", "<!-- end of vectors -->\n"


def vectors() -> str:
    """Return the cases of conformance.json as a Markdown table."""
    head = ["limit", "callers", "latency", "from - to, s", "used, at least", "429s / accepted, at most"]
    cases: list[dict[str, Any]] = json.loads((HERE / "conformance.json").read_text("utf-8"))
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *map(cells_of, cases)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cells_of(case: dict[str, Any]) -> list[str]:
    used = f"{case['min_utilisation']:.2f}"
    if most := case.get("max_utilisation"):
        used += f", at most {most:.2f}"
    return [
        case["name"],
        str(case["callers"]),
        f"{case['latency_s'] * 1000:.0f} ms",
        f"{case['from_second']} - {case['seconds']}",
        used,
        f"{case['max_waste']:.2%}",
    ]


def renewed(page: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{vectors()}{END}{after}"


def test_the_page_shows_the_vectors_as_they_are() -> None:
    page = PAGE.read_text("utf-8")
    assert page == renewed(page)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
