"""What `--help` of each command has beyond what it does and its options: a line on it, examples, files."""

from __future__ import annotations

from dataclasses import dataclass

from odt_async.language import written

__all__ = ["PAGES", "Page"]

_FORWARDING = "usuarios_configurar_desvio_prefijo53"
_CREATING = "usuarios_alta_people"
_RUN = f"{_CREATING}_20260701T220000Z_7f3a"


@dataclass(frozen=True, slots=True)
class Page:
    """The end of a help text.

    summary: beside the command's name where several are listed.
    examples: what one does, and the command line; as it stands it can be typed.
    ends_as_a_run: whether its exit codes are those of a run; `exit_codes` says others in one sentence.
    files: what it writes, or reads; the name, and what it is.
    see_also: commands.
    """

    summary: str
    examples: tuple[tuple[str, str], ...] = ()
    ends_as_a_run: bool = False
    exit_codes: str = ""
    files: tuple[tuple[str, str], ...] = ()
    see_also: tuple[str, ...] = ()


_RUN_FILES = (
    ("<run>_ok.csv", written("rows that are as wanted: what --resume goes by")),
    ("<run>_error.jsonl", written("failed rows, with all that Webex has answered")),
    ("<run>_rejected.csv", written("failed rows in their own columns: mend them and feed them back")),
    ("<run>_pending.csv", written("rows that were not attempted, where the run ended early")),
    ("<run>_changes.jsonl", written("what was there before every write: what `odt undo` goes by")),
    ("<run>_report.json", written("counts, times, errors by cause, one result for each row")),
    ("heartbeat.log", written("one line a minute, of all runs: for `tail -f`")),
)
_ANSWERED = written("0 when it is done, 2 for bad usage or a run that is not there.")

PAGES: dict[str, Page] = {
    "actions": Page(
        written("What can be done: the actions, their columns and scopes"),
        (
            (written("All actions, in their order of use:"), "odt actions"),
            (written("The columns, scopes and properties of one:"), f"odt actions {_FORWARDING}"),
        ),
        exit_codes=written("0; 2 when there is no such action."),
        see_also=("check", "bulk"),
    ),
    "bench": Page(
        written("How fast it is on this machine"),
        (
            (
                written("Against the naive loop, with 8 and 32 requests in flight:"),
                "odt bench --concurrency 8,32",
            ),
            (written("Speed and memory by number of rows:"), "odt bench --growth 1000,10000"),
        ),
        exit_codes=written("0; 2 for bad usage."),
        see_also=("sandbox",),
    ),
    "bulk": Page(
        written("Take all rows of a CSV file through one action"),
        (
            (
                written("A try without a token, on invented people who fail now and then:"),
                f"odt bulk {_FORWARDING} --sandbox --input-dir /tmp/sample --fault 5xx=2%",
            ),
            (written("What would change, without writing:"), f"odt bulk {_FORWARDING} --dry-run"),
            (
                written("A night: only in these hours, ended when one row in twenty has failed:"),
                f"odt bulk {_FORWARDING} --window 22:00-06:00 --tz Europe/Madrid --max-errors 5%",
            ),
            (
                written("Go on where the last run ended, with what failed in it:"),
                f"odt bulk {_FORWARDING} --resume --replay failed",
            ),
        ),
        ends_as_a_run=True,
        files=_RUN_FILES,
        see_also=("plan", "single", "watch", "runs", "undo"),
    ),
    "check": Page(
        written("Validate the CSV files, without a network"),
        (
            (written("Every file, for every action that reads it:"), "odt check"),
            (written("One action, from another folder:"), f"odt check {_FORWARDING} --input-dir /tmp/sample"),
        ),
        exit_codes=written("0 when every row can be used, 2 when a run or one of its rows would fail."),
        files=(("schema.json", written("the headers as they should be; only with --record-schema")),),
        see_also=("actions", "plan"),
    ),
    "completion": Page(
        written("Make the shell complete commands, options and runs"),
        ((written("In this shell, at once:"), 'eval "$(odt completion bash)"'),),
        exit_codes=written("0; 2 for another shell."),
    ),
    "ctl": Page(
        written("Pause, resume, stop or re-pace a run under way"),
        (
            (written("How the only run that is under way stands:"), "odt ctl status"),
            (written("Slower, by its action:"), f"odt ctl {_FORWARDING} set concurrency=4 rate=10"),
            (written("Finish the rows in progress and end:"), f"odt ctl {_FORWARDING} stop"),
        ),
        exit_codes=_ANSWERED,
        files=(("<run>.sock", written("where the run listens; only its owner can speak to it")),),
        see_also=("watch", "runs"),
    ),
    "diff": Page(
        written("The rows whose outcome differs between two runs"),
        (
            (written("What the second attempt made of the first one's errors:"), "odt runs diff 7f3a latest"),
            (written("For a program:"), "odt runs diff 7f3a latest --json"),
        ),
        exit_codes=written("0 when no outcome differs, 1 when one does, 2 when there is no such run."),
        see_also=("runs", "runs show"),
    ),
    "export": Page(
        written("Write what the organisation has as CSV files"),
        (
            (written("Everything, to .artifacts/exports:"), "odt export"),
            (
                written("People with their locations, and the locations, somewhere else:"),
                "odt export people locations --calling-data --output-dir /tmp/exports",
            ),
        ),
        exit_codes=written(
            "0 when all is written, 1 when Webex refused a list, 2 for bad usage, 4 not authorised."
        ),
        files=(
            (
                "<list>.csv",
                written("in --output-dir: one file for each list; it appears when it is complete"),
            ),
        ),
        see_also=("check",),
    ),
    "launch": Page(
        written("Several actions one after another, one report"),
        (
            (written("From a menu, asking for each action whether it takes all rows:"), "odt launch"),
            (
                written("Unattended, two actions over all their rows:"),
                f"odt launch --script-name usuarios_modificar_licencias --script-name {_FORWARDING} --auto-confirm",
            ),
        ),
        ends_as_a_run=True,
        files=(
            (
                "launch_<time>_report.json",
                written("all runs, by action and by person, location or workspace"),
            ),
            *_RUN_FILES,
        ),
        see_also=("bulk", "runs"),
    ),
    "plan": Page(
        written("What `bulk` would change, counted by field"),
        (
            (written("How many rows change which field:"), f"odt plan {_CREATING}"),
            (written("Two rows, field by field:"), f"odt plan {_CREATING} --show 0 --show 17"),
            (
                written("Then carry out just that:"),
                f"odt bulk {_CREATING} --plan logs/{_RUN}_plan.jsonl",
            ),
        ),
        ends_as_a_run=True,
        files=(("<run>_plan.jsonl", written("the state and the change of every row that would be written")),),
        see_also=("bulk", "check"),
    ),
    "prune": Page(
        written("Remove the files of old runs"),
        (
            (written("What would go:"), "odt runs prune --older-than 90d --dry-run"),
            (written("Every week, from cron:"), "odt runs prune --older-than 12w --auto-confirm"),
        ),
        exit_codes=written("0 when it is done, 2 when it is not confirmed, 3 when a file cannot be removed."),
        see_also=("runs",),
    ),
    "report": Page(
        written("Write a run as one HTML page"),
        (
            (written("Of the last run:"), "odt report"),
            (written("Of another one, in English:"), f"odt report {_RUN} --lang en --output /tmp/night.html"),
        ),
        exit_codes=_ANSWERED,
        files=(("<run>_report.html", written("the page; whoever has it has the personal data in it")),),
        see_also=("runs show", "watch"),
    ),
    "runs": Page(
        written("The runs of the past: list, show, compare, prune"),
        (
            (written("The last twenty:"), "odt runs"),
            (
                written("Those of one action that did not come to their end:"),
                f"odt runs --action {_FORWARDING} --state killed --state interrupted --limit 0",
            ),
            (written("All that is known of the last one:"), "odt runs show latest"),
        ),
        exit_codes=_ANSWERED,
        see_also=("runs show", "runs diff", "runs prune", "watch", "report"),
    ),
    "sandbox": Page(
        written("Serve a simulated Webex, or write samples for it"),
        (
            (
                written("500 invented people as CSV files:"),
                "odt sandbox --write-input /tmp/sample --rows 500",
            ),
            (
                written("Serve them, at 50 requests a second and with some failures:"),
                "odt sandbox --fault throttle=50/s --fault 5xx=1%",
            ),
        ),
        exit_codes=written("0 after Ctrl-C, 2 for bad usage."),
        see_also=("bulk", "export"),
    ),
    "show": Page(
        written("All that is known of one run"),
        (
            (written("The last one:"), "odt runs show latest"),
            (written("The one whose id ends so, for a program:"), "odt runs show 7f3a --json"),
        ),
        exit_codes=_ANSWERED,
        see_also=("runs", "watch", "report", "undo"),
    ),
    "single": Page(
        written("Take one row through an action"),
        (
            (written("The first row, as a try, without writing:"), f"odt single {_FORWARDING} --dry-run"),
            (
                written("The row of one person:"),
                f"odt single {_FORWARDING} --match email=ana@example.com",
            ),
            (
                written("No file at all, the values of the command line alone:"),
                f"odt single {_FORWARDING} --set email=ana@example.com --set extension=8001",
            ),
        ),
        ends_as_a_run=True,
        files=_RUN_FILES,
        see_also=("bulk", "actions"),
    ),
    "undo": Page(
        written("Put back what a run has changed"),
        (
            (written("What would be put back, and what cannot be:"), f"odt undo {_RUN} --dry-run"),
            (written("Put it back:"), f"odt undo {_RUN}"),
        ),
        ends_as_a_run=True,
        files=_RUN_FILES,
        see_also=("runs show", "bulk"),
    ),
    "watch": Page(
        written("A live screen of a run"),
        (
            (written("The run that is under way, or the last one:"), "odt watch"),
            (written("As text, once:"), "odt watch latest --once"),
        ),
        exit_codes=_ANSWERED,
        files=(("<run>_status.json", written("what it reads: the run writes it once a second")),),
        see_also=("ctl", "runs", "report"),
    ),
}
