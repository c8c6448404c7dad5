from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from odt_async.runner.pace_memory import organisation_of, recall, remember
from odt_async.runner.pacer import Known

ORGANISATION = "1eb65fdf-9643-417f-9974-ad72cae0e10f"
LEARNED = {"people": Known(49.5, None), "people/features": Known(None, 16)}


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    remember(tmp_path, "org-a", LEARNED)
    assert recall(tmp_path, "org-a") == LEARNED


def test_organisations_do_not_share_their_limits(tmp_path: Path) -> None:
    remember(tmp_path, "org-a", LEARNED)
    remember(tmp_path, "org-b", {"people": Known(2.0)})
    assert (recall(tmp_path, "org-a"), recall(tmp_path, "org-b")) == (LEARNED, {"people": Known(2.0)})
    assert recall(tmp_path, "org-c") == recall(tmp_path, None) == {}


def test_the_organisation_of_long_ago_makes_room(tmp_path: Path) -> None:
    for number in range(51):
        remember(tmp_path, f"org-{number}", LEARNED)
    assert (recall(tmp_path, "org-0"), recall(tmp_path, "org-50")) == ({}, LEARNED)


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    remember(tmp_path, "org-a", LEARNED)
    assert stat.S_IMODE((tmp_path / "pace.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("families", [{}, LEARNED])
def test_nothing_is_written_when_there_is_nothing_to_say(tmp_path: Path, families: dict[str, Known]) -> None:
    remember(tmp_path, "org-a" if not families else None, families)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"organisations": 3}',
        '{"organisations": {"org-a": 3}}',
        '{"organisations": {"org-a": {"families": []}}}',
        '{"organisations": {"org-a": {"families": {"people": 3}}}}',
    ],
)
def test_a_file_that_is_not_ours_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "pace.json").write_text(content, "utf-8")
    assert recall(tmp_path, "org-a") == {}


@pytest.mark.parametrize("limits", [{"pace_per_s": -1}, {"pace_per_s": "fast"}, {"under_way": 0}, {}])
def test_limits_that_are_none_are_left_out(tmp_path: Path, limits: dict[str, object]) -> None:
    content = {"organisations": {"org-a": {"families": {"people": limits}}}}
    (tmp_path / "pace.json").write_text(json.dumps(content), "utf-8")
    assert recall(tmp_path, "org-a") == {"people": Known()}


@pytest.mark.parametrize(
    ("token", "base_url", "organisation"),
    [
        (f"abc_PF84_{ORGANISATION}", None, ORGANISATION),
        (f"abc_PF84_{ORGANISATION.upper()}", "http://h:1", ORGANISATION),
        ("opaque", "http://h:1", "http://h:1"),
        ("opaque", None, None),
    ],
)
def test_the_organisation_is_that_of_the_token_or_of_the_address(
    token: str, base_url: str | None, organisation: str | None
) -> None:
    assert organisation_of(token, base_url) == organisation
