from __future__ import annotations

import base64
import hashlib
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odt_async.errors import OutputFailed
from odt_async.language import LANGUAGES, choose_language
from odt_async.model import Failure, Status
from odt_async.report import write_page
from odt_async.runs import PastRun
from tests.report.leaving import MIXED, intent, left, line
from tests.report.reading import ReadPage
from tests.runs.leaving import failed, outcome

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "\u2028</style>",
    "<!--",
    "' onclick='x",
    '"><a href="https://evil.example">',
]
FAMILY = {
    "family": "people/features",
    "sent": 60,
    "by_verdict": {"ok": 55, "throttled": 3},
    "latency_ms": {"p50": 40.0, "p95": None},
}
COURSE = [
    line(0.0),
    line(10.0, requests=40, throttled=3, by_status={"applied": 20}, p50_ms=50, p95_ms=90),
    line(20.0, "paused", reason="no token", requests=40, throttled=3, requests_by_s={"0.05": 30, "inf": 2}),
]
EVENTFUL: dict[str, Any] = {
    "course": COURSE,
    "intents": [intent(0)],
    "total": 9,
    "report": {
        "exit_code": 3,
        "state": "stopped",
        "stop_reason": "the operator (ctl)",
        "requests_by_family": [FAMILY],
        "control": [{"at": "2026-07-01T22:00:30.000Z", "what": "pause", "by": "ctl"}],
    },
    "settings": {"concurrency": 8, "rate": None, "access_token": "**********", "notify": ["https://hook"]},
}


def page_of(run: PastRun, **caps: int) -> ReadPage:
    path = next(iter(run.files.values())).with_name("page.html")
    write_page(run, path, **caps)
    return ReadPage(path)


@pytest.mark.parametrize("rest", [{}, {"report": {}}, EVENTFUL])
@pytest.mark.parametrize("outcomes", [[], MIXED[:1], MIXED])
def test_a_page_can_be_made_of_any_run(tmp_path: Path, outcomes: list[Any], rest: dict[str, Any]) -> None:
    page = page_of(left(tmp_path, outcomes, **rest))
    assert len(page.data("rows-data")) == len(outcomes)


def test_a_dry_run_says_what_would_change_and_not_how_long_rows_took(tmp_path: Path) -> None:
    planned = [outcome(Status.PLANNED, 0, diff={"on": (False, True)}), *MIXED[1:]]
    page = page_of(left(tmp_path, planned, dry_run=True, report={"exit_code": 5}))
    titles = [title for _level, title in page.headings]
    assert "What would change" in titles
    assert "How long rows took, waiting included" not in page.text


def test_nothing_of_a_page_comes_from_anywhere_else(tmp_path: Path) -> None:
    page = page_of(left(tmp_path, MIXED, **EVENTFUL))
    assert (page.links, page.handlers) == ([], [])
    assert page.policy.startswith("default-src 'none'; ")


def test_only_our_own_style_and_script_may_be_used(tmp_path: Path) -> None:
    page = page_of(left(tmp_path, MIXED, **EVENTFUL))
    [style] = page.styles
    [script] = [content for name, content in page.scripts if name == ""]
    allowed = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert page.policy == (
        f"default-src 'none'; style-src 'sha256-{allowed[0]}'; script-src 'sha256-{allowed[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_headings_are_in_order_and_what_is_linked_is_there(tmp_path: Path) -> None:
    page = page_of(left(tmp_path, MIXED, **EVENTFUL))
    levels = [level for level, _text in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []
    assert {target.removeprefix("#") for target in page.targets} - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_which_language_it_is_in(tmp_path: Path, language: str) -> None:
    choose_language(language)
    page = page_of(left(tmp_path, MIXED, **EVENTFUL))
    assert (page.language, {"es": "Resumen", "en": "Summary"}[language] in page.text) == (language, True)


def test_what_paused_and_changed_it_is_told_and_who_we_are_is_not(tmp_path: Path) -> None:
    page = page_of(left(tmp_path, MIXED, **EVENTFUL))
    for told in ("no token", "people/features", "2026-07-01 22:00:30", "concurrency", "> 50 ms"):
        assert told in page.text.replace("\N{NO-BREAK SPACE}", " ")
    for untold in ("**********", "access_token", "https://hook"):
        assert untold not in page.source


def test_rows_and_changes_are_data_and_no_elements(tmp_path: Path) -> None:
    page = page_of(left(tmp_path, MIXED, **EVENTFUL))
    assert [row[2] for row in page.data("rows-data")] == ["P2", "P0", "P1", ""]
    assert [change[1] for change in page.data("changes-data")] == ["p0@example.com"]
    assert page.facts["leftOut"] == {"rows": 0, "changes": 0, "pending": [[4, 8]]}
    assert "p0@example.com" not in page.text


def test_what_has_no_room_is_counted(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED, intents=map(intent, range(3)))
    page = page_of(run, most_rows=1, most_changes=1)
    assert page.facts["leftOut"] == {"rows": 3, "changes": 2, "pending": []}


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(HOSTILE), min_size=6
    )
)
def test_no_cell_breaks_out_of_a_page(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    entity, text, hint, reason, value, name = cells[:6]
    outcomes = [
        failed(0, text=text, entity_id=entity),
        outcome(
            Status.ERROR, 1, failure=Failure("Odd", text, hint=hint, remote={"body": text, "url": reason})
        ),
        outcome(Status.SKIPPED, 2, reason=reason),
    ]
    change = intent(0, change={name: value}, before=None, params={"email": name}, entity_id=entity)
    run = left(tmp_path_factory.mktemp("run"), outcomes, intents=[change], settings={"input_dir": value})
    page = page_of(run)
    assert (page.links, page.handlers) == ([], [])
    assert [name for name, _content in page.scripts] == ["rows-data", "changes-data", "facts", ""]
    assert (len(page.styles), len(page.data("rows-data"))) == (1, 3)
    assert page.data("changes-data")[0][1] == name


def test_only_its_owner_can_read_a_page(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert write_page(left(tmp_path, MIXED), path).path == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_page_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED)
    path = tmp_path / "page.html"
    path.mkdir()
    with pytest.raises(OutputFailed, match="cannot be written"):
        write_page(run, path)
    assert not list(tmp_path.glob("*.partial"))
