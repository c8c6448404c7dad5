"""The options that a run takes whatever the command: those of `bulk`, declared there once."""

from __future__ import annotations

from collections.abc import Sequence

import click

from odt_async.cli.bulk import bulk
from odt_async.errors import InputError
from odt_async.sandbox.faults import Faults, parse_faults

__all__ = ["ATTENDANCE", "option_words", "run_options", "simulated"]

# of a run that others are told of, and may look at from elsewhere
ATTENDANCE = ("notify", "notify_failures", "metrics_file", "metrics_port", "metrics_address")
_NAMES = (
    "input_dir",
    "logs_dir",
    "overrides",
    "dry_run",
    "auto_confirm",
    "concurrency",
    "rate",
    "min_interval_ms",
    "share",
    "request_timeout",
    "max_retries_per_call",
    "max_sleep_seconds",
    "max_elapsed_per_row",
    "max_errors",
    "max_same_error",
    "max_outage",
    "heartbeat_seconds",
    "window",
    "tz",
    *ATTENDANCE,
    "base_url",
    "sandbox",
    "faults",
    "as_json",
    "auto_confirm",
)


def run_options(*more: str) -> list[click.Parameter]:
    """Return the options of a run, and those of `bulk` that are called as *more*, in the order of `bulk`."""
    return [option for option in bulk.params if option.name in _NAMES + more]


def option_words(context: click.Context, command: click.Command, overrides: Sequence[str]) -> list[str]:
    """Return the words that give *command* the options of a run that *context* was given.

    overrides: the `--set` that it takes.
    """
    taken = {option.name for option in command.params}
    words: list[str] = []
    for option in run_options("fail_fast", "strict_schema"):
        name = option.name or ""
        value = overrides if name == "overrides" else context.params.get(name)
        if name not in taken or not value:
            continue
        assert isinstance(option, click.Option)  # noqa: S101 - the only argument of `bulk` is not among them
        if option.is_flag:
            words.append(option.opts[0])
            continue
        for item in value if option.multiple else [value]:
            words += [option.opts[0], str(item)]
    return words


def simulated(faults: tuple[str, ...], *, sandbox: bool) -> Faults | None:
    """Return the faults of the sandbox to run against, None for the real thing. Raises InputError."""
    if faults and not sandbox:
        raise InputError("--fault is for the simulated Webex: add --sandbox")
    return parse_faults(faults) if sandbox else None
