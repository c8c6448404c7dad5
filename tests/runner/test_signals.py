from __future__ import annotations

import asyncio
import signal

import anyio
import pytest

from odt_async.runner.signals import heed_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_signal_drains_and_every_later_one_aborts(number: signal.Signals) -> None:
    heard: list[tuple[str, signal.Signals]] = []
    async with anyio.create_task_group() as group:
        group.start_soon(
            heed_signals, lambda got: heard.append(("drain", got)), lambda got: heard.append(("abort", got))
        )
        await asyncio.sleep(1)
        for raised in (number, signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(raised)
            await asyncio.sleep(1)
        group.cancel_scope.cancel()
    assert heard == [("drain", number), ("abort", signal.SIGINT), ("abort", signal.SIGTERM)]


async def test_signals_are_as_before_when_the_run_is_over() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with anyio.move_on_after(1):
        await heed_signals(lambda _number: None, lambda _number: None)
    assert signal.getsignal(signal.SIGTERM) == before
