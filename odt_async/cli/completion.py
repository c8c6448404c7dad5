"""`completion`: the script by which a shell completes `odt`, and what there is to choose from where click cannot know.

The shell waits for an answer at every press of the key: nothing heavy is imported here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from odt_async.cli.manual import Documented

__all__ = [
    "complete_actions",
    "complete_faults",
    "complete_orders",
    "complete_resumable",
    "complete_runs",
    "complete_undoable",
    "completion",
]

_SHELLS = ("bash", "zsh", "fish")
_ORDERS = ("status", "pause", "resume", "stop", "set")  # of `ctl`
_SETTINGS = ("concurrency=", "rate=")


@click.command(cls=Documented)
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(*, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, actions, runs, faults and files.

    \b
    To have it from now on:
      bash   echo 'eval "$(odt completion bash)"' >> ~/.bashrc
      zsh    echo 'eval "$(odt completion zsh)"' >> ~/.zshrc
      fish   odt completion fish > ~/.config/fish/completions/odt.fish
    In ~/.zshrc it stands behind the line that calls compinit.
    """  # noqa: D301 - \b is click's, not ours
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows each of _SHELLS
    root = click.get_current_context().find_root()
    click.echo(kind(root.command, {}, "odt", "_ODT_COMPLETE").source())


def complete_actions(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of the actions that begin so."""
    from odt_async import actions  # noqa: PLC0415

    return _items(actions.names(), incomplete)


def complete_runs(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return `latest` and the runs of the logs folder, the newest first, that begin so."""
    return _items(["latest", *_runs(context)], incomplete)


def complete_resumable(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the same of the action that stands on the command line."""
    from odt_async.runs.names import action_of  # noqa: PLC0415

    action = context.params.get("action")
    runs = [run for run in _runs(context) if action in {None, action_of(run)}]
    return _items(["latest", *runs], incomplete)


def complete_undoable(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the runs that may have written something; an undo is to be said of a run by its name."""
    from odt_async.runs.names import file_path  # noqa: PLC0415

    folder = _logs_dir(context)
    runs = [run for run in _runs(context) if file_path(folder, run, "changes.jsonl").exists()]
    return _items(runs, incomplete)


def complete_orders(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return what may stand next in `ctl [RUN] ORDER [NAME=VALUE]...`: runs that are listening, orders, settings."""
    said = [word for word in context.params.get("words") or () if word]
    if not said:
        listening = sorted(path.stem for path in _logs_dir(context).glob("*.sock"))
        return _items([*_ORDERS, *listening], incomplete)
    if "set" in said:
        return _items(_SETTINGS, incomplete)
    return _items(() if set(said) & set(_ORDERS) else _ORDERS, incomplete)


def complete_faults(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return an example of each fault that begins so."""
    from odt_async.sandbox.faults import fault_examples  # noqa: PLC0415

    return _items(fault_examples(), incomplete)


def _items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _runs(context: click.Context) -> list[str]:
    from odt_async.runs.names import is_launch, run_files, stamp_of  # noqa: PLC0415

    found = [run for run in run_files(_logs_dir(context)) if not is_launch(run)]
    return sorted(found, key=stamp_of, reverse=True)


def _logs_dir(context: click.Context) -> Path:
    """Return the logs folder as far as the command line and the environment tell; `.env` is not read for it."""
    given = context.params.get("logs_dir")
    if given is None and context.parent is not None:
        given = context.parent.params.get("logs_dir")
    return Path(given or os.environ.get("ODT_LOGS_DIR") or "logs")
