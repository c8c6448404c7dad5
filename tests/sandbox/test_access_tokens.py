from __future__ import annotations

from odt_async.sandbox.access_tokens import AccessTokens


def test_tokens_are_the_same_after_a_restart_and_differ_by_seed() -> None:
    first, again, other = (AccessTokens(seed, None, 0.0).first for seed in (1, 1, 2))
    assert (first == again, first == other, first.startswith("sandbox-fake-")) == (True, False, True)


def test_a_token_ends_with_its_lifetime_and_others_live_on() -> None:
    tokens = AccessTokens(1, 60.0, now=100.0)
    second = tokens.issue(130.0)
    valid = [(tokens.is_valid(tokens.first, now), tokens.is_valid(second, now)) for now in (159.9, 160, 190)]
    assert valid == [(True, True), (False, True), (False, False)]


def test_without_a_lifetime_tokens_do_not_end() -> None:
    tokens = AccessTokens(1, None, now=0.0)
    assert (tokens.is_valid(tokens.first, 1e9), tokens.expires_in) == (True, 14 * 86_400)


def test_expired_tokens_are_forgotten() -> None:
    tokens = AccessTokens(1, 60.0, now=0.0)
    for hour in range(1, 50):
        tokens.issue(hour * 3600.0)
    assert len(tokens._expires_at) == 1


def test_all_tokens_can_be_ended_at_once_and_another_lifetime_is_for_new_ones() -> None:
    tokens = AccessTokens(1, None, now=0.0)
    tokens.expire_all()
    tokens.ttl_s = 60.0
    second = tokens.issue(100.0)
    valid = [tokens.is_valid(tokens.first, 101.0), tokens.is_valid(second, 101.0)]
    assert (valid, tokens.is_valid(second, 160.0), tokens.expires_in) == ([False, True], False, 60)
