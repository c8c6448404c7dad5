from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, fromstring

from odt_async.bench.plot import as_svg

SVG = "{http://www.w3.org/2000/svg}"


def result(latency: str, concurrency: int, of_ideal: float | None, **speeds: float) -> dict[str, Any]:
    return {
        "latency": latency,
        "concurrency": concurrency,
        "clients": {name: {"rows_per_s": speed, "of_ideal": of_ideal} for name, speed in speeds.items()},
    }


def drawn(results: list[dict[str, Any]]) -> Element:
    return fromstring(as_svg(results))  # noqa: S314 - our own


def test_each_latency_is_a_field_with_a_line_for_each_client() -> None:
    picture = drawn(
        [
            result("0", 1, None, product=1000.0, naive=800.0),
            result("0", 8, None, product=2000.0, naive=900.0),
            result("50ms", 8, 0.5, product=40.0, naive=30.0),
        ]
    )
    fields = picture.findall(f"{SVG}g")
    lines = [[line.get("points") for line in field.findall(f"{SVG}polyline")] for field in fields]
    titles = [field.findtext(f"{SVG}text") for field in fields]
    assert titles == ["rows/s, latency 0", "rows/s, latency 50ms"]
    assert [len(points) for points in lines] == [2, 3]  # with latency there is an ideal


def test_the_fastest_reaches_the_top_and_more_under_way_stands_further_right() -> None:
    picture = drawn([result("0", 1, None, product=500.0), result("0", 8, None, product=1000.0)])
    first, second = picture.iter(f"{SVG}circle")
    assert float(first.get("cx", 0)) < float(second.get("cx", 0))
    assert float(first.get("cy", 0)) > float(second.get("cy", 0))


def test_what_is_not_drawn_is_not_in_the_legend() -> None:
    picture = drawn([result("0", 8, None, product=1000.0, naive=800.0)])
    assert [text.text for text in picture.findall(f"{SVG}text")] == ["product", "naive"]


def test_the_scale_begins_at_nothing() -> None:
    picture = drawn([result("0", 8, None, product=1000.0)])
    scale = [text.text for text in picture.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    assert scale == ["0", "250", "500", "750", "1,000"]
