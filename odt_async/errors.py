"""Every exception of our own, grouped by what happens next.

OdtError                        one clear line for the operator, never a traceback
 ├─ InputError                  exit 2: nothing has been sent; says what to mend
 │   ├─ MissingInputCsv         a CSV file that the run needs is not there
 │   ├─ UnreadableCsv           it is there, but not as a table: empty, headerless, undecodable ...
 │   └─ UnknownAction           no action module of that name
 ├─ RunStopped                  exit 3: the run ended early by a rule of the operator's
 │   ├─ StoppedByOperator       `odt ctl stop`
 │   └─ OutputFailed            a file of the run cannot be written: disk full, directory read-only
 ├─ NotAuthorised               exit 4: Webex refuses the token and there is no other
 ├─ RunInterrupted              the run ended while the row waited: the row is pending
 └─ RowError                    one row fails, the others go on; also what an action itself finds wrong
     ├─ InvalidRow              its cells do not make valid parameters; names file, line and column
     ├─ RowDeadlineExceeded     its time is spent (`--max-elapsed-per-row`)
     ├─ RetriesExhausted        one call was tried as often as allowed; the last answer is the cause
     ├─ Unresolved              nobody, or more than one, has the name that stands in place of a blank id
     ├─ PartlyApplied           Webex did a part of what one call asked for; says which
     ├─ VerificationFailed      it was written, and read again Webex shows something else (`--verify`)
     ├─ PlanDrifted             the state is no longer the one that the saved plan was made of (`--plan`)
     ├─ ChangedSince            somebody changed it after the run that is to be undone: left alone
     └─ OutcomeUnknown          the write was sent again and again, and no answer told what became of it

`AmbiguousWrite` and `WriteRefused` stand outside the tree: they are signals from the session to the row
(sent, no answer: read again before anything else; not sent: this is a rehearsal) and never reach an operator.
"""

from __future__ import annotations

from dataclasses import dataclass

from odt_async.language import written

__all__ = [
    "AmbiguousWrite",
    "ChangedSince",
    "InputError",
    "InvalidRow",
    "MissingInputCsv",
    "NotAuthorised",
    "OdtError",
    "OutcomeUnknown",
    "OutputFailed",
    "PartlyApplied",
    "PlanDrifted",
    "Problem",
    "Refusal",
    "RetriesExhausted",
    "RowDeadlineExceeded",
    "RowError",
    "RunInterrupted",
    "RunStopped",
    "StoppedByOperator",
    "UnknownAction",
    "UnreadableCsv",
    "Unresolved",
    "VerificationFailed",
    "WriteRefused",
    "exit_code_of",
]


class OdtError(Exception):
    """An expected failure; `str()` of it is the one line an operator sees, in English, as files have it.

    A screen says it with `language.retold`. code: the stable name of the failure, for files and scripts
    (`missing_input_csv`).
    """

    code = "error"

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        """Say *sentence*, its {names} replaced by *values*."""
        super().__init__(written(sentence, **values))


class InputError(OdtError):
    code = "invalid_input"


class MissingInputCsv(InputError):
    code = "missing_input_csv"


class UnreadableCsv(InputError):
    code = "unreadable_csv"


class UnknownAction(InputError):
    code = "unknown_action"


class RunStopped(OdtError):
    code = "run_stopped"


class StoppedByOperator(RunStopped):
    code = "stopped_by_operator"


class OutputFailed(RunStopped):
    code = "output_failed"


class RunInterrupted(OdtError):
    code = "run_interrupted"


class NotAuthorised(OdtError):
    code = "not_authorised"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Webex says of one part of something larger, a job or a bulk request, that was answered as a whole."""

    status: int | None  # as of HTTP
    code: int | None  # Webex's own number
    text: str


class RowError(OdtError):
    code = "row_error"
    refusal: Refusal | None = None  # Webex's, where no answer of HTTP is behind it


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell (or, with no column, with the row as a whole)."""

    column: str | None
    text: str  # what is wrong and what to do about it
    where: str  # "usuarios.csv line 7", "global.csv line 2", "--set"

    def __str__(self) -> str:
        if not self.column:
            return f"{self.where}: {self.text}"
        return written(
            "{where}, column {column}: {text}", where=self.where, column=self.column, text=self.text
        )


class InvalidRow(RowError):
    """The row's cells do not make valid parameters; *problems* has one entry for each cell."""

    code = "invalid_row"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class RowDeadlineExceeded(RowError):
    code = "row_deadline_exceeded"


class RetriesExhausted(RowError):
    code = "retries_exhausted"


class Unresolved(RowError):
    code = "unresolved"


class PartlyApplied(RowError):
    code = "partly_applied"


class VerificationFailed(RowError):
    code = "verification_failed"


class PlanDrifted(RowError):
    code = "plan_drifted"


class ChangedSince(RowError):
    code = "changed_since"


class OutcomeUnknown(RowError):
    code = "outcome_unknown"


class AmbiguousWrite(Exception):
    """A write was sent and no answer tells whether it was processed; read before writing again."""

    def __init__(self, reason: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s  # as the server asked


class WriteRefused(Exception):
    """A rehearsal came to a write, which was not sent."""


def exit_code_of(error: OdtError) -> int:
    """Return the exit code that *error* ends the program with."""
    if isinstance(error, InputError):
        return 2
    if isinstance(error, RunStopped):
        return 3
    if isinstance(error, NotAuthorised):
        return 4
    return 1
