from __future__ import annotations

from collections.abc import Iterator

import pytest

from odt_async.language import choose_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English, and what was spoken before afterwards."""
    choose_language("en")
    yield
    choose_language(None)
