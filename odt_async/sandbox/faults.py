"""The faults a sandbox can be asked for, as the operator writes them: `NAME=VALUE`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from textwrap import fill
from typing import Any, NamedTuple

from odt_async.errors import InputError
from odt_async.language import tr, written
from odt_async.sandbox.fault_values import (
    Latency,
    Outage,
    Selection,
    StrikeRule,
    ThrottleRule,
    parse_duration_s,
    parse_latency,
    parse_lifetime_s,
    parse_outage,
    parse_selection,
    parse_share,
    parse_strike,
    parse_throttle,
)

__all__ = ["Faults", "fault_examples", "faults_help", "parse_faults"]

_NO_LATENCY = Latency()
_NOBODY = Selection()


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong; the default is nothing. Shares are 0 to 1."""

    latency: Latency = _NO_LATENCY
    throttle: tuple[ThrottleRule, ...] = ()
    strikes: Mapping[str, StrikeRule] = field(default_factory=dict)  # by name
    outages: tuple[Outage, ...] = ()
    idle_close_s: float | None = None  # after which an idle connection is closed
    idle_forget_s: float | None = None  # after which the next request on an idle connection is dropped
    forwarding_4003: Selection = _NOBODY
    forwarding_closed: Selection = _NOBODY
    no_calling: Selection = _NOBODY
    basic_workspace: Selection = _NOBODY
    permissions_moved: Selection = _NOBODY
    unauthorised: Selection = _NOBODY
    create_400: float = 0.0  # people created all the same, without their calling part
    licence_206: float = 0.0  # people who get all licences of a request but the last
    search_lag_s: float = 0.0  # before a search finds what was created
    token_ttl_s: float | None = None  # None: access tokens do not expire


def fault_examples() -> list[str]:
    """Return each fault as it may be written: `5xx=2%`."""
    return [kind.example for kind in _KINDS.values()]


def parse_faults(texts: Iterable[str]) -> Faults:
    """Return the faults that `NAME=VALUE` *texts* ask for.

    `throttle`, `outage` and the faults that name people may be given several times, the others once.

    Raises InputError, in one line, for anything else.
    """
    faults = Faults()
    given: set[str] = set()
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        kind = _KINDS.get(name)
        if kind is None or not equals:
            raise InputError(
                "fault {text!r} is not NAME=VALUE with a NAME of {kinds}", text=text, kinds=", ".join(_KINDS)
            )
        if name in given and not kind.repeatable:
            raise InputError("fault {name!r} is given twice", name=name)
        try:
            parsed = kind.parse(value)
        except ValueError as error:
            reason = f": {error}" if str(error) else ""
            raise InputError(
                "fault {text!r} is not understood{reason}; write it like {example}",
                text=text,
                reason=reason,
                example=kind.example,
            ) from None
        if kind.merge:
            parsed = kind.merge(getattr(faults, kind.field), parsed)
        faults = replace(faults, **{kind.field: parsed})
        given.add(name)
    return faults


class _Kind(NamedTuple):
    """One fault: its field of `Faults`, how it is read, and what `--help` says of it."""

    field: str
    parse: Callable[[str], Any]
    example: str
    help: str  # each line a paragraph
    merge: Callable[[Any, Any], Any] | None = None  # how it joins what its field has already
    repeatable: bool = False


def _strike(name: str, what: str, share: str = "1%") -> tuple[str, _Kind]:
    return name, _Kind(
        "strikes", lambda text: {name: parse_strike(text)}, f"{name}={share}", what, operator.or_
    )


def _selected(field_name: str, example: str, what: str) -> tuple[str, _Kind]:
    name = example.partition("=")[0]
    return name, _Kind(field_name, parse_selection, example, what, operator.or_, repeatable=True)


_THROTTLE_HELP = written("""\
429 above 50 requests a second: a token bucket that lets 50 pass at once after a pause
throttle=300/60s,window: 300 requests in each window of 60 s
throttle=concurrent:16: at most 16 requests under way
retry-after=seconds (as when absent: until the next request passes), fraction, date, none, or a number to \
announce whether true or not
family=people or people/features: only these requests; absent: all share the limit
charge-refused: a refused request costs a token too
halved=60s-120s: half the rate of a bucket between these, counted from the first request""")
_KINDS = {
    "latency": _Kind(
        "latency", parse_latency, "latency=50ms~20%", written("every answer takes 50 ms, give or take 20 %")
    ),
    "throttle": _Kind(
        "throttle",
        lambda text: (parse_throttle(text),),
        "throttle=50/s,burst=50,retry-after=date,family=people",
        _THROTTLE_HELP,
        merge=operator.add,
        repeatable=True,
    ),
    "outage": _Kind(
        "outages",
        lambda text: (parse_outage(text),),
        "outage=30s-90s",
        written(
            "503 for everything between 30 s and 90 s from the start, or from when the faults were changed\n"
            "outage=30s-90s,drop: every connection dropped instead; outage=30s-: without an end"
        ),
        merge=operator.add,
        repeatable=True,
    ),
    **dict(
        (
            _strike(
                "5xx",
                written(
                    "500, 502, 503 or 504 with a JSON body, not processed\n"
                    "5xx=2%,PUT: only PUT, as with all that follow here, to 204-body"
                ),
                "2%",
            ),
            _strike("html-502", written("502 with an HTML body, not processed")),
            _strike("reset-before", written("connection dropped, not processed")),
            _strike("reset-after", written("processed, then connection dropped")),
            _strike("stall", written("no answer ever; half of them are processed"), "0.2%"),
            _strike(
                "truncated", written("processed; the JSON of the answer ends halfway, as its length says")
            ),
            _strike("cut-body", written("processed; connection dropped halfway through the answer's body")),
            _strike("empty-body", written("processed; 200 without a body")),
            _strike("misfit", written("processed; 200 with members of other types than documented")),
            _strike("wrong-charset", written("processed; UTF-16 announced as UTF-8")),
            _strike("wrong-type", written("processed; JSON announced as text/plain")),
            _strike("html-200", written("200 with a gateway's HTML page, not processed")),
            _strike("error-200", written("200 with an error object as body; half of them are processed")),
            _strike("redirect", written("302 or 307 to another host, not processed")),
            _strike("redirect-same", written("302 or 307 to the same address, not processed")),
            _strike("next-elsewhere", written("a list whose next page is at another host")),
            _strike("huge-body", written("processed; a body of 300 MB")),
            _strike("gzip-bomb", written("processed; a body of 300 kB that unpacks to 300 MB")),
            _strike("trickle", written("processed; a body that comes a byte a second and never ends")),
            _strike(
                "junk-headers", written("a good answer with headers doubled, and nonsense in Date and Link")
            ),
            _strike("early-hints", written("a good answer with 100 and 103 ahead of it")),
            _strike(
                "204-body",
                written("processed; 204 with a body all the same, on a connection that stays open"),
            ),
        )
    ),
    "idle-close": _Kind(
        "idle_close_s",
        parse_lifetime_s,
        "idle-close=2s",
        written("connections idle for 2 s are closed, as a proxy does"),
    ),
    "idle-forget": _Kind(
        "idle_forget_s",
        parse_lifetime_s,
        "idle-forget=2s",
        written("connections idle for 2 s are forgotten: the next request on one is dropped, not processed"),
    ),
    **dict(
        (
            _selected(
                "forwarding_4003",
                "forwarding-4003=0.5%",
                written(
                    "error 4003 (UserCallForwardingBusy) on every write with a busy branch, for this share of the "
                    "people and workspaces, or for an id or e-mail"
                ),
            ),
            _selected(
                "forwarding_closed",
                "forwarding-closed=0.5%",
                written("the same error on every write of forwarding but the flat one of operators"),
            ),
            _selected(
                "no_calling",
                "no-calling=1%",
                written(
                    "this share of the people and workspaces, or an id or e-mail, has no Calling licence (404, code "
                    "4008)"
                ),
            ),
            _selected(
                "basic_workspace",
                "basic-workspace=5%",
                written(
                    "this share of the workspaces, or an id, has no Professional licence (405, code 25409)"
                ),
            ),
            _selected(
                "permissions_moved",
                "permissions-moved=1%",
                written(
                    "the outgoing permissions of this share of the people, or of an id or e-mail, are at the address "
                    "of the SDK and not at the published one (404)"
                ),
            ),
            _selected(
                "unauthorised",
                "unauthorised=1%",
                written(
                    "error 4003 on every read and write of the calling features of this share of the workspaces, or "
                    "an id"
                ),
            ),
        )
    ),
    "create-400": _Kind(
        "create_400",
        parse_share,
        "create-400=1%",
        written(
            "POST /people answers 400 for this share of new calling users, and has created them without calling"
        ),
    ),
    "licence-206": _Kind(
        "licence_206",
        parse_share,
        "licence-206=1%",
        written(
            "this share of the people gets all licences that a request adds but the last (206, or no word of it "
            "when the person is created)"
        ),
    ),
    "search-lag": _Kind(
        "search_lag_s",
        parse_duration_s,
        "search-lag=2s",
        written("searches and lists show a new person or workspace only after 2 s; its id works at once"),
    ),
    "token-ttl": _Kind(
        "token_ttl_s",
        parse_lifetime_s,
        "token-ttl=60s",
        written("access tokens expire after 60 s; a refresh gives another"),
    ),
}


def faults_help() -> str:
    """Return a block for a terminal: an example of each fault and what it does, in the language that is spoken."""
    lines = []
    for kind in _KINDS.values():
        paragraphs = tr(kind.help).splitlines()
        lines += [
            kind.example,
            *(fill(text, 74, initial_indent=" " * 4, subsequent_indent=" " * 6) for text in paragraphs),
        ]
    return "\n".join(lines)
