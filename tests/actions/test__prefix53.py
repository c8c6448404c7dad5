from __future__ import annotations

from typing import Any

import pytest
from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from pydantic import ValidationError
from wxc_sdk.as_rest import AsRestError
from yarl import URL

from odt_async.actions import usuarios_configurar_desvio_prefijo53, workspaces_configurar_desvio_prefijo53
from odt_async.actions._prefix53 import plan, read_forwarding, write
from odt_async.errors import InvalidRow
from tests.actions.staging import parse_cells

ALWAYS = {"enabled": False, "destinationVoicemailEnabled": True, "ringReminderEnabled": True}
REST = {
    "busy": {"enabled": True, "destination": "+34910000000", "destinationVoicemailEnabled": False},
    "noAnswer": {
        "enabled": True,
        "destination": "5000",
        "numberOfRings": 4,
        "systemMaxNumberOfRings": 20,
        "destinationVoicemailEnabled": False,
    },
}
CONTINUITY = {"enabled": True, "destination": "5001", "destinationVoicemailEnabled": False}


def params(**cells: str) -> Any:
    return parse_cells(
        usuarios_configurar_desvio_prefijo53, None, **{"email": "ana@sandbox.example", **cells}
    )


def state(**always: Any) -> dict[str, Any]:
    return {"callForwarding": {"always": ALWAYS | always, **REST}, "businessContinuity": CONTINUITY}


def planned(before: dict[str, Any], **cells: str) -> dict[str, Any] | None:
    return plan(before, params(**cells))


def test_only_always_changes_and_its_flags_stay() -> None:
    before = state()
    assert planned(before, extension="80000007") == {
        "callForwarding": {"always": ALWAYS | {"enabled": True, "destination": "5380000007"}, **REST},
        "businessContinuity": CONTINUITY,
    }
    assert before == state()


class Closed:
    """Forwarding whose busy branch is closed, behind addresses that accept everything else and store nothing."""

    def __init__(self, before: dict[str, Any]) -> None:
        self.session = self
        self.before = before
        self.sent: list[tuple[str, Any]] = []

    def ep(self, path: str) -> str:
        return path

    async def rest_get(self, **_call: Any) -> dict[str, Any]:
        return self.before

    async def rest_put(self, *, url: str, params: Any, json: Any) -> None:
        assert params == {"orgId": "org"}
        self.sent.append((url, json))
        if "busy" in json.get("callForwarding", {}):
            address = URL("https://webexapis.com/v1")
            request = RequestInfo(address, "PUT", CIMultiDictProxy(CIMultiDict[str]()), address)
            refusal = {"code": "4003", "description": "not authorized: UserCallForwardingBusyModifyRequest"}
            raise AsRestError(request, (), status=400, detail={"errors": [refusal]})


@pytest.mark.parametrize(
    ("kind", "more"), [("people", {}), ("workspaces", {"businessContinuity": CONTINUITY})]
)
async def test_a_narrower_write_counts_only_when_a_read_shows_it(kind: Any, more: dict[str, Any]) -> None:
    api: Any = Closed(state())
    change = plan(state(), params(extension="80000007"))
    assert change is not None
    with pytest.raises(AsRestError, match="400"):
        await write(api, kind, "id", change, org_id="org")
    always = ALWAYS | {"enabled": True, "destination": "5380000007"}
    no_answer = {name: value for name, value in REST["noAnswer"].items() if name != "systemMaxNumberOfRings"}
    whole = {"always": always, "busy": REST["busy"], "noAnswer": no_answer}
    assert api.sent == [
        (
            f"{kind}/id/features/callForwarding",
            {"callForwarding": whole, "businessContinuity": CONTINUITY},
        ),
        (f"{kind}/id/features/callForwarding", {"callForwarding": {"always": always}, **more}),
        (f"telephony/config/{kind}/id/callForwarding", always),
    ]


@pytest.mark.parametrize("shown", ["5380000007", "53 80000007", "538 000 0007"])
def test_calls_that_go_there_already_need_no_change(shown: str) -> None:
    assert planned(state(enabled=True, destination=shown), extension="80000007") is None


def test_a_destination_wins_over_the_extension() -> None:
    change = planned(state(), extension="80347245", destination="530347245")
    assert change is not None
    assert change["callForwarding"]["always"]["destination"] == "530347245"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"ring_reminder_enabled": "no"}, {"ringReminderEnabled": False}),
        ({"destination_voicemail_enabled": "0"}, {"destinationVoicemailEnabled": False}),
        ({"enabled": "FALSE"}, {"enabled": False}),
    ],
)
def test_flags_are_written_when_the_row_says_so(cells: dict[str, str], expected: dict[str, bool]) -> None:
    before = state(enabled=True, destination="5380000007")
    change = planned(before, extension="80000007", **cells)
    assert change is not None
    assert change["callForwarding"]["always"] == ALWAYS | {
        "enabled": True,
        "destination": "5380000007",
        **expected,
    }


@pytest.mark.parametrize("shown", [{}, {"destinationVoicemailEnabled": None}])
def test_a_flag_that_webex_does_not_show_is_written_as_false(shown: dict[str, Any]) -> None:
    always = {"enabled": False, "ringReminderEnabled": False, **shown}
    before = {"callForwarding": {"always": always, **REST}, "businessContinuity": CONTINUITY}
    change = planned(before, extension="80000007")
    assert change is not None
    assert change["callForwarding"]["always"]["destinationVoicemailEnabled"] is False


@pytest.mark.parametrize("branch", ["always", "busy", "noAnswer"])
async def test_settings_that_could_not_be_sent_back_are_no_answer(branch: str) -> None:
    before = state()
    del before["callForwarding"][branch]
    api: Any = Closed(before)
    with pytest.raises(ValidationError, match=rf"for PersonForwardingSetting\ncallForwarding.{branch}\n"):
        await read_forwarding(api, "people", "id", org_id=None)


@pytest.mark.parametrize(
    "action", [usuarios_configurar_desvio_prefijo53, workspaces_configurar_desvio_prefijo53]
)
def test_one_of_extension_and_destination_must_be_there(action: Any) -> None:
    cells = {"email": "ana@sandbox.example", "display_name": "Sala"}
    with pytest.raises(InvalidRow, match="column extension: is empty: fill it in, or destination"):
        parse_cells(action, None, **cells)


def test_a_destination_that_is_no_good_is_the_only_problem() -> None:
    with pytest.raises(InvalidRow) as caught:
        params(destination="buzón")
    assert [problem.column for problem in caught.value.problems] == ["destination"]
