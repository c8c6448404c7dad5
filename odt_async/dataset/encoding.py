"""Which encoding a CSV file is in, decided from all of its bytes before a row is used.

A sample of the head will not do: the first accent may come after megabytes of ASCII. The file is read in
blocks, never as a whole. What could only be guessed at is refused: a name that is mangled in thousands of
rows costs the night, saving a file again costs a minute.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from pathlib import Path

from odt_async.errors import UnreadableCsv
from odt_async.language import written

__all__ = ["TextFormat", "detect_encoding"]

BLOCK_BYTES = 16 * 1024  # what is freed of larger ones, the heap keeps
LONGEST_LINE = 1024 * 1024  # characters; a longer one is no table and would be held in memory
SAMPLE_BYTES = 64 * 1024

RESAVE = written("save it as 'CSV UTF-8' and run again")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),  # what Excel calls "Unicode text"
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and xls, renamed
# What letters with accents of the DOS and Mac code pages look like in cp1252: Garc¡a, Espa¤a, M‡laga
_SYMBOL_IN_WORD = re.compile("[A-Za-z][\u00a1-\u00a5\u201a\u201e\u2020\u2021][A-Za-z]")


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How to open a file, and how long it is."""

    encoding: str  # a name that open() takes
    lines: int  # physical lines (of \n, \r\n or \r), the last one with or without an end


class _Undecodable(Exception):
    """A byte that the encoding has no meaning for; stays inside this module."""

    def __init__(self, line: int, byte: int) -> None:
        super().__init__(line, byte)
        self.line = line
        self.byte = byte


def detect_encoding(path: Path) -> TextFormat:
    """Return the encoding that all of the file is valid in: by its BOM, else UTF-8, else cp1252.

    Raises UnreadableCsv, naming the line, for NUL and undecodable bytes, for a mix of UTF-8 and cp1252
    and for text of another code page; OSError as open() does.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_WORKBOOKS):
        raise UnreadableCsv(
            "{path}: is an Excel workbook, not a CSV file: open it in Excel, {resave}",
            path=path,
            resave=RESAVE,
        )
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    try:
        return TextFormat(encoding or "utf-8", _count_lines(path, encoding or "utf-8"))
    except _Undecodable as bad:
        if encoding:
            raise UnreadableCsv(
                "{path} line {line}: the byte 0x{byte:02X} is not text in {encoding}, which the start of the "
                "file says it is: {resave}",
                path=path,
                line=bad.line,
                byte=bad.byte,
                encoding=encoding,
                resave=RESAVE,
            ) from None
    lines = _count_lines(path, "latin-1")
    _require_cp1252(path)
    return TextFormat("cp1252", lines)


def _count_lines(path: Path, encoding: str) -> int:
    """Return the number of physical lines, having decoded every byte.

    Raises _Undecodable, and UnreadableCsv for NULs and endless lines.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    line, length = 1, 0  # the line that is being read and how much of it there is so far
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK_BYTES)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                offset = file.tell() - len(error.object) + error.start
                raise _Undecodable(_line_at(path, encoding, offset), error.object[error.start]) from error
            if "\0" in text:
                line += text.count("\n", 0, text.index("\0"))
                raise UnreadableCsv(
                    "{path} line {line}: a NUL byte, so this is not plain text: {resave}",
                    path=path,
                    line=line,
                    resave=RESAVE,
                )
            line += text.count("\n")
            last_end = text.rfind("\n")
            length = length + len(text) if last_end < 0 else len(text) - last_end - 1
            if length > LONGEST_LINE:
                raise UnreadableCsv(
                    "{path} line {line}: longer than {longest_line} characters, so this is no table: check that "
                    "it is the right file",
                    path=path,
                    line=line,
                    longest_line=LONGEST_LINE,
                )
            if not block:
                return line if length else max(line - 1, 1)


def _line_at(path: Path, encoding: str, offset: int) -> int:
    """Return the physical line of the byte at *offset*; the bytes before it must be valid."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    line = 1
    with path.open("rb") as file:
        while block := file.read(min(BLOCK_BYTES, offset)):
            offset -= len(block)
            line += decoder.decode(block).count("\n")
    return line + decoder.decode(b"", final=True).count("\n")  # a \r at the very end was held back


def _require_cp1252(path: Path) -> None:
    """Raise UnreadableCsv unless every line that is not ASCII is cp1252 and none is UTF-8."""
    sample = b""
    utf8_line = legacy_line = foreign_line = 0  # the first of each; 0 for none
    # latin-1 gives one character for each byte, whatever it is, and open() knows all line ends
    with path.open(encoding="latin-1", newline="") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            raw = line.encode("latin-1")
            if _decodes(raw, "utf-8"):
                utf8_line = utf8_line or number
                continue
            legacy_line = legacy_line or number
            if not _decodes(raw, "cp1252") or _SYMBOL_IN_WORD.search(raw.decode("cp1252")):
                foreign_line = foreign_line or number
            if len(sample) < SAMPLE_BYTES:
                sample += raw
    if utf8_line:
        raise UnreadableCsv(
            "{path} line {legacy_line}: not UTF-8, but line {utf8_line} is: the file mixes two "
            "encodings: type the accents of one of the lines again and {resave}",
            path=path,
            legacy_line=legacy_line,
            utf8_line=utf8_line,
            resave=RESAVE,
        )
    if foreign_line:
        raise UnreadableCsv(
            "{path} line {foreign_line}: neither UTF-8 nor cp1252{sample}: {resave}",
            path=path,
            foreign_line=foreign_line,
            sample=_resemblance(sample),
            resave=RESAVE,
        )


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _resemblance(sample: bytes) -> str:
    """Return a hint at what the text seems to be; good enough to tell an operator, not to read by."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 30 ms that only this refusal pays for

    best = from_bytes(sample, cp_isolation=["cp850", "mac_roman"]).best()
    return written(" (it reads like {encoding})", encoding=best.encoding) if best else ""
