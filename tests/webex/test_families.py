"""Which requests Webex throttles as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.webex.families import family_of


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/v1/people", "people"),
        ("/v1/people?email=a@x.es", "people"),
        ("/v1/people/p1", "people"),
        ("/v1/people/p1/features/callForwarding", "people/features"),
        ("/v1/workspaces/w1/features/outgoingPermission", "workspaces/features"),
        ("/v1/telephony/config/locations/l1/numbers", "telephony/locations"),
        ("/v1/telephony/config/people/p1/numbers", "telephony/people"),
        ("/v1/telephony/config/numbers?max=1000", "telephony/numbers"),
        ("/v1/telephony/pstn/locations/l1/connection", "telephony/pstn"),
        ("/v1/telephony/config", "telephony/config"),
        ("/v1/licenses/users", "licenses"),
        ("/identity/scim/o1/v2/Users?count=1", "identity/scim"),
        ("/v1/people/", "people"),
        ("/v1/", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_family(path: str, family: str) -> None:
    assert family_of(path) == family


@given(st.text())
def test_no_path_is_too_strange(path: str) -> None:
    assert isinstance(family_of(path), str)
