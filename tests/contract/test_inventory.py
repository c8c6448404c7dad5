"""Every request of `export`, and of the question before a run, is one that Webex has published."""

from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.webex.inventory import INVENTORIES, read_inventory
from tests.actions.staging import staged
from tests.contract.published import Answer, PublishedApi, Sent
from tests.contract.recording import Recorder
from tests.contract.scenarios import ORGANISATION


def problems(published: PublishedApi, exchanges: list[tuple[Sent, Answer]]) -> set[str]:
    return {problem for sent, _answer in exchanges for problem in published.problems(sent)}


@pytest.mark.parametrize("org_id", [None, ORGANISATION.id], ids=["own organisation", "customer's"])
@pytest.mark.parametrize("name", INVENTORIES)
async def test_every_list(name: str, org_id: str | None, published: PublishedApi, tmp_path: Path) -> None:
    async with staged(logs_dir=tmp_path) as stage:
        recorder = Recorder(stage.api)
        recorder.start()
        async for _page in read_inventory(stage.api.session, name, org_id=org_id, calling_data=True):
            pass
        exchanges = recorder.exchanges

    assert exchanges != []
    assert problems(published, exchanges) == set()


async def test_what_the_guard_asks(published: PublishedApi, tmp_path: Path) -> None:
    async with staged(logs_dir=tmp_path) as stage:
        recorder = Recorder(stage.api)
        recorder.start()
        me = await stage.api.people.me()
        details = await stage.api.organizations.details(str(me.org_id))
        expires_ms = await stage.api.authorizations.get_token_expiration_status()
        exchanges = recorder.exchanges

    assert problems(published, exchanges) == set()
    assert (details.org_id, expires_ms > 1_000_000_000_000) == (ORGANISATION.id, True)
