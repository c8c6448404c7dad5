"""The published descriptions of Webex's API, and what they say of a request, and of the answer to it.

The files are those of https://github.com/webex/webex-openapi-specs, and a reduced one for Calling. They stand
beside the checkout (`../shared/openapi`), not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from werkzeug.datastructures import Headers, ImmutableMultiDict

if TYPE_CHECKING:
    from jsonschema_path import SchemaPath

FOLDER = Path(__file__).parents[3] / "shared" / "openapi"
ORIGIN = "https://webexapis.com"
_FILES = ("webex-admin.json", "webex-device.json", "webex-cloud-calling.subset.json")
_WITHOUT_VERSION = "/identity/scim/"  # all other addresses begin with /v1


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, as it went out; the path is that of the server, `/v1` included."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content_type: str = ""
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class PublishedApi:
    """The descriptions, loaded once: a second's work. So is each request and answer judged once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = [_load(folder / name) for name in _FILES]
        self.problems = cache(self._problems_of_request)
        self.answer_problems = cache(self._problems_of_answer)

    def _problems_of_request(self, sent: Sent) -> list[str]:
        """Return what is wrong with a request, each line beginning with its operation; nothing when nothing is.

        Wrong is also what the descriptions do not know: an address, a query parameter, a field of a body.
        """
        found = [(api, place) for api in self._files if (place := _place(api, sent)) is not None]
        if not found:
            return [f"{sent.method} {sent.path}: is not published"]
        return [
            f"{sent.method} {_template(place)}: {problem}"
            for api, place in found
            for problem in _problems(api, place.operation, place.path, sent)
        ]

    def _problems_of_answer(self, sent: Sent, answer: Answer) -> list[str]:
        """Return what is wrong with a success, as of a request.

        A refusal is not judged: the descriptions of most operations say nothing of its body.
        """
        if not answer.is_success:
            return []
        return [
            f"{sent.method} {_template(place)} {answer.status}: {problem}"
            for api in self._files
            if (place := _place(api, sent)) is not None
            for problem in _answer_problems(api, place.operation, sent, answer)
        ]


class _Request:
    """A request as openapi-core wants to see it."""

    def __init__(self, sent: Sent) -> None:
        headers = Headers(list(sent.headers))
        self.host_url = ORIGIN
        self.path = sent.path
        self.method = sent.method.lower()
        self.parameters = RequestParameters(query=ImmutableMultiDict(sent.query), header=headers)
        self.body = sent.body or None
        self.content_type = headers.get("Content-Type", "")


class _Response:
    """An answer as openapi-core wants to see it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.content_type = answer.content_type
        self.headers = Headers()
        self.data = answer.body


def _load(path: Path) -> OpenAPI:
    description = json.loads(path.read_bytes())
    description["servers"] = [{"url": f"{ORIGIN}/v1"}]  # two of the files name none
    for address, item in description["paths"].items():
        if address.startswith(_WITHOUT_VERSION):
            item["servers"] = [{"url": ORIGIN}]
    # the files themselves do not pass: defaults of the wrong type
    return OpenAPI.from_dict(
        description, config=Config(spec_validator_cls=None, additional_properties_default_policy="forbid")
    )


def _place(api: OpenAPI, sent: Sent) -> Any | None:
    try:
        return APICallPathFinder(api.spec).find(sent.method.lower(), f"{ORIGIN}{sent.path}")
    except PathError:
        return None


def _template(place: Any) -> str:
    template: str = place.path_result.pattern
    return template


def _problems(api: OpenAPI, operation: SchemaPath, path: SchemaPath, sent: Sent) -> Iterator[str]:
    if (operation / "x-verified").read_str(default="") == "assembled":
        yield "is not published, only known from the SDK"
    known = _query_names(operation) | _query_names(path)
    yield from (f"query {name}: is not published" for name, _ in sent.query if name not in known)
    if sent.body and "requestBody" not in operation:
        yield "body: none is published"
    for error in api.iter_request_errors(_Request(sent)):
        yield from _in_words(error)


def _answer_problems(api: OpenAPI, operation: SchemaPath, sent: Sent, answer: Answer) -> Iterator[str]:
    published = (operation / "responses").keys()
    if str(answer.status) not in published:
        yield f"is not published, only {', '.join(map(str, published))}"
    elif answer.body:
        for error in api.iter_response_errors(_Request(sent), _Response(answer)):
            yield from _in_words(error)
    elif answer.status not in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}:
        yield "body: is empty"


def _query_names(described: SchemaPath) -> set[str]:
    if "parameters" not in described:
        return set()
    parameters = [parameter.read_value() for parameter in described / "parameters"]
    return {parameter["name"] for parameter in parameters if parameter["in"] == "query"}


def _in_words(error: Exception) -> Iterator[str]:
    """Return one line for each thing that is wrong with a parameter or within a body."""
    cause = error.__cause__
    if isinstance(cause, InvalidSchemaValue):
        where = getattr(error, "name", "body")
        for wrong in cause.schema_errors:
            yield f"{where} {getattr(wrong, 'json_path', '$')}: {getattr(wrong, 'message', wrong)}"
    elif isinstance(error, OpenAPIError):
        yield f"{error}: {cause}" if cause else str(error)
    else:
        raise error
