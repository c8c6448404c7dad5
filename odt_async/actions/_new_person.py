"""A person who is to be created: the columns that both ways of creating one share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.columns import Email, OrgId
from odt_async.model import ActionParams

__all__ = ["NewPersonParams"]

Name = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]  # files have names with two spaces


class NewPersonParams(ActionParams):
    """A person who may not exist yet: known by e-mail alone."""

    email: Email = Field(
        description="Correo de la persona; con él entra y por él se la reconoce.",
        examples=["ana.garcia@empresa.es"],
    )
    first_name: Name | None = Field(default=None, description="Nombre.", examples=["Ana"])
    last_name: Name | None = Field(default=None, description="Apellidos.", examples=["García López"])
    display_name: Name | None = Field(
        default=None,
        validate_default=True,
        description="Nombre que se muestra; en blanco, nombre y apellidos.",
        examples=["Ana García López"],
    )
    title: str | None = Field(default=None, description="Cargo.")
    department: str | None = Field(default=None, description="Departamento.")
    org_id: OrgId | None = Field(
        default=None, description="Organización del cliente; solo la necesita el administrador de un partner."
    )

    @field_validator("display_name")
    @classmethod
    def _has_a_name(cls, display_name: str | None, info: ValidationInfo) -> str | None:
        if display_name or info.data.get("first_name") or info.data.get("last_name"):
            return display_name
        raise PydanticCustomError(
            "no_name", "is blank, and so are first_name and last_name: fill one of them in"
        )

    @property
    def entity_id(self) -> str:
        """The e-mail: there is no id yet."""
        return self.email

    @property
    def shown_name(self) -> str:
        """The name that is shown: the one given, else first and last name."""
        return self.display_name or " ".join(filter(None, (self.first_name, self.last_name)))
