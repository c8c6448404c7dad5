"""Request bodies: strict JSON models, and how one that does not fit is refused."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.routing import Call

__all__ = ["StrictBody", "parse_body", "parse_value"]

_Body = TypeVar("_Body", bound=BaseModel)


class StrictBody(BaseModel):
    """A body (or a part of one) that takes the API's names and types and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    def sent(self) -> dict[str, Any]:
        """Return what the request really had, under the API's names."""
        return self.model_dump(by_alias=True, exclude_unset=True)


def parse_body(call: Call, model: type[_Body], *, code: int | None = None) -> _Body:
    """Return the body of *call* as *model*. Raises Refused: 415, or 400 with *code* as Webex's number."""
    try:
        return model.model_validate_json(call.json_body())
    except ValidationError as error:
        raise _refusal(error, code) from None


def parse_value(value: Any, model: type[_Body], *, code: int | None = None) -> _Body:
    """Return JSON that is parsed already as *model*. Raises Refused (400)."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error, code) from None


def _refusal(error: ValidationError, code: int | None) -> Refused:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or "body"
    return Refused(400, f"Invalid field {where}: {first['msg']}", code=code)
