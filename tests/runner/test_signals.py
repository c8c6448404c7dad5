from __future__ import annotations

import asyncio
import signal

import pytest

from odt_async.runner.signals import ENDING, Signals

TAKEN = (*ENDING, signal.SIGHUP, signal.SIGUSR1)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in TAKEN]


async def test_every_signal_is_heard_in_the_loop_and_in_its_order() -> None:
    heard: list[signal.Signals] = []
    with Signals() as signals, signals.heard_by(heard.append):
        for number in TAKEN:
            signal.raise_signal(number)
        at_once = list(heard)
        await asyncio.sleep(1)
    assert (at_once, heard) == ([], list(TAKEN))


async def test_what_arrives_before_the_run_hears_is_kept_for_it() -> None:
    heard: list[signal.Signals] = []
    with Signals() as signals:
        signals.take_over()
        signals.take_over()
        signal.raise_signal(signal.SIGTERM)
        with signals.heard_by(heard.append):
            pass
        assert (heard, signals.unheard) == ([signal.SIGTERM], None)


@pytest.mark.parametrize(("number", "unheard"), [(signal.SIGINT, signal.SIGINT), (signal.SIGHUP, None)])
async def test_what_arrives_when_the_run_is_over_is_heard_by_nobody(
    number: signal.Signals, unheard: signal.Signals | None
) -> None:
    heard: list[signal.Signals] = []
    with Signals() as signals:
        with signals.heard_by(heard.append):
            signal.raise_signal(number)  # the loop has not come round to it when the run is over
        await asyncio.sleep(1)
        signal.raise_signal(number)
        assert (heard, signals.unheard) == ([], unheard)


def test_what_an_event_loop_has_put_in_place_does_not_outlast_it() -> None:
    before = handlers()

    async def take_over(signals: Signals) -> None:
        signals.take_over()

    with Signals() as signals, asyncio.Runner() as runner:
        runner.run(take_over(signals))
    assert handlers() == before


async def test_signals_are_as_before_in_the_end_and_until_there_is_something_to_lose() -> None:
    before = handlers()
    with Signals() as signals:
        untouched = handlers()
        with signals.heard_by(lambda _number: None):
            pass
        assert not set(handlers()) & set(before)
    assert before == handlers()
    assert (untouched[:2], untouched[3]) == (before[:2], before[3])  # all but SIGHUP
