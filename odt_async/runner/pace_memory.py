"""What a run has learned of the limits, for the next one: `pace.json` beside the logs, for its owner only.

The next run starts at that pace and with that many under way, never above. Only limits are kept, by organisation
and endpoint family; what names the organisation is no secret.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from odt_async.events import timestamp
from odt_async.runner.pacer import Known
from odt_async.sinks.whole_file import whole_file

__all__ = ["organisation_of", "recall", "remember"]

_FILE = "pace.json"
_MOST_ORGANISATIONS = 50
# a token of Webex ends in the id of its organisation (seen, not documented); others tell nothing
_ORGANISATION = re.compile(r"_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.IGNORECASE)


def organisation_of(token: str, base_url: str | None) -> str | None:
    """Return what stands for the organisation: its id, else the address of a stand-in; None: it cannot be told."""
    match = _ORGANISATION.search(token)
    return match[1].lower() if match else base_url


def recall(logs_dir: Path, organisation: str | None) -> dict[str, Known]:
    """Return what is known of each family; nothing when there is no such file, or it is not ours."""
    families = _read(logs_dir).get(organisation or "", {}).get("families", {})
    if not isinstance(families, dict):
        return {}
    return {name: _known(limits) for name, limits in families.items() if isinstance(limits, dict)}


def remember(logs_dir: Path, organisation: str | None, families: Mapping[str, Known]) -> None:
    """Write what is known of *organisation*, and keep what the file says of others. Raises OutputFailed."""
    if organisation is None or not families:
        return
    organisations = _read(logs_dir)
    organisations.pop(organisation, None)
    while len(organisations) >= _MOST_ORGANISATIONS:
        del organisations[next(iter(organisations))]  # the one that was written longest ago
    organisations[organisation] = {
        "at": timestamp(),
        "families": {
            name: {"pace_per_s": _rounded(known.pace_per_s), "under_way": known.under_way}
            for name, known in families.items()
        },
    }
    with whole_file(logs_dir / _FILE) as file:
        file.write(json.dumps({"organisations": organisations}, indent=2).encode())


def _read(logs_dir: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads((logs_dir / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    organisations = content.get("organisations") if isinstance(content, dict) else None
    if not isinstance(organisations, dict):
        return {}
    return {name: entry for name, entry in organisations.items() if isinstance(entry, dict)}


def _known(limits: dict[str, Any]) -> Known:
    pace, under_way = limits.get("pace_per_s"), limits.get("under_way")
    return Known(
        float(pace) if isinstance(pace, int | float) and 0 < pace < math.inf else None,
        under_way if isinstance(under_way, int) and under_way > 0 else None,
    )


def _rounded(pace_per_s: float | None) -> float | None:
    return None if pace_per_s is None else round(pace_per_s, 3)
