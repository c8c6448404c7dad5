"""How much of an unknown limit a run uses, by the count of the sandbox that keeps it: one table.

    python examples/uso_del_limite.py [--seconds 185] [--concurrency 32] [SHAPE ...]

For each shape a sandbox is served in a process of its own, `odt bulk` is run against it as an operator would, cold
(in an empty logs folder), and after so many seconds the sandbox is asked what it allowed, accepted and refused. The
first minute is left out; minutes that are not over are left out too. Exit code 1 when less than 95 % of what was
allowed was accepted, more than 1 % of the requests were refused, or one was sent inside a Retry-After.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SHAPES", "Usage", "main", "measure", "table", "usage"]

PEOPLE = "usuarios_configurar_desvio_prefijo53"
NUMBERS = "workspaces_anadir_intercom_legacy"  # reads from one family and writes to another
LATENCY = "latency=50ms~20%"
ENTITIES = 8000  # rows for three minutes at 80 calls a second
START_S = 20.0
LEAST_USED, MOST_REFUSED = 0.95, 0.01
_EXPORT = re.compile(r"WEBEX_BASE_URL=(\S+) WEBEX_ACCESS_TOKEN=(\S+)")

# name -> the limits, and the action that meets them
SHAPES: dict[str, tuple[tuple[str, ...], str]] = {
    "bucket of 50/s": (("throttle=50/s",), PEOPLE),
    "window of 300 in 60 s": (("throttle=300/60s,window",), PEOPLE),
    "bucket of 50/s, halved in the second minute": (("throttle=50/s,halved=60s-120s",), PEOPLE),
    # a row makes a call to each, so the same rate: neither can be used more than the other
    "two families at once, 20/s each": (
        ("throttle=20/s,family=workspaces/features", "throttle=20/s,family=telephony/config"),
        NUMBERS,
    ),
    "at most 4 under way": (("throttle=concurrent:4",), PEOPLE),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """What the sandbox counted by one limit, from the second minute on."""

    shape: str
    allowed: float
    accepted: int
    refused: int
    inside_retry_after: int  # of the whole run, all limits

    @property
    def used(self) -> float:
        """The share of what was allowed."""
        return self.accepted / self.allowed if self.allowed else 0.0

    @property
    def refused_share(self) -> float:
        """The share of what was sent."""
        sent = self.accepted + self.refused
        return self.refused / sent if sent else 0.0

    @property
    def well(self) -> bool:
        """Whether it is as it has to be."""
        good = self.used >= LEAST_USED and self.refused_share <= MOST_REFUSED
        return good and not self.inside_retry_after


def usage(shape: str, limits: Iterable[dict[str, Any]], journal: dict[str, Any]) -> list[Usage]:
    """Return the usage of each limit.

    limits, journal: what the sandbox answers to `GET /_sandbox/limits` and `GET /_sandbox/journal`.
    """
    inside = sum(journal["inside_retry_after"].values())
    found = []
    for limit in limits:
        minutes = [minute for minute in limit["minutes"][1:-1] if minute["allowed"]]
        name = f"{shape}: {limit['family']}" if limit["family"] else shape
        found.append(
            Usage(
                name,
                sum(minute["allowed"] for minute in minutes),
                sum(minute["accepted"] for minute in minutes),
                sum(minute["refused"] for minute in minutes),
                inside,
            )
        )
    return found


def measure(shape: str, root: Path, *, seconds: float, concurrency: int) -> list[Usage]:
    """Run against *shape* for so long, with files below *root*."""
    faults, action = SHAPES[shape]
    inputs = root / "input"
    if not inputs.exists():
        _odt("sandbox", *_organisation(), "--write-input", str(inputs), "--rows", str(ENTITIES)).wait()
    with _served(faults, root) as (url, token):
        environment = {"WEBEX_ACCESS_TOKEN": token, "WEBEX_BASE_URL": url}
        words = ("--input-dir", str(inputs), "--concurrency", str(concurrency), "--auto-confirm")
        logs = ("--logs-dir", str(root / shape))
        run = _odt("bulk", action, *words, *logs, environment=environment)
        try:
            _await_first_request(url)
            time.sleep(seconds)  # other processes are measured, in real time
            return usage(shape, _ask(url, "limits"), _ask(url, "journal"))
        finally:
            run.kill()
            run.wait()


def table(usages: Iterable[Usage]) -> str:
    """Return a Markdown table with a line for each limit."""
    head = ["limit", "allowed", "accepted", "used", "429s", "share of 429s", "inside Retry-After"]
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    for one in usages:
        cells = [f"{one.allowed:.0f}", str(one.accepted), f"{one.used:.1%}", str(one.refused)]
        lines.append([one.shape, *cells, f"{one.refused_share:.2%}", str(one.inside_retry_after)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _organisation() -> tuple[str, ...]:
    return ("--people", str(ENTITIES), "--workspaces", str(ENTITIES))


def _odt(*words: str, environment: dict[str, str] | None = None, stderr: Any = None) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program, words of ours
        [sys.executable, "-m", "odt_async", *words],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=stderr if stderr is not None else subprocess.DEVNULL,
        text=True,
    )


@contextmanager
def _served(faults: Iterable[str], root: Path) -> Iterator[tuple[str, str]]:
    """Serve a sandbox while it lasts, and yield its address and token."""
    words = [word for fault in (LATENCY, *faults) for word in ("--fault", fault)]
    says = root / "sandbox.txt"
    with says.open("w", encoding="utf-8") as file:
        server = _odt("sandbox", "--port", "0", *_organisation(), *words, stderr=file)
    try:
        give_up_at = time.monotonic() + START_S
        while (match := _EXPORT.search(says.read_text("utf-8"))) is None:
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise SystemExit(f"the sandbox does not start: {says.read_text('utf-8')}")
            time.sleep(0.1)  # for another process
        yield match[1], match[2]
    finally:
        server.terminate()
        server.wait()


def _await_first_request(url: str) -> None:
    give_up_at = time.monotonic() + START_S
    while not _ask(url, "journal")["total"]:
        if time.monotonic() > give_up_at:
            raise SystemExit("the run sends nothing")
        time.sleep(0.1)  # for another process


def _ask(url: str, command: str) -> Any:
    with urllib.request.urlopen(f"{url}/_sandbox/{command}", timeout=START_S) as answer:  # noqa: S310 - ours
        return json.load(answer)


def main(shapes: Iterable[str], seconds: float, concurrency: int) -> int:
    """Measure the shapes one after the other, print the table, and return the exit code."""
    usages: list[Usage] = []
    with tempfile.TemporaryDirectory() as root:
        for shape in shapes:
            usages += measure(shape, Path(root), seconds=seconds, concurrency=concurrency)
            print(f"{shape} done", file=sys.stderr)
    print(table(usages))
    return 0 if all(one.well for one in usages) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(map(repr, SHAPES))}; all, when none"
    )
    parser.add_argument("--seconds", type=float, default=185.0, help="of each; three minutes and a little")
    parser.add_argument("--concurrency", type=int, default=32)
    given = parser.parse_args()
    if unknown := set(given.shapes) - set(SHAPES):
        parser.error(f"there is no shape {', '.join(sorted(unknown))}")
    sys.exit(main(given.shapes or list(SHAPES), given.seconds, given.concurrency))
