"""The published descriptions, loaded once for all tests; without them there is nothing to test against."""

from __future__ import annotations

import os

import pytest

from tests.contract.published import FOLDER, PublishedApi


@pytest.fixture(scope="session")
def published() -> PublishedApi:
    if not FOLDER.is_dir():
        reason = "the published descriptions are not beside the checkout (../shared/openapi)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}: in CI they must be")
        pytest.skip(reason)
    return PublishedApi()
