"""Cells of any subject: flags, lists, e-mail addresses."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

__all__ = ["Email", "Flag", "Listed"]

_Item = TypeVar("_Item")

_TRUE = frozenset({"true", "1", "x", "yes", "y", "si", "sí", "s", "on", "verdadero"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "falso"})
_SEPARATORS = re.compile(r"[,;|]")
_EMAIL = re.compile(r"[^@\s,;|<>\"]+@[^@\s,;|<>\".]+(?:\.[^@\s,;|<>\".]+)+")


def _flag(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    word = value.strip().casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise PydanticCustomError("flag", "'{text}' is neither yes nor no: write TRUE or FALSE", {"text": value})


def _items(value: Any) -> Any:
    """Return the items of a cell: a JSON array, or texts with a separator between them."""
    if not isinstance(value, str):
        return value
    return _json_items(value) if value.lstrip().startswith("[") else _stripped(_SEPARATORS.split(value))


def _json_items(text: str) -> tuple[Any, ...]:
    try:  # a number keeps the digits it was written with, whatever its size
        items = json.loads(text, parse_int=str, parse_float=str)
    except ValueError as error:
        raise PydanticCustomError(
            "list",
            "starts like a JSON array but is none ({reason}): write it whole, or separate the items with ;",
            {"reason": str(error)},
        ) from None
    return _stripped(items)


def _stripped(items: list[Any]) -> tuple[Any, ...]:
    texts = [item.strip() if isinstance(item, str) else item for item in items]
    return tuple(item for item in texts if item is not None and item != "")


def _once_each(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))


def _email(text: str) -> str:
    if _EMAIL.fullmatch(text) is None:
        raise PydanticCustomError(
            "email",
            "'{text}' is not an e-mail address: write one address, as name@company.com",
            {"text": text},
        )
    return text.lower()


Email = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_email)]
Flag = Annotated[bool, BeforeValidator(_flag)]
# Listed[PhoneNumber]: a tuple, in the order of the cell, each item once
Listed: TypeAlias = Annotated[tuple[_Item, ...], BeforeValidator(_items), AfterValidator(_once_each)]
