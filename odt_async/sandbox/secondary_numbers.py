"""The telephone numbers that people and workspaces have besides their primary one."""

from __future__ import annotations

from odt_async.sandbox.state import Organisation

__all__ = ["add_secondary", "drop_secondaries", "remove_secondary", "secondary_numbers"]


def secondary_numbers(organisation: Organisation, owner: str) -> list[str]:
    """Return the numbers (E.164) of *owner*, `person 7` or `workspace 7`, in the order they were added."""
    kind, index = _place(owner)
    packed = organisation.changes(kind).get(index, b"")
    return packed.decode().split(",") if packed else []


def add_secondary(organisation: Organisation, owner: str, number: str) -> None:
    """Give *owner* the number."""
    _store(organisation, owner, [*secondary_numbers(organisation, owner), number])
    organisation.extensions.claim(None, number, owner)


def remove_secondary(organisation: Organisation, owner: str, number: str) -> None:
    """Take the number from *owner*, who has it; it is free then."""
    kept = [other for other in secondary_numbers(organisation, owner) if other != number]
    _store(organisation, owner, kept)
    organisation.extensions.release(None, number)


def drop_secondaries(organisation: Organisation, owner: str) -> None:
    """Take all of them from an *owner* who goes away."""
    for number in secondary_numbers(organisation, owner):
        remove_secondary(organisation, owner, number)


def _place(owner: str) -> tuple[str, int]:
    kind, _, index = owner.partition(" ")
    return f"{kind} secondary numbers", int(index)


def _store(organisation: Organisation, owner: str, numbers: list[str]) -> None:
    kind, index = _place(owner)
    organisation.changes(kind)[index] = ",".join(numbers).encode()
