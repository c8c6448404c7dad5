"""Access tokens of the simulated Webex: stable, obviously fake, and expiring on request."""

from __future__ import annotations

import math

from odt_async.sandbox.identity import draw

__all__ = ["AccessTokens"]

ACCESS_LIFETIME_S = 14 * 86_400  # what Webex gives a service app or integration
REFRESH_LIFETIME_S = 90 * 86_400


class AccessTokens:
    """Issues and checks tokens. Everything follows from the seed, so a restart gives the same ones.

    ttl_s: lifetime of an access token; None: they never expire, though 14 days are announced. It may be
        changed; tokens already issued keep their end.
    """

    def __init__(self, seed: int, ttl_s: float | None, now: float) -> None:
        self._seed = seed
        self.ttl_s = ttl_s
        self._issued = 0
        self._expires_at: dict[str, float] = {}
        self.client_id = f"sandbox-client-{draw(seed, 'client'):016x}"
        self.client_secret = f"sandbox-fake-client-secret-{draw(seed, 'client secret'):016x}"
        self.refresh_token = f"sandbox-fake-refresh-token-{draw(seed, 'refresh'):016x}"
        self.first = self.issue(now)

    @property
    def expires_in(self) -> int:
        """Whole seconds that a token issued now is announced to live."""
        return ACCESS_LIFETIME_S if self.ttl_s is None else max(int(self.ttl_s), 1)

    def issue(self, now: float) -> str:
        """Return a new access token; the earlier ones live on until they expire, as at Webex."""
        for token in [token for token, end in self._expires_at.items() if end <= now]:
            del self._expires_at[token]
        token = f"sandbox-fake-access-token-{self._issued}-{draw(self._seed, 'access', self._issued):016x}"
        self._issued += 1
        self._expires_at[token] = math.inf if self.ttl_s is None else now + self.ttl_s
        return token

    def expire_all(self) -> None:
        """End all tokens issued so far, now."""
        self._expires_at.clear()

    def left_s(self, token: str, now: float) -> float:
        """Return the seconds that a valid *token* is announced to live on."""
        left_s = self._expires_at[token] - now
        return ACCESS_LIFETIME_S if math.isinf(left_s) else left_s

    def is_valid(self, token: str, now: float) -> bool:
        """Tell whether *token* was issued here and has not expired."""
        return now < self._expires_at.get(token, -math.inf)
