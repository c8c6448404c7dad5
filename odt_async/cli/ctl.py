"""`ctl`: speaks to a run that is under way: how it stands, pause, resume, stop, another pace."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_orders
from odt_async.cli.manual import Documented
from odt_async.cli.words import count_of, word_of
from odt_async.errors import InputError
from odt_async.language import retold, tr

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ctl"]

_COMMANDS = ("status", "pause", "resume", "stop", "set")


@click.command(
    cls=Documented,
    params=[
        click.Argument(
            ["words"],
            nargs=-1,
            required=True,
            metavar="[RUN] " + "|".join(_COMMANDS) + " [NAME=VALUE]...",
            shell_complete=complete_orders,
        ),
        click.Option(["--logs-dir"], type=click.Path(), help="Where the run's files are.  [default: logs]"),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the state of the run as JSON."),
    ],
)
def ctl(*, words: tuple[str, ...], logs_dir: str | None, as_json: bool) -> None:
    """Speak to a run that is under way, from another terminal of the same user.

    RUN is its name, the beginning or the end of it, or its action; it may be left out while just one is running.

    \b
      odt ctl status
      odt ctl RUN pause      no request is sent until `resume`; no row's time runs
      odt ctl RUN resume
      odt ctl RUN stop       rows in progress are finished; that run ends with 3
      odt ctl RUN set concurrency=4 rate=10      rate=none takes the ceiling away
    \b

    What was changed, when and by whom, is in the run's log and report. SIGUSR1 sent to the run pauses and
    resumes it as well.
    """  # noqa: D301 - \b is click's, not ours
    from odt_async.runner.control_socket import ask  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    settings = Settings.load(logs_dir=logs_dir)
    wanted, order = _parse(words)
    record = ask(_listening(settings.logs_dir, wanted), order)
    click.echo(json.dumps(record, indent=2) if as_json else _in_words(record))


def _parse(words: tuple[str, ...]) -> tuple[str | None, dict[str, Any]]:
    """Return the run that is meant, None when it is not said, and the order. Raises InputError."""
    wanted, rest = (None, words) if words[0] in _COMMANDS else (words[0], words[1:])
    if not rest or rest[0] not in _COMMANDS:
        raise InputError("say what to do: {commands}", commands=", ".join(_COMMANDS))
    command, pairs = rest[0], rest[1:]
    if pairs and command != "set":
        raise InputError("{command} takes nothing else: {pairs}", command=command, pairs=" ".join(pairs))
    return wanted, {"command": command, **dict(map(_setting, pairs))}


def _setting(pair: str) -> tuple[str, float | None]:
    name, equals, value = pair.partition("=")
    if name not in {"concurrency", "rate"} or not equals:
        raise InputError("set {pair}: write concurrency=4, rate=10 or rate=none", pair=pair)
    if name == "rate" and value == "none":
        return name, None
    try:
        number = int(value) if name == "concurrency" else float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):  # JSON would make `nan` a null: no ceiling at all
        raise InputError("set {pair}: {value!r} is not a number", pair=pair, value=value)
    return name, number


def _listening(logs_dir: Path, wanted: str | None) -> Path:
    """Return the socket of the run that is meant: by its name or a part of it, by its action's, or the only one.

    Raises InputError when it is not running, or it is not clear which one is meant.
    """
    from odt_async.runner.control_socket import running, socket_path  # noqa: PLC0415
    from odt_async.runs.finding import is_meant  # noqa: PLC0415

    if wanted is not None and socket_path(logs_dir, wanted).exists():
        return socket_path(logs_dir, wanted)
    found = running(logs_dir, wanted)
    if not found and wanted is not None:
        found = [path for path in running(logs_dir, None) if is_meant(path.stem, wanted)]
    if not found:
        raise InputError(
            "{run} is not running in {folder}" if wanted else "no run is under way in {folder}",
            run=wanted,
            folder=logs_dir,
        )
    if len(found) > 1:
        raise InputError("which one? {names}", names=", ".join(path.stem for path in found))
    return found[0]


def _in_words(record: dict[str, Any]) -> str:
    from odt_async.runner.heartbeat import clock  # noqa: PLC0415

    counts = {status: count for status, count in record["by_status"].items() if count}
    rate = (
        tr("no ceiling") if record["rate"] is None else tr("at most {rate:g} requests/s", rate=record["rate"])
    )
    lines = [
        tr(
            "{run} (pid {pid}) {state}: {done}/{total} rows",
            run=record["run"],
            pid=record["pid"],
            state=word_of(record["state"]),
            done=record["done"],
            total=record["total_rows"],
        ),
        tr("{rate:.1f} rows/s, ETA {left}", rate=record["rows_per_s"], left=clock(record["left_s"])),
        tr(
            "concurrency {concurrency}, in flight {in_flight}, {rate}",
            concurrency=record["concurrency"],
            in_flight=record["in_flight"],
            rate=rate,
        ),
    ]
    if counts:
        lines.insert(1, ", ".join(count_of(status, count) for status, count in counts.items()))
    if record["reason"]:
        lines.append(tr("paused: {reason}", reason=retold(record["reason"])))
    return "\n".join(lines)
