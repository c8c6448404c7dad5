"""A group sync that no test has to wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odt_async.sinks.appender import GroupSync


@pytest.fixture
def sync() -> Iterator[GroupSync]:
    """A group that syncs only files that are closed: it would wait an hour for the others."""
    with GroupSync(interval_s=3600) as group:
        yield group
