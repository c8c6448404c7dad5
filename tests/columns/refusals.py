"""Validation of one value by its type, as a `Params` does it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError


def accept(type_: Any, value: object) -> Any:
    """Return *value* as *type_* normalises it."""
    return TypeAdapter(type_).validate_python(value)


def refusal(type_: Any, value: object) -> str:
    """Return the one sentence with which *type_* refuses *value*."""
    with pytest.raises(ValidationError) as caught:
        accept(type_, value)
    (error,) = caught.value.errors()
    return error["msg"]
