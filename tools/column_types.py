"""The types of columns in an operator's words."""

from __future__ import annotations

from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from odt_async import columns
from odt_async.columns.call_permissions import (
    CallAction,
    CallActionCell,
    CallType,
    CallTypeCell,
    NamedProfile,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

_ID = "entero, copiado de Control Hub o de una exportación; vale también el UUID"
_ALIASES: dict[Any, str] = {  # what names more comes first: a flag is a bool, an e-mail a str
    columns.Country: "país",
    columns.DialString: "número o código que se marca",
    columns.Digits: "cifras",
    columns.Email: "correo",
    columns.Flag: "sí o no",
    columns.LanguageCode: "idioma",
    columns.LicenseId: "identificador",
    columns.LicenseIdOrName: "nombre o identificador",
    columns.LocationId: "identificador",
    columns.OrgId: "identificador",
    columns.PersonId: "identificador",
    columns.PhoneNumber: "teléfono",
    columns.RouteGroupId: "identificador",
    columns.RouteId: "identificador",
    columns.RouteIdOrName: "nombre o identificador",
    columns.TimeZone: "huso horario",
    columns.TrunkId: "identificador",
    columns.WorkspaceId: "identificador",
    CallTypeCell: "tipo de llamada",
    CallActionCell: "acción",
    NamedProfile: "perfil",
}
_PLAIN = {str: "texto", int: "número entero", bool: "sí o no"}
NOTATIONS = {
    "acción": "una de " + ", ".join(f"`{action.value}`" for action in CallAction),
    "cifras": "solo cifras; un número que una hoja de cálculo ha estropeado (`8,03E+07`) se rechaza",
    "correo": "una dirección; da igual en mayúsculas o minúsculas",
    "huso horario": "nombre de la base de datos IANA, como `Europe/Madrid`",
    "identificador": _ID,
    "idioma": "idioma y país, como `es_ES`",
    "lista: ...": "separados por `,` `;` o `\\|`, o una lista JSON",
    "nombre o identificador": f"el nombre exacto, o el identificador {_ID}",
    "número o código que se marca": "cifras, con o sin `+` delante",
    "país": "dos letras (ISO 3166), como `ES`",
    "perfil": "nombre de un fichero de `perfiles/`, sin `.json`",
    "sí o no": "`TRUE` o `FALSE`; también sí y no, 1 y 0, x",
    "teléfono": "con `+` y prefijo del país, o como se marca en el país de `country`; se convierte a E.164",
    "tipo de llamada": "uno de " + ", ".join(f"`{call_type.value}`" for call_type in CallType),
}


def in_spanish(params: type[BaseModel], field: str) -> str:
    """Return the type of a column. Raises KeyError for one that has no words here."""
    return _words(get_type_hints(params, include_extras=True)[field])


def _words(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _words(next(argument for argument in arguments if argument is not NoneType))
    if origin is Literal:
        return "uno de " + ", ".join(f"`{argument}`" for argument in arguments)
    if origin is tuple:
        return f"lista: {_words(arguments[0])}"
    if origin is Annotated:
        return _named(hint) or _words(arguments[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "uno de " + ", ".join(f"`{member.value}`" for member in hint)
    return _PLAIN[hint]


def _named(hint: Any) -> str | None:
    """Return the words of the alias that *hint* is, or that it has taken in: nested Annotated become one."""
    base, *metadata = get_args(hint)
    for alias, words in _ALIASES.items():
        alias_base, *alias_metadata = get_args(alias)
        if base == alias_base and all(part in metadata for part in alias_metadata):
            return words
    return None
