from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tools.soak.__main__ import main


@pytest.mark.parametrize("text", ["10", "ten minutes", "0s", "-5m", "5d"])
def test_a_duration_that_is_none_is_refused_before_anything_starts(text: str) -> None:
    result = CliRunner().invoke(main, ["--duration", text])

    assert (result.exit_code, "write it like 90s, 10m or 24h" in result.output) == (2, True)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()

    result = CliRunner().invoke(main, ["--dir", str(tmp_path)])

    assert (result.exit_code, "is not empty" in result.output) == (2, True)


def test_a_stretch_longer_than_the_whole_is_refused() -> None:
    result = CliRunner().invoke(main, ["--stretch", "11m"])

    assert (result.exit_code, "longer than --duration" in result.output) == (2, True)
