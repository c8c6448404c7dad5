"""A simulated Webex Calling on 127.0.0.1 that speaks real HTTP, with faults on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.sandbox.entities import SandboxSettings
from odt_async.sandbox.faults import Faults, faults_help, parse_faults

if TYPE_CHECKING:
    from odt_async.sandbox.app import Sandbox

__all__ = ["Faults", "Sandbox", "SandboxSettings", "faults_help", "parse_faults"]


def __getattr__(name: str) -> Any:
    """Import the server when it is asked for: option parsing and help must not pay for aiohttp."""
    if name == "Sandbox":
        from odt_async.sandbox.app import Sandbox  # noqa: PLC0415

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
