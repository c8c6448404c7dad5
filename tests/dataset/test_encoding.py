"""Every encoding that operators' spreadsheets write, and the refusal of what could only be guessed at."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from odt_async.dataset.encoding import BLOCK_BYTES, LONGEST_LINE, TextFormat, detect_encoding
from odt_async.errors import UnreadableCsv

TABLE = "name;city\nBegoña Ibáñez;Málaga\nJosé;Cádiz\n"
RESAVE = "save it as 'CSV UTF-8' and run again"


def write(content: bytes) -> Path:
    path = Path("usuarios.csv")
    path.write_bytes(content)
    return path


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableCsv) as caught:
        detect_encoding(write(content))
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TABLE.encode(), "utf-8"),
        (TABLE.encode("utf-8-sig"), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), "utf-16"),
        (TABLE.encode("cp1252"), "cp1252"),
        (TABLE.upper().encode("cp1252"), "cp1252"),
        (b"name;city\nN\xba 5 \x96 2\xaa planta;L\x92Hospitalet\n10 \x80;Col\xb7legi\n", "cp1252"),
    ],
)
def test_encoding_is_found_from_the_bytes(content: bytes, encoding: str) -> None:
    assert detect_encoding(write(content)) == TextFormat(encoding, 3)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", 1),
        (b"a", 1),
        (b"a\n", 1),
        (b"a\nb", 2),
        (b"a\r\nb\r\n", 2),
        (b"a\rb\r", 2),
        (b"a\n\r\n\rb", 4),
        (b"x" * (BLOCK_BYTES - 1) + b"\r\nb", 2),  # a line end cut in two by the block
    ],
)
def test_all_line_ends_are_counted(content: bytes, lines: int) -> None:
    assert detect_encoding(write(content)) == TextFormat("utf-8", lines)


def test_first_accent_may_come_after_megabytes() -> None:
    ascii_rows = b"Jose;Cadiz\r\n" * 450_000
    assert detect_encoding(write(ascii_rows + "José;Cádiz".encode("cp1252"))) == TextFormat("cp1252", 450_001)


def test_character_cut_in_two_by_a_block_is_whole() -> None:
    content = b"x" * (BLOCK_BYTES - 1) + "ñ\n".encode()
    assert detect_encoding(write(content)) == TextFormat("utf-8", 1)


def test_mix_of_utf8_and_cp1252_is_refused() -> None:
    content = "name\nJosé\n".encode() + "Begoña\n".encode("cp1252")
    assert refusal(content) == (
        "usuarios.csv line 3: not UTF-8, but line 2 is: the file mixes two encodings: "
        f"type the accents of one of the lines again and {RESAVE}"
    )


@pytest.mark.parametrize(
    ("encoding", "hint"), [("cp850", " (it reads like cp850)"), ("mac_roman", " (it reads like mac_roman)")]
)
def test_text_of_another_code_page_is_refused(encoding: str, hint: str) -> None:
    content = "name;city\r\nJose;Cadiz\r\nBegoña Ibáñez;Málaga\r\nJosé;Córdoba\r\n".encode(encoding)
    assert refusal(content) == f"usuarios.csv line 3: neither UTF-8 nor cp1252{hint}: {RESAVE}"


def test_byte_that_no_encoding_knows_is_refused() -> None:
    assert refusal(b"name\r\nJose\r\n\x81\r\n") == (
        f"usuarios.csv line 3: neither UTF-8 nor cp1252 (it reads like cp850): {RESAVE}"
    )


def test_sample_that_reads_like_nothing_gives_no_hint() -> None:
    noise = bytes(range(0x80, 0x100)) * 8
    assert refusal(b"name\n" + noise) == f"usuarios.csv line 2: neither UTF-8 nor cp1252: {RESAVE}"


def test_only_a_bounded_sample_of_a_foreign_file_is_kept() -> None:
    lines = "Begoña Ibáñez\n".encode("cp850") * 6_000
    assert refusal(lines) == f"usuarios.csv line 1: neither UTF-8 nor cp1252 (it reads like cp850): {RESAVE}"


@pytest.mark.parametrize(
    ("content", "line", "byte", "encoding"),
    [
        (codecs.BOM_UTF8 + "name\r\nJosé\r\n\r\n".encode() + b"\xed\n", 4, "ED", "utf-8-sig"),
        (codecs.BOM_UTF8 + b"name\r\xff", 2, "FF", "utf-8-sig"),
        (codecs.BOM_UTF8 + b"x\n" * BLOCK_BYTES + b"\xff", BLOCK_BYTES + 1, "FF", "utf-8-sig"),
        (codecs.BOM_UTF16_LE + "name\nJosé\n".encode("utf-16-le") + b"\x41", 3, "41", "utf-16"),
        (codecs.BOM_UTF16_BE + "name\n".encode("utf-16-be") + b"\xdc\x00\x00A", 2, "DC", "utf-16"),
    ],
)
def test_bytes_that_belie_the_bom_are_refused(content: bytes, line: int, byte: str, encoding: str) -> None:
    assert refusal(content) == (
        f"usuarios.csv line {line}: the byte 0x{byte} is not text in {encoding}, "
        f"which the start of the file says it is: {RESAVE}"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"name\r\nJo\0se\r\n", 2),
        ("name\nJosé\n".encode("cp1252") + b"\0", 3),
        (TABLE.encode("utf-16-le"), 1),  # UTF-16 without a BOM
        (codecs.BOM_UTF16_LE + "a\nb\n\0".encode("utf-16-le"), 3),
    ],
)
def test_nul_bytes_are_refused(content: bytes, line: int) -> None:
    assert refusal(content) == (f"usuarios.csv line {line}: a NUL byte, so this is not plain text: {RESAVE}")


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_renamed_workbook_is_refused(magic: bytes) -> None:
    assert refusal(magic + b"\x14\0") == (
        f"usuarios.csv: is an Excel workbook, not a CSV file: open it in Excel, {RESAVE}"
    )


def test_endless_line_is_refused() -> None:
    assert refusal(b"name\n" + b"x" * (LONGEST_LINE + BLOCK_BYTES)) == (
        f"usuarios.csv line 2: longer than {LONGEST_LINE} characters, so this is no table: "
        "check that it is the right file"
    )
