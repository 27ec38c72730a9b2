"""Repair UTF-8 that was read in a single-byte encoding: `donâ€™t`. The repair is ftfy's, as smallest edits.

ftfy (Robyn Speer, https://ftfy.readthedocs.io) is given only the lines that are suspect, and only its decoding steps
run: quotes stay curly, full-width characters stay full-width. Its result is checked once more, because ftfy reads any
two leftover bytes of Chinese as a letter of Armenian or the like.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import regex

from pipeline.stages.mojibake.rules import BYTE_LOST, DECODED
from pipeline.stages.mojibake.suspects import SUSPECT, pieces
from pipeline.text.edits import Edit

FTFY_CONFIDENCE = 0.97
"""ftfy is right about hardly any text that is not mojibake; what it gets wrong is refused by the checks below."""

CUT_QUOTE = re.compile(r"(?<=[\w.,!?…;:)%])â€(?:\ufffd|(?=[\s.,;:!?)\]]|$))")
"""A closing quote whose last byte was dropped: `goâ€ and`."""
OPENING_QUOTE, CLOSING_QUOTE, CLOSING_QUOTE_START = "â€œ", "â€\x9d", "â€"
REPLACEMENT_CHARACTER = "\N{REPLACEMENT CHARACTER}"
WITHOUT_REPLACEMENT_CHARACTER = re.compile("[^\ufffd]+")
SUBSTITUTE = "\N{SUBSTITUTE}"
"""The control character that ftfy writes for U+FFFD."""
ANCHORS = (
    re.compile("[\x00-\x7f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+"),
    re.compile("[\x00-\x7f]+"),
    re.compile("[!-~]+"),
)
"""Characters that a repair leaves as they are, so that they align the text before it with the text after it.

Chinese and ASCII; if the Chinese itself was misread, only ASCII; if a space was part of the damage (`voilÃ `), only
visible ASCII.
"""

HAN = re.compile("[\u3400-\u9fff]")
CHARS_PER_HAN = 10
"""A text in which more than one character in ten is Han is Chinese."""
SCRIPTS_OF_WORDS = regex.compile(
    r"""
    [\u0250-\u02af\u02b0-\u036f--[ʹʻʼˈˌː]]+      # phonetic letters and combining marks
    |\p{Armenian}+|\p{Hebrew}+|\p{Arabic}+|\p{Syriac}+|\p{Thaana}+|\p{Nko}+
    """,
    regex.VERSION1 | regex.VERBOSE,
)
"""Letters that real text has in words of three and more, and that any two bytes of Chinese may be in UTF-8."""
LETTER_RUN = regex.compile(r"[\p{Latin}\p{M}ʹʻʼ’'-]+|\p{Greek}+|\p{Cyrillic}+")
MAX_WORD_CHARS = 20
ACCENTED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u04ff]")
MIN_WORD_CHARS, MIN_LATIN_WORD_CHARS = 3, 2
"""Letters of a word beside Chinese; two are enough if one of them is ASCII."""
NON_ASCII_LETTER = re.compile("[\u0080-\u2fff]")
MAX_KEPT_CHARS, MAX_KEPT_SHARE = 2, 0.5
"""Characters of a run that ftfy did not read. If more are left, the run is not UTF-8."""
CAPITALS_END = regex.compile(r"\p{Lu}{2}$")
QUOTE_PAIRS = frozenset({'""', "''", "“”", "‘’", "「」", "``"})
UNASSIGNED = regex.compile(r"[\p{Cn}\p{Co}--\uf8ff]", regex.VERSION1)
"""Code points without a character, except the apple of the Macintosh."""


@cache
def fixer() -> tuple[Callable[[str], bool], Callable[[str], str]]:
    """Ftfy's test for mojibake and its repair, without the step that writes U+FFFD where a byte was lost."""
    from ftfy import TextFixerConfig, fix_encoding  # 30 ms
    from ftfy.badness import is_bad

    config = TextFixerConfig(replace_lossy_sequences=False, explain=False)
    return is_bad, lambda text: fix_encoding(text, config)


def repaired_utf8(text: str) -> Iterator[Edit]:
    """Yield the edits that ftfy makes in the suspect lines: `donâ€™t` to `don’t`, `cafÃ©` to `café`."""
    is_chinese: bool | None = None
    for start, piece in pieces(text, SUSPECT):
        fixed = read(piece)
        if fixed != piece:
            if is_chinese is None:
                is_chinese = len(HAN.findall(text)) * CHARS_PER_HAN > len(text)
            yield from credible_edits(start, piece, fixed, is_chinese=is_chinese)


def read(piece: str) -> str:
    """The piece as ftfy reads it. ftfy is not given U+FFFD, because it would write a control character for it."""
    is_bad, _ = fixer()
    if not is_bad(piece):
        return piece
    if opened := piece.find(OPENING_QUOTE) + 1:
        # Otherwise ftfy takes the space after a cut quote for the byte that was dropped, and reads a dagger.
        piece = piece[:opened] + CUT_QUOTE.sub(CLOSING_QUOTE, piece[opened:])
    return WITHOUT_REPLACEMENT_CHARACTER.sub(lambda match: _fixed(match[0]), piece)


def _fixed(text: str) -> str:
    """The text as ftfy reads it, with U+FFFD where ftfy reads `ï¿½` as a control character."""
    _, fix = fixer()
    if SUBSTITUTE in text:
        return fix(text)
    return fix(text).replace(SUBSTITUTE, REPLACEMENT_CHARACTER)


def credible_edits(start: int, old: str, new: str, *, is_chinese: bool) -> Iterator[Edit]:
    """Yield the differences between `old`, at offset `start`, and `new`, as edits of the runs that are credible."""
    is_chinese = is_chinese or HAN.search(new) is not None
    differences = _differences(old, new)
    if differences is None:
        if _is_mostly_read(old, new) and is_credible(new, 0, len(new), is_chinese=is_chinese):
            yield Edit(start, old, new, DECODED.name, FTFY_CONFIDENCE)
        return
    for old_at, before, new_at, after in differences:
        is_repair = _is_mostly_read(before, after) and not _is_mentioned(old, old_at, before, after)
        if is_repair and is_credible(new, new_at, new_at + len(after), is_chinese=is_chinese):
            is_cut_quote = before in (CLOSING_QUOTE_START, CLOSING_QUOTE_START + REPLACEMENT_CHARACTER) and after == "”"
            yield Edit(start + old_at, before, after, (BYTE_LOST if is_cut_quote else DECODED).name, FTFY_CONFIDENCE)


def _differences(old: str, new: str) -> list[tuple[int, str, int, str]] | None:
    """Offset and text of each difference, in `old` and in `new`, between the anchors that both have.

    None if their anchors differ.
    """
    for anchor in ANCHORS:
        kept = anchor.findall(old)
        if kept != anchor.findall(new):
            continue
        differences = []
        old_at = new_at = 0
        for before, after, same in zip(anchor.split(old), anchor.split(new), [*kept, ""], strict=True):
            if before != after:
                differences.append((old_at, before, new_at, after))
            old_at += len(before) + len(same)
            new_at += len(after) + len(same)
        return differences
    return None


def _is_mostly_read(before: str, after: str) -> bool:
    """Whether ftfy read most of a run. In a run that is not UTF-8 it reads single pairs, which mean nothing."""
    kept = sum((Counter(NON_ASCII_LETTER.findall(before)) & Counter(NON_ASCII_LETTER.findall(after))).values())
    return kept < MAX_KEPT_CHARS or kept < MAX_KEPT_SHARE * len(before)


def _is_mentioned(line: str, at: int, before: str, after: str) -> bool:
    """Whether a text is about the sign, alone between quotes: `“â€™” is an apostrophe`."""
    # The quotes are part of the run, unless they are straight.
    low = 0 if before[0] == after[0] else 1
    high = len(before) if before[-1] == after[-1] else len(before) + 1
    around = line[at - low : at - low + 1] + line[at + high - 1 : at + high] if at >= low else ""
    if around in QUOTE_PAIRS:
        return len(after) == 3 - low - (high - len(before))
    # Of `“Ã”` the second quote itself is read as a byte.
    return len(before) == 3 - low and len(after) == 2 - low and around[:1] + before[-1] in QUOTE_PAIRS


def is_credible(line: str, start: int, end: int, *, is_chinese: bool) -> bool:
    """Whether somebody may have written `line[start:end]`: no single letters of scripts that are written in words.

    In a Chinese text an accented letter must be part of a word of Latin letters.
    """
    if line[start : start + 1].islower() and CAPITALS_END.search(line, max(0, start - 2), start):
        # `MANHÃ é` is Portuguese in capitals.
        return False
    if UNASSIGNED.search(line, start, end):
        return False
    if any(len(match[0]) < MIN_WORD_CHARS for match in SCRIPTS_OF_WORDS.finditer(line, start, end)):
        return False
    return not is_chinese or all(_is_in_word(line, match.start()) for match in ACCENTED.finditer(line, start, end))


def _is_in_word(line: str, at: int) -> bool:
    """Whether the letter at `at` is part of a word of one alphabet."""
    runs = LETTER_RUN.finditer(line, max(0, at - MAX_WORD_CHARS), at + 1 + MAX_WORD_CHARS)
    word = next((run[0] for run in runs if run.end() > at), "").strip("’'-")
    has_ascii = word[:1].isascii() or word[-1:].isascii()
    return len(word) >= (MIN_LATIN_WORD_CHARS if has_ascii else MIN_WORD_CHARS)
