from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odt_async.actions._licences import patch_licences
from odt_async.actions.usuarios_modificar_licencias import Params
from odt_async.errors import PartlyApplied

PERSON = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9h"
ONE, TWO = "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpYX2I", "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpZX2I"
PARAMS = Params.model_validate({"person_id": PERSON, "add_license_ids": ONE, "remove_license_ids": TWO})
CHANGE = {"licenses": [{"id": ONE, "operation": "add"}, {"id": TWO, "operation": "remove"}]}


class _Session:
    """Answers as Webex may, where the sandbox has but one way to."""

    def __init__(self, status: int, answer: Any) -> None:
        self.memory: dict[str, Any] = {}
        self.status = status
        self.answer = answer

    def ep(self, path: str) -> str:
        return path

    async def rest_get(self, **_call: Any) -> Any:
        return {"items": [{"id": ONE + "==", "name": "One"}]}

    async def _request_w_response(self, *_call: Any, **_more: Any) -> Any:
        return SimpleNamespace(status=self.status), self.answer


def api_answering(status: int, answer: Any) -> Any:
    return SimpleNamespace(session=_Session(status, answer))


@pytest.mark.parametrize(
    "answer",
    [
        {"licenses": [ONE + "=="]},
        {"licenses": [], "pendingLicenses": [ONE]},  # somebody of another organisation, who has to accept
        {"personId": PERSON},
        "",
    ],
)
async def test_a_change_that_shows_or_is_not_shown_at_all_is_well(answer: Any) -> None:
    await patch_licences(api_answering(200, answer), PARAMS, CHANGE)


@pytest.mark.parametrize(
    ("status", "answer", "text"),
    [
        (200, {"licenses": [TWO]}, f"Webex did not add One and did not remove {TWO}"),
        (206, {"licenses": [ONE, TWO]}, f"Webex did not remove {TWO}"),
        (206, {"licenses": [ONE]}, "Webex did a part of the change and does not say which"),
        (206, "", "Webex did not add One"),
    ],
)
async def test_what_webex_left_out_is_named_whatever_the_status(status: int, answer: Any, text: str) -> None:
    with pytest.raises(PartlyApplied) as raised:
        await patch_licences(api_answering(status, answer), PARAMS, CHANGE)
    assert str(raised.value).split(":")[0] == text
