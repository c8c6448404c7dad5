from __future__ import annotations

import pytest

from odt_async.sandbox.faults import Faults, parse_faults
from tools.soak.weather import STRETCHES, Stretch, incidents

MINUTE = 60.0


def moments(deed: str, duration_s: float) -> list[float]:
    return [round(one.at_s, 3) for one in incidents(duration_s, MINUTE) if one.deed == deed]


def test_incidents_come_in_the_order_of_the_clock() -> None:
    at = [incident.at_s for incident in incidents(25 * MINUTE, MINUTE)]

    assert at == sorted(at)


def test_the_faults_change_every_minute() -> None:
    begun = {one.at_s // MINUTE for one in incidents(10 * MINUTE, MINUTE) if one.deed == "weather"}

    assert begun == set(range(10))


def test_a_kill_comes_every_two_minutes() -> None:
    assert moments("kill", 10 * MINUTE) == [90, 210, 330, 450, 576]


def test_the_cycle_begins_again_when_it_is_through() -> None:
    first, second = (
        [one for one in incidents(20 * MINUTE, MINUTE) if start <= one.at_s < start + 10 * MINUTE]
        for start in (0, 10 * MINUTE)
    )

    assert [one.name for one in second] == [one.name for one in first]
    assert [one.at_s - 10 * MINUTE for one in second] == pytest.approx([one.at_s for one in first])


def test_nothing_happens_after_the_end() -> None:
    assert [one for one in incidents(100, MINUTE) if one.at_s >= 100] == []


@pytest.mark.parametrize("stretch", STRETCHES, ids=lambda stretch: stretch.name)
def test_every_weather_is_one_that_the_sandbox_knows(stretch: Stretch) -> None:
    assert Faults() not in [parse_faults(faults) for _, faults in stretch.weather]


def test_the_token_that_ends_comes_back() -> None:
    ends = [one for one in incidents(10 * MINUTE, MINUTE) if one.deed == "expire"]

    assert [(round(one.at_s, 3), round(one.lasts_s, 3)) for one in ends] == [(144, 15), (504, 6)]
