"""The last look before a night's work: which organisation, how many rows, whether the token lives that long.

Only somebody at a terminal is asked; a job of cron is not, nor is whoever says --auto-confirm.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from odt_async.errors import InputError, InvalidRow, RowError
from odt_async.language import retold, tr_prompt, trn_prompt

if TYPE_CHECKING:  # the option is a part of every help text, which imports nothing heavy
    from collections.abc import Awaitable

    from odt_async.runner.connection import Connection
    from odt_async.runner.journal import Journal
    from odt_async.runner.spec import RunSpec

__all__ = ["auto_confirm_option", "confirm_production", "is_interactive", "is_yes", "says_yes"]

_YES = frozenset({"y", "yes", "s", "si", "sí"})
_CALLS_PER_ROW = 3  # a look-up or none, one or two reads, a write
_CALLS_PER_S = 5.0  # 300 a minute: the most that operators have seen Webex bear for hours (reference, 1.7)
_MOST_NAMED = 5

_META = f"{__name__}.auto_confirm"  # in the context of the command line


def _note(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    ctx.meta[_META] = value


auto_confirm_option = click.option(
    "--auto-confirm",
    is_flag=True,
    expose_value=False,  # whoever writes asks the guard, through however many commands
    callback=_note,
    help="Do not ask before the first write; without a terminal nobody is asked.",
)


@dataclass(frozen=True, slots=True)
class _Target:
    """Whom the run is about to change, and with what token."""

    organisations: tuple[str, ...]
    token_left_s: float | None  # None: not known, or renewed as the run goes
    token_name: str


def is_interactive() -> bool:
    """Tell whether somebody sits in front of us: who can read the question, and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm_production(specs: Sequence[RunSpec]) -> None:
    """Show whom *specs* are about to change, and go on if that is confirmed; ask nobody who cannot answer.

    It is once for a command, and not with --auto-confirm.

    Raises InputError when it is not, so that the exit code is that of a run that has sent nothing; and
    NotAuthorised when Webex refuses the token.
    """
    import asyncio  # noqa: PLC0415

    from odt_async.runner.event_loop import loop_factory  # noqa: PLC0415

    writing = [spec for spec in specs if not spec.dry_run]
    answers = click.get_current_context().meta
    if not writing or answers.get(_META) or not is_interactive():
        return
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        target = runner.run(_target_of(writing))
    for line in _warnings(target, writing):
        click.echo(line, err=True)
    if not says_yes(f"{_headline(target, writing)} {tr_prompt('Go on? [y/N] ')}"):
        raise InputError(tr_prompt("not confirmed: nothing was sent"))
    answers[_META] = True


def says_yes(question: str) -> bool:
    """Ask on the terminal; whatever is not a clear yes is a no."""
    click.echo(question, nl=False, err=True)
    return is_yes(sys.stdin.readline())


def is_yes(answer: str) -> bool:
    """Tell whether *answer* is a clear yes, in whatever letter case."""
    return answer.strip().casefold() in _YES


async def _target_of(specs: Sequence[RunSpec]) -> _Target:
    from odt_async.runner.connection import connected  # noqa: PLC0415
    from odt_async.webex.tokens import RefreshToken  # noqa: PLC0415

    async with connected(specs[0].settings) as webex:
        names = [await _organisation(webex, org_id) for org_id in _organisations_of(specs)]
        renewed = isinstance(webex.tokens, RefreshToken)
        return _Target(
            organisations=tuple(names),
            token_left_s=None if renewed else await _token_left_s(webex),
            token_name=webex.tokens.name,
        )


def _organisations_of(specs: Sequence[RunSpec]) -> list[str | None]:
    """Return the organisations that the rows name, in their order; None: the token's own."""
    found: dict[str | None, None] = {}
    for spec in specs:
        layers = spec.dataset.layers
        if spec.undo is not None:
            found |= dict.fromkeys(_organisations_in(spec, spec.undo))
        elif "org_id" in layers.columns:
            found |= dict.fromkeys(row.values.get("org_id") for row in spec.dataset.rows())
        else:
            found[layers.cli_values.get("org_id") or layers.global_values.get("org_id")] = None
    return list(found)[:_MOST_NAMED]


def _organisations_in(spec: RunSpec, journal: Journal) -> Iterator[str | None]:
    """Yield the organisation that each change of *journal* was made in."""
    for row in journal.rows():
        with suppress(InvalidRow):  # the run will say so
            params, _digest = journal.identify(spec.action, row)
            yield getattr(params, "org_id", None)


async def _organisation(webex: Connection, org_id: str | None) -> str:
    """Return the name of the organisation; its id with the reason where Webex does not tell the name."""
    if org_id is None:
        me = await _answer(webex.api.people.me())
        if isinstance(me, str):
            return tr_prompt("(unknown: {reason})", reason=me)
        org_id = str(me.org_id)
    details = await _answer(webex.api.organizations.details(org_id))
    return f"{org_id} ({details})" if isinstance(details, str) else details.display_name


async def _token_left_s(webex: Connection) -> float | None:
    """Return the seconds until the token expires; None where Webex does not tell (a milliseconds' epoch)."""
    expires_ms = await _answer(webex.api.authorizations.get_token_expiration_status())
    return None if isinstance(expires_ms, str) else expires_ms / 1000 - time.time()


async def _answer(call: Awaitable[Any]) -> Any:
    """Return what *call* gives, or in words why Webex gives nothing."""
    from aiohttp import ClientError  # noqa: PLC0415
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    from odt_async.runner.failure import failure_of  # noqa: PLC0415

    try:
        return await call
    except (
        AsRestError,
        ClientError,
        RowError,
        KeyError,
        ValueError,
    ) as error:  # the last two: no such answer
        return retold(failure_of(error).text)


def _headline(target: _Target, specs: Sequence[RunSpec]) -> str:
    return tr_prompt(
        "Organisation: {names}. {work}.",
        names=", ".join(target.organisations),
        work="; ".join(map(_extent, specs)),
    )


def _extent(spec: RunSpec) -> str:
    """Return how much there is to do, and in what."""
    if spec.undo is not None:
        return trn_prompt(
            "{count} change to undo, {action}",
            "{count} changes to undo, {action}",
            _usable(spec),
            action=spec.name,
        )
    runs = spec.history.runs
    resumed = tr_prompt(" (without what {run} has done)", run=runs[0]) if runs else ""
    return trn_prompt(
        "{count} row{resumed}, {action}",
        "{count} rows{resumed}, {action}",
        _usable(spec),
        resumed=resumed,
        action=spec.name,
    )


def _usable(spec: RunSpec) -> int:
    return spec.survey.rows - spec.survey.invalid


def _warnings(target: _Target, specs: Sequence[RunSpec]) -> list[str]:
    """Return what is to be known about the token: that it ends before the work will."""
    from odt_async.runner.heartbeat import clock  # noqa: PLC0415

    needed_s = _estimate_s(specs)
    if target.token_left_s is None or target.token_left_s >= needed_s:
        return []
    left = clock(max(target.token_left_s, 0))
    return [
        tr_prompt(
            "Mind: the token of {name} ends in {left}, and the work may take {needed}",
            name=target.token_name,
            left=left,
            needed=clock(needed_s),
        )
    ]


def _estimate_s(specs: Sequence[RunSpec]) -> float:
    """Return how long it may take, in seconds, at the pace that Webex is known to bear, or at --rate if slower."""
    rate = min(specs[0].settings.rate or _CALLS_PER_S, _CALLS_PER_S)
    return sum(map(_usable, specs)) * _CALLS_PER_ROW / rate
