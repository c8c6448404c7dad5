from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odt_async.model import Verdict, VerdictKind
from odt_async.runner.breaker import Breaker, BreakerSettings, CallClass

READS = CallClass("people", writes=False)
WRITES = CallClass("people", writes=True)
OK = Verdict(VerdictKind.OK)
REFUSED = Verdict(VerdictKind.PERMANENT, "HTTP 404")
OUT = Verdict(VerdictKind.TRANSIENT, "HTTP 503")
LOST = Verdict(VerdictKind.AMBIGUOUS, "TimeoutError")
THROTTLED = Verdict(VerdictKind.THROTTLED, "HTTP 429")
UNREACHABLE = Verdict(VerdictKind.TRANSIENT, "ClientConnectorDNSError", sent=False)


def opened(breaker: Breaker | None = None, *, now: float = 100.0) -> Breaker:
    """Return a breaker that eight rows, 0 to 7, have opened."""
    breaker = breaker or Breaker()
    news = [breaker.learn(row, WRITES, OUT, now) for row in range(8)]
    assert news == [False] * 7 + [True]
    return breaker


def probe(breaker: Breaker, row: object, now: float, verdict: Verdict, calls: CallClass = WRITES) -> bool:
    """Let *row* call, and return whether its answer is news."""
    assert breaker.wait_s(row, now) == 0
    breaker.take(row, now)
    return breaker.learn(row, calls, verdict, now)


def test_it_opens_when_nearly_all_latest_calls_of_several_rows_got_no_answer() -> None:
    breaker = opened()
    assert (breaker.down, breaker.excused, breaker.lasted_s(160.0)) == (WRITES, 1, 60.0)


def test_a_lost_write_is_no_answer_either() -> None:
    breaker = Breaker()
    assert [breaker.learn(row, WRITES, LOST, 0.0) for row in range(8)][-1]


def test_one_row_with_a_trouble_of_its_own_opens_nothing() -> None:
    breaker = Breaker()
    assert not any(breaker.learn("the same", WRITES, OUT, 0.0) for _ in range(50))


def test_where_few_rows_are_under_way_few_are_enough() -> None:
    breaker = Breaker()
    assert [breaker.learn(row % 2, WRITES, OUT, 0.0, rows=2) for row in range(8)][-1]


def test_calls_that_found_no_connection_speak_for_all_rows() -> None:
    breaker = Breaker()
    assert [breaker.learn("the only row", READS, UNREACHABLE, 0.0) for _ in range(8)][-1]


def test_calls_made_for_all_rows_speak_for_all_rows() -> None:
    breaker = Breaker()
    assert [breaker.learn("a page", READS, OUT, 0.0, personal=False) for _ in range(8)][-1]


def test_every_second_failure_opens_nothing() -> None:
    breaker = Breaker()
    assert not any(breaker.learn(row, WRITES, OK if row % 2 else OUT, 0.0) for row in range(200))


def test_reads_that_work_do_not_hide_writes_that_do_not() -> None:
    breaker = Breaker()
    news = []
    for row in range(8):
        news += [breaker.learn(row, READS, OK, 0.0), breaker.learn(row, WRITES, OUT, 0.0)]
    assert (news[-1], breaker.down) == (True, WRITES)


def test_a_refusal_is_an_answer_and_a_429_is_none() -> None:
    breaker = Breaker()
    assert not any(breaker.learn(row, WRITES, REFUSED, 0.0) for row in range(50))
    breaker = Breaker()
    assert not any(breaker.learn(row, WRITES, THROTTLED, 0.0) for row in range(50))
    assert opened(breaker).down == WRITES


def test_it_is_undecided_while_several_rows_get_no_answer_one_after_the_other() -> None:
    breaker = Breaker()
    seen = []
    for row, verdict in [(1, OUT), (1, OUT), (2, OUT), (3, OK), (4, OUT), (5, LOST), (6, REFUSED), (7, OUT)]:
        breaker.learn(row, WRITES, verdict, 0.0)
        seen.append(breaker.undecided)
    assert seen == [False, False, True, False, False, True, False, False]


def test_it_is_undecided_while_a_call_made_for_several_rows_gets_no_answer() -> None:
    breaker = Breaker()
    seen = []
    for verdict in [OUT, OUT, LOST, OK, OUT, OUT]:
        breaker.learn("a batch", WRITES, verdict, 0.0, personal=False)
        seen.append(breaker.undecided)
    assert seen == [False, True, True, False, False, True]


def test_calls_made_for_several_rows_show_an_outage_before_they_are_given_up() -> None:
    breaker = Breaker()
    for _ in range(1000):
        breaker.learn("a batch", READS, OK, 0.0, personal=False)
    failures = [
        (breaker.learn("a batch", READS, OUT, 1.0, personal=False), breaker.undecided) for _ in range(15)
    ]
    assert failures == [(False, False), *[(False, True)] * 13, (True, False)]


def test_it_is_not_undecided_for_ever() -> None:
    breaker = Breaker()
    for call in range(16):
        assert not breaker.learn(call % 2, WRITES, OUT, 0.0)  # two rows, too few to show an outage
    assert not breaker.undecided
    assert not opened().undecided


def test_what_was_seen_long_ago_is_forgotten() -> None:
    breaker = Breaker()
    for row in range(1000):
        breaker.learn(row, WRITES, OK, 0.0)
    news = [breaker.learn(row, WRITES, OUT, 1.0) for row in range(16)]
    assert news.index(True) == 14  # 15 of the latest 16


def test_in_an_outage_one_row_at_a_time_may_try_and_ever_more_seldom() -> None:
    breaker = opened(now=0.0)
    waits = []
    now = 0.0
    for row in range(7):
        waits.append(breaker.wait_s(row, now))
        now += waits[-1]
        breaker.take(row, now)
        assert all(breaker.wait_s(other, now) > 0 for other in range(8) if other != row)
        assert not breaker.learn(row, WRITES, OUT, now)
    assert waits == [1.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
    assert (breaker.probes, breaker.excused) == (7, 8)


def test_a_row_that_has_not_failed_lets_one_try_that_has() -> None:
    breaker = opened(now=0.0)
    assert (breaker.wait_s("new", 0.0), breaker.wait_s(3, 0.0)) == (2.0, 1.0)


def test_the_canary_may_call_again_while_what_it_meets_works() -> None:
    breaker = opened(now=0.0)
    assert not probe(breaker, 3, 1.0, OK, READS)
    assert not probe(breaker, 3, 1.1, OK, READS)
    assert probe(breaker, 3, 1.2, OK, WRITES)
    assert (breaker.down, breaker.wait_s("new", 1.2)) == (None, 0.0)


def test_a_canary_that_never_calls_again_is_followed_by_another() -> None:
    breaker = opened(now=0.0)
    probe(breaker, 3, 1.0, OK, READS)
    assert breaker.wait_s(4, 1.5) == 0.5
    assert breaker.wait_s(4, 2.0) == 0


def test_a_canary_whose_call_was_cancelled_is_followed_by_another() -> None:
    breaker = opened(now=0.0)
    breaker.take(3, 1.0)
    breaker.unanswered(3)
    assert breaker.wait_s(4, 2.0) == 0


def test_an_answer_to_a_call_sent_before_the_outage_ends_nothing() -> None:
    breaker = opened(now=0.0)
    assert not breaker.learn(9, WRITES, OK, 0.5)
    assert breaker.down == WRITES


def test_after_an_outage_it_takes_as_much_to_open_again() -> None:
    breaker = opened(now=0.0)
    assert probe(breaker, 0, 1.0, REFUSED)
    assert not any(breaker.learn(row, WRITES, OUT, 2.0) for row in range(7))
    assert breaker.learn(7, WRITES, OUT, 2.0)
    assert (breaker.excused, breaker.probes, breaker.wait_s(0, 2.0)) == (2, 0, 1.0)


calls = st.tuples(
    st.integers(0, 20),
    st.sampled_from([READS, WRITES]),
    st.sampled_from([OK, REFUSED, OUT, LOST, THROTTLED, UNREACHABLE]),
    st.floats(0, 40),
)


@given(st.lists(calls, max_size=200))
def test_whatever_happens_somebody_may_always_try_within_the_longest_interval(
    steps: list[tuple[int, CallClass, Verdict, float]],
) -> None:
    settings = BreakerSettings()
    breaker = Breaker(settings)
    now = 0.0
    for row, kind, verdict, later_s in steps:
        now += later_s
        if breaker.wait_s(row, now) == 0:
            breaker.take(row, now)
            breaker.learn(row, kind, verdict, now)
        assert breaker.wait_s("anybody", now + settings.longest_probe_s + 1) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from([READS, WRITES]), st.sampled_from([OK, OUT, REFUSED])),
        max_size=60,
    )
)
def test_a_proper_answer_counts_the_same_whichever_way_it_is_noted(
    calls: list[tuple[int, CallClass, Verdict]],
) -> None:
    one, other = Breaker(), Breaker()
    for row, kind, verdict in calls:
        news = one.learn(row, kind, verdict, 0.0)
        noted = verdict is OK and other.answered(kind)
        assert news == (not noted and other.learn(row, kind, verdict, 0.0))
        assert (one.down, one.undecided) == (other.down, other.undecided)
