"""How long a token lives, counted in the event loop's time: the clock on the wall may jump."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TokenLife"]

_RENEW_AFTER = 0.8  # of its life: a fifth is left for a token service that is out


@dataclass(frozen=True, slots=True)
class TokenLife:
    """When an access token ends, in seconds of loop time.

    refresh_ends_at: when the refresh token ends by which it is renewed; None: not known, or there is none.

    A machine that sleeps stops the loop's clock on Linux, so a token may end before its time here: what that
    costs is a request that is refused, and the token is renewed then.
    """

    since: float
    ends_at: float
    refresh_ends_at: float | None = None

    @property
    def renew_at(self) -> float:
        """When to ask for the next one, so that no request is ever refused."""
        return self.since + (self.ends_at - self.since) * _RENEW_AFTER
