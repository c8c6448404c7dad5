from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.errors import InputError
from odt_async.sandbox import Faults, faults_help, parse_faults
from odt_async.sandbox.fault_values import Latency, Outage, Selection, StrikeRule, ThrottleRule

BUCKET = ThrottleRule("bucket", 50, 1, burst=50)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("latency=50ms", Faults(latency=Latency(0.05))),
        ("latency=1.5s~20%", Faults(latency=Latency(1.5, 0.2))),
        ("latency=0ms", Faults()),
        ("throttle=50/s", Faults(throttle=(BUCKET,))),
        ("throttle=50/s,burst=5", Faults(throttle=(replace(BUCKET, burst=5),))),
        ("throttle=0.5/s", Faults(throttle=(ThrottleRule("bucket", 0.5, 1, burst=1),))),
        ("throttle=300/min", Faults(throttle=(ThrottleRule("bucket", 300, 60, burst=300),))),
        ("throttle=300/60s,window", Faults(throttle=(ThrottleRule("window", 300, 60, burst=300),))),
        ("throttle=concurrent:16", Faults(throttle=(ThrottleRule("concurrent", 16),))),
        (
            "throttle=50/s, retry-after=2.5, family=/people/features, charge-refused",
            Faults(
                throttle=(replace(BUCKET, retry_after="2.5", family="people/features", charge_refused=True),)
            ),
        ),
        ("5xx=2%", Faults(strikes={"5xx": StrikeRule(0.02)})),
        ("html-502=100%", Faults(strikes={"html-502": StrikeRule(1.0)})),
        ("reset-before=1%", Faults(strikes={"reset-before": StrikeRule(0.01)})),
        ("reset-after=.5%", Faults(strikes={"reset-after": StrikeRule(0.005)})),
        ("stall=0.2%", Faults(strikes={"stall": StrikeRule(0.002)})),
        (" stall = 0% ", Faults(strikes={"stall": StrikeRule(0.0)})),
        ("gzip-bomb=1%", Faults(strikes={"gzip-bomb": StrikeRule(0.01)})),
        ("misfit=1%, PUT", Faults(strikes={"misfit": StrikeRule(0.01, "PUT")})),
        ("outage=30s-1.5m", Faults(outages=(Outage(30, 90),))),
        ("outage=0s-,drop", Faults(outages=(Outage(0, dropped=True),))),
        ("outage=1s-2s, 503", Faults(outages=(Outage(1, 2),))),
        ("idle-close=2s", Faults(idle_close_s=2)),
        ("idle-forget=500ms", Faults(idle_forget_s=0.5)),
        ("forwarding-4003=25%", Faults(forwarding_4003=Selection(0.25))),
        ("forwarding-4003=a@b.es|Y2lz", Faults(forwarding_4003=Selection(0, frozenset({"a@b.es", "Y2lz"})))),
        ("no-calling=1%|a@b.es", Faults(no_calling=Selection(0.01, frozenset({"a@b.es"})))),
        ("create-400=1%", Faults(create_400=0.01)),
        ("licence-206=1%", Faults(licence_206=0.01)),
        ("search-lag=2s", Faults(search_lag_s=2)),
        ("token-ttl=60s", Faults(token_ttl_s=60)),
    ],
)
def test_what_a_fault_means(text: str, expected: Faults) -> None:
    assert parse_faults([text]) == expected


def test_limits_strikes_outages_and_people_add_up() -> None:
    faults = parse_faults(
        [
            *("throttle=50/s", "throttle=concurrent:2", "no-calling=a@b.es", "no-calling=1%"),
            *("5xx=2%", "stall=1%", "outage=1s-2s", "outage=5s-6s"),
        ]
    )
    assert faults == Faults(
        throttle=(BUCKET, ThrottleRule("concurrent", 2)),
        strikes={"5xx": StrikeRule(0.02), "stall": StrikeRule(0.01)},
        outages=(Outage(1, 2), Outage(5, 6)),
        no_calling=Selection(0.01, frozenset({"a@b.es"})),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "sleep=1s",
            "fault 'sleep=1s' is not NAME=VALUE with a NAME of latency, throttle, outage, 5xx, html-502, ",
        ),
        ("5xx", "fault '5xx' is not NAME=VALUE"),
        ("5xx=2", "fault '5xx=2' is not understood; write it like 5xx=2%"),
        ("5xx=101%", "fault '5xx=101%' is not understood: more than 100 %; write it like 5xx=2%"),
        ("latency=50", "write it like latency=50ms~20%"),
        ("latency=50ms~x", "write it like latency=50ms~20%"),
        ("throttle=50", "write it like throttle=50/s"),
        ("throttle=50/.s", "write it like throttle=50/s"),
        ("throttle=0/s", "it must be more than 0"),
        ("throttle=concurrent:x", "is not understood; write it like"),
        ("throttle=50/s,burst=x", "is not understood; write it like"),
        ("throttle=50/s,retry-after=soon", "is not understood; write it like"),
        ("throttle=50/s,slowly", "unknown option 'slowly'"),
        ("throttle=concurrent:2,burst=3", "'burst=3' is no option of this limit"),
        ("throttle=50/s,family=", "'family=' is no option of this limit"),
        ("no-calling=1%|2%", "write it like no-calling=1%"),
        ("no-calling=", "write it like no-calling=1%"),
        ("misfit=1%,WRITE", "'WRITE' is none of GET, POST, PUT, PATCH, DELETE; write it like misfit=1%"),
        ("outage=30s", "it must end after it starts"),
        ("outage=30s-30s", "it must end after it starts"),
        ("outage=30s-90s,gone", "'gone' is neither 503 nor drop"),
        ("outage=-30s", "write it like outage=30s-90s"),
        ("idle-close=0s", "it must be more than 0"),
        ("token-ttl=0s", "it must be more than 0"),
    ],
)
def test_a_bad_fault_is_one_line_that_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_faults([text])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_fault_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'5xx' is given twice"):
        parse_faults(["5xx=1%", "5xx=2%"])


@given(st.sampled_from(sorted(line for line in faults_help().splitlines() if line[0] != " ")))
def test_every_example_of_the_help_is_understood(example: str) -> None:
    assert parse_faults([example]) != Faults()


@given(st.text())
def test_any_other_text_is_an_input_error(text: str) -> None:
    for name in ("", "throttle=", "latency=", "5xx=", "token-ttl="):
        try:
            parse_faults([name + text])
        except InputError:
            continue
