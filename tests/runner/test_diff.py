from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from odt_async.runner.diff import as_json, diff


class Always(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    enabled: bool
    destination: str | None = None
    ring_reminder: bool | None = Field(None, alias="ringReminderEnabled")


@pytest.mark.parametrize(
    ("before", "change", "differences"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": (1, 2)}),
        ({"a": 1, "b": 2}, {"a": 3}, {"a": (1, 3)}),
        ({}, {"a": {"b": 1}}, {"a.b": (None, 1)}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a.c": (2, 3)}),
        ({"a": None}, {"a": {"b": 1}}, {"a.b": (None, 1)}),
        ({"a": {"b": 1}}, {"a": None}, {"a": ({"b": 1}, None)}),
        ({"a": [1, 2]}, {"a": [2, 1]}, {"a": ([1, 2], [2, 1])}),
        ([1], [1, 2], {"": ([1], [1, 2])}),
        (None, {"a": 1}, {"a": (None, 1)}),
        ({"1": "x"}, {1: "y"}, {"1": (None, "y")}),
    ],
    ids=[
        "the same",
        "a value",
        "what the change leaves out stays",
        "a branch that is new",
        "below a branch",
        "a branch in place of nothing",
        "nothing in place of a branch",
        "lists are compared whole",
        "no mapping at all",
        "nothing there before",
        "keys are shown as text",
    ],
)
def test_difference(before: Any, change: Any, differences: dict[str, tuple[Any, Any]]) -> None:
    assert diff(before, change) == differences


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(json_values)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert diff(value, value) == {}


@given(json_values)
def test_plain_json_stays_as_it_is(value: Any) -> None:
    assert as_json(value) == value


def test_a_model_is_shown_under_webex_names_and_without_what_was_never_set() -> None:
    assert as_json(Always(enabled=True, ring_reminder=False)) == {
        "enabled": True,
        "ringReminderEnabled": False,
    }
    assert as_json(Always(enabled=False)) == {"enabled": False}
