from __future__ import annotations

import pytest

from odt_async.model import Failure, Outcome, Status
from odt_async.runner.error_budget import ErrorBudget
from odt_async.settings import Settings
from tests.runner.building import make_outcome

FORBIDDEN = make_outcome(
    Status.ERROR, failure=Failure("AsRestError", "HTTP 403: no", hint="ask for the scope", refused="HTTP 403")
)
MISSING = make_outcome(Status.ERROR, failure=Failure("AsRestError", "HTTP 404: who?", refused="HTTP 404"))
INVALID = make_outcome(Status.ERROR, failure=Failure("InvalidRow", "no extension"))
APPLIED = make_outcome(Status.APPLIED)
SKIPPED = make_outcome(Status.SKIPPED)


def reasons(budget: ErrorBudget, *outcomes: Outcome) -> list[str]:
    return [str(reason) for outcome in outcomes if (reason := budget.count(outcome)) is not None]


def test_the_same_refusal_so_many_times_in_a_row_ends_a_run_and_says_which_and_why() -> None:
    budget = ErrorBudget(same=3)
    assert reasons(budget, *[FORBIDDEN] * 3) == [
        (
            "--max-same-error 3: so many rows in a row were refused with HTTP 403 (ask for the scope); "
            "the last of them: HTTP 403: no"
        )
    ]


@pytest.mark.parametrize("between", [APPLIED, MISSING])
def test_another_answer_between_breaks_the_row(between: Outcome) -> None:
    budget = ErrorBudget(same=3)
    assert reasons(budget, FORBIDDEN, FORBIDDEN, between, FORBIDDEN, FORBIDDEN) == []


@pytest.mark.parametrize("between", [SKIPPED, INVALID])
def test_a_row_that_was_not_sent_breaks_nothing(between: Outcome) -> None:
    budget = ErrorBudget(same=3)
    assert len(reasons(budget, FORBIDDEN, FORBIDDEN, between, FORBIDDEN)) == 1


def test_invalid_rows_are_never_too_many_alike() -> None:
    assert reasons(ErrorBudget(same=3), *[INVALID] * 100) == []


def test_zero_means_never() -> None:
    assert reasons(ErrorBudget(), *[FORBIDDEN] * 100) == []


@pytest.mark.parametrize(
    ("limit", "rows", "last"), [("2", 1000, 2), ("5%", 100, 5), ("0.5%", 100, 1), ("10%", 95, 10)]
)
def test_a_run_ends_when_so_many_rows_have_failed(limit: str, rows: int, last: int) -> None:
    budget = ErrorBudget.of(Settings(max_errors=limit, max_same_error=0), rows)
    failures = [INVALID, MISSING] * 10
    told = [budget.count(failure) is not None for failure in failures]
    assert told.index(True) + 1 == last


def test_the_words_of_a_spent_budget_name_it() -> None:
    budget = ErrorBudget.of(Settings(max_errors="2", max_same_error=0), 100)
    assert reasons(budget, MISSING, APPLIED, INVALID) == ["--max-errors 2: 2 rows have failed"]
