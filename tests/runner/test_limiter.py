from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import anyio
import pytest

from odt_async.errors import OutputFailed, RunInterrupted
from odt_async.model import Verdict, VerdictKind
from odt_async.runner.limiter import FamilyState, Limiter, ceiling, interval
from odt_async.runner.pacer import Known
from odt_async.runner.slots import Slots
from tests.runner.ticking_time import TickingLoop

OK = Verdict(VerdictKind.OK)
LOST = Verdict(VerdictKind.TRANSIENT, "ServerDisconnectedError")


def throttled(retry_after_s: float | None) -> Verdict:
    return Verdict(VerdictKind.THROTTLED, "HTTP 429", retry_after_s)


def admitted_at(make_limiter: Callable[[], Limiter], *, calls: int) -> list[float]:
    """Return when each of so many calls of three families was let go, one after the other."""

    async def call() -> list[float]:
        callers = Callers(make_limiter())
        for number in range(calls):
            await callers.call(number, family=f"family-{number % 3}")
        return [at for _number, at in callers.admitted]

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        return runner.run(call())


class Callers:
    """Numbered callers of a limiter; `admitted` has who came through and when."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self.now = asyncio.get_running_loop().time
        self.admitted: list[tuple[int, float]] = []

    async def call(self, number: int, family: str = "people") -> None:
        await self._limiter.admit(family)
        self.admitted.append((number, self.now()))

    @property
    def order(self) -> list[int]:
        return [number for number, _at in self.admitted]


async def refuse(limiter: Limiter, family: str = "people", *, times: int = 1, retry_after_s: float) -> None:
    """Have calls of *family* refused one after the other, with nothing accepted."""
    now = asyncio.get_running_loop().time
    for _ in range(times):
        await limiter.admit(family)
        limiter.learn(family, now(), throttled(retry_after_s))


async def test_a_hold_keeps_the_order_of_arrival() -> None:
    limiter = Limiter()
    await refuse(limiter, retry_after_s=30)
    callers = Callers(limiter)
    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(callers.call, number)
            await asyncio.sleep(1)
    moments = [at for _number, at in callers.admitted]
    assert callers.order == list(range(8))
    assert moments[0] >= 30.0
    assert moments == sorted(moments)


async def test_who_comes_when_the_hold_ends_queues_behind_those_who_waited() -> None:
    limiter = Limiter()
    await refuse(limiter, retry_after_s=30)
    callers = Callers(limiter)
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(callers.call, number)
        await asyncio.sleep(30)
        group.start_soon(callers.call, 3)
    assert callers.order == [0, 1, 2, 3]


async def test_who_comes_as_the_answer_comes_queues_behind_those_who_waited_for_it() -> None:
    limiter = Limiter()
    await refuse(limiter, times=2, retry_after_s=1)
    callers = Callers(limiter)
    await callers.call(0)
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, 1)
        await asyncio.sleep(1000)
        limiter.learn("people", callers.now(), OK)
        await callers.call(2)
    assert callers.order == [0, 1, 2]


async def test_a_cut_acts_on_who_waits_already() -> None:
    limiter = Limiter()
    callers = Callers(limiter)
    await limiter.admit("people")
    await limiter.admit("people")
    sent_at = callers.now()
    limiter.learn("people", sent_at, throttled(5))
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, 0)
        await asyncio.sleep(1)
        limiter.learn("people", sent_at, throttled(20))
    assert callers.admitted == [(0, 21.0)]


async def test_families_do_not_wait_for_each_other() -> None:
    limiter = Limiter()
    await refuse(limiter, "people", retry_after_s=30)
    callers = Callers(limiter)
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, 0, "people")
        group.start_soon(callers.call, 1, "licenses")
    assert callers.admitted == [(1, 0.0), (0, 30.0)]
    assert (limiter.held("people"), limiter.held("licenses")) == (False, False)


async def test_states_tell_what_holds_whom() -> None:
    limiter = Limiter()
    await limiter.admit("licenses")
    limiter.learn("licenses", 0.0, OK)
    await refuse(limiter, "people", retry_after_s=30)
    await asyncio.sleep(10)

    held = limiter.held("people"), limiter.held("licenses")

    assert held == (True, False)
    assert limiter.states() == [
        FamilyState("licenses", pace_per_s=None, held_s=0.0, throttled=0),
        FamilyState("people", pace_per_s=None, held_s=20.0, throttled=1),
    ]


async def test_429s_of_one_burst_are_told_once_and_counted_each() -> None:
    holds: list[tuple[str, float]] = []
    limiter = Limiter(on_hold=lambda family, seconds: holds.append((family, seconds)))
    for _ in range(4):
        await limiter.admit("people")
    for _ in range(4):
        limiter.learn("people", 0.0, throttled(7))
    assert (holds, [state.throttled for state in limiter.states()]) == ([("people", 7.0)], [4])


@pytest.mark.parametrize("answer", [OK, LOST, Verdict(VerdictKind.PERMANENT), throttled(5), None])
async def test_after_two_barren_cuts_everybody_waits_for_one_answer(answer: Verdict | None) -> None:
    limiter = Limiter()
    await refuse(limiter, times=2, retry_after_s=1)
    callers = Callers(limiter)
    await callers.call(0)
    asked_at = callers.now()
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, 1)
        await asyncio.sleep(1000)
        waited = list(callers.order)
        limiter.learn("people", asked_at, answer)
    assert (waited, callers.order) == ([0], [0, 1])


async def test_a_hold_is_slept_out_as_the_limiter_is_told_and_may_be_given_up() -> None:
    async def sleep(seconds: float) -> None:
        raise RunInterrupted(f"no {seconds:g} s are left")

    limiter = Limiter(sleep=sleep)
    await refuse(limiter, retry_after_s=30)
    with pytest.raises(RunInterrupted, match="no 30 s are left"):
        await limiter.admit("people")
    with pytest.raises(RunInterrupted, match="no 30 s are left"):  # the next in the queue is heard too
        await limiter.admit("people")


async def test_a_call_withdrawn_keeps_nobody_waiting_for_its_answer() -> None:
    limiter = Limiter()
    await refuse(limiter, times=2, retry_after_s=1)
    callers = Callers(limiter)
    await callers.call(0)
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, 1)
        await asyncio.sleep(1000)
        limiter.withdraw("people")
    assert callers.order == [0, 1]


async def test_a_listener_that_fails_keeps_nobody_waiting() -> None:
    def fail(_family: str, _seconds: float) -> None:
        if len(callers.admitted) == 1:
            raise OutputFailed("the log cannot be written")

    limiter = Limiter(on_hold=fail)
    callers = Callers(limiter)
    await refuse(limiter, times=2, retry_after_s=1)
    await callers.call(0)
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, 1)
        await asyncio.sleep(1000)
        with pytest.raises(OutputFailed):
            limiter.learn("people", callers.now() - 1000, throttled(5))
    assert callers.order == [0, 1]


async def test_a_cancelled_head_of_the_queue_lets_the_next_one_up() -> None:
    limiter = Limiter()
    await refuse(limiter, retry_after_s=30)
    callers = Callers(limiter)
    async with anyio.create_task_group() as group:
        with anyio.move_on_after(10):
            async with anyio.create_task_group() as cancelled:
                cancelled.start_soon(callers.call, 0)
                await asyncio.sleep(1)
                group.start_soon(callers.call, 1)
                await asyncio.sleep(100)
    assert callers.admitted == [(1, 30.0)]


@pytest.mark.parametrize("rate_per_s", [0.5, 5.0, 50.0, 500.0])
def test_a_ceiling_lets_no_more_than_a_tenth_of_a_second_go_at_once(rate_per_s: float) -> None:
    moments = admitted_at(lambda: Limiter(ceilings=(ceiling(rate_per_s),)), calls=200)
    burst = max(1.0, rate_per_s / 10)
    assert round(moments[0], 6) == 0
    assert all(number <= burst + rate_per_s * at + 1e-6 for number, at in enumerate(moments, 1))
    assert moments[-1] == pytest.approx((200 - burst) / rate_per_s, rel=0.05)


def test_the_operators_ceilings_are_over_all_families_together() -> None:
    moments = admitted_at(lambda: Limiter(ceilings=(ceiling(5.0), interval(0.5))), calls=10)
    assert [after - before for before, after in pairwise(moments)] == pytest.approx([0.5] * 9, rel=0.01)


@pytest.mark.parametrize("seconds", [0.001, 0.01, 2.0])
def test_an_interval_lies_between_any_two_calls(seconds: float) -> None:
    moments = admitted_at(lambda: Limiter(ceilings=(interval(seconds),)), calls=50)
    gaps = [after - before for before, after in pairwise(moments)]
    assert gaps == pytest.approx([seconds] * 49, rel=0.01)


def test_calls_that_queued_during_a_hold_keep_the_operators_interval() -> None:
    async def call() -> list[float]:
        limiter = Limiter(ceilings=(interval(0.5),), known={"people": Known(1000.0)})
        callers = Callers(limiter)
        await refuse(limiter, retry_after_s=30)
        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(callers.call, number)
        return [at for _number, at in callers.admitted]

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        moments = runner.run(call())
    assert moments[0] >= 30.0
    assert min(after - before for before, after in pairwise(moments)) >= 0.5 * 0.99


async def test_a_hold_that_came_while_a_ceiling_was_waited_for_is_heeded_and_no_slot_kept() -> None:
    limiter, slots = Limiter(), Slots(2)
    limiter.put_under(Gatekeeper(seconds=5))
    callers = Callers(limiter)
    await limiter.admit("people", slots)
    sent_at = callers.now()
    async with anyio.create_task_group() as group:
        group.start_soon(limiter.admit, "people", slots)
        await asyncio.sleep(1)
        limiter.learn("people", sent_at, throttled(30))
        slots.give_back()
        await asyncio.sleep(10)
        held = slots.in_flight
        await asyncio.sleep(40)
    assert (held, slots.in_flight) == (0, 1)


class Gatekeeper:
    """A ceiling that lets everybody wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def acquire(self) -> None:
        await asyncio.sleep(self._seconds)


async def test_what_was_learned_is_told_with_what_was_known_before() -> None:
    limiter = Limiter(known={"licenses": Known(7.0), "people": Known(50.0, 4)})
    await limiter.admit("people")
    limiter.learn("people", 0.0, OK)
    assert limiter.known() == {"licenses": Known(7.0), "people": Known(50.0, 4)}


async def test_while_no_limit_has_shown_slots_that_come_free_together_are_taken_together() -> None:
    limiter, slots = Limiter(), Slots(8)
    for _ in range(8):
        await limiter.admit("people", slots)
    admitted = []

    async def call(number: int) -> None:
        await limiter.admit("people", slots)
        admitted.append(number)

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(call, number)
        await asyncio.sleep(0)
        for _ in range(8):
            slots.give_back()
        await asyncio.sleep(0)  # one turn of the loop for all of them
        assert admitted == list(range(8))
