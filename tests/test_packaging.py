"""What somebody gets who installs the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REQUIREMENTS = [ROOT / "requirements" / name for name in ("run.txt", "dev.txt")]


def normalised(name: str) -> str:
    """Return the name of a distribution as package indexes compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins_of(path: Path) -> dict[str, str]:
    """Return name and version of every pinned requirement in a file."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE)
    return {normalised(name): version for name, version in pins}


def test_the_wheel_carries_types_and_licence(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", minversion="77", reason="the build needs it; `make test` installs it")
    source = tmp_path / "source"
    shutil.copytree(ROOT / "odt_async", source / "odt_async", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)

    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=source, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("odt_async-*-py3-none-any.whl")
    names = set(ZipFile(wheel).namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "odt_async").rglob("*.py")}
    info = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"
    wanted = modules | {"odt_async/py.typed", f"{info}/licenses/LICENSE", f"{info}/entry_points.txt"}
    assert wanted - names == set()
    assert {name.partition("/")[0] for name in names} == {"odt_async", info}


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_pin_has_a_hash_and_no_address(path: Path) -> None:
    text = path.read_text("utf-8")
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]

    assert [block.partition("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"\S*(?:://|index-url|find-links|trusted-host)\S*", text) == []


def test_development_runs_on_the_versions_that_are_shipped() -> None:
    run, dev = (pins_of(path) for path in REQUIREMENTS)
    assert {name: dev.get(name) for name in run} == run


def test_every_declared_dependency_is_pinned() -> None:
    def names(requirements: list[str]) -> set[str]:
        return {normalised(re.split(r"[<>=!;\[ ]", requirement)[0]) for requirement in requirements}

    run, dev = (pins_of(path).keys() for path in REQUIREMENTS)
    assert names(PROJECT["project"]["dependencies"]) - run == set()
    assert names(PROJECT["project"]["optional-dependencies"]["dev"]) - dev == set()
    assert names(PROJECT["build-system"]["requires"]) - run == set()
