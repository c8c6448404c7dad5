"""`odt report`: what it prints, where it writes, in which language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import ACTION, LOGS, odt, run_of, write_samples
from tests.report.leaving import MIXED, left
from tests.report.reading import ReadPage
from tests.runs.leaving import FIRST, SECOND


@pytest.fixture
def logs() -> Path:
    LOGS.mkdir()
    left(LOGS, MIXED, report={"exit_code": 1})
    return LOGS


def test_it_prints_the_path_and_nothing_else(logs: Path) -> None:
    result = odt("report", FIRST)
    path = logs / f"{FIRST}_report.html"
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{path}\n", "")
    assert FIRST in ReadPage(path).text


def test_the_latest_run_is_meant_when_none_is_named(logs: Path) -> None:
    left(logs, MIXED, run=SECOND)
    assert odt("report").stdout == f"{logs / f'{SECOND}_report.html'}\n"


def test_it_can_be_written_elsewhere_and_over_an_older_one(logs: Path) -> None:
    for _time in range(2):
        assert odt("report", FIRST, "--output", "out/page.html").stdout == "out/page.html\n"
    assert not list(logs.glob("*.html"))


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["report", FIRST], "es"),
        (["report", FIRST, "--lang", "en"], "en"),
        (["--lang", "en", "report", FIRST], "en"),
        (["report", FIRST, "--lang", "es"], "es"),
    ],
)
def test_a_page_is_in_spanish_unless_somebody_names_another_language(
    logs: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], language: str
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    odt(*words)
    assert ReadPage(logs / f"{FIRST}_report.html").language == language


def test_the_environment_can_name_it_too(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODT_LANG", "en")
    odt("report", FIRST)
    assert ReadPage(logs / f"{FIRST}_report.html").language == "en"


def test_a_file_without_a_name_is_one_line(logs: Path) -> None:
    result = odt("report", FIRST, "--output", "", "--lang", "en")
    assert (result.exit_code, result.stderr) == (2, "odt: --output '' names no file\n")


def test_a_run_that_is_not_there_is_one_line(logs: Path) -> None:
    result = odt("report", "nope")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


def test_a_real_run_is_told_with_its_rows_and_changes() -> None:
    write_samples(12)
    run = run_of(odt("bulk", ACTION, "--sandbox", "--fault", "no-calling=20%"))
    odt("report", run, "--lang", "en")
    page = ReadPage(LOGS / f"{run}_report.html")
    letters = [row[1] for row in page.data("rows-data")]
    assert len(letters) == 12
    assert len(page.data("changes-data")) == letters.count("a") > 0
    assert f"--resume {run} --replay failed" in page.text
