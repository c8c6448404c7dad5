"""The results as an SVG picture: one field for each latency, rows a second over requests under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log2
from typing import Any

__all__ = ["as_svg"]

_WIDTH, _HEIGHT, _MARGIN = 320, 260, 48  # of one field, in pixels
_COLOURS = {"ideal": "#999999", "product": "#0b6e4f", "naive": "#c1440e", "bare": "#2b59c3"}
_BLACK, _GREY = "#555555", "#e4e4e4"
_PARTS = 4  # of the height


def as_svg(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the picture of *results*, as `comparison.Result.as_json` gives them."""
    latencies = list(dict.fromkeys(result["latency"] for result in results))
    fields = [
        f'<g transform="translate({number * _WIDTH},0)">{"".join(_field(latency, results))}</g>'
        for number, latency in enumerate(latencies)
    ]
    width = _WIDTH * max(len(latencies), 1)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT + 24}" '
        'font-family="sans-serif" font-size="11">'
    )
    drawn = _lines(results)
    legend = [
        f'<text x="{_MARGIN + 80 * place}" y="{_HEIGHT + 16}" fill="{_COLOURS[name]}">{name}</text>'
        for place, name in enumerate(name for name in _COLOURS if name in drawn)
    ]
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *fields, *legend, "</svg>\n"])


def _field(latency: str, results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    mine = [result for result in results if result["latency"] == latency]
    lines = _lines(mine)
    most = max(speed for points in lines.values() for _, speed in points)
    widest = max(log2(result["concurrency"]) for result in mine) or 1.0

    def at(concurrency: int, speed: float) -> tuple[float, float]:
        x = _MARGIN + log2(concurrency) / widest * (_WIDTH - 1.5 * _MARGIN)
        return round(x, 1), round(_HEIGHT - _MARGIN - speed / most * (_HEIGHT - 2 * _MARGIN), 1)

    yield f'<text x="{_MARGIN}" y="20" font-size="13">rows/s, latency {escape(latency)}</text>'
    for part in range(_PARTS + 1):
        speed = most * part / _PARTS
        left, right = at(1, speed), at(round(2**widest), speed)
        yield _line(left, right, _GREY if part else _BLACK)
        yield f'<text x="{left[0] - 4}" y="{left[1] + 4}" text-anchor="end">{speed:,.0f}</text>'
    yield _line(at(1, 0), at(1, most), _BLACK)
    for result in mine:
        x, y = at(result["concurrency"], 0)
        yield f'<text x="{x}" y="{y + 16}" text-anchor="middle">{result["concurrency"]}</text>'
    yield f'<text x="{_MARGIN}" y="{_HEIGHT - 12}">requests under way (logarithmic)</text>'
    for name, points in reversed(lines.items()):  # the product on top
        places = [at(*point) for point in points]
        path = " ".join(f"{x},{y}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{_COLOURS[name]}" stroke-width="2"/>'
        yield from (f'<circle cx="{x}" cy="{y}" r="3" fill="{_COLOURS[name]}"/>' for x, y in places)


def _lines(results: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    """Return for each client, and for the ideal, its points: requests under way, rows a second."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for result in results:
        for name, figures in result["clients"].items():
            lines.setdefault(name, []).append((result["concurrency"], figures["rows_per_s"]))
        figures = result["clients"]["product"]
        if figures["of_ideal"]:
            ideal = figures["rows_per_s"] / figures["of_ideal"]
            lines.setdefault("ideal", []).append((result["concurrency"], ideal))
    return lines


def _line(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    return f'<line x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}" stroke="{colour}"/>'
