from __future__ import annotations

from typing import Any

from odt_async.sandbox.fault_values import ThrottleRule, parse_throttle
from odt_async.sandbox.meter import Meter
from odt_async.sandbox.throttle import TokenBucket


def minutes_of(rule: ThrottleRule, accepted: list[float], refused: list[float], now: float) -> list[Any]:
    """Return allowed, accepted and refused of each minute, for requests that take no time."""
    meter = Meter(rule)
    for at, well in sorted([(at, True) for at in accepted] + [(at, False) for at in refused]):
        meter.count(at, accepted=well)
        if well:
            meter.end(at)
    minutes = meter.as_json(now)["minutes"]
    return [(minute["allowed"], minute["accepted"], minute["refused"]) for minute in minutes]


def test_minutes_count_from_the_first_request() -> None:
    counted = minutes_of(parse_throttle("2/s"), [100.0, 159.0, 161.0], [162.0], now=190.0)
    assert counted == [(120.0, 2, 0), (60.0, 1, 1)]


def test_a_minute_without_requests_is_there_too() -> None:
    assert minutes_of(parse_throttle("300/60s,window"), [0.0], [], now=150.0) == [
        (300.0, 1, 0),
        (300.0, 0, 0),
        (150.0, 0, 0),
    ]


def test_a_bucket_that_is_halved_allows_half() -> None:
    counted = minutes_of(parse_throttle("10/s,halved=60s-90s"), [0.0], [], now=180.0)
    assert [allowed for allowed, *_ in counted][:3] == [600.0, 450.0, 600.0]


def test_a_cap_allows_what_would_have_kept_it_full() -> None:
    meter = Meter(parse_throttle("concurrent:4"))
    for start in range(30):
        meter.count(float(start), accepted=True)
        meter.end(start + 0.5)
    minute = meter.as_json(30.0)["minutes"][0]
    assert (minute["allowed"], minute["accepted"]) == (4 * 30 / 0.5, 30)


def test_requests_across_a_minute_are_under_way_in_both() -> None:
    meter = Meter(parse_throttle("concurrent:1"))
    meter.count(0.0, accepted=True)
    meter.end(90.0)
    meter.count(90.0, accepted=True)
    meter.end(120.0)
    minutes = meter.as_json(120.0)["minutes"]
    assert [minute["accepted"] for minute in minutes[:2]] == [1, 1]


def test_before_the_first_request_there_is_nothing_to_say() -> None:
    assert Meter(parse_throttle("2/s")).as_json(1000.0)["minutes"] == []


def test_a_halved_bucket_passes_half_and_names_waits_that_are_enough() -> None:
    bucket, now, passed = TokenBucket(10, 1, (10.0, 20.0)), 100.0, []
    while now < 130.0:
        wait_s = bucket.wait_s(now)
        if wait_s == 0:
            bucket.admit(now)
            passed.append(now - 100.0)
        else:
            now += wait_s * (1 + 1e-12)
    tens = [sum(start <= at < start + 10 for at in passed) for start in (0, 10, 20)]
    assert [round(count, -1) for count in tens] == [100, 50, 100]
