"""The API opens on whatever token there is, and closes what it opened."""

from __future__ import annotations

from odt_async import events
from odt_async.model import VerdictKind
from odt_async.redaction import Redactor
from odt_async.sandbox import Sandbox, SandboxSettings
from odt_async.webex.client import open_api
from odt_async.webex.tokens import FixedToken
from tests.webex.serving import Ledger

SMALL = SandboxSettings(people=20, locations=2, workspaces=2)


def make_log() -> events.Logger:
    lines: list[bytes] = []
    return events.open_logger(lines.append, Redactor())


async def test_every_call_goes_through_the_policy_and_the_session_is_closed_at_the_end() -> None:
    policy = Ledger()
    async with Sandbox(SMALL) as sandbox:
        somebody = sandbox.organisation.people.hydra(7)
        tokens = FixedToken(sandbox.token)
        async with open_api(tokens=tokens, policy=policy, log=make_log(), base_url=sandbox.url) as api:
            person = await api.people.details(person_id=somebody)

    assert policy.steps == [("admit", "people"), ("release", "people", 0.0, VerdictKind.OK)]
    assert (person.person_id, api.session.closed) == (somebody, True)
