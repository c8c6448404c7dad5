"""What a module exports: `__all__` is sorted, names what is there, and forgets nothing.

Left out and unused is forgotten. A class or function that the module itself uses may stay out: the
handlers of a route table are reached through the table.
"""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.test_architecture import MODULES


def sort_key(name: str) -> tuple[int, str]:
    """Constants first, then classes, then the rest: the order that the linter writes."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


def offers(module: str) -> set[str]:
    """Return the public classes and functions that others must want, or nobody does.

    Of a package, what it imports from its own modules counts too.
    """
    path = MODULES[module]
    tree = ast.parse(path.read_text("utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names |= {node.name} - used
        elif isinstance(node, ast.ImportFrom) and path.name == "__init__.py" and node.module:
            inside_package = node.module.startswith(f"{module}.")
            names |= {alias.asname or alias.name for alias in node.names if inside_package} - used
    return {name for name in names if not name.startswith("_")}


def exports_of(module: str) -> list[str] | None:
    """Return `__all__` of an imported module; None where there is none."""
    exports: list[str] | None = getattr(importlib.import_module(module), "__all__", None)
    return exports


EXPORTING = [name for name in MODULES if "__all__" in MODULES[name].read_text("utf-8")]
PACKAGES = [name for name, path in MODULES.items() if path.name == "__init__.py"]


@pytest.mark.parametrize("module", EXPORTING)
def test_exports_are_sorted(module: str) -> None:
    exports = exports_of(module) or []
    assert list(exports) == sorted(exports, key=sort_key)


@pytest.mark.parametrize("module", EXPORTING)
def test_everything_exported_is_there(module: str) -> None:
    imported = importlib.import_module(module)
    assert [name for name in exports_of(module) or [] if not hasattr(imported, name)] == []


@pytest.mark.parametrize("module", EXPORTING)
def test_no_public_class_or_function_is_forgotten(module: str) -> None:
    assert offers(module) - set(exports_of(module) or []) == set()


@pytest.mark.parametrize("module", PACKAGES)
def test_a_package_that_offers_something_says_what(module: str) -> None:
    assert offers(module) == set() or exports_of(module) is not None
