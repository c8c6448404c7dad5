"""`runs show`: all that is known of one run, and what can be done with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_runs
from odt_async.cli.manual import Documented
from odt_async.language import retold, tr

if TYPE_CHECKING:  # nothing heavy is imported for help
    from odt_async.runs import PastRun
    from odt_async.runs.errors import ErrorGroup

__all__ = ["run_show", "size_in_words"]

_SECRETS = {"access_token", "refresh_token", "client_secret"}  # masked in the file as well
_SHOWN_GROUPS = 10
_UNITS = ("B", "KiB", "MiB", "GiB")
_STEP = 1024


@click.command("show", cls=Documented)
@click.argument("run", default="latest", metavar="[RUN]", shell_complete=complete_runs)
@click.option("--logs-dir", type=click.Path(), help="Where the runs' files are.  [default: logs]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON to stdout.")
def run_show(*, run: str, logs_dir: str | None, as_json: bool) -> None:
    """Show one run: how it ended, its rows, settings, files, errors by cause, and what can be done with it.

    RUN is its id, the beginning of it or the four characters at its end, one of its files, or `latest`, which is
    also meant when nothing is said.
    """
    from odt_async.runs import find, list_runs  # noqa: PLC0415
    from odt_async.runs.errors import error_groups  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    folder = Settings.load(logs_dir=logs_dir).logs_dir
    found = find(folder, run)
    kin = {run.run_id: run for run in list_runs(folder) if run.script_name == found.script_name}
    groups = error_groups(found.files["error.jsonl"]) if "error.jsonl" in found.files else []
    if as_json:
        click.echo(json.dumps(_record(found, kin, groups), indent=2, ensure_ascii=False))
        return
    click.echo(found.run_id)
    facts = list(_facts(found, kin))
    width = max(len(name) for name, _text in facts)
    for name, text in facts:
        click.echo(f"  {name:<{width}}  {text}")
    _show_files(found)
    _show_errors(groups)
    click.echo(tr("\nwhat to do"))
    for what, words in _follow_ups(found, kin):
        click.echo(f"  {what}\n    {words}")


def _record(run: PastRun, kin: Mapping[str, PastRun], groups: list[ErrorGroup]) -> dict[str, Any]:
    from odt_async.runs.follow_up import undoing  # noqa: PLC0415

    return {
        **run.record(),
        "settings": run.manifest.get("settings", {}),
        "input": run.manifest.get("input"),
        "files": [{"path": str(path), "bytes": _size(path)} for path in run.files.values()],
        "errors": [asdict(group) for group in groups],
        "chain": _chain(run, kin),
        "continued_by": [other.run_id for other in kin.values() if other.continues == run.run_id],
        "undone_by": [other.run_id for other in undoing(run, kin.values())],
        "follow_up": [words for _what, words in _follow_ups(run, kin)],
        "report": dict(run.head),
    }


def _facts(run: PastRun, kin: Mapping[str, PastRun]) -> Iterator[tuple[str, str]]:
    """Yield what is to be said in a line each: its name and the text."""
    from odt_async.cli.run_table import rows_in_words, state_in_words  # noqa: PLC0415
    from odt_async.runner.heartbeat import clock  # noqa: PLC0415
    from odt_async.runs.follow_up import undoing  # noqa: PLC0415

    code = "" if run.exit_code is None else tr(", exit code {code}", code=run.exit_code)
    yield tr("state"), f"{state_in_words(run)}{code}"
    if run.stop_reason is not None:
        yield tr("because"), retold(run.stop_reason)
    begun = f"{run.started_at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
    yield tr("when"), tr("{begun}, for {time}", begun=begun, time=clock(run.elapsed_s))
    yield tr("rows"), rows_in_words(run)
    if (requests := run.head.get("requests")) is not None:
        yield (
            tr("requests"),
            tr("{total}, {throttled} throttled", total=requests["total"], throttled=requests["throttled"]),
        )
    if "input" in run.manifest:
        yield tr("input"), run.manifest["input"]
    if settings := _settings(run):
        yield tr("settings"), ", ".join(f"{name}={value}" for name, value in settings.items())
    if chain := _chain(run, kin):
        yield tr("went on with"), ", ".join(chain)
    if run.undoes:
        yield tr("took back") if run.kind == "undo" else tr("rehearsed for"), run.undoes
    for other in kin.values():
        if other.continues == run.run_id:
            yield tr("continued by"), other.run_id
    for other in undoing(run, kin.values()):
        yield tr("taken back by"), f"{other.run_id} ({state_in_words(other)})"


def _settings(run: PastRun) -> dict[str, Any]:
    """Return the settings that were not left as they are by default, secrets left out."""
    from odt_async.settings import Settings  # noqa: PLC0415

    usual = Settings.model_construct().model_dump(mode="json")
    given = run.manifest.get("settings", {})
    return {
        name: value
        for name, value in given.items()
        if value is not None and value != usual.get(name) and name not in _SECRETS
    }


def _chain(run: PastRun, kin: Mapping[str, PastRun]) -> list[str]:
    """Return the runs that it went on with, the newest first; the last may be one whose files are gone."""
    from odt_async.runs.finding import continued_by  # noqa: PLC0415

    chain = list(continued_by(kin, run))
    last = [run, *chain][-1].continues
    return [*(one.run_id for one in chain), *([last] if last and last not in kin else [])]


def _show_files(run: PastRun) -> None:
    click.echo(tr("\nfiles"))
    for path in run.files.values():
        click.echo(f"  {size_in_words(_size(path)):>9}  {path}")


def _show_errors(groups: list[ErrorGroup]) -> None:
    if not groups:
        return
    click.echo(tr("\nerrors"))
    for group in groups[:_SHOWN_GROUPS]:
        text = f"{group.type}: {retold(group.cause or group.text)}".removesuffix(": ")
        click.echo(f"  {group.count:>9}  {text}")
        if group.hint:
            click.echo(f"             {retold(group.hint)}")
    if rest := groups[_SHOWN_GROUPS:]:
        click.echo(tr("  ... and {count} more kinds: --json has all", count=len(rest)))


def _follow_ups(run: PastRun, kin: Mapping[str, PastRun]) -> Iterator[tuple[str, str]]:
    """Yield what can be done with the run, and the command for it."""
    from odt_async.cli.execute import follow_up  # noqa: PLC0415
    from odt_async.runs.follow_up import FollowUp, follow_ups  # noqa: PLC0415

    folder = next(iter(run.files.values())).parent
    logs = () if folder == Path("logs") else ("--logs-dir", str(folder))
    report = FollowUp(tr("Write its report"), ("report", run.run_id, *logs))
    for following in (*follow_ups(run, kin.values()), report):
        yield following.purpose, follow_up(following.words)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # `prune` may be at work
        return 0


def size_in_words(size: int) -> str:
    """Return *size*, in bytes, as `12.3 MiB`."""
    amount, unit = float(size), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{size} B"
