"""What a run is given; importing it costs nothing, so that input is judged before the SDK is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from odt_async.actions import Action
from odt_async.dataset import Dataset, Survey
from odt_async.runner.resume import History
from odt_async.settings import Settings
from odt_async.webex.needs import Needs

__all__ = ["RunSpec"]


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What is to be run."""

    name: str  # of the action
    action: Action
    dataset: Dataset
    survey: Survey
    settings: Settings
    dry_run: bool = False
    fail_fast: bool = False
    history: History = field(default_factory=History)
    needs: Needs = field(default_factory=Needs)  # the names that its rows will look up
    # column -> cli, domain, global or default: of the one row of `single`; None in bulk
    source_map: Mapping[str, str] | None = None
