"""`ctl`: speaks to a run that is under way: how it stands, pause, resume, stop, another pace."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click

from odt_async.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ctl"]

_COMMANDS = ("status", "pause", "resume", "stop", "set")


@click.command(
    params=[
        click.Argument(
            ["words"], nargs=-1, required=True, metavar="[RUN] " + "|".join(_COMMANDS) + " [NAME=VALUE]..."
        ),
        click.Option(["--logs-dir"], help="Where the run's files are.  [default: logs]"),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the state of the run as JSON."),
    ]
)
def ctl(*, words: tuple[str, ...], logs_dir: str | None, as_json: bool) -> None:
    """Speak to a run that is under way, from another terminal of the same user.

    RUN is its name or that of its action; it may be left out while just one is running.

    \b
      odt ctl status
      odt ctl RUN pause      no request is sent until `resume`; no row's time runs
      odt ctl RUN resume
      odt ctl RUN stop       rows in progress are finished, no other is taken; that run ends with 3
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
        raise InputError(f"say what to do: {', '.join(_COMMANDS)}")
    command, pairs = rest[0], rest[1:]
    if pairs and command != "set":
        raise InputError(f"{command} takes nothing else: {' '.join(pairs)}")
    return wanted, {"command": command, **dict(map(_setting, pairs))}


def _setting(pair: str) -> tuple[str, float | None]:
    name, equals, value = pair.partition("=")
    if name not in {"concurrency", "rate"} or not equals:
        raise InputError(f"set {pair}: write concurrency=4, rate=10 or rate=none")
    if name == "rate" and value == "none":
        return name, None
    try:
        number = int(value) if name == "concurrency" else float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):  # JSON would make `nan` a null: no ceiling at all
        raise InputError(f"set {pair}: {value!r} is not a number")
    return name, number


def _listening(logs_dir: Path, wanted: str | None) -> Path:
    """Return the socket of the run that is meant: by its name, by its action's, or the only one.

    Raises InputError when it is not running, or it is not clear which one is meant.
    """
    from odt_async.runner.control_socket import running, socket_path  # noqa: PLC0415

    if wanted is not None and socket_path(logs_dir, wanted).exists():
        return socket_path(logs_dir, wanted)
    found = running(logs_dir, wanted)
    if not found:
        raise InputError(
            f"{wanted} is not running in {logs_dir}" if wanted else f"no run is under way in {logs_dir}"
        )
    if len(found) > 1:
        raise InputError(f"which one? {', '.join(path.stem for path in found)}")
    return found[0]


def _in_words(record: dict[str, Any]) -> str:
    from odt_async.runner.heartbeat import clock  # noqa: PLC0415

    counts = {status: count for status, count in record["by_status"].items() if count}
    rate = "no ceiling" if record["rate"] is None else f"at most {record['rate']:g} requests/s"
    lines = [
        f"{record['run']} (pid {record['pid']}) {record['state']}: {record['done']}/{record['total_rows']} rows",
        f"{record['rows_per_s']:.1f} rows/s, ETA {clock(record['left_s'])}",
        f"concurrency {record['concurrency']}, in flight {record['in_flight']}, {rate}",
    ]
    if counts:
        lines.insert(1, ", ".join(f"{count} {status}" for status, count in counts.items()))
    if record["reason"]:
        lines.append(f"paused: {record['reason']}")
    return "\n".join(lines)
