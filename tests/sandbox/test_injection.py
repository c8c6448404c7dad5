from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odt_async.sandbox import parse_faults
from odt_async.sandbox.injection import MAX_STRIKES, Injector, Strike

MIXED = parse_faults(["5xx=20%", "html-502=10%", "reset-before=10%", "reset-after=10%", "stall=10%"])
OF_A_TIME = {Strike.OUTAGE_503, Strike.OUTAGE_DROP, Strike.FORGOTTEN}
HALVED = {Strike.STALL_BEFORE, Strike.STALL_AFTER, Strike.ERROR_200_BEFORE, Strike.ERROR_200_AFTER}
TARGETS = [f"/v1/people/{number}" for number in range(200)]


def strikes(injector: Injector, targets: list[str]) -> dict[str, Strike | None]:
    return {target: injector.strike("PUT", target) for target in targets}


def test_nothing_strikes_by_default() -> None:
    assert set(strikes(Injector(parse_faults([]), seed=1), TARGETS).values()) == {None}


@given(st.permutations(TARGETS[:60]))
def test_the_order_of_requests_does_not_matter(targets: list[str]) -> None:
    assert strikes(Injector(MIXED, seed=1), targets) == strikes(Injector(MIXED, seed=1), TARGETS[:60])


def test_every_kind_strikes_some_and_most_pass() -> None:
    kinds = {strike.removesuffix("-before").removesuffix("-after") for strike in HALVED}
    names = [*(strike for strike in Strike if strike not in OF_A_TIME | HALVED), *kinds]
    injector = Injector(parse_faults([f"{name}=3%" for name in names]), seed=1)
    struck = strikes(injector, [f"/v1/people/{number}" for number in range(1_000)]).values()
    assert set(struck) == {None, *Strike} - OF_A_TIME


def test_an_outage_keeps_everything_out_while_it_lasts() -> None:
    injector = Injector(parse_faults(["outage=10s-20s", "outage=30s-,drop"]), seed=1)
    assert [injector.outage(second) for second in (9.9, 10, 19.9, 20, 30, 1e9)] == [
        None,
        Strike.OUTAGE_503,
        Strike.OUTAGE_503,
        None,
        Strike.OUTAGE_DROP,
        Strike.OUTAGE_DROP,
    ]


def test_a_request_gets_through_after_a_few_strikes() -> None:
    injector = Injector(parse_faults(["5xx=99.9%"]), seed=1)
    struck = [injector.strike("GET", "/v1/people") is not None for _ in range(MAX_STRIKES + 3)]
    assert struck == [True] * MAX_STRIKES + [False] * 3


def test_a_share_of_one_hundred_per_cent_never_ends() -> None:
    injector = Injector(parse_faults(["reset-before=100%"]), seed=1)
    assert {injector.strike("GET", "/v1/people") for _ in range(20)} == {Strike.RESET_BEFORE}


def test_only_addresses_that_were_struck_are_remembered() -> None:
    injector = Injector(parse_faults(["5xx=10%"]), seed=1)
    struck = [target for target, strike in strikes(injector, TARGETS).items() if strike]
    assert len(injector._strikes) == len(struck) < len(TARGETS)


def test_server_errors_are_a_mix() -> None:
    injector = Injector(parse_faults(["5xx=100%"]), seed=1)
    statuses = set()
    for target in TARGETS:
        injector.strike("GET", target)
        statuses.add(injector.status("GET", target))
    assert statuses == {500, 502, 503, 504}


def test_a_fault_of_one_method_strikes_no_other() -> None:
    injector = Injector(parse_faults(["5xx=100%,PUT"]), seed=1)
    struck = [injector.strike(method, "/v1/people") for method in ("GET", "POST", "PUT")]
    assert struck == [None, None, Strike.SERVER_ERROR]
