"""What goes wrong when: ten stretches, each with faults of its own, and what happens at moments in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["STRETCHES", "Incident", "Stretch", "incidents"]

Deed = Literal["weather", "kill", "drain", "freeze", "expire"]


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that the conductor does.

    at_s: seconds from the start. faults: of `weather`, as `--fault` takes them.
    lasts_s: of `freeze` and `expire`: until the sandbox goes on, or a new token is there.
    """

    at_s: float
    deed: Deed
    name: str = ""
    faults: tuple[str, ...] = ()
    lasts_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of the cycle.

    weather: when it sets in (a share of the stretch, 0 to 1) and the faults that then stand in place of
        all others.
    incidents: when, what, and how long it lasts, all in shares of the stretch.
    """

    name: str
    weather: tuple[tuple[float, tuple[str, ...]], ...]
    incidents: tuple[tuple[float, Deed, float], ...] = ()


_QUICK = "latency=5ms~50%"
STRETCHES = (
    Stretch("a bucket, and errors", ((0, (_QUICK, "throttle=200/s,burst=20", "5xx=2%")),)),
    Stretch(
        "dropped connections",
        ((0, (_QUICK, "reset-before=3%", "reset-after=3%")),),
        ((0.5, "kill", 0),),
    ),
    Stretch(
        "bad answers; the token ends and the next one is late",
        (
            (
                0,
                (_QUICK, "html-502=2%", "html-200=1%", "error-200=1%", "truncated=1%", "cut-body=1%"),
            ),
        ),
        ((0.4, "expire", 0.25),),
    ),
    Stretch(
        "a window, told by date; the limit halves, then quadruples",
        (
            (0, (_QUICK, "throttle=1500/10s,window,retry-after=date")),
            (1 / 3, (_QUICK, "throttle=750/10s,window,retry-after=date")),
            (2 / 3, (_QUICK, "throttle=3000/10s,window,retry-after=date")),
        ),
        ((0.5, "kill", 0),),
    ),
    Stretch(
        "an outage: first 503 only, then no connection lives",
        ((0, (_QUICK, "outage=0s-")), (2 / 3, (_QUICK, "outage=0s-,drop")), (1, (_QUICK,))),
    ),
    Stretch(
        "a limit without Retry-After, silence, and more bad answers",
        (
            (
                0,
                (
                    *(_QUICK, "throttle=100/s,retry-after=none", "stall=0.3%", "reset-after=1%"),
                    *("empty-body=1%", "wrong-charset=1%", "wrong-type=1%", "trickle=0.1%"),
                ),
            ),
        ),
        ((0.5, "kill", 0),),
    ),
    Stretch(
        "slow answers with odd headers; a drain",
        ((0, ("latency=200ms~50%", "5xx=1%", "junk-headers=2%", "early-hints=2%")),),
        ((0.7, "drain", 0),),
    ),
    Stretch(
        "limits by family, told in tenths; refused requests cost; idle connections are forgotten",
        (
            (
                0,
                (
                    *(_QUICK, "reset-before=1%", "idle-forget=300ms"),
                    "throttle=120/s,burst=10,family=people,retry-after=fraction,charge-refused",
                    "throttle=40/s,burst=5,family=workspaces,retry-after=fraction",
                ),
            ),
        ),
        ((0.5, "kill", 0),),
    ),
    Stretch(
        "few at once; idle connections are closed; the token ends and is renewed",
        ((0, ("latency=20ms~50%", "throttle=concurrent:4", "html-502=1%", "idle-close=500ms")),),
        ((0.4, "expire", 0.1),),
    ),
    Stretch(
        "a little of everything; the other side freezes",
        (
            (
                0,
                (
                    *(_QUICK, "throttle=300/s,burst=50", "5xx=1%", "html-502=1%"),
                    *("reset-before=1%", "reset-after=1%", "stall=0.1%", "truncated=1%"),
                ),
            ),
        ),
        ((0.2, "freeze", 0.13), (0.6, "kill", 0)),
    ),
)


def incidents(duration_s: float, stretch_s: float) -> Iterator[Incident]:
    """Yield what happens within *duration_s*, in its order; the cycle begins again when it is through."""
    start_s, number = 0.0, 0
    while start_s < duration_s:
        for incident in _of_stretch(STRETCHES[number % len(STRETCHES)], start_s, stretch_s):
            if incident.at_s < duration_s:
                yield incident
        start_s, number = start_s + stretch_s, number + 1


def _of_stretch(stretch: Stretch, start_s: float, length_s: float) -> list[Incident]:
    found = [
        Incident(start_s + share * length_s, "weather", stretch.name, faults)
        for share, faults in stretch.weather
    ]
    found += [
        Incident(start_s + share * length_s, deed, stretch.name, lasts_s=lasts * length_s)
        for share, deed, lasts in stretch.incidents
    ]
    return sorted(found, key=lambda incident: incident.at_s)
