"""The forwarding settings of people and workspaces: derived from the seed, and packed where changed."""

from __future__ import annotations

from typing import Any

from odt_async.sandbox.calling_targets import Target
from odt_async.sandbox.identity import draw
from odt_async.sandbox.state import Organisation

__all__ = ["BRANCHES", "Branch", "store", "stored"]

Branch = dict[str, Any]  # the fields of one branch, named as the API names them
BRANCHES = ("always", "busy", "noAnswer", "businessContinuity")  # the order of what is stored
_FLAGS = ("enabled", "destinationVoicemailEnabled", "ringReminderEnabled")
_PACKED_BASE = 0x40  # packed flags and rings are printable ASCII: "@", "A" ...
_NO_DESTINATION = 1 << len(_FLAGS)
_SEPARATOR = b"\xff"  # never occurs in UTF-8


def stored(organisation: Organisation, target: Target) -> list[Branch]:
    """Return the target's branches, in the order of BRANCHES."""
    defaults = _defaults(organisation.settings.seed, target)
    packed = organisation.changes(_kind(target)).get(target.number)
    if packed is None:
        return defaults
    return [
        _unpacked(text, default) if text else default
        for text, default in zip(packed.split(_SEPARATOR), defaults, strict=True)
    ]


def store(organisation: Organisation, target: Target, branches: list[Branch]) -> None:
    """Keep *branches*, in the order of BRANCHES, as the target's."""
    defaults = _defaults(organisation.settings.seed, target)
    organisation.changes(_kind(target))[target.number] = _SEPARATOR.join(
        b"" if branch == default else _packed(branch)
        for branch, default in zip(branches, defaults, strict=True)
    )


def _kind(target: Target) -> str:
    return f"{target.kind} forwarding"


def _packed(branch: Branch) -> bytes:
    flags = sum(branch.get(name, False) << bit for bit, name in enumerate(_FLAGS))
    flags |= _NO_DESTINATION * ("destination" not in branch)
    head = bytes((_PACKED_BASE | flags, _PACKED_BASE | branch.get("numberOfRings", 0)))
    return head + str(branch.get("destination", "")).encode()


def _unpacked(packed: bytes, default: Branch) -> Branch:
    flags = packed[0]
    branch: Branch = {name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS) if name in default}
    if not flags & _NO_DESTINATION:
        branch["destination"] = packed[2:].decode()
    if "numberOfRings" in default:
        branch["numberOfRings"] = packed[1] & ~_PACKED_BASE
    return branch


def _defaults(seed: int, target: Target) -> list[Branch]:
    """Return what the person or workspace had before anybody touched it.

    One in four forwards when busy, one in three after some rings and one in five when out of reach, so that
    a client that wipes them is seen. One in twenty forwards everything already.
    """
    bits = draw(seed, _kind(target), target.number)
    return [
        _branch(bits, divisor=20, shift=0) | {"ringReminderEnabled": bits % 20 == 0 and bits >> 60 & 1 == 1},
        _branch(bits, divisor=4, shift=8),
        _branch(bits, divisor=3, shift=16) | {"numberOfRings": 3 + (bits >> 24) % 6},
        _branch(bits, divisor=5, shift=32),
    ]


def _branch(bits: int, *, divisor: int, shift: int) -> Branch:
    enabled = (bits >> shift) % divisor == 0
    branch: Branch = {"enabled": enabled, "destinationVoicemailEnabled": enabled and bits >> 61 & 1 == 1}
    if enabled:
        branch["destination"] = f"+3491{(bits >> shift) % 10_000_000:07d}"
    elif bits >> 62 & 1:  # a read shows an empty destination, or none at all
        branch["destination"] = ""
    return branch
