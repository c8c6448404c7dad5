from __future__ import annotations

from odt_async.sandbox.journal import Journal


def test_requests_are_counted_by_method_route_and_result() -> None:
    journal = Journal()
    for method, result in (("GET", "200"), ("GET", "429"), ("GET", "429"), ("PUT", "204")):
        journal.arrived("people", 0.0)
        journal.finished(method, "/v1/people", result)
    counts = (
        journal.count(),
        journal.count(method="GET"),
        journal.count(result="429"),
        journal.count(route="/x"),
    )
    assert (journal.total, counts) == (4, (4, 3, 2, 0))


def test_a_request_inside_an_announced_wait_is_counted_for_its_family() -> None:
    journal = Journal()
    journal.announced("people", 10.0, 12.0)
    for family, now in (
        ("people", 10.05),  # sent before its client had read the 429
        ("people", 10.5),
        ("locations", 10.5),
        ("people", 11.995),  # a timer that went off a little early
        ("people", 12.0),
    ):
        journal.arrived(family, now)
    assert dict(journal.inside_retry_after) == {"people": 1}


def test_a_longer_wait_extends_the_hold_and_a_shorter_one_does_not() -> None:
    journal = Journal()
    journal.announced("people", 10.0, 12.0)
    journal.announced("people", 10.0, 11.0)
    journal.announced("people", 11.0, 14.0)
    for now in (11.5, 12.5, 13.5, 14.0):
        journal.arrived("people", now)
    assert journal.inside_retry_after["people"] == 3


def test_writes_that_change_nothing_are_double_applies() -> None:
    journal = Journal()
    journal.wrote(changed=True, answered=False)
    journal.wrote(changed=False, answered=True)
    assert (journal.changed_writes, journal.double_applies, journal.unanswered_writes) == (1, 1, 1)


def test_the_json_form_holds_everything_and_clearing_empties_it() -> None:
    journal = Journal()
    empty = journal.as_json()
    journal.arrived("people", 0.0)
    journal.finished("GET", "/v1/people", "200")
    journal.wrote(changed=True, answered=True)
    full = journal.as_json()
    journal.clear()
    assert (journal.as_json(), full) == (
        empty,
        {
            "total": 1,
            "results": {"200": 1},
            "requests": [{"method": "GET", "route": "/v1/people", "result": "200", "count": 1}],
            "changed_writes": 1,
            "double_applies": 0,
            "unanswered_writes": 0,
            "inside_retry_after": {},
            "most_under_way": 1,
        },
    )


def test_requests_under_way_are_still_so_when_counting_starts_again() -> None:
    journal = Journal()
    for _ in range(3):
        journal.arrived("people", 0.0)
    journal.clear()
    journal.finished("GET", "/v1/people", "200")
    journal.arrived("people", 1.0)
    assert (journal.under_way, journal.most_under_way) == (3, 3)
