"""The token of a run: found when it is replaced, renewed in time, and warned of when nobody renews it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import orjson
import pytest
from wxc_sdk.tokens import Tokens

from odt_async import events
from odt_async.errors import NotAuthorised
from odt_async.model import Status
from odt_async.runner.gate import Gate
from odt_async.runner.heartbeat import heartbeat_line
from odt_async.runner.tally import Progress
from odt_async.runner.token_watch import TokenWatch
from odt_async.webex.token_life import TokenLife
from odt_async.webex.tokens import TokenFile, TokenSource
from tests.runner.building import events_of, make_log, make_policy

DAY_S = 86_400.0


class Service:
    """A source whose tokens live for *life_s*; `answers` has whether the next renewals succeed."""

    name = "the service"
    cure = "call them"
    may_change = True
    renews_itself = True

    def __init__(self, life_s: float | None = 1000.0, *, refresh_life_s: float | None = None) -> None:
        self.tokens = Tokens(access_token="token-0")
        self.answers: list[bool | NotAuthorised] = []
        self.asked_at: list[float] = []
        self._life_s = life_s
        self._refresh_life_s = refresh_life_s
        self.life = self._new_life()

    @property
    def access_token(self) -> str:
        return self.tokens.access_token or ""

    async def look(self) -> bool:
        return False

    async def renew(self) -> bool:
        self.asked_at.append(asyncio.get_running_loop().time())
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, NotAuthorised):
            raise answer
        if answer:
            self.tokens.access_token = f"token-{len(self.asked_at)}"
            self.life = self._new_life()
        return answer

    def _new_life(self) -> TokenLife | None:
        now = asyncio.get_running_loop().time()
        refresh_ends_at = None if self._refresh_life_s is None else now + self._refresh_life_s
        return None if self._life_s is None else TokenLife(now, now + self._life_s, refresh_ends_at)


@asynccontextmanager
async def watched(source: TokenSource, lines: list[bytes] | None = None) -> AsyncIterator[TokenWatch]:
    """Yield a watch that keeps *source*; its log goes to *lines*."""
    watch = TokenWatch(source, Gate(), make_log(lines))
    async with anyio.create_task_group() as group:
        group.start_soon(watch.keep)
        yield watch
        group.cancel_scope.cancel()


def told(lines: list[bytes], event: str) -> list[object]:
    """Return what stands in the lines of *event*, in its own fields."""
    common = {"at", "level", "event"}
    records = [orjson.loads(line) for line in lines]
    return [
        {name: value for name, value in record.items() if name not in common}
        for record in records
        if record["event"] == event
    ]


async def test_a_token_is_renewed_after_four_fifths_of_every_life() -> None:
    service, lines = Service(), list[bytes]()
    async with watched(service, lines):
        await asyncio.sleep(3000)
    assert service.asked_at == [800.0, 1600.0, 2400.0]
    assert told(lines, events.HTTP_TOKEN_RENEWED) == [{"source": "the service", "because": "due"}] * 3


async def test_a_token_of_unknown_life_is_left_alone() -> None:
    service = Service(None)
    async with watched(service) as watch:
        await asyncio.sleep(DAY_S)
    assert (service.asked_at, watch.warning) == ([], None)


async def test_a_renewal_that_fails_is_tried_again_ever_more_seldom_and_pauses_nothing() -> None:
    service, lines = Service(1e5), list[bytes]()
    service.answers = [False] * 8
    async with watched(service, lines) as watch:
        await asyncio.sleep(8.3e4)
    tries = [at - 8e4 for at in service.asked_at]
    assert tries == [0, 10, 30, 70, 150, 310, 630, 1230, 1830]
    assert watch._gate.reason is None
    assert events_of(lines) == [events.HTTP_TOKEN_NOT_RENEWED] * 8 + [events.HTTP_TOKEN_RENEWED]
    assert told(lines, events.HTTP_TOKEN_NOT_RENEWED)[1] == {
        "source": "the service",
        "reason": "its service does not answer",
        "wait_for_s": 20.0,
    }


async def test_after_a_renewal_failures_count_anew() -> None:
    service = Service(1000)
    service.answers = [False, False, False, True, False]
    async with watched(service):
        await asyncio.sleep(1800)
    assert service.asked_at == [800, 810, 830, 870, 1670, 1680]


async def test_a_refusal_before_the_end_is_said_and_stops_nothing() -> None:
    service, lines = Service(10_000), list[bytes]()
    service.answers = [NotAuthorised("refused (400): check it")]
    async with watched(service, lines) as watch:
        await asyncio.sleep(8003)
        warning = watch.warning
        await asyncio.sleep(1000)
    (failure, *_rest) = told(lines, events.HTTP_TOKEN_NOT_RENEWED)
    assert failure == {"source": "the service", "reason": "refused (400): check it", "wait_for_s": 10.0}
    assert (warning, service.asked_at) == (None, [8000.0, 8010.0])


async def test_one_warning_is_logged_for_a_token_that_nobody_renews_and_a_heartbeat_repeats_it() -> None:
    service, lines = Service(10_000), list[bytes]()
    service.renews_itself = False
    async with watched(service, lines) as watch:
        await asyncio.sleep(8000)
        early = watch.warning
        await asyncio.sleep(1100)
        late = watch.warning
        await asyncio.sleep(1000)
        ended = watch.warning
    words = "the token of the service {} and is not renewed: call them"
    assert (early, late, ended) == (None, words.format("ends in 15 min"), words.format("has ended"))
    assert told(lines, events.HTTP_TOKEN_ENDING)[0] == {"warning": words.format("ends in 30 min")}
    assert len(told(lines, events.HTTP_TOKEN_ENDING)) == 2
    assert service.asked_at == []


async def test_of_a_token_without_a_word_of_its_life_webex_is_asked_once() -> None:
    asked: list[str] = []

    async def left_s() -> float | None:
        asked.append(source.access_token)
        return {"a1": 3600.0, "a2": None}[source.access_token]

    path = Path("token.txt")
    write(path, "a1")
    source = TokenFile(path, on_token=lambda _token: None)
    async with watched(source) as watch:
        watch.ask_left_s = left_s
        await asyncio.sleep(1000)
        early = watch.warning
        await asyncio.sleep(1000)
        late = watch.warning
        write(path, "a2")
        await asyncio.sleep(1000)
        of_another = watch.warning
    assert (early, of_another, asked) == (None, None, ["a1", "a2"])
    assert late is not None
    assert late.startswith(
        "the token of WEBEX_TOKEN_FILE (token.txt) ends in 27 min and is not renewed: write"
    )


async def test_a_heartbeat_has_the_warning() -> None:
    service = Service(60)
    service.renews_itself = False
    policy = make_policy(tokens=service)
    progress = Progress(total=1, counts=dict.fromkeys(Status, 0), elapsed_s=1.0, rows_per_s=1.0, left_s=1.0)
    line = heartbeat_line("run-1", "running", progress, policy)
    assert line.endswith(", WARNING: the token of the service ends in 1 min and is not renewed: call them")


async def test_a_refresh_token_that_ends_within_a_day_is_warned_of() -> None:
    service = Service(14 * DAY_S, refresh_life_s=1.5 * DAY_S)
    async with watched(service) as watch:
        early = watch.warning
        await asyncio.sleep(DAY_S)
        late = watch.warning
    assert early is None
    assert late == "the refresh token of the service ends in 720 min: authorise the service app again"


async def test_a_file_that_is_replaced_is_found_within_seconds() -> None:
    path, lines = Path("token.txt"), list[bytes]()
    write(path, "a1")
    source = TokenFile(path, on_token=lambda _token: None)
    async with watched(source, lines):
        await asyncio.sleep(7)
        write(path, "a2")
        await asyncio.sleep(6)
    assert source.access_token == "a2"
    because = {"source": "WEBEX_TOKEN_FILE (token.txt)", "because": "replaced"}
    assert told(lines, events.HTTP_TOKEN_RENEWED) == [because]


def write(path: Path, text: str) -> None:
    path.write_text(text)


async def test_who_is_refused_while_a_token_is_renewed_early_waits_for_that_one() -> None:
    class Slow(Service):
        async def renew(self) -> bool:
            await asyncio.sleep(50)
            return await super().renew()

    slow = Slow()
    async with watched(slow) as watch:
        await asyncio.sleep(820)
        await watch.replace("token-0", was_good=True)
        waited_until = asyncio.get_running_loop().time()
    assert (waited_until, slow.access_token, slow.asked_at) == (850.0, "token-1", [850.0])


@pytest.mark.parametrize("was_good", [True, False])
async def test_a_refusal_of_the_service_ends_the_run_when_a_request_was_refused(was_good: bool) -> None:
    service = Service()
    service.answers = [NotAuthorised("refused (400): check it")]
    with pytest.raises(NotAuthorised, match="check it"):
        await TokenWatch(service, Gate(), make_log()).replace("token-0", was_good=was_good)


async def test_while_the_service_is_out_a_refused_token_pauses_the_run_and_is_asked_for_again() -> None:
    service, gate, lines = Service(), Gate(), list[bytes]()
    service.answers = [False, False, False]
    async with anyio.create_task_group() as group:
        group.start_soon(
            partial(TokenWatch(service, gate, make_log(lines)).replace, "token-0", was_good=True)
        )
        await asyncio.sleep(1)
        reason = gate.reason
    assert reason == "Webex refuses the token of the service (401): call them"
    assert (gate.reason, service.access_token, service.asked_at) == (None, "token-4", [0, 0, 5, 10])
    assert events_of(lines) == [events.RUN_PAUSED, events.RUN_RESUMED]
