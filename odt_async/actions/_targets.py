"""Whom a row is about: a person, a location or a workspace, by id or by the name operators know.

Blank ids are found before `read` (`webex/directory.py`), so there `person_id`, `location_id` and
`workspace_id` are never None.
"""

from __future__ import annotations

from pydantic import AliasChoices, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.columns import Email, LocationId, OrgId, PersonId, WorkspaceId
from odt_async.model import ActionParams, Lookup

__all__ = ["LocationParams", "PersonParams", "WorkspaceParams"]

_ORG_IS = "Organización del cliente; solo la necesita el administrador de un partner."


def _unless_known_by(id_field: str, name: str | None, info: ValidationInfo) -> str | None:
    """Return *name*, which may be blank only when the id is not. Raises PydanticCustomError."""
    # an id that is there but no good is not in info.data: it has a problem of its own
    if name is None and info.data.get(id_field, "") is None:
        raise PydanticCustomError(
            "nobody_named", "is blank, and so is {id_field}: fill one of the two in", {"id_field": id_field}
        )
    return name


class PersonParams(ActionParams):
    """A person, by id or e-mail."""

    person_id: PersonId | None = Field(
        default=None, description="Identificador de la persona; en blanco se busca por `email`."
    )
    email: Email | None = Field(
        default=None,
        validate_default=True,
        description="Correo de la persona; obligatorio si falta `person_id`.",
        examples=["ana.garcia@empresa.es"],
    )
    org_id: OrgId | None = Field(default=None, description=_ORG_IS)

    @field_validator("email")
    @classmethod
    def _named(cls, email: str | None, info: ValidationInfo) -> str | None:
        return _unless_known_by("person_id", email, info)

    @property
    def entity_id(self) -> str:
        """The person's id; the e-mail before it is known."""
        return self.person_id or self.email or ""

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the person, unless the id is known."""
        if self.person_id is not None or self.email is None:
            return ()
        return (Lookup("person_id", "person", self.email, self.org_id),)


class LocationParams(ActionParams):
    """A location, by id or name."""

    location_id: LocationId | None = Field(
        default=None, description="Identificador de la ubicación; en blanco se busca por nombre."
    )
    location_name: str | None = Field(
        default=None,
        validate_default=True,
        validation_alias=AliasChoices("location_name", "name"),
        description="Nombre exacto de la ubicación; obligatorio si falta `location_id`.",
        examples=["OF00017 Madrid"],
    )
    org_id: OrgId | None = Field(default=None, description=_ORG_IS)

    @field_validator("location_name")
    @classmethod
    def _named(cls, name: str | None, info: ValidationInfo) -> str | None:
        return _unless_known_by("location_id", name, info)

    @property
    def entity_id(self) -> str:
        """The location's id; its name before it is known."""
        return self.location_id or self.location_name or ""

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the location, unless the id is known."""
        if self.location_id is not None or self.location_name is None:
            return ()
        return (Lookup("location_id", "location", self.location_name, self.org_id),)


class WorkspaceParams(ActionParams):
    """A workspace, by id or display name; its location tells it from another of the same name."""

    workspace_id: WorkspaceId | None = Field(
        default=None,
        validation_alias=AliasChoices("workspace_id", "id"),
        description="Identificador del espacio de trabajo; en blanco se busca por nombre.",
    )
    display_name: str | None = Field(
        default=None,
        validate_default=True,
        validation_alias=AliasChoices("display_name", "workspace_name", "name"),
        description="Nombre exacto del espacio de trabajo; obligatorio si falta `workspace_id`.",
        examples=["Sala 000012"],
    )
    location_id: LocationId | None = Field(
        default=None, description="Ubicación del espacio, si hay varios con el mismo nombre."
    )
    location_name: str | None = Field(
        default=None, description="Nombre de esa ubicación, en lugar de `location_id`."
    )
    org_id: OrgId | None = Field(default=None, description=_ORG_IS)

    @field_validator("display_name")
    @classmethod
    def _named(cls, name: str | None, info: ValidationInfo) -> str | None:
        return _unless_known_by("workspace_id", name, info)

    @property
    def entity_id(self) -> str:
        """The workspace's id; its display name before it is known."""
        return self.workspace_id or self.display_name or ""

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the location that narrows the name down, then the workspace, unless its id is known."""
        if self.workspace_id is not None or self.display_name is None:
            return ()
        workspace = Lookup("workspace_id", "workspace", self.display_name, self.org_id, self.location_id)
        if self.location_id is not None or self.location_name is None:
            return (workspace,)
        return (Lookup("location_id", "location", self.location_name, self.org_id), workspace)
