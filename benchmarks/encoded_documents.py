"""Real documents in other encodings: whether the text comes back, and whether the encoding is named right.

Every document of the folders that are given is written in each encoding that can hold it: Chinese in simplified and in
traditional characters, English with curly quotes, and Japanese, Korean and Russian where they are found. Three pieces
are read: 200 bytes that begin and end with a character, 200 bytes that begin and end anywhere, and 20 kB. In another
20 kB one character is replaced by a wrong one that the encoding does not have. Text is right when it is the same to the
character, apart from those that were cut.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import regex

try:
    from opencc_purepy import OpenCC
except ModuleNotFoundError:  # only for the lexicon; without it no text is converted
    OpenCC = None

from pipeline.text.decoding import Decoded, DecodingError, decode

SEED = 20_250_318
SHORT_BYTES, LONG_BYTES = 200, 20_000
ENCODINGS = {
    "simplified": ("utf-8", "utf-16-le", "utf-16-be", "gbk", "gb18030"),
    "traditional": ("utf-8", "utf-16-le", "utf-16-be", "big5", "big5hkscs", "gbk", "gb18030"),
    "English": ("utf-8", "utf-16-le", "utf-16-be", "cp1252"),
    "Japanese": ("utf-8", "shift_jis", "cp932", "euc_jp"),
    "Korean": ("utf-8", "euc_kr", "cp949"),
    "Russian": ("utf-8", "cp1251"),
}
"""The encodings in which a text of each language is written."""
SUPERSETS = {
    **dict.fromkeys(("gbk", "gb2312", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "cp950", "big5hkscs"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "cp932"), "cp932"),
    **dict.fromkeys(("euc_kr", "cp949"), "cp949"),
}
"""Encodings that have the bytes of another in common: either name is right."""
WRONG_BYTE = b"\xff"
"""No byte of any of these encodings but UTF-16 and Windows-1252."""
SIMPLIFIED_ONLY, TRADITIONAL_ONLY = "[这个们说时会来过学国]", "[這個們說時會來過學國]"
ALL_BYTES_ARE_CHARACTERS = frozenset({"utf-16-le", "utf-16-be", "cp1252", "cp1251", "shift_jis", "cp932"})
"""Encodings in which `WRONG_BYTE` is a character, at least as Python reads them."""
MIN_WIDE = 8
"""Characters beyond ASCII in a piece of which one is replaced: of fewer nothing tells the encoding."""
MIN_ENCODED_SHARE = 0.97
"""A document is written in an encoding that has so many of its characters; the others are left out of it."""


class Piece(NamedTuple):
    """A part of a document in an encoding, and its right text."""

    kind: str
    language: str
    encoding: str
    data: bytes
    text: str


def report(folders: Sequence[Path], *, limit: int = 0, listed: bool = False) -> None:
    """Prints the share of pieces whose text is right, and of those whose encoding is, by language and encoding."""
    rows: dict[tuple[str, str], dict[str, list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for path, text in documents(folders, limit):
        for piece in pieces(text, random.Random(f"{SEED}{path.name}")):
            result = judged(piece)
            rows[piece.language, piece.encoding][piece.kind].append(result)
            if listed and not all(result):
                print(path, piece.language, piece.encoding, piece.kind, *_shown(piece))
    kinds = list(dict.fromkeys(kind for row in rows.values() for kind in row))
    print("\nencodings, real documents: percent whose text is right (and whose encoding is named right)")
    print(f"  {'':26s}" + "".join(f"{kind:>24s}" for kind in kinds))
    total: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for (language, encoding), row in sorted(rows.items()):
        print(f"  {language:14s}{encoding:12s}" + "".join(_cell(row[kind]) for kind in kinds))
        for kind in kinds:
            total[kind] += row[kind]
    print(f"  {'all':26s}" + "".join(_cell(total[kind]) for kind in kinds))


def _cell(results: Sequence[tuple[bool, bool]]) -> str:
    if not results:
        return f"{'':24s}"
    right, named = (100 * sum(result[i] for result in results) / len(results) for i in (0, 1))
    return f"{f'{right:.1f} ({named:.1f}) {len(results)}':>24s}"


def documents(folders: Iterable[Path], limit: int = 0) -> Iterator[tuple[Path, str]]:
    """The documents of the folders that are UTF-8, at most `limit` of each folder that holds files."""
    for folder in folders:
        seen: dict[Path, int] = defaultdict(int)
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or (limit and seen[path.parent] >= limit):
                continue
            try:
                text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
            except UnicodeDecodeError:
                continue
            if "\0" not in text and "\ufffd" not in text and "\r" not in text:
                seen[path.parent] += 1
                yield path, text


def language_of(text: str) -> str | None:
    """The language of a document, as far as its characters tell."""
    count = {name: len(regex.findall(rf"\p{{{name}}}", text)) for name in ("Han", "Hangul", "Cyrillic", "Latin")}
    kana = len(regex.findall(r"[\p{Hiragana}\p{Katakana}]", text))
    letters = sum(count.values()) + kana
    if not letters:
        return None
    if kana > 0.1 * letters:
        return "Japanese"
    if count["Hangul"] > 0.3 * letters:
        return "Korean"
    if count["Cyrillic"] > 0.3 * letters:
        return "Russian"
    if count["Han"] > 0.3 * letters:
        is_old = len(regex.findall(TRADITIONAL_ONLY, text)) > len(regex.findall(SIMPLIFIED_ONLY, text))
        return "traditional" if is_old else "simplified"
    return "English" if count["Latin"] > 0.95 * letters else None


def pieces(text: str, chance: random.Random) -> Iterator[Piece]:
    """The pieces of a document in each encoding. One in simplified characters also counts converted."""
    language = language_of(text)
    if language is None:
        return
    yield from _pieces(text, language, chance)
    if language == "simplified" and OpenCC is not None:
        yield from _pieces(_traditional(text), "traditional", chance)


def _pieces(text: str, language: str, chance: random.Random) -> Iterator[Piece]:
    for encoding in ENCODINGS[language]:
        kept = text.encode(encoding, "ignore").decode(encoding)
        if len(kept) < MIN_ENCODED_SHARE * len(text):
            continue
        for kind, size in (("200 B", SHORT_BYTES), ("20 kB", LONG_BYTES)):
            piece = _passage(kept, encoding, size, chance)
            if not piece.isascii():
                yield Piece(kind, language, encoding, piece.encode(encoding), piece)
        if not encoding.startswith("utf-16"):
            for kind, size in (("200 B, cut", SHORT_BYTES), ("20 kB, cut", LONG_BYTES)):
                if (cut := _cut(kept, encoding, size, chance)) is not None:
                    yield Piece(kind, language, encoding, *cut)
        long = _passage(kept, encoding, LONG_BYTES, chance)
        wide = [i for i, c in enumerate(long) if c > "\x7f"]
        if encoding not in ALL_BYTES_ARE_CHARACTERS and len(wide) > MIN_WIDE:
            at = chance.choice(wide)
            data = long[:at].encode(encoding) + WRONG_BYTE + long[at + 1 :].encode(encoding)
            yield Piece("20 kB, one wrong", language, encoding, data, f"{long[:at]}\ufffd{long[at + 1 :]}")


def _traditional(text: str) -> str:
    """A text in traditional characters."""
    return str(OpenCC("s2t").convert(text))


def _passage(text: str, encoding: str, size: int, chance: random.Random) -> str:
    """Whole characters of `text`, from anywhere, of about `size` bytes; the first that are not ASCII are in it."""
    data_size = len(text.encode(encoding))
    start = chance.randrange(max(1, len(text) * max(1, data_size - size) // max(1, data_size)))
    if text[start : start + size].isascii():
        match = regex.search(r"[^\x00-\x7f]", text)
        start = max(0, match.start() - size // 4) if match else start
    passage = text[start : start + size]
    return passage.encode(encoding)[:size].decode(encoding, "ignore") if passage else ""


def _cut(text: str, encoding: str, size: int, chance: random.Random) -> tuple[bytes, str] | None:
    """About `size` bytes that begin and end inside a character, and the whole characters in them."""
    passage = _passage(text, encoding, size + 8, chance)
    wide = [i for i, c in enumerate(passage) if len(c.encode(encoding)) > 1]
    if len(wide) < MIN_WIDE:
        return None
    first, last = wide[0], wide[-1]
    head, tail = passage[first].encode(encoding)[1:], passage[last].encode(encoding)[:-1]
    inside = passage[first + 1 : last]
    return head + inside.encode(encoding) + tail, inside


def judged(piece: Piece) -> tuple[bool, bool]:
    """Whether the text is right, and whether the encoding is."""
    try:
        decoded = decode(piece.data)
    except DecodingError:
        return False, False
    return _is_right(decoded, piece), {_superset(run.encoding) for run in decoded.runs} == {_superset(piece.encoding)}


def _shown(piece: Piece) -> Iterator[str]:
    """The encodings that were found, and the first place where the text differs."""
    try:
        decoded = decode(piece.data)
    except DecodingError as error:
        yield str(error)
        return
    yield " ".join(run.encoding for run in decoded.runs)
    pairs = zip(decoded.text, piece.text, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(decoded.text), len(piece.text)))
    for text in (decoded.text, piece.text):
        yield repr(text[max(0, at - 10) : at + 20])


def _is_right(decoded: Decoded, piece: Piece) -> bool:
    if "cut" not in piece.kind:
        return decoded.text == piece.text
    # What is left of the first and of the last character may be read with the byte beside it, or as ASCII.
    return piece.text[2:-2] in decoded.text and len(decoded.text) <= len(piece.text) + 4


def _superset(name: str) -> str:
    return SUPERSETS.get(name, name)
