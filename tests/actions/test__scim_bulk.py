from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odt_async.actions._scim_bulk import create_users
from odt_async.errors import AmbiguousWrite, Refusal, RowError

USERS = {"row-1": {"userName": "ana@oficina.example"}}
ERROR = "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"


def api_answering(answer: Any) -> Any:
    async def rest_post(**_call: Any) -> Any:
        return answer

    bulk = SimpleNamespace(ep=lambda path: f"https://webexapis.com/identity/scim/{path}")
    return SimpleNamespace(session=SimpleNamespace(rest_post=rest_post), scim=SimpleNamespace(bulk=bulk))


async def result_of(**operation: Any) -> Exception | None:
    answer = {"Operations": [{"method": "POST", "bulkId": "row-1", **operation}]}
    return (await create_users(api_answering(answer), "org", USERS))["row-1"]


@pytest.mark.parametrize("status", ["201", 201, "200"])
async def test_a_user_is_there_when_its_operation_says_so(status: Any) -> None:
    assert await result_of(status=status) is None


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (
            {ERROR: {"details": ["Bad name", "Bad type"]}},
            "Webex refused the user (HTTP 400 Bad name; Bad type)",
        ),
        ({"detail": "Bad name"}, "Webex refused the user (HTTP 400 Bad name)"),
        ("Bad name", "Webex refused the user (HTTP 400 Bad name)"),
        (None, "Webex refused the user (HTTP 400)"),
    ],
)
async def test_what_is_wrong_with_a_user_is_told_in_webexs_words(response: Any, text: str) -> None:
    problem = await result_of(status="400", response=response)
    assert isinstance(problem, RowError)
    assert str(problem) == text
    words = text.partition(" (HTTP 400")[2].strip(" )")
    assert problem.refusal == Refusal(400, None, words)


async def test_an_address_that_exists_elsewhere_is_told_with_the_cure() -> None:
    problem = await result_of(status="409")
    assert str(problem).startswith("ana@oficina.example exists, but not among the people")


@pytest.mark.parametrize("status", ["429", "423", "500", "503", None, "302"])
async def test_a_user_of_whom_nobody_knows_is_to_be_read_again(status: Any) -> None:
    assert isinstance(await result_of(status=status), AmbiguousWrite)


@pytest.mark.parametrize(
    "answer", [None, "", {}, {"Operations": []}, {"Operations": [{"bulkId": "row-9", "status": "201"}]}]
)
async def test_a_user_that_the_answer_leaves_out_has_no_result(answer: Any) -> None:
    assert await create_users(api_answering(answer), "org", USERS) == {}


async def test_results_are_found_by_their_id_under_either_name_of_the_list() -> None:
    users = {"row-1": {"userName": "a@b.example"}, "row-2": {"userName": "c@d.example"}}
    operations = [{"bulkId": "row-2", "status": "201"}, {"bulkId": "row-1", "status": "400"}]
    results = await create_users(api_answering({"operations": operations}), "org", users)
    assert {name: type(result) for name, result in results.items()} == {
        "row-1": RowError,
        "row-2": type(None),
    }
