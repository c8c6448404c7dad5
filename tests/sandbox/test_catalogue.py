from __future__ import annotations

from odt_async.columns import hydra_type
from odt_async.sandbox.catalogue import CALLING, Catalogue

CATALOGUE = Catalogue("11111111-1111-4111-a111-111111111111")


def test_every_licence_has_a_name_and_an_id_of_its_own() -> None:
    licences = CATALOGUE.licences
    assert (
        len({licence.id for licence in licences})
        == len({licence.name for licence in licences})
        == len(licences)
    )
    assert {hydra_type(licence.id) for licence in licences} == {"LICENSE"}


def test_an_id_leads_back_to_its_licence_padded_or_not() -> None:
    for licence in CATALOGUE.licences:
        assert CATALOGUE.number(licence.id) == CATALOGUE.number(licence.id + "==") == licence.number
    assert CATALOGUE.number("nonsense") is None


def test_calling_licences_are_named_so() -> None:
    assert [CATALOGUE.licences[number].name for number in sorted(CALLING)] == [
        "Webex Calling - Professional",
        "Webex Calling - Standard",
    ]


def test_ids_come_in_the_order_of_the_catalogue() -> None:
    assert CATALOGUE.ids([5, 0]) == [CATALOGUE.licences[0].id, CATALOGUE.licences[5].id]
