"""What a message says, and the two forms that it is sent in.

It names the run, never a row: no e-mail, number or name of anybody, no value of a cell, no answer of Webex.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from odt_async.language import tr

__all__ = ["Alert", "Event", "body_for"]

Event = Literal["start", "paused", "resumed", "failures", "end"]

_WEBEX_WEBHOOK = "/v1/webhooks/incoming/"


@dataclass(frozen=True, slots=True)
class Alert:
    """One message.

    counts: rows by status, and their `total`.
    at: ISO 8601, UTC.
    exit_code, follow_up: of the end alone; the follow-up is a command, None where nothing is left to do.
    merged: how many messages of the same kind this one stands for.
    """

    event: Event
    run: str | None  # None: it could not begin
    script_name: str
    state: str
    text: str
    counts: Mapping[str, int]
    at: str
    host: str
    exit_code: int | None = None
    follow_up: str | None = None
    merged: int = field(default=1)


def body_for(path: str, alert: Alert) -> dict[str, Any]:
    """Return the JSON that is posted to a URL with *path*: a Webex incoming webhook's markdown, else all fields.

    Source of the webhook's form: Cisco's "Incoming Webhooks" (apphub.webex.com).
    """
    if _WEBEX_WEBHOOK in path:
        return {"markdown": _markdown(alert)}
    body = asdict(alert)
    return body if alert.event == "end" else {k: v for k, v in body.items() if k not in _OF_THE_END}


_OF_THE_END = ("exit_code", "follow_up")


def _markdown(alert: Alert) -> str:
    lines = [f"**{_plain(alert.script_name)}**: {_plain(alert.text)}", ""]
    if alert.run is not None:
        told = ", ".join(
            f"{status} {count}" for status, count in alert.counts.items() if count and status != "total"
        )
        lines.append(tr("- rows: {count} of {total}", count=told or "0", total=alert.counts.get("total", 0)))
        lines.append(tr("- run: `{run}` on {host}", run=alert.run, host=_plain(alert.host)))
    if alert.exit_code is not None:
        lines.append(tr("- exit code: {code}", code=alert.exit_code))
    if alert.follow_up is not None:
        lines.append(tr("- to go on: `{command}`", command=alert.follow_up))
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return *text* without what markdown would make into something else."""
    return "".join(f"\\{char}" if char in "*_`[]<>\\" else char for char in text)
