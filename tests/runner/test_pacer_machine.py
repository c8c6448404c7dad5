"""What holds for the pacer in any course of calls, answers and waits."""

from __future__ import annotations

import math

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from odt_async.runner.pacer import Pacer
from tests.runner.pacing import SETTINGS, send

NO_HOLD_YET = -math.inf
SECONDS = st.integers(0, 1_000_000).map(lambda milliseconds: milliseconds / 1000)


class PacerMachine(RuleBasedStateMachine):
    """Any order of calls, answers and waits."""

    def __init__(self) -> None:
        super().__init__()
        self.pacer = Pacer(SETTINGS)
        self.now = 0.0
        self.in_flight: list[float] = []  # when they were sent
        self.asked_until = NO_HOLD_YET  # what the server asked for, capped

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def call_goes_when_it_may(self) -> None:
        self.now = max(self.now, self.pacer.hold_until)
        assume(self.pacer.wait_s(self.now) is not None)
        self.now = send(self.pacer, self.now)
        assert self.now >= self.asked_until
        self.in_flight.append(self.now)

    @rule(count=st.integers(1, 30))
    def calls_go_together(self, count: int) -> None:
        for _ in range(count):
            if self.pacer.wait_s(self.now) == 0:
                self.pacer.take(self.now)
                self.in_flight.append(self.now)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def answer_comes(self, data: st.DataObject) -> None:
        sent_at = self.answered(data)
        self.pacer.accepted(self.now, sent_at)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def no_answer_comes(self, data: st.DataObject) -> None:
        self.answered(data)
        self.pacer.unanswered()

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), retry_after_s=st.none() | SECONDS)
    def refusal_comes(self, data: st.DataObject, retry_after_s: float | None) -> None:
        sent_at = self.answered(data)
        self.pacer.throttled(self.now, sent_at, retry_after_s)
        if retry_after_s is not None:
            self.asked_until = max(self.asked_until, self.now + min(retry_after_s, SETTINGS.max_hold_s))

    def answered(self, data: st.DataObject) -> float:
        return self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))

    @invariant()
    def nothing_goes_inside_a_hold(self) -> None:
        held = self.now < max(self.asked_until, self.pacer.hold_until)
        assert not held or self.pacer.wait_s(self.now) != 0

    @invariant()
    def who_waits_for_an_answer_will_get_one(self) -> None:
        assert self.pacer.wait_s(self.now) is not None or self.in_flight

    @invariant()
    def no_hold_is_longer_than_the_longest_sleep(self) -> None:
        assert self.pacer.hold_until - self.now <= SETTINGS.max_hold_s + 1e-9

    @invariant()
    def the_wait_ends(self) -> None:
        wait_s = self.pacer.wait_s(self.now)
        assert wait_s is None or 0 <= wait_s <= SETTINGS.max_hold_s + 2 / SETTINGS.floor

    @invariant()
    def no_pace_is_below_the_floor(self) -> None:
        pace = self.pacer.pace(self.now)
        assert pace is None or SETTINGS.floor <= pace < math.inf


TestAnyCourseOfAnswers = PacerMachine.TestCase
TestAnyCourseOfAnswers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
