from __future__ import annotations

from typing import Any

import pytest

from odt_async.errors import InputError
from odt_async.events import json_line
from odt_async.runner.control import parse_order
from odt_async.screen.orders import STOP, answer_in_words, concurrency_order, pause_order, send
from tests.screen.building import LOGS, RUN, make_status


@pytest.mark.parametrize(
    ("state", "command"),
    [("running", "pause"), ("paused", "pause"), ("paused (operator)", "resume"), ("draining", "pause")],
)
def test_what_an_operator_has_paused_goes_on(state: str, command: str) -> None:
    assert pause_order(make_status(state=state)) == {"command": command}


@pytest.mark.parametrize(
    ("concurrency", "direction", "wanted"),
    [
        (8, 1, 9),
        (8, -1, 7),
        (2, -1, 1),
        (1, -1, None),
        (200, 1, 225),
        (990, 1, 1000),
        (1000, 1, None),
        (None, 1, None),
    ],
)
def test_a_step_is_an_eighth(concurrency: int | None, direction: int, wanted: int | None) -> None:
    order = concurrency_order(make_status(concurrency=concurrency), direction)
    assert order == (None if wanted is None else {"command": "set", "concurrency": wanted})


def test_a_run_understands_every_order() -> None:
    status = make_status()
    orders: list[dict[str, Any] | None] = [STOP, pause_order(status), concurrency_order(status, 1)]
    commands = [parse_order(json_line(order)).command for order in orders if order is not None]
    assert commands == ["stop", "pause", "set"]


def test_what_an_order_has_brought_about_is_said() -> None:
    said = [
        answer_in_words({"command": command}, {"concurrency": 9})
        for command in ("pause", "resume", "stop", "set")
    ]
    assert said == [
        "paused: no request is sent until it is resumed",
        "resumed",
        "stopping: rows in progress are finished, no other is taken",
        "concurrency is 9 now",
    ]


def test_nobody_obeys_where_no_run_is() -> None:
    with pytest.raises(InputError, match=f"^{RUN} is not running$"):
        send(LOGS, RUN, STOP)
