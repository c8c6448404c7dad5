"""The endpoints, a file per group; one that offers `ROUTES` is found by its file name."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from odt_async.sandbox.routing import Route

__all__ = ["all_routes"]


def all_routes() -> list[Route]:
    """Return the routes of every module of this package."""
    routes: list[Route] = []
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        routes += import_module(f"{__name__}.{module.name}").ROUTES
    return routes
