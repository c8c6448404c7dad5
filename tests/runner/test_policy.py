from __future__ import annotations

import asyncio
from pathlib import Path

import anyio
import pytest
from wxc_sdk.tokens import Tokens

from odt_async import events
from odt_async.errors import NotAuthorised, OutputFailed, RunInterrupted
from odt_async.model import Verdict, VerdictKind
from odt_async.runner.backoff import BackoffPolicy
from odt_async.runner.policy import RunPolicy
from odt_async.webex.calls import CallRecord, current_row
from odt_async.webex.tokens import TokenFile
from tests.runner.building import events_of, make_policy

OK = Verdict(VerdictKind.OK)


def throttled(retry_after_s: float) -> Verdict:
    return Verdict(VerdictKind.THROTTLED, "HTTP 429", retry_after_s)


class Issuer:
    """A source that gives one new token after the other; each takes it a second."""

    name = "the issuer"
    cure = "ask again"
    may_change = True
    renews_itself = True
    life = None

    def __init__(self) -> None:
        self.tokens = Tokens(access_token="token-1")
        self.renewals = 0

    @property
    def access_token(self) -> str:
        return self.tokens.access_token or ""

    async def look(self) -> bool:
        return False

    async def renew(self) -> bool:
        await asyncio.sleep(1)
        self.renewals += 1
        self.tokens.access_token = f"token-{self.renewals + 1}"
        return True


class Callers:
    """Callers under a policy; `admitted` has who was let go and when."""

    def __init__(self, policy: RunPolicy) -> None:
        self.policy = policy
        self.now = asyncio.get_running_loop().time
        self.admitted: list[tuple[str, float]] = []
        self.gave_up: list[str] = []

    async def call(self, family: str = "people") -> None:
        await self.policy.admit(family)
        self.admitted.append((family, self.now()))

    async def renew(self, refused: str) -> None:
        try:
            await self.policy.renew_token(refused)
        except (NotAuthorised, RunInterrupted) as error:
            self.gave_up.append(type(error).__name__)

    def answer(self, verdict: Verdict | None, family: str = "people", *, sent_at: float = 0.0) -> None:
        self.policy.release("GET", family, sent_at, verdict)


def had_one_ok(policy: RunPolicy) -> RunPolicy:
    """Have one call answered well: then a token that is refused has been good before."""
    policy.verdicts[VerdictKind.OK] += 1
    return policy


async def test_a_slot_is_held_from_admission_to_release() -> None:
    callers = Callers(make_policy(slots=1))
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call)
        group.start_soon(callers.call)
        await asyncio.sleep(10)
        in_flight = callers.policy.slots.in_flight
        callers.answer(OK)
    assert (callers.admitted, in_flight) == ([("people", 0.0), ("people", 10.0)], 1)


async def test_a_hold_that_came_while_waiting_for_a_slot_is_heeded() -> None:
    callers = Callers(make_policy(slots=1))
    await callers.call()
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call, "people")
        await asyncio.sleep(1)
        group.start_soon(callers.call, "licenses")
        await asyncio.sleep(1)
        callers.answer(throttled(30))
        await asyncio.sleep(5)
        callers.answer(OK, "licenses", sent_at=2.0)
    assert callers.admitted == [("people", 0.0), ("licenses", 2.0), ("people", 32.0)]


async def test_a_ceiling_set_while_waiting_for_a_slot_is_heeded() -> None:
    callers = Callers(make_policy(slots=1))
    await callers.call()
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call)
        group.start_soon(callers.call)
        await asyncio.sleep(1)
        callers.policy.ceiling.rate_per_s = 0.1
        await asyncio.sleep(1)
        callers.answer(OK)
        await asyncio.sleep(1)
        callers.answer(OK)
    assert [round(at, 3) for _family, at in callers.admitted] == [0.0, 2.0, 12.0]


async def test_a_gate_closed_while_waiting_for_a_slot_is_heeded() -> None:
    callers = Callers(make_policy(slots=1))
    await callers.call()
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call)
        await asyncio.sleep(1)
        callers.policy.gate.close("no token")
        callers.answer(OK)
        await asyncio.sleep(10)
        slots_taken = callers.policy.slots.in_flight
        callers.policy.gate.open("no token")
    assert (callers.admitted, slots_taken) == ([("people", 0.0), ("people", 11.0)], 0)


async def test_a_probe_that_was_not_sent_after_all_keeps_nobody_waiting() -> None:
    callers = Callers(make_policy(slots=1))
    for _ in range(2):
        await callers.call()
        callers.answer(throttled(1), sent_at=callers.now())
    await callers.call("licenses")  # has the only slot
    async with anyio.create_task_group() as group:
        group.start_soon(callers.call)  # the probe
        await asyncio.sleep(60)
        callers.policy.gate.close("no token")
        callers.answer(OK, "licenses")
        await asyncio.sleep(60)
        callers.policy.gate.open("no token")
    assert [family for family, _at in callers.admitted] == ["people", "people", "licenses", "people"]


async def test_who_is_cancelled_while_waiting_leaves_no_trace() -> None:
    callers = Callers(make_policy(slots=1))
    for _ in range(2):
        await callers.call()
        callers.answer(throttled(1), sent_at=callers.now())
    await callers.call("licenses")
    with anyio.move_on_after(60):
        await callers.call()  # the probe, in the queue for a slot
    callers.answer(OK, "licenses")
    await callers.call()
    assert callers.policy.slots.in_flight == 1


async def test_answers_are_counted_by_verdict_and_a_cancelled_call_is_none() -> None:
    callers = Callers(make_policy())
    for verdict in (OK, OK, throttled(1), None):
        await callers.call()
        callers.answer(verdict, sent_at=callers.now())
    assert callers.policy.verdicts == {VerdictKind.OK: 2, VerdictKind.THROTTLED: 1}
    assert callers.policy.slots.in_flight == 0


async def test_backoff_is_that_of_the_run() -> None:
    policy = make_policy(backoff=BackoffPolicy(max_retries=1, base_s=4.0))
    verdict = Verdict(VerdictKind.TRANSIENT)
    assert [policy.wait_before_retry(verdict, attempt) for attempt in (1, 2)] == [2.0, None]


async def test_a_row_that_backs_off_long_gives_up_when_the_run_ends() -> None:
    policy = make_policy()
    await policy.sleep(60)
    policy.gate.abandon()
    await policy.sleep(1)
    with pytest.raises(RunInterrupted):
        await policy.sleep(60)
    assert asyncio.get_running_loop().time() == 61.0


async def test_many_refused_at_once_renew_the_token_once() -> None:
    issuer, lines = Issuer(), list[bytes]()
    callers = Callers(make_policy(tokens=issuer, lines=lines))
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(callers.renew, "token-1")
    assert (issuer.renewals, issuer.access_token, callers.gave_up) == (1, "token-2", [])
    assert events_of(lines) == [events.HTTP_TOKEN_RENEWED]


async def test_who_was_refused_with_an_older_token_takes_the_newer_one() -> None:
    issuer = Issuer()
    policy = make_policy(tokens=issuer)
    await policy.renew_token("token-1")
    await policy.renew_token("token-1")
    await policy.renew_token("token-2")
    assert (issuer.renewals, issuer.access_token) == (2, "token-3")


async def test_the_first_token_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("token-1", "utf-8")
    policy = make_policy(tokens=TokenFile(path, on_token=lambda _token: None))
    with pytest.raises(NotAuthorised, match=r"WEBEX_TOKEN_FILE .*: put a good one there and start again"):
        await policy.renew_token("token-1")
    assert policy.gate.reason is None


async def test_a_token_that_cannot_change_is_not_waited_for() -> None:
    policy = had_one_ok(make_policy())
    with pytest.raises(NotAuthorised, match=r"WEBEX_ACCESS_TOKEN .*--resume"):
        await policy.renew_token("token-1")


async def test_the_run_pauses_until_the_token_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("token-1", "utf-8")
    lines: list[bytes] = []
    source = TokenFile(path, on_token=lambda _token: None)
    callers = Callers(had_one_ok(make_policy(tokens=source, lines=lines)))
    async with anyio.create_task_group() as group:
        group.start_soon(callers.renew, "token-1")
        group.start_soon(callers.renew, "token-1")
        await asyncio.sleep(1)
        group.start_soon(callers.call)
        paused_for = callers.policy.gate.reason
        await asyncio.sleep(61)
        path.write_text("token-2\n", "utf-8")
    assert paused_for is not None
    assert "401" in paused_for
    assert (callers.policy.gate.reason, source.access_token) == (None, "token-2")
    assert [at for _family, at in callers.admitted] == pytest.approx([62], abs=5)
    assert events_of(lines) == [events.RUN_PAUSED, events.RUN_RESUMED]


async def test_the_end_of_the_run_ends_the_wait_for_a_token(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("token-1", "utf-8")
    callers = Callers(had_one_ok(make_policy(tokens=TokenFile(path, on_token=lambda _token: None))))
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(callers.renew, "token-1")
        await asyncio.sleep(1)
        callers.policy.gate.abandon()
    assert (callers.gave_up, callers.now()) == (["RunInterrupted"] * 3, 1.0)
    assert callers.policy.gate.reason is None


@pytest.mark.parametrize(("aside", "reason"), [(False, "outage: reads of authorizations"), (True, "None")])
async def test_a_call_that_no_row_needs_shows_no_outage(*, aside: bool, reason: str) -> None:
    policy = make_policy()
    before = current_row.set(CallRecord(aside=aside))
    for _ in range(16):
        policy.release("GET", "authorizations", 0.0, Verdict(VerdictKind.TRANSIENT, "HTTP 503"))
    current_row.reset(before)
    assert str(policy.gate.reason).startswith(reason)


async def test_an_outage_that_cannot_be_logged_keeps_nobody_waiting() -> None:
    policy = make_policy()

    def fail(*_what: object, **_facts: object) -> None:
        raise OutputFailed("the log cannot be written")

    policy.outages.learn = fail  # type: ignore[method-assign]
    await policy.admit("people")
    with pytest.raises(OutputFailed):
        policy.release("GET", "people", 0.0, Verdict(VerdictKind.TRANSIENT, "HTTP 503"))
    [people] = policy.limiter.states()
    assert (policy.slots.in_flight, people.under_way) == (0, 0)
