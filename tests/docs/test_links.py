"""A built site is whole, or it is said what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs.links import main, problems


def site(folder: Path, **pages: str) -> Path:
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(f"<html><body>{body}</body></html>", "utf-8")
    return folder


def test_a_whole_site_has_no_problem(tmp_path: Path) -> None:
    (tmp_path / "picture one.svg").touch()
    body = (
        '<h2 id="años">x</h2><a href="b.html#z">b</a><a href="#a%C3%B1os">up</a><img src="picture%20one.svg">'
    )
    elsewhere = (
        '<a id="z" href="https://example.com/#x">y</a><a href="mailto:a@example.com">z</a><a href=".">w</a>'
    )
    whole = site(tmp_path, index=body, b=elsewhere)
    assert list(problems(whole)) == []
    assert main([str(whole)]) == 0


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="c.html">x</a>', "index.html: c.html leads nowhere"),
        ('<img src="gone.svg">', "index.html: gone.svg leads nowhere"),
        ('<a href="#gone">x</a>', "index.html: #gone has no such place on its page"),
        ('<a href="b.html#gone">x</a>', "index.html: b.html#gone has no such place on its page"),
        ('<a href="../outside.html">x</a>', "index.html: ../outside.html leads nowhere"),
        (
            '<script src="https://cdn.example.com/x.js"></script>',
            "index.html: https://cdn.example.com/x.js is loaded from elsewhere",
        ),
        (
            '<link rel="stylesheet" href="//fonts.example.com/css">',
            "index.html: //fonts.example.com/css is loaded from elsewhere",
        ),
    ],
)
def test_what_is_broken_is_named_with_its_page(
    body: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = site(tmp_path, index=body, b="")
    assert main([str(broken)]) == 1
    assert capsys.readouterr().err == f"{problem}\n"


def test_a_folder_without_pages_is_no_site(tmp_path: Path) -> None:
    assert list(problems(tmp_path)) == [f"{tmp_path}: there is no page"]
