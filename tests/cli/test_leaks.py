"""No secret on the screen either, whatever Webex answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from tests.cli.command_line import ACTION, LOGS, odt, write_samples
from tests.runner.echoing import ECHOES, ENCODINGS, TOKEN, Echoing
from tests.runner.leak_search import find_secrets, find_secrets_in, find_shapes


@contextmanager
def echoing() -> Iterator[Echoing]:
    """Serve a Webex that repeats the token, from a thread."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Echoing()) as served,
    ):
        served.tokens._expires_at[TOKEN] = float("inf")
        yield served


@pytest.mark.parametrize(
    "arguments",
    [("bulk", ACTION), ("bulk", ACTION, "--json"), ("plan", ACTION), ("single", ACTION, "--json")],
    ids=" ".join,
)
def test_a_webex_that_echoes_the_token_does_not_bring_it_to_the_screen(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_samples(len(ECHOES) * len(ENCODINGS))
    Path("token.txt").write_text(TOKEN)
    monkeypatch.setenv("WEBEX_TOKEN_FILE", "token.txt")
    with echoing() as served:
        shown = odt(
            *arguments,
            *("--base-url", served.url, "--max-retries-per-call", "0", "--concurrency", "32"),
            *("--max-outage", "0", "--max-same-error", "0"),
        )
        echoes = served.echoes
    assert echoes > 0
    screen = shown.stdout_bytes + shown.stderr_bytes
    assert (find_secrets(screen, {TOKEN}), find_shapes(screen)) == (set(), [])
    assert find_secrets_in(LOGS, {TOKEN}) == {}
