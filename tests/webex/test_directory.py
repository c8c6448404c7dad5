from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import Field
from wxc_sdk.as_rest import AsRestError

from odt_async.actions._targets import LocationParams, PersonParams, WorkspaceParams
from odt_async.columns import LicenseIdOrName, Listed, OrgId, is_webex_id
from odt_async.errors import RetriesExhausted, Unresolved
from odt_async.model import ActionParams, Lookup
from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.identity import hydra
from odt_async.sandbox.premise_routes import premise_routes
from odt_async.webex.calls import CallRecord, current_row
from odt_async.webex.directory import Directory
from odt_async.webex.needs import Needs
from odt_async.webex.session import WEBEX
from tests.actions.staging import Stage, staged
from tests.webex.serving import Ledger, Reply, Stub, json_reply, open_session, served

ONE = hydra("ciscospark://us/LICENSE/", "org:BCSTD_one")


class RouteParams(LocationParams):
    """A location and a route, both by name."""

    route_id: str | None = None
    route_name: str = "RG_07"
    route_kind: Any = "route_group"

    def lookups(self) -> tuple[Lookup, ...]:
        if self.route_id is not None:
            return super().lookups()
        return (*super().lookups(), Lookup("route_id", self.route_kind, self.route_name, self.org_id))


class LicenceParams(PersonParams):
    """A person and licences."""

    licenses: Listed[LicenseIdOrName] = Field(default=())

    def lookups(self) -> tuple[Lookup, ...]:
        names = (text for text in self.licenses if not is_webex_id(text))
        return (*super().lookups(), *(Lookup("licenses", "license", name) for name in names))


class Forgetful(ActionParams):
    """Parameters with a bug: they ask for what they have."""

    route_id: str | None = None
    org_id: OrgId | None = None

    @property
    def entity_id(self) -> str:
        return ""

    def lookups(self) -> tuple[Lookup, ...]:
        return (Lookup("route_id", "route_group", "RG_07"),)


def needs_of(rows: Iterable[ActionParams]) -> Needs:
    needs = Needs()
    for row in rows:
        needs.note(row.lookups())
    return needs


def people(stage: Stage, indexes: Iterable[int]) -> list[PersonParams]:
    return [PersonParams(email=stage.sandbox.organisation.person(index).email) for index in indexes]


async def resolve_all(stage: Stage, rows: list[Any], *, at_once: int = 16) -> tuple[list[Any], Directory]:
    """Return the resolved rows; as many at once as a run has workers."""
    directory = Directory(stage.api, needs_of(rows))
    slots = asyncio.Semaphore(at_once)

    async def resolve(row: ActionParams) -> ActionParams:
        async with slots:
            return await directory.resolve(row)

    return await asyncio.gather(*(resolve(row) for row in rows)), directory


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    settings = SandboxSettings(people=50_000, locations=40, workspaces=300)
    async with staged(logs_dir=tmp_path, settings=settings) as opened:
        yield opened


async def test_4000_emails_at_the_start_of_the_list_cost_four_calls(stage: Stage) -> None:
    rows, directory = await resolve_all(stage, people(stage, range(4_000)))
    organisation = stage.sandbox.organisation
    assert [row.person_id for row in rows] == [organisation.people.hydra(index) for index in range(4_000)]
    assert stage.sandbox.journal.total == 4
    assert directory.report() == [{"kind": "person", "names": 4_000, "calls": 4, "how": "listing"}]


async def test_4000_emails_from_all_over_50000_people_cost_a_call_for_each_page(stage: Stage) -> None:
    _, directory = await resolve_all(stage, people(stage, range(0, 48_000, 12)))
    assert stage.sandbox.journal.total == 48  # the last two pages have nobody who is wanted
    assert directory.report() == [{"kind": "person", "names": 4_000, "calls": 48, "how": "listing"}]


async def test_a_few_emails_are_looked_up_one_by_one_and_each_once(stage: Stage) -> None:
    rows, directory = await resolve_all(stage, people(stage, [49_999, 7] * 20))
    ids = [stage.sandbox.organisation.people.hydra(index) for index in (49_999, 7)]
    assert [row.person_id for row in rows] == ids * 20
    assert stage.sandbox.journal.total == 2
    assert directory.report() == [{"kind": "person", "names": 2, "calls": 2, "how": "one by one"}]


async def test_a_listing_that_does_not_pay_is_left_for_single_look_ups(stage: Stage) -> None:
    _, directory = await resolve_all(stage, people(stage, [45_000, 46_000, 47_000]))
    assert stage.sandbox.journal.total == 6
    assert directory.report() == [
        {"kind": "person", "names": 3, "calls": 6, "how": "listing, then one by one"}
    ]


async def test_people_without_an_id_are_found_though_nobody_foresaw_them(stage: Stage) -> None:
    directory = Directory(stage.api)
    (row,) = people(stage, [123])
    assert (await directory.resolve(row)).entity_id == stage.sandbox.organisation.people.hydra(123)


async def test_a_row_that_has_all_its_ids_costs_nothing(stage: Stage) -> None:
    person = PersonParams(person_id=stage.sandbox.organisation.people.hydra(1))
    assert await Directory(stage.api).resolve(person) is person
    assert stage.sandbox.journal.total == 0


async def test_a_location_is_found_by_its_exact_name_case_and_white_space_aside(stage: Stage) -> None:
    directory = Directory(stage.api)
    row = await directory.resolve(LocationParams(location_name="of00007  BILBAO"))
    assert row.entity_id == stage.sandbox.organisation.locations.hydra(7)


async def test_a_name_with_two_spaces_is_asked_for_in_both_spellings() -> None:
    item = {"id": "l1", "name": "OF1  Sur"}  # as it stands in Webex
    async with served(page(), page(item)) as stub, directory_of(stub) as directory:
        assert (await directory.resolve(LocationParams(location_name="of1  sur"))).entity_id == "l1"
    assert [request.target for request in stub.asked] == [
        "/v1/locations?name=of1+sur",
        "/v1/locations?name=of1++sur",
    ]


async def test_a_part_of_a_name_is_not_enough_and_names_what_has_it(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    with pytest.raises(Unresolved) as caught:
        await Directory(stage.api).resolve(LocationParams(location_name="OF0000"))
    assert str(caught.value).startswith(
        "no location has the name 'OF0000': correct it, or write the id in location_id; "
        f"the nearest are 'OF00000 Madrid' ({organisation.locations.hydra(0)}), 'OF00001 Barcelona' ("
    )
    assert str(caught.value).endswith(f"({organisation.locations.hydra(4)}) and 5 more")


async def test_a_listing_too_names_what_is_near(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    names = [organisation.location(index).name for index in range(20)]
    rows = [LocationParams(location_name=name) for name in [*names, "OF0007 Bilbao"]]
    directory = Directory(stage.api, needs_of(rows))
    with pytest.raises(Unresolved, match=r"the nearest are .*'OF00007 Bilbao' \(Y2lz"):
        await directory.resolve(rows[-1])
    assert (await directory.resolve(rows[0])).entity_id == organisation.locations.hydra(0)
    assert directory.report() == [{"kind": "location", "names": 21, "calls": 1, "how": "listing"}]


async def test_an_email_that_nobody_has_says_so(stage: Stage) -> None:
    with pytest.raises(Unresolved) as caught:
        await Directory(stage.api).resolve(PersonParams(email="nobody@sandbox.example"))
    assert str(caught.value) == (
        "no person has the e-mail 'nobody@sandbox.example': correct it, or write the id in person_id"
    )


async def test_a_workspace_is_found_in_the_location_that_was_found_before(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    row = await Directory(stage.api).resolve(
        WorkspaceParams(display_name="Sala 000041", location_name=organisation.location(1).name)
    )
    assert isinstance(row, WorkspaceParams)
    assert (row.location_id, row.workspace_id) == (
        organisation.locations.hydra(1),
        organisation.workspaces.hydra(41),
    )


@pytest.mark.parametrize("others", [[], [f"Sala {index:06}" for index in range(20)]])
async def test_a_workspace_of_another_location_is_not_taken(stage: Stage, others: list[str]) -> None:
    organisation = stage.sandbox.organisation
    row = WorkspaceParams(display_name="Sala 000041", location_id=organisation.locations.hydra(2))
    needs = needs_of([row, *(WorkspaceParams(display_name=name) for name in others)])
    with pytest.raises(Unresolved, match="no workspace has the name 'Sala 000041' at that location"):
        await Directory(stage.api, needs).resolve(row)


@pytest.mark.parametrize("kind", ["route_group", "trunk"])
async def test_routes_are_found_by_name(stage: Stage, kind: str) -> None:
    routes = premise_routes(stage.sandbox.settings.seed)
    name, route_id = (
        ("RG_07", routes.route_groups[7].id) if kind == "route_group" else ("TRUNK_03", routes.trunks[3].id)
    )
    row = await Directory(stage.api).resolve(
        RouteParams(location_name="OF00001 Barcelona", route_name=name, route_kind=kind)
    )
    assert isinstance(row, RouteParams)
    assert (row.location_id, row.route_id) == (stage.sandbox.organisation.locations.hydra(1), route_id)


async def test_licences_come_from_one_list_and_take_the_place_of_their_names(stage: Stage) -> None:
    professional, standard = (licence.id for licence in stage.sandbox.organisation.catalogue.licences[:2])
    person_id = stage.sandbox.organisation.people.hydra(1)
    directory = Directory(stage.api)
    for _ in range(3):
        row = await directory.resolve(
            LicenceParams(
                person_id=person_id,
                licenses="webex calling - standard; " + professional,
            )
        )
        assert isinstance(row, LicenceParams)
        assert row.licenses == (standard, professional)
    assert directory.report() == [{"kind": "license", "names": 1, "calls": 1, "how": "listing"}]


async def test_licences_that_come_in_pages_are_read_to_the_end() -> None:
    replies = [
        page({"id": ONE, "name": "One"}, link="licenses?cursor=1"),
        page({"id": "l2", "name": "Two"}, {"id": "l3", "name": "Two"}),
    ]
    row = LicenceParams(person_id="4e1d0b1c-93ab-4c1e-a6d5-0f4b8f3c2a17", licenses=("One", "Two"))
    async with served(*replies) as stub, directory_of(stub) as directory:
        with pytest.raises(Unresolved, match=r"^2 licenses have the name 'Two'"):
            await directory.resolve(row)
    assert len(stub.asked) == 2


async def test_a_list_that_is_the_only_way_is_asked_for_again_when_it_was_refused() -> None:
    row = LicenceParams(person_id="4e1d0b1c-93ab-4c1e-a6d5-0f4b8f3c2a17", licenses=("One",))
    async with (
        served(Reply(403), page({"id": ONE, "name": "One"})) as stub,
        directory_of(stub) as directory,
    ):
        with pytest.raises(AsRestError):
            await directory.resolve(row)
        assert directory.report() == []
        found = await directory.resolve(row)
    assert isinstance(found, LicenceParams)
    assert found.licenses == (ONE,)


async def test_the_organisation_is_passed_on(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    (row,) = people(stage, [5])
    mine = row.model_copy(update={"org_id": organisation.id})
    assert (await Directory(stage.api).resolve(mine)).entity_id == organisation.people.hydra(5)
    foreign = row.model_copy(update={"org_id": organisation.people.hydra(5)})
    with pytest.raises(AsRestError, match="403"):
        await Directory(stage.api).resolve(foreign)


async def test_parameters_that_ask_for_what_they_have_are_a_bug(stage: Stage) -> None:
    with pytest.raises(TypeError, match="asks on for a route_id it has"):
        await Directory(stage.api).resolve(Forgetful())


async def test_transient_faults_cost_no_row(tmp_path: Path) -> None:
    faults = ("5xx=10%", "reset-before=5%")
    async with staged(*faults, logs_dir=tmp_path, settings=SandboxSettings(people=20_000)) as stage:
        rows, _ = await resolve_all(stage, people(stage, range(0, 20_000, 10)))
        assert all(row.person_id for row in rows)


# what a sandbox does not do on demand: the answers are told one by one


def person(name: str, number: int = 1) -> dict[str, Any]:
    return {"id": f"person-{number}", "emails": [name, f"alias-{name}"]}


def page(*items: dict[str, Any], link: str | None = None) -> Reply:
    headers = {"Link": f'<{WEBEX}/v1/{link}>; rel="next"'} if link else {}
    return json_reply({"items": items}, 200, **headers)


@asynccontextmanager
async def directory_of(stub: Stub, *rows: ActionParams, retries: int = 0) -> AsyncIterator[Directory]:
    async with open_session(stub, Ledger(retries=retries)) as session:
        yield Directory(cast("Any", SimpleNamespace(session=session)), needs_of(rows))


ROWS = [PersonParams(email=f"{name}@here.es") for name in "abcd"]
LISTING = "people?max=1000&callingData=false&excludeStatus=true"


async def test_a_listing_that_breaks_off_fails_one_row_and_goes_on_where_it_was() -> None:
    replies = [
        page(person("a@here.es", 1), link="people?cursor=1"),
        Reply(503),
        page(person("b@here.es", 2), person("c@here.es", 3), person("d@here.es", 4)),
    ]
    async with served(*replies) as stub, directory_of(stub, *ROWS) as directory:
        results = await asyncio.gather(*(directory.resolve(row) for row in ROWS), return_exceptions=True)
    assert [result.entity_id if isinstance(result, ActionParams) else type(result) for result in results] == [
        "person-1",
        RetriesExhausted,
        "person-3",
        "person-4",
    ]
    assert [request.target for request in stub.asked] == [f"/v1/{LISTING}", *["/v1/people?cursor=1"] * 2]


async def test_a_listing_that_webex_refuses_is_given_up_for_single_look_ups() -> None:
    replies = [Reply(400), *(page(person(f"{name}@here.es", number)) for number, name in enumerate("abcd"))]
    async with served(*replies) as stub, directory_of(stub, *ROWS) as directory:
        found = [(await directory.resolve(row)).entity_id for row in ROWS]
        assert directory.report() == [{"kind": "person", "names": 4, "calls": 4, "how": "one by one"}]
    assert found == ["person-0", "person-1", "person-2", "person-3"]


async def test_a_look_up_that_fails_fails_for_whoever_asked_and_the_next_asks_again() -> None:
    async with served(Reply(503), page(person("a@here.es"))) as stub, directory_of(stub) as directory:
        results = await asyncio.gather(*[directory.resolve(ROWS[0])] * 1, return_exceptions=True)
        assert isinstance(results[0], RetriesExhausted)
        both = await asyncio.gather(directory.resolve(ROWS[0]), directory.resolve(ROWS[0]))
    assert [row.entity_id for row in both] == ["person-1", "person-1"]
    assert len(stub.asked) == 2


async def test_rows_that_wait_for_a_look_up_ask_themselves_when_it_fails() -> None:
    async with served(Reply(503), page(person("a@here.es"))) as stub, directory_of(stub) as directory:
        results = await asyncio.gather(
            *(directory.resolve(ROWS[0]) for _ in range(3)), return_exceptions=True
        )
    assert isinstance(results[0], RetriesExhausted)
    assert [result.entity_id for result in results[1:] if isinstance(result, ActionParams)] == [
        "person-1"
    ] * 2
    assert len(stub.asked) == 2


async def test_the_second_of_two_with_one_name_is_noticed_pages_later() -> None:
    rows = [LocationParams(location_name=name) for name in ("Sur", "Norte", "Este")]
    replies = [
        page({"id": "l1", "name": "Sur"}, {"id": "l2", "name": "Norte"}, link="locations?start=2"),
        page({"id": "l2", "name": "Norte"}, {"id": "l3", "name": "SUR "}, {"id": "l4", "name": "Este"}),
    ]
    async with served(*replies) as stub, directory_of(stub, *rows) as directory:
        with pytest.raises(Unresolved) as caught:
            await directory.resolve(rows[0])
        assert (await directory.resolve(rows[1])).entity_id == "l2"  # shown twice, as lists move
    assert str(caught.value) == (
        "2 locations have the name 'Sur': write the id of the right one in location_id: "
        "'Sur' (l1), 'SUR ' (l3)"
    )


async def test_a_miss_in_a_large_listing_is_compared_with_a_thousand_names_only() -> None:
    rows = [LocationParams(location_name=f"Sur {number}") for number in range(1_100)]
    items = [{"id": f"l{number}", "name": f"Sur {number}"} for number in range(1_099)]
    replies = [page(*items, {"id": "x", "name": "Sur X"})]
    async with served(*replies) as stub, directory_of(stub, *rows) as directory:
        with pytest.raises(Unresolved, match=r"the nearest are 'Sur X' \(x\)$"):
            await directory.resolve(rows[-1])


async def test_candidates_for_a_workspace_say_where_they_stand() -> None:
    items = [{"id": f"w{n}", "displayName": "Sala", "locationId": f"l{n}"} for n in range(7)]
    async with served(page(*items)) as stub, directory_of(stub) as directory:
        with pytest.raises(Unresolved) as caught:
            await directory.resolve(WorkspaceParams(display_name="Sala"))
    named = ", ".join(f"'Sala' (w{n} at l{n})" for n in range(5))
    assert str(caught.value) == (
        f"7 workspaces have the name 'Sala': write the id of the right one in workspace_id: {named} and 2 more"
    )


async def test_a_filter_that_says_more_than_was_asked_is_read_to_its_end() -> None:
    replies = [
        page({"id": "l1", "name": "Sur 2"}, link="locations?start=1"),
        page(link="locations?start=2"),
        page({"id": "l3", "name": "Sur"}),
    ]
    async with served(*replies) as stub, directory_of(stub) as directory:
        assert (await directory.resolve(LocationParams(location_name="Sur"))).entity_id == "l3"
    assert len(stub.asked) == 3


async def test_a_second_address_of_a_person_will_do() -> None:
    async with served(page(person("a@here.es", 9))) as stub, directory_of(stub) as directory:
        assert (await directory.resolve(PersonParams(email="alias-a@here.es"))).entity_id == "person-9"


async def test_pages_are_nobodys_requests_but_a_look_up_is_its_rows() -> None:
    rows = [*ROWS, PersonParams(email="unforeseen@here.es")]
    replies = [
        page(*(person(f"{name}@here.es", number) for number, name in enumerate("abcd"))),
        page(person("unforeseen@here.es", 5)),
    ]
    async with served(*replies) as stub, directory_of(stub, *ROWS) as directory:
        attempts = []
        for row in (rows[0], rows[-1]):
            record = CallRecord(max_elapsed_s=1e-9 if row is rows[0] else None)
            current_row.set(record)
            await directory.resolve(row)
            attempts.append(record.attempts)
    assert attempts == [0, 1]
