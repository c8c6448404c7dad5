"""Who has which extension at which location, and which telephone number: no two may have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odt_async.sandbox.state import Organisation

__all__ = ["Extensions"]

_DERIVED_DIGITS = 8  # 80000007 is person 7's, 70000007 workspace 7's
_PEOPLE_PREFIX, _WORKSPACES_PREFIX = "8", "7"


class Extensions:
    """The extensions and numbers in use; only those that were given by hand are stored.

    Everywhere `location` is the index of a location for an extension, and None for a telephone number (E.164),
    which is unique in the whole organisation. An owner is a text such as `person 7`.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._given: dict[tuple[int | None, str], str] = {}

    def owner(self, location: int | None, number: str) -> str | None:
        """Return who has *number*, None when it is free."""
        return self._given.get((location, number)) or self._derived_owner(location, number)

    def claim(self, location: int | None, number: str, owner: str) -> None:
        """Give *number* to *owner*."""
        self._given[location, number] = owner

    def release(self, location: int | None, number: str) -> None:
        """Make *number* free again; one that was never claimed is let be."""
        self._given.pop((location, number), None)

    def _derived_owner(self, location: int | None, number: str) -> str | None:
        if location is None or len(number) != _DERIVED_DIGITS or not number.isdigit():
            return None
        organisation, index = self._organisation, int(number[1:])
        if number[0] == _PEOPLE_PREFIX and index in organisation.people:
            person = organisation.person(index)
            if person.has_calling and (person.location, person.extension) == (location, number):
                return f"person {index}"
        if number[0] == _WORKSPACES_PREFIX and index in organisation.workspaces:
            workspace = organisation.workspace(index)
            if (workspace.location, workspace.extension) == (location, number):
                return f"workspace {index}"
        return None
