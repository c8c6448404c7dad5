from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.errors import OutputFailed
from odt_async.sinks.run_json import read_manifest, write_manifest

FILE = Path("run_run.json")


def test_a_manifest_is_read_back_and_its_owners_alone() -> None:
    write_manifest(FILE, {"run": "r1", "input": Path("usuarios\udcf1.csv"), "continues": None})
    assert read_manifest(FILE) == {"run": "r1", "input": "usuarios?.csv", "continues": None}
    assert FILE.stat().st_mode & 0o777 == 0o600


def test_a_manifest_is_never_overwritten() -> None:
    write_manifest(FILE, {"run": "r1"})
    with pytest.raises(OutputFailed, match=r"^run_run.json cannot be written: File exists$"):
        write_manifest(FILE, {"run": "r2"})
    assert read_manifest(FILE) == {"run": "r1"}


@pytest.mark.parametrize("content", [None, b"", b'{"run": "r', b"[]", b"\xff"])
def test_a_manifest_that_is_gone_or_torn_says_nothing(content: bytes | None) -> None:
    if content is not None:
        FILE.write_bytes(content)
    assert read_manifest(FILE) == {}
