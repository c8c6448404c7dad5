from __future__ import annotations

from pathlib import Path

import pytest

from tools.soak.chapter import Plan, chapter
from tools.soak.figures import Figures
from tools.soak.weather import Incident

WEATHER = ("latency=5ms", "5xx=5%", "reset-after=5%", "throttle=50/s")


@pytest.mark.real_time
async def test_a_run_is_killed_drained_and_resumed_and_every_row_is_applied_once(tmp_path: Path) -> None:
    incidents = (
        Incident(0, "weather", faults=WEATHER),
        Incident(0, "kill"),
        Incident(0, "drain"),
        Incident(0, "freeze", lasts_s=0.1),
    )
    plan = Plan(incidents, duration_s=60, rows=18, seed=1, most_passes=1, lanes=1, options=("--rate", "30"))

    figures = await chapter(plan, tmp_path)

    assert figures.verdict() == []
    assert seen(figures) == {
        "rows": (18, 17, 1),  # one of them must fail
        "runs": 3,
        "incidents": {"kill": 1, "drain": 1, "freeze": 1},
        "exit codes": {137: 1, 143: 1, 1: 1},
        "written": (17, 0),
        "compared": (18, 0),
    }


def seen(figures: Figures) -> dict[str, object]:
    return {
        "rows": (figures.rows, figures.ok, figures.failed_as_due),
        "runs": figures.runs,
        "incidents": dict(figures.incidents),
        "exit codes": dict(figures.exit_codes),
        "written": (figures.changed_writes, figures.double_applies),
        "compared": (figures.compared, figures.differences),
    }
