"""The arrows of the design, read from the imports of every module.

    cli -> runner -> actions, sinks, dataset, webex -> events, errors, settings -> model

`columns` sits beside `model`; `sandbox` beside `webex`, for the `cli` alone. An import counts
wherever it stands, in a function or behind TYPE_CHECKING too: an arrow is an arrow.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "odt_async"

FOUNDATION = {"columns", "errors", "events", "language", "model", "redaction", "settings", "window"}
MAY_IMPORT = {
    "language": set[str](),
    "errors": {"language"},
    "model": {"errors"},
    "columns": {"errors", "language", "model"},
    "events": {"errors", "model", "redaction"},
    "redaction": set[str](),
    "settings": {"columns", "errors", "language", "model", "window"},
    "window": {"errors", "language"},
    "actions": {"columns", "errors", "language", "model"},
    "dataset": FOUNDATION,
    "sandbox": {"errors", "events", "language", "model", "settings"},
    "sinks": FOUNDATION,
    "webex": FOUNDATION,
    "runs": FOUNDATION | {"sinks"},
    "runner": FOUNDATION | {"actions", "dataset", "runs", "sinks", "webex"},
    "report": FOUNDATION | {"runner", "runs", "sinks"},
    "screen": FOUNDATION | {"runner", "runs"},
    "alerts": FOUNDATION | {"runner"},
    "metrics": FOUNDATION | {"runner", "sinks"},
    "bench": {"errors", "language", "runner", "sandbox"},
    "cli": FOUNDATION
    | {
        "alerts",
        "metrics",
        "actions",
        "bench",
        "dataset",
        "report",
        "runner",
        "runs",
        "sandbox",
        "screen",
        "sinks",
        "webex",
    },
    "__main__": {"cli"},
    "": set[str](),  # the package itself holds the version and nothing else
}
WAYS_TO_WRITE = {f"odt_async.sinks.{name}" for name in ("appender", "csv_lines", "json_lines", "whole_file")}
MEANINGLESS_NAMES = {"common", "helpers", "manager", "utils"}
CATCHES_EVERYTHING = "odt_async.runner.row"
UNOWNED_TASKS = {"create_task", "ensure_future"}


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def layer_of(module: str) -> str:
    """Return the name right below the package: `webex` for `odt_async.webex.session`."""
    return module.partition(".")[2].partition(".")[0]


def is_private_action(module: str) -> bool:
    return module.startswith("odt_async.actions._")


def is_main_tail(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def statements_of(tree: ast.AST, *, without_main_tail: bool) -> Iterator[ast.AST]:
    """Yield every node of *tree*, if wished without what only a script runs."""
    for node in ast.iter_child_nodes(tree):
        if without_main_tail and is_main_tail(node):
            continue
        yield node
        yield from statements_of(node, without_main_tail=without_main_tail)


def imports_of(module: str, source: str) -> set[str]:
    """Return the modules of ours that *module* imports; of an action, without its main tail.

    `from odt_async.actions import _prefix53` counts as the submodule where there is one of that name.
    """
    found: set[str] = set()
    for node in statements_of(ast.parse(source), without_main_tail=layer_of(module) == "actions"):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in inside}
    return {name for name in found if name.partition(".")[0] == "odt_async"}


def may_import(module: str, imported: str) -> bool:
    """Tell whether the arrow from *module* to *imported* is one of the design's."""
    layer, target = layer_of(module), layer_of(imported)
    if target == "":
        return True  # the version
    if layer == "actions" and imported == "odt_async.webex.errors":
        return True  # to know Webex's error numbers when they meet them
    if layer != target:
        return target in MAY_IMPORT[layer]
    if layer == "actions":
        return is_private_action(imported)
    if layer == "sinks":
        return module == "odt_async.sinks" or imported in {"odt_async.sinks", *WAYS_TO_WRITE}
    return True


def wrong_arrows(module: str, source: str) -> list[str]:
    return sorted(name for name in imports_of(module, source) if not may_import(module, name))


def reraises(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def catch_alls(source: str) -> list[int]:
    """Return the lines of handlers that swallow any exception at all."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = {ast.unparse(part) for part in ast.walk(node.type)} if node.type else {"BaseException"}
        if "Exception" in caught or ("BaseException" in caught and not reraises(node)):
            lines.append(node.lineno)
    return lines


def unowned_tasks(source: str) -> list[int]:
    """Return the lines that start a task outside any group, or fetch the means to."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "asyncio":
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"asyncio", "loop"}:
            names = {node.attr}
        else:
            continue
        if names & UNOWNED_TASKS:
            lines.append(node.lineno)
    return lines


def test_every_module_has_a_place_in_the_design() -> None:
    assert {layer_of(module) for module in MODULES} - MAY_IMPORT.keys() == set()


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrows(module: str) -> None:
    assert wrong_arrows(module, MODULES[module].read_text("utf-8")) == []


def test_every_name_says_a_subject() -> None:
    assert [name for name in MODULES if name.rpartition(".")[2].strip("_") in MEANINGLESS_NAMES] == []


@pytest.mark.parametrize("module", [name for name in MODULES if name != CATCHES_EVERYTHING])
def test_only_the_row_catches_every_exception(module: str) -> None:
    assert catch_alls(MODULES[module].read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES)
def test_no_task_lives_outside_a_group(module: str) -> None:
    assert unowned_tasks(MODULES[module].read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("odt_async.actions.a", "from odt_async.model import Row", []),
        ("odt_async.actions.a", "from odt_async import errors, model", []),
        ("odt_async.actions.a", "from odt_async.actions._plan import plan", []),
        ("odt_async.actions.a", "from odt_async.actions.b import plan", ["odt_async.actions.b"]),
        ("odt_async.actions.a", "if __name__ == '__main__':\n    from odt_async.cli import main", []),
        ("odt_async.actions.a", "from odt_async.cli import main", ["odt_async.cli"]),
        ("odt_async.dataset.merge", "def f():\n    import odt_async.runner.run", ["odt_async.runner.run"]),
        ("odt_async.errors", "from odt_async.model import Row", ["odt_async.model"]),
        ("odt_async.runner.run", "from odt_async.sandbox.app import serve", ["odt_async.sandbox.app"]),
        ("odt_async.sinks.ok_csv", "from odt_async.sinks.appender import Appender", []),
        ("odt_async.sinks.ok_csv", "import odt_async.sinks.memory", ["odt_async.sinks.memory"]),
        ("odt_async.webex.session", "if TYPE_CHECKING:\n    import odt_async.runner", ["odt_async.runner"]),
        ("odt_async.cli.bulk", "from odt_async import __version__\nimport asyncio", []),
    ],
)
def test_the_reader_of_imports_sees_a_wrong_arrow(module: str, source: str, wrong: list[str]) -> None:
    assert wrong_arrows(module, source) == wrong


@pytest.mark.parametrize(
    ("handler", "caught"),
    [
        ("except Exception: pass", [2]),
        ("except (OSError, Exception): raise", [2]),
        ("except: pass", [2]),
        ("except BaseException: pass", [2]),
        ("except BaseException: raise", []),
        ("except OSError: pass", []),
    ],
)
def test_the_reader_of_handlers_sees_a_catch_all(handler: str, caught: list[int]) -> None:
    assert catch_alls(f"try: pass\n{handler}") == caught


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("asyncio.create_task(f())", [1]),
        ("from asyncio import ensure_future", [1]),
        ("loop.create_task(f())", [1]),
        ("group.start_soon(f)", []),
    ],
)
def test_the_reader_of_tasks_sees_one_without_a_group(source: str, lines: list[int]) -> None:
    assert unowned_tasks(source) == lines
