"""Every request by which a name becomes an id, one by one and by listing, is one that Webex has published."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from odt_async.model import ActionParams, EntityKind, Lookup
from odt_async.sandbox.premise_routes import premise_routes
from odt_async.webex.directory import Directory
from odt_async.webex.kinds import KINDS
from odt_async.webex.needs import Needs
from tests.actions.staging import SMALL, staged
from tests.contract.published import PublishedApi
from tests.contract.recording import Recorder
from tests.contract.scenarios import ORGANISATION

ROUTES = premise_routes(SMALL.seed)
NAMES: dict[EntityKind, list[str]] = {
    # the last one is on the second page of a listing
    "person": [ORGANISATION.person(index).email for index in (0, 1, 2, SMALL.people - 1)],
    "location": [ORGANISATION.location(index).name for index in range(4)],
    "workspace": [ORGANISATION.workspace(index).display_name for index in range(4)],
    "license": [licence.name for licence in ORGANISATION.catalogue.licences[:4]],
    "route_group": [route.name for route in ROUTES.route_groups[:4]],
    "trunk": [route.name for route in ROUTES.trunks[:4]],
}


class Wanted(ActionParams):
    """Names to look up."""

    kind: EntityKind
    names: tuple[str, ...]
    org_id: str | None = None
    location_id: str | None = None

    @property
    def entity_id(self) -> str:
        return ""

    def lookups(self) -> tuple[Lookup, ...]:
        open_names = (name for name in self.names if name in NAMES[self.kind])
        return tuple(Lookup("names", self.kind, name, self.org_id, self.location_id) for name in open_names)


async def problems_of(
    published: PublishedApi, wanted: Wanted, needed: Iterable[Lookup], logs: Path
) -> set[str]:
    needs = Needs()
    needs.note(needed)
    async with staged(logs_dir=logs) as stage:
        recorder = Recorder(stage.api)
        recorder.start()
        await Directory(stage.api, needs).resolve(wanted)
        sent = [sent for sent, _answer in recorder.exchanges]
    assert sent != []
    return {problem for request in sent for problem in published.problems(request)}


@pytest.mark.parametrize("org_id", [None, ORGANISATION.id], ids=["own organisation", "customer's"])
@pytest.mark.parametrize("kind", KINDS)
async def test_one_by_one(
    kind: EntityKind, org_id: str | None, published: PublishedApi, tmp_path: Path
) -> None:
    wanted = Wanted(kind=kind, names=tuple(NAMES[kind][:1]), org_id=org_id)

    assert await problems_of(published, wanted, (), tmp_path) == set()


@pytest.mark.parametrize("org_id", [None, ORGANISATION.id], ids=["own organisation", "customer's"])
@pytest.mark.parametrize("kind", KINDS)
async def test_by_listing(
    kind: EntityKind, org_id: str | None, published: PublishedApi, tmp_path: Path
) -> None:
    wanted = Wanted(kind=kind, names=tuple(NAMES[kind]), org_id=org_id)

    assert await problems_of(published, wanted, wanted.lookups(), tmp_path) == set()


async def test_a_workspace_within_a_location(published: PublishedApi, tmp_path: Path) -> None:
    workspace = ORGANISATION.workspace(0)
    location_id = ORGANISATION.location(workspace.location).id
    wanted = Wanted(kind="workspace", names=(workspace.display_name,), location_id=location_id)

    assert await problems_of(published, wanted, (), tmp_path) == set()
