"""The faults a sandbox can be asked for, as the operator writes them: `NAME=VALUE`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from textwrap import fill
from typing import Any, Literal, NamedTuple

from odt_async.errors import InputError

__all__ = ["FAULTS_HELP", "Faults", "Latency", "Selection", "ThrottleRule", "parse_faults"]

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d*\.?\d+)(ms|s|min|m|h)")
_PERCENTAGE = re.compile(r"(\d*\.?\d+)%")
_NUMBER = re.compile(r"\d*\.?\d+")
_RATE = re.compile(r"(\d*\.?\d+)/((?:\d*\.?\d+)?)(ms|s|min|m|h)")
_WHOLE = 100.0  # per cent


@dataclass(frozen=True, slots=True)
class Latency:
    """How long every answer takes: *seconds*, give or take *spread* (0.2 = 20 %)."""

    seconds: float = 0.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Selection:
    """Some people or workspaces: a *share* of all (0 to 1), and those named by id or e-mail."""

    share: float = 0.0
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ThrottleRule:
    """One limit: `bucket` and `window` allow *count* in *period_s*, `concurrent` allows *count* at once."""

    kind: Literal["bucket", "window", "concurrent"]
    count: float
    period_s: float = 1.0
    burst: float = 1.0  # of a bucket
    family: str | None = None  # None: all requests share the limit
    retry_after: str = "seconds"  # seconds, fraction, date, none, or the number to announce
    charge_refused: bool = False  # whether a refused request costs a token too


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong; the default is nothing. Shares are 0 to 1."""

    latency: Latency = Latency()
    throttle: tuple[ThrottleRule, ...] = ()
    server_error: float = 0.0  # 500, 502, 503, 504 with a JSON body; not processed
    html_502: float = 0.0  # 502 from a proxy; not processed
    reset_before: float = 0.0  # connection dropped; not processed
    reset_after: float = 0.0  # processed, then connection dropped
    stall: float = 0.0  # never answered; half of them processed
    forwarding_4003: Selection = Selection()
    forwarding_closed: Selection = Selection()
    no_calling: Selection = Selection()
    basic_workspace: Selection = Selection()
    permissions_moved: Selection = Selection()
    unauthorised: Selection = Selection()
    create_400: float = 0.0  # people created all the same, without their calling part
    licence_206: float = 0.0  # people who get all licences of a request but the last
    search_lag_s: float = 0.0  # before a search finds what was created
    token_ttl_s: float | None = None  # None: access tokens do not expire


def parse_faults(texts: Iterable[str]) -> Faults:
    """Return the faults that `NAME=VALUE` *texts* ask for.

    `throttle` and the faults that name people may be given several times, the others once.

    Raises InputError, in one line, for anything else.
    """
    faults = Faults()
    given: set[str] = set()
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        kind = _KINDS.get(name)
        if kind is None or not equals:
            raise InputError(f"fault {text!r} is not NAME=VALUE with a NAME of {', '.join(_KINDS)}")
        if name in given and kind.merge is None:
            raise InputError(f"fault {name!r} is given twice")
        try:
            parsed = kind.parse(value)
        except ValueError as error:
            reason = f": {error}" if str(error) else ""
            raise InputError(
                f"fault {text!r} is not understood{reason}; write it like {kind.example}"
            ) from None
        if kind.merge:
            parsed = kind.merge(getattr(faults, kind.field), parsed)
        faults = replace(faults, **{kind.field: parsed})
        given.add(name)
    return faults


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError
    return match


def _duration_s(text: str) -> float:
    number, unit = _matched(_DURATION, text).groups()
    return float(number) * _UNITS_S[unit]


def _lifetime_s(text: str) -> float:
    return _positive(_duration_s(text))


def _share(text: str) -> float:
    percentage = float(_matched(_PERCENTAGE, text)[1])
    if percentage > _WHOLE:
        raise ValueError("more than 100 %")
    return percentage / _WHOLE


def _latency(text: str) -> Latency:
    duration, tilde, spread = text.partition("~")
    return Latency(_duration_s(duration), _share(spread) if tilde else 0.0)


def _selection(text: str) -> Selection:
    shares = [part for part in text.split("|") if part.endswith("%")]
    names = frozenset(part.strip() for part in text.split("|") if not part.endswith("%"))
    if len(shares) > 1 or "" in names:
        raise ValueError
    return Selection(_share(shares[0]) if shares else 0.0, names)


def _both(first: Selection, second: Selection) -> Selection:
    return Selection(max(first.share, second.share), first.names | second.names)


def _positive(number: float) -> float:
    if number <= 0:
        raise ValueError("it must be more than 0")
    return number


def _throttle(text: str) -> ThrottleRule:
    limit, *options = (part.strip() for part in text.split(","))
    if limit.startswith("concurrent:"):
        count = _positive(float(_matched(_NUMBER, limit.removeprefix("concurrent:"))[0]) // 1)
        rule = ThrottleRule("concurrent", count)
    else:
        count_text, period, unit = _matched(_RATE, limit).groups()
        count = _positive(float(count_text))
        period_s = _positive(float(period or 1) * _UNITS_S[unit])
        rule = ThrottleRule("bucket", count, period_s, burst=max(count, 1.0))
    for option in options:
        rule = _with_option(rule, option)
    return rule


def _with_option(rule: ThrottleRule, option: str) -> ThrottleRule:
    name, equals, value = option.partition("=")
    if rule.kind == "bucket" and option == "window":
        return replace(rule, kind="window", count=max(rule.count // 1, 1.0))
    if option == "charge-refused":
        return replace(rule, charge_refused=True)
    if rule.kind == "bucket" and name == "burst":
        return replace(rule, burst=max(float(_matched(_NUMBER, value)[0]), 1.0))
    if name == "family" and value:
        return replace(rule, family=value.strip("/"))
    if name == "retry-after":
        if value not in {"seconds", "fraction", "date", "none"}:
            _matched(_NUMBER, value)
        return replace(rule, retry_after=value)
    raise ValueError(f"{option!r} is no option of this limit" if equals else f"unknown option {option!r}")


class _Kind(NamedTuple):
    """One fault: its field of `Faults`, how it is read, and what `--help` says of it."""

    field: str
    parse: Callable[[str], Any]
    example: str
    help: str  # each line a paragraph
    merge: Callable[[Any, Any], Any] | None = None  # how it is given several times; None: it is not


_THROTTLE_HELP = """\
429 above 50 requests a second: a token bucket that lets 50 pass at once after a pause
throttle=300/60s,window: 300 requests in each window of 60 s
throttle=concurrent:16: at most 16 requests under way
retry-after=seconds (as when absent: until the next request passes), fraction, date, none, or a number to \
announce whether true or not
family=people or people/features: only these requests; absent: all share the limit
charge-refused: a refused request costs a token too"""
_KINDS = {
    "latency": _Kind("latency", _latency, "latency=50ms~20%", "every answer takes 50 ms, give or take 20 %"),
    "throttle": _Kind(
        "throttle",
        lambda text: (_throttle(text),),
        "throttle=50/s,burst=50,retry-after=date,family=people",
        _THROTTLE_HELP,
        merge=tuple.__add__,
    ),
    "5xx": _Kind("server_error", _share, "5xx=2%", "500, 502, 503 or 504 with a JSON body, not processed"),
    "html-502": _Kind("html_502", _share, "html-502=1%", "502 with an HTML body, not processed"),
    "reset-before": _Kind("reset_before", _share, "reset-before=1%", "connection dropped, not processed"),
    "reset-after": _Kind("reset_after", _share, "reset-after=1%", "processed, then connection dropped"),
    "stall": _Kind("stall", _share, "stall=0.2%", "no answer ever; half of them are processed"),
    "forwarding-4003": _Kind(
        "forwarding_4003",
        _selection,
        "forwarding-4003=0.5%",
        "error 4003 (UserCallForwardingBusy) on every write with a busy branch, for this share of the people "
        "and workspaces, or for an id or e-mail",
        merge=_both,
    ),
    "forwarding-closed": _Kind(
        "forwarding_closed",
        _selection,
        "forwarding-closed=0.5%",
        "the same error on every write of forwarding but the flat one of operators",
        merge=_both,
    ),
    "no-calling": _Kind(
        "no_calling",
        _selection,
        "no-calling=1%",
        "this share of the people and workspaces, or an id or e-mail, has no Calling licence (404, code 4008)",
        merge=_both,
    ),
    "basic-workspace": _Kind(
        "basic_workspace",
        _selection,
        "basic-workspace=5%",
        "this share of the workspaces, or an id, has no Professional licence (405, code 25409)",
        merge=_both,
    ),
    "permissions-moved": _Kind(
        "permissions_moved",
        _selection,
        "permissions-moved=1%",
        "the outgoing permissions of this share of the people, or of an id or e-mail, are at the address of "
        "the SDK and not at the published one (404)",
        merge=_both,
    ),
    "unauthorised": _Kind(
        "unauthorised",
        _selection,
        "unauthorised=1%",
        "error 4003 on every read and write of the calling features of this share of the workspaces, or an id",
        merge=_both,
    ),
    "create-400": _Kind(
        "create_400",
        _share,
        "create-400=1%",
        "POST /people answers 400 for this share of new calling users, and has created them without calling",
    ),
    "licence-206": _Kind(
        "licence_206",
        _share,
        "licence-206=1%",
        "this share of the people gets all licences that a request adds but the last (206, or no word of it "
        "when the person is created)",
    ),
    "search-lag": _Kind(
        "search_lag_s",
        _duration_s,
        "search-lag=2s",
        "searches and lists show a new person or workspace only after 2 s; its id works at once",
    ),
    "token-ttl": _Kind(
        "token_ttl_s",
        _lifetime_s,
        "token-ttl=60s",
        "access tokens expire after 60 s; a refresh gives another",
    ),
}


def _help() -> str:
    lines = []
    for kind in _KINDS.values():
        paragraphs = kind.help.splitlines()
        lines += [
            kind.example,
            *(fill(text, 74, initial_indent=" " * 4, subsequent_indent=" " * 6) for text in paragraphs),
        ]
    return "\n".join(lines)


FAULTS_HELP = _help()  # a block for a terminal: an example of each fault and what it does
