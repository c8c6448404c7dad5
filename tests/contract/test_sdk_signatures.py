"""Every call that an action makes of the SDK fits the signature in the SDK that is installed."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from wxc_sdk.as_api import AsWebexSimpleApi

from tests.test_architecture import PACKAGE

SOURCES = {path.stem: path.read_text("utf-8") for path in sorted((PACKAGE / "actions").glob("*.py"))}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture
async def api() -> AsyncIterator[AsWebexSimpleApi]:
    async with AsWebexSimpleApi(tokens="none") as opened:
        yield opened


class Reader:
    """Finds the SDK's objects that a module speaks of: `api.<path>`, what it imports, and their aliases."""

    def __init__(self, source: str, api: AsWebexSimpleApi) -> None:
        self._tree = ast.parse(source)
        self._api = api
        self.calls: list[str] = []
        self.problems: list[str] = []

    def read(self) -> Reader:
        imported = dict(self._imports())
        for function in ast.walk(self._tree):
            if isinstance(function, Function):
                self._read_function(function, imported)
        return self

    def _imports(self) -> Iterator[tuple[str, list[Any]]]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wxc_sdk"):
                module = importlib.import_module(node.module or "")
                for alias in node.names:
                    yield alias.asname or alias.name, [getattr(module, alias.name)]

    def _read_function(self, function: Function, imported: dict[str, list[Any]]) -> None:
        known = {"api": [self._api], **imported}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known[node.targets[0].id] = self._objects(node.value, known)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                known[node.target.id] = self._objects(node.value, known)
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                self._read_call(node, self._objects(node.func, known))

    def _objects(self, node: ast.expr, known: dict[str, list[Any]]) -> list[Any]:
        """Return what the expression may stand for; nothing where that is no matter of the SDK's."""
        if isinstance(node, ast.Name):
            return known.get(node.id, [])
        if isinstance(node, ast.IfExp):
            return self._objects(node.body, known) + self._objects(node.orelse, known)
        if not isinstance(node, ast.Attribute):
            return []
        found = []
        for owner in self._objects(node.value, known):
            if hasattr(owner, node.attr):
                found.append(getattr(owner, node.attr))
            else:
                self.problems.append(f"{ast.unparse(node)}: {type(owner).__name__} has no {node.attr}")
        return found

    def _read_call(self, node: ast.Call, targets: list[Any]) -> None:
        positional = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
        named = {keyword.arg: None for keyword in node.keywords if keyword.arg is not None}
        is_whole = len(positional) == len(node.args) and len(named) == len(node.keywords)
        for target in targets:
            self.calls.append(ast.unparse(node.func))
            # the SDK's models take, and drop, any name
            fields = (
                target.model_fields if isinstance(target, type) and issubclass(target, BaseModel) else named
            )
            self.problems += [f"{ast.unparse(node)}: has no {name}" for name in named.keys() - fields.keys()]
            signature = inspect.signature(target)
            bind = signature.bind if is_whole else signature.bind_partial
            try:
                bind(*positional, **named)
            except TypeError as error:
                self.problems.append(f"{ast.unparse(node)}: {error}")


@pytest.mark.parametrize("module", SOURCES)
async def test_every_call_of_an_action_fits_the_installed_sdk(module: str, api: AsWebexSimpleApi) -> None:
    assert Reader(SOURCES[module], api).read().problems == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("api.people.create(settings=1, calling_data=True)", None),
        (
            "api.people.create(person=1)",
            "api.people.create(person=1): missing a required argument: 'settings'",
        ),
        ("api.people.make(1)", "api.people.make: AsPeopleApi has no make"),
        ("api.session.rest_get(url='x', **more)", None),
        (
            "its = (api.workspace_settings if a else other).numbers; its.read(entity_id='x')",
            "its.read(entity_id='x'): missing a required argument: 'workspace_id'",
        ),
        (
            "from wxc_sdk.telephony.location import CallingLineId; CallingLineId(number='1')",
            "CallingLineId(number='1'): has no number",
        ),
        ("other.people.make(1)", None),
    ],
)
async def test_a_call_that_does_not_fit_is_seen(
    line: str, problem: str | None, api: AsWebexSimpleApi
) -> None:
    found = Reader(f"def f(api): {line}", api).read().problems

    assert set(found) == ({problem} if problem else set())


async def test_the_calls_of_the_actions_are_seen(api: AsWebexSimpleApi) -> None:
    seen = {call for source in SOURCES.values() for call in Reader(source, api).read().calls}

    assert {
        "api.session.rest_post",
        "api.telephony.location.update",
        "api.scim.users.create",
        "send",
    } <= seen
