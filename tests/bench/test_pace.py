"""How slow the machine is, told by a piece of work that is timed by a clock of the test's own."""

from __future__ import annotations

import threading

import pytest

from odt_async.bench.pace import Pace


class Machine:
    """Works as fast as it is told to; *ended* when it has done so for all that it was told."""

    def __init__(self, *takes_s: float) -> None:
        self._takes_s = list(takes_s)
        self._now = 0.0
        self.ended = threading.Event()

    def work(self) -> None:
        if self._takes_s:
            self._now += self._takes_s.pop(0)
        else:
            self._now += 1.0
            self.ended.set()

    def clock(self) -> float:
        return self._now


def test_a_machine_that_works_for_others_too_is_slower_than_at_its_fastest() -> None:
    machine = Machine(1.0, 3.0)
    pace = Pace(machine.work, machine.clock, every_s=0.0)
    with pace.watched() as taken:
        machine.ended.wait()
    assert pace.slowness(taken[:2]) == pytest.approx(2.0)


def test_the_fastest_ever_is_what_all_are_compared_with() -> None:
    machine = Machine(4.0, 2.0)
    pace = Pace(machine.work, machine.clock, every_s=0.0)
    with pace.watched() as first:
        machine.ended.wait()
    assert pace.slowness(first[:1]) == pytest.approx(4.0)


def test_even_the_shortest_measurement_is_watched_once() -> None:
    pace = Pace()
    with pace.watched() as taken:
        pass
    assert (len(taken), pace.slowness(taken)) == (1, 1.0)
