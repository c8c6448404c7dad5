from __future__ import annotations

import asyncio

import anyio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from odt_async.runner.slots import Slots
from tests.virtual_time import VirtualTimeLoop


class Callers:
    """Numbered callers who queue for a slot; `holding` has them in the order in which they got one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.holding: list[int] = []

    async def take(self, number: int) -> None:
        await self.slots.take()
        self.holding.append(number)


async def test_slots_are_handed_out_in_the_order_of_arrival() -> None:
    callers = Callers(Slots(2))
    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(callers.take, number)
        for _ in range(4):
            await asyncio.sleep(1)
            callers.slots.give_back()
    assert callers.holding == [0, 1, 2, 3, 4, 5]


async def test_nobody_overtakes_the_queue() -> None:
    callers = Callers(Slots(1))
    await callers.take(0)
    async with anyio.create_task_group() as group:
        group.start_soon(callers.take, 1)
        await asyncio.sleep(1)
        callers.slots.give_back()  # handed to 1, who has not run yet
        group.start_soon(callers.take, 2)
        await asyncio.sleep(1)
        callers.slots.give_back()
    assert callers.holding == [0, 1, 2]


async def test_a_higher_limit_lets_waiters_in_at_once() -> None:
    callers = Callers(Slots(1))
    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(callers.take, number)
        await asyncio.sleep(1)
        callers.slots.limit = 3
        await asyncio.sleep(1)
        seen = list(callers.holding), callers.slots.in_flight, callers.slots.limit
        callers.slots.give_back()
    assert seen == ([0, 1, 2], 3, 3)


async def test_a_lower_limit_lets_those_in_flight_finish_and_nobody_else_in() -> None:
    callers = Callers(Slots(3))
    in_flight = []
    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(callers.take, number)
        await asyncio.sleep(1)
        callers.slots.limit = 1
        for _ in range(3):
            in_flight.append(callers.slots.in_flight)
            callers.slots.give_back()
            await asyncio.sleep(1)
    assert (in_flight, callers.holding) == ([3, 2, 1], [0, 1, 2, 3])


async def test_a_waiter_cancelled_as_it_gets_its_slot_gives_it_to_the_next() -> None:
    callers = Callers(Slots(1))
    await callers.take(0)
    async with asyncio.TaskGroup() as group:  # anyio's own would not cancel a task in that moment
        first = group.create_task(callers.take(1))
        group.create_task(callers.take(2))
        await asyncio.sleep(1)
        callers.slots.give_back()
        first.cancel()
    assert (callers.holding, callers.slots.in_flight) == ([0, 2], 1)


class SlotsMachine(RuleBasedStateMachine):
    """Any order of arrivals, departures, cancellations and changes of the limit.

    The loop runs only between the steps, so that what happens within one happens in the same moment.
    """

    waiting = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTimeLoop()
        self.slots = Slots(2)
        self.callers = Callers(self.slots)
        self.tasks: list[asyncio.Task[None]] = []
        self.given_back = 0

    @initialize(limit=st.integers(1, 4))
    def set_size(self, limit: int) -> None:
        self.slots.limit = limit

    @rule(target=waiting)
    def arrive(self) -> int:
        number = len(self.tasks)
        self.tasks.append(self.loop.create_task(self.callers.take(number)))
        self.settle()
        return number

    @rule()
    def leave(self) -> None:
        if self.held > 0:
            self.give_back()
            self.settle()

    @rule(number=consumes(waiting))
    def cancel(self, number: int) -> None:
        self.tasks[number].cancel()
        self.settle()

    @rule(number=consumes(waiting))
    def leave_and_cancel_in_the_same_moment(self, number: int) -> None:
        if self.held > 0:
            self.give_back()
        self.tasks[number].cancel()
        self.settle()

    @rule(limit=st.integers(1, 4))
    def change_limit(self, limit: int) -> None:
        self.slots.limit = limit
        self.settle()

    @rule(limit=st.integers(1, 4), number=consumes(waiting))
    def change_limit_and_cancel_in_the_same_moment(self, limit: int, number: int) -> None:
        self.slots.limit = limit
        self.tasks[number].cancel()
        self.settle()

    @property
    def held(self) -> int:
        return len(self.callers.holding) - self.given_back

    def give_back(self) -> None:
        self.slots.give_back()
        self.given_back += 1

    def settle(self) -> None:
        """Let everybody run; nobody may have been let in beyond the limit."""
        before = self.held
        for _ in range(3):
            self.loop.run_until_complete(asyncio.sleep(0))
        assert self.held <= max(before, self.slots.limit)

    @invariant()
    def every_slot_is_accounted_for(self) -> None:
        assert self.slots.in_flight == self.held

    @invariant()
    def nobody_waits_beside_a_free_slot(self) -> None:
        waiting = sum(not task.done() for task in self.tasks)
        assert waiting == 0 or self.held >= self.slots.limit

    @invariant()
    def they_come_in_the_order_of_arrival(self) -> None:
        assert self.callers.holding == sorted(self.callers.holding)

    def teardown(self) -> None:
        while self.held:
            self.give_back()
            self.settle()
        stuck = [task for task in self.tasks if not task.done()]
        self.loop.close()
        assert stuck == []


TestAnyUseOfSlots = SlotsMachine.TestCase
TestAnyUseOfSlots.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
