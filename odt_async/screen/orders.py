"""What somebody at the screen can have a run do, and the words it is told in: those of `odt ctl`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from odt_async.language import tr
from odt_async.runner.control_socket import ask, socket_path
from odt_async.screen.record import RunStatus
from odt_async.screen.standing import PAUSED_BY_OPERATOR

__all__ = ["STOP", "answer_in_words", "concurrency_order", "pause_order", "send"]

STOP = {"command": "stop"}

_STEPS = 8  # a step is an eighth of what there is, and one at least
_MOST = 1000  # requests in flight


def pause_order(status: RunStatus) -> dict[str, Any]:
    """Return the order that pauses a run, or lets one go on that an operator has paused."""
    return {"command": "resume" if status.state == PAUSED_BY_OPERATOR else "pause"}


def concurrency_order(status: RunStatus, direction: int) -> dict[str, Any] | None:
    """Return the order for a step more (*direction* 1) or fewer (-1) requests in flight; None when there is none."""
    if status.concurrency is None:
        return None
    step = max(1, status.concurrency // _STEPS)
    wanted = min(max(status.concurrency + direction * step, 1), _MOST)
    return None if wanted == status.concurrency else {"command": "set", "concurrency": wanted}


def send(logs_dir: Path, run: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """Give *order* to *run* and return how it stands then; waits for the answer.

    Raises InputError when it is not running or refuses.
    """
    return ask(socket_path(logs_dir, run), order)


def answer_in_words(order: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """Return what *order* has brought about."""
    if order["command"] == "set":
        return tr("concurrency is {count} now", count=answer.get("concurrency"))
    done = {
        "pause": tr("paused: no request is sent until it is resumed"),
        "resume": tr("resumed"),
        "stop": tr("stopping: rows in progress are finished, no other is taken"),
    }
    return done[order["command"]]
