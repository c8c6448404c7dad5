from __future__ import annotations

import os
from pathlib import Path

import pytest

from odt_async.bench import noise
from odt_async.bench.noise import Noise, spread


def test_spread_is_the_span_as_a_share_of_the_median() -> None:
    assert spread([90.0, 100.0, 120.0]) == pytest.approx(0.3)


def test_busy_and_stolen_time_are_shares_of_what_has_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise, "_STAT", tmp_path / "stat")
    (tmp_path / "stat").write_text("cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 1\n", "ascii")
    watching = Noise()
    (tmp_path / "stat").write_text("cpu  130 0 20 940 5 0 0 5 0 0\ncpu0 1\n", "ascii")
    told = watching.told()
    assert (told["busy_share"], told["stolen_share"]) == (0.55, 0.05)
    assert (told["processors"], len(told["load_average"])) == (os.cpu_count(), 3)


def test_a_system_that_does_not_tell_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "_STAT", tmp_path / "nothing")
    told = Noise().told()
    assert (told["busy_share"], told["stolen_share"]) == (None, None)
