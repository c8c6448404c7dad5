"""How much else the machine had to do meanwhile: what the figures are to be believed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

__all__ = ["Noise", "spread"]

_STAT = Path("/proc/stat")
_IDLE, _IOWAIT, _STEAL = 3, 4, 7  # fields of its first line (proc(5)), in ticks since the start


class Noise:
    """Watches from its making to `told`."""

    def __init__(self) -> None:
        self._before = _ticks()

    def told(self) -> dict[str, Any]:
        """Return load averages, and the shares of all processors' time that were busy and stolen."""
        ticks = [now - before for now, before in zip(_ticks(), self._before, strict=True)]
        whole = sum(ticks)
        return {
            "processors": os.cpu_count(),
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "busy_share": round(1 - (ticks[_IDLE] + ticks[_IOWAIT]) / whole, 3) if whole else None,
            "stolen_share": round(ticks[_STEAL] / whole, 4) if whole else None,
        }


def spread(values: Sequence[float]) -> float:
    """Return by how much *values* differ: the span of all as a share of their median."""
    return (max(values) - min(values)) / median(values)


def _ticks() -> list[int]:
    """Return the ticks of all processors by what they did; zeros where the system does not tell."""
    try:
        first = _STAT.read_text("ascii").partition("\n")[0]
    except OSError:
        return [0] * 8
    return [int(word) for word in first.split()[1:9]]
