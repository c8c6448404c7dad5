"""A token in a file that is replaced under our hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from odt_async.errors import InputError
from odt_async.webex.token_file import DotenvToken, SecretTokens, TokenFile

FILE = Path("token.txt")
DOTENV = Path(".env")


def tell_nobody(_secret: str) -> None: ...


def replace_file(content: bytes | None) -> None:
    FILE.unlink(missing_ok=True)
    if content is not None:
        FILE.write_bytes(content)


def rename_over(content: bytes) -> None:
    Path("new").write_bytes(content)
    Path("new").replace(FILE)


def write(text: str, path: Path = FILE) -> None:
    path.write_text(text)


def make_token_file(content: bytes, told: list[str]) -> TokenFile:
    replace_file(content)
    return TokenFile(FILE, on_token=told.append)


@pytest.mark.parametrize("content", [b"a1", b"\xef\xbb\xbfa1\r\n", b"\n  a1 \n"])
def test_a_token_file_holds_the_token_and_whatever_space_an_editor_adds(content: bytes) -> None:
    told: list[str] = []
    source = make_token_file(content, told)
    assert (source.access_token, source.tokens.access_token, told) == ("a1", "a1", ["a1"])


async def test_a_token_file_is_read_again_when_asked() -> None:
    told: list[str] = []
    source = make_token_file(b"a1\n", told)
    unchanged = await source.renew()
    replace_file(b"a2\n")

    renewed = await source.renew()

    assert (unchanged, renewed, source.access_token, told) == (False, True, "a2", ["a1", "a2"])


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfea\x002\x00", b"a2 a3"])
async def test_a_token_file_caught_while_it_is_written_has_not_changed(content: bytes | None) -> None:
    source = make_token_file(b"a1\n", [])
    replace_file(content)

    renewed = await source.renew()

    assert (renewed, source.access_token) == (False, "a1")


def test_a_missing_token_file_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"^WEBEX_TOKEN_FILE token.txt cannot be read: No such file"):
        TokenFile(FILE, on_token=tell_nobody)


def test_an_unreadable_token_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read: Is a directory$"):
        TokenFile(tmp_path, on_token=tell_nobody)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"Bearer a1", b"a1\na2", b"t\xc3\xb3ken", b"\xff\xfea\x001\x00"]
)
def test_a_file_with_anything_but_a_token_is_an_input_error(content: bytes) -> None:
    with pytest.raises(InputError) as refused:
        make_token_file(content, [])
    assert str(refused.value) == "WEBEX_TOKEN_FILE token.txt must hold the access token and nothing else"


async def test_a_file_that_has_not_changed_is_not_read() -> None:
    source = make_token_file(b"a1\n", [])
    source.tokens.access_token = "something else"  # which another look into the file would show
    assert (await source.look(), source.access_token) == (False, "something else")


@pytest.mark.parametrize("replace", [replace_file, rename_over, FILE.write_bytes])
async def test_a_file_that_is_replaced_is_found_whichever_way_it_is(
    replace: Callable[[bytes], object],
) -> None:
    told: list[str] = []
    source = make_token_file(b"a1\n", told)
    replace(b"a2 \n")
    looks = [await source.look() for _ in range(2)]
    assert (looks, source.access_token, told) == ([True, False], "a2", ["a1", "a2"])


async def test_a_token_that_is_written_slowly_is_not_taken_by_halves() -> None:
    source = make_token_file(b"a1\n", [])
    replace_file(b"a2-is-l")
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(source.look())
        await asyncio.sleep(0.1)
        write("a2-is-longer\n")
    half = (looking.result(), source.access_token)
    later = (await source.look(), source.access_token)
    assert (half, later) == ((False, "a1"), (True, "a2-is-longer"))


async def test_a_file_that_goes_and_comes_again_is_a_changed_one() -> None:
    source = make_token_file(b"a1", [])
    replace_file(None)
    gone = await source.look()
    replace_file(b"a2")
    assert (gone, await source.look(), source.access_token) == (False, True, "a2")


async def test_a_file_touched_without_a_new_token_is_no_new_token() -> None:
    told: list[str] = []
    source = make_token_file(b"a1", told)
    replace_file(b"a1\n\n")
    assert (await source.look(), told) == (False, ["a1"])


async def test_a_file_that_is_for_later_need_not_be_there() -> None:
    tokens = SecretTokens(access_token="a1")
    source = TokenFile(Path("later.txt"), on_token=tell_nobody, tokens=tokens)
    before = await source.look()
    write("a2", Path("later.txt"))
    assert (before, await source.look(), tokens.access_token) == (False, True, "a2")


async def test_of_dotenv_only_the_token_is_read_again() -> None:
    write("# ours\nexport WEBEX_ACCESS_TOKEN='a1'\nODT_RATE=1\n", DOTENV)
    told: list[str] = []
    source = DotenvToken(DOTENV, on_token=told.append)
    write("ODT_RATE=2\nWEBEX_ACCESS_TOKEN=a2", DOTENV)
    changed = await source.look()
    write("ODT_RATE=3\n", DOTENV)
    assert (changed, await source.look(), source.access_token, told) == (True, False, "a2", ["a1", "a2"])
