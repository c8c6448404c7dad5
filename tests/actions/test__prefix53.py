from __future__ import annotations

from typing import Any

import pytest
from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError
from wxc_sdk.person_settings.forwarding import PersonForwardingSetting
from yarl import URL

from odt_async.actions import usuarios_configurar_desvio_prefijo53, workspaces_configurar_desvio_prefijo53
from odt_async.actions._prefix53 import plan, write
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


def state(**always: Any) -> PersonForwardingSetting:
    return PersonForwardingSetting.model_validate(
        {"callForwarding": {"always": ALWAYS | always, **REST}, "businessContinuity": CONTINUITY}
    )


def planned(before: PersonForwardingSetting, **cells: str) -> dict[str, Any] | None:
    change = plan(before, params(**cells))
    return None if change is None else change.update()


def test_only_always_changes_and_its_flags_stay() -> None:
    no_answer = {name: value for name, value in REST["noAnswer"].items() if name != "systemMaxNumberOfRings"}
    before = state()
    assert planned(before, extension="80000007") == {
        "callForwarding": {
            "always": ALWAYS | {"enabled": True, "destination": "5380000007"},
            "busy": REST["busy"],
            "noAnswer": no_answer,
        },
        "businessContinuity": CONTINUITY,
    }
    assert before == state()


class Closed:
    """Forwarding whose busy branch is closed, behind addresses that accept everything and store nothing."""

    def __init__(self, before: PersonForwardingSetting) -> None:
        self.person_settings = self.workspace_settings = self.session = self.forwarding = self
        self.before = before
        self.sent: list[tuple[str, Any]] = []

    def ep(self, path: str) -> str:
        return path

    async def configure(self, **_call: Any) -> None:
        url = URL("https://webexapis.com/v1")
        request = RequestInfo(url, "PUT", CIMultiDictProxy(CIMultiDict[str]()), url)
        refusal = {"code": "4003", "description": "not authorized: UserCallForwardingBusyModifyRequest"}
        raise AsRestError(request, (), status=400, detail={"errors": [refusal]})

    async def read(self, **_call: Any) -> PersonForwardingSetting:
        return self.before

    async def rest_put(self, *, url: str, params: Any, json: Any) -> None:
        assert params == {"orgId": "org"}
        self.sent.append((url, json))


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
    assert api.sent == [
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


def test_a_flag_that_webex_does_not_show_is_written_as_false() -> None:
    before = PersonForwardingSetting.model_validate(
        {
            "callForwarding": {"always": {"enabled": False, "ringReminderEnabled": False}, **REST},
            "businessContinuity": CONTINUITY,
        }
    )
    change = planned(before, extension="80000007")
    assert change is not None
    assert change["callForwarding"]["always"]["destinationVoicemailEnabled"] is False


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
