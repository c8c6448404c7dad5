"""That a wrong request is seen to be wrong: a validator that lets all pass would prove nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.published import Answer, PublishedApi, Sent

HEADERS = (("Authorization", "Bearer token"), ("Content-Type", "application/json;charset=utf-8"))
PUT_FORWARDING = "PUT /people/{personId}/features/callForwarding"
FORWARDING = "/v1/people/abc=/features/callForwarding"


def sent(method: str, target: str, body: Any = None) -> Sent:
    path, _, query = target.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return Sent(
        method=method,
        path=path,
        query=tuple((name, value) for name, _, value in pairs),
        headers=HEADERS,
        body=b"" if body is None else json.dumps(body).encode(),
    )


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        (sent("GET", "/v1/people?email=a@b.c&orgId=x"), []),
        (sent("GET", "/v1/people?mail=a@b.c"), ["GET /people: query mail: is not published"]),
        (sent("GET", "/v1/people?max=many"), ["GET /people: "]),
        (sent("GET", "/people"), ["GET /people: is not published"]),
        (sent("PATCH", "/v1/people"), ["PATCH /v1/people: is not published"]),
        (
            sent("GET", "/v1/identity/scim/org/v2/Users"),
            ["GET /v1/identity/scim/org/v2/Users: is not published"],
        ),
        (sent("GET", "/identity/scim/org/v2/Users?count=1"), []),
        (
            sent("GET", FORWARDING, {"a": 1}),
            ["GET /people/{personId}/features/callForwarding: body: none is published"],
        ),
        (sent("PUT", FORWARDING, {"callForwarding": {"always": {"enabled": True}}}), []),
        (sent("PUT", FORWARDING), [f"{PUT_FORWARDING}: "]),
        (
            sent("PUT", FORWARDING, {"callForwarding": {"always": {"destination": "53"}}}),
            [f"{PUT_FORWARDING}: body $.callForwarding.always: 'enabled' is a required property"],
        ),
        (
            sent("PUT", FORWARDING, {"callForwarding": {"always": {"enabled": "yes"}}}),
            [f"{PUT_FORWARDING}: body $.callForwarding.always.enabled: 'yes' is not of type 'boolean'"],
        ),
        (
            sent("PUT", FORWARDING, {"callForwarding": {"never": {}}}),
            [
                f"{PUT_FORWARDING}: body $.callForwarding: Additional properties are not allowed ('never' was unexpected)"
            ],
        ),
        (
            sent("PATCH", "/v1/licenses/users", {"licenses": [{"operation": "take"}]}),
            [
                "PATCH /licenses/users: body $.licenses[0].operation: ",
                "PATCH /licenses/users: body $.licenses[0]: ",
            ],
        ),
    ],
)
def test_a_askedis_as_published_or_is_told_what_is_not(
    published: PublishedApi, asked: Sent, problems: list[str]
) -> None:
    found = sorted(published.problems(asked))

    assert len(found) == len(problems), found
    assert [
        text for text, start in zip(found, sorted(problems), strict=True) if not text.startswith(start)
    ] == []


@pytest.mark.parametrize(
    ("status", "body", "problems"),
    [
        (200, {"items": []}, []),
        (200, {"items": [{"displayName": 7}]}, ["body $.items[0].displayName: 7 is not of type 'string'"]),
        (200, {"people": []}, ["body $: Additional properties are not allowed ('people' was unexpected)"]),
        (200, None, ["body: is empty"]),
        (202, {"items": []}, ["is not published, only 200"]),
        (404, {"anything": 1}, []),
    ],
)
def test_a_success_is_as_published_or_is_told_what_is_not(
    published: PublishedApi, status: int, body: Any, problems: list[str]
) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    answer = Answer(status, "application/json;charset=UTF-8", content)

    found = published.answer_problems(sent("GET", "/v1/people?email=a@b.c"), answer)

    assert len(found) == len(problems), found
    starts = [f"GET /people {status}: {problem}" for problem in problems]
    assert [text for text, start in zip(found, starts, strict=True) if not text.startswith(start)] == []
