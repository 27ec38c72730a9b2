"""UTF-8 that was read in a codec of one byte a character: `donâ€™t`. The repair is ftfy's, told as smallest edits.

ftfy (Robyn Speer, https://ftfy.readthedocs.io) is asked only about lines that look suspect. Only its decoding steps
run: quotes stay curly, wide characters wide. What it answers is looked at once more: where bytes of Chinese are left
that nobody can read, two of them are a letter of Armenian to it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import regex

from pipeline.model.stage import Rule
from pipeline.stages.mojibake.suspicion import SUSPECT, pieces
from pipeline.text.edits import Edit

DECODED = Rule(
    "mojibake.decoded",
    "UTF-8 that was read as Windows-1252 or another codec of one byte a character",
    acts=("donâ€™t wait", "cafÃ© au lait", "she said â€œgoâ€\x9d", "a\x92b", "ä¸­æ–‡"),
    spares=("don’t wait", "café", "她说：“走吧。”", "Ａ１，「好」", "SÃO PAULO", "我们Ë¼Ô´公司"),
)
BYTE_LOST = Rule(
    "mojibake.byte-lost",
    "a closing quotation mark in mojibake whose last byte was dropped",
    acts=("she said â€œgoâ€ and left", "she said â€œgoâ€\ufffd and left"),
    spares=("she said “go” and left", "5 â€ 6"),
)
CONFIDENCE = 0.97

CUT_QUOTE = re.compile(r"(?<=[\w.,!?…;:)%])â€(?:\ufffd|(?=[\s.,;:!?)\]]|$))")
READABLE = re.compile("[^\ufffd]+")
SUBSTITUTE = "\x1a"
ANCHORS = (
    re.compile("[\x00-\x7f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+"),
    re.compile("[\x00-\x7f]+"),
    re.compile("[!-~]+"),
)
"""What a repair leaves as it is, and so shows which piece before it is which piece after it: Chinese and ASCII; for
Chinese that was unreadable itself, ASCII alone; where a blank was part of the damage (`voilÃ `), ASCII without it."""

HAN = re.compile("[\u3400-\u9fff]")
ODD = regex.compile(
    r"[\u0250-\u02af\u02b0-\u036f--[ʹʻʼˈˌː]]+|\p{Armenian}+|\p{Hebrew}+|\p{Arabic}+|\p{Syriac}+|\p{Thaana}+|\p{Nko}+",
    regex.VERSION1,
)
"""Letters that come in words of three and more or not at all, and that any two bytes of Chinese may say in UTF-8."""
LETTER_RUN = regex.compile(r"[\p{Latin}\p{M}ʹʻʼ’'-]+|\p{Greek}+|\p{Cyrillic}+")
ACCENTED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u04ff]")
ENOUGH = 3
BEYOND = re.compile("[\u0080-\u2fff]")
FEW_KEPT, MOSTLY_KEPT = 2, 0.5
CAPITALS = regex.compile(r"\p{Lu}{2}$")
QUOTED = frozenset({'""', "''", "“”", "‘’", "「」", "``"})
NOBODYS = regex.compile(r"[\p{Cn}\p{Co}--\uf8ff]", regex.VERSION1)
"""Code points that stand for nothing; but for the one that is an apple on a Macintosh."""


@cache
def fixer() -> tuple[Callable[[str], bool], Callable[[str], str]]:
    """The test for mojibake and the repair of ftfy, without the step that puts U+FFFD where a byte was lost."""
    from ftfy import TextFixerConfig, fix_encoding  # 30 ms
    from ftfy.badness import is_bad

    config = TextFixerConfig(replace_lossy_sequences=False, explain=False)
    return is_bad, lambda text: fix_encoding(text, config)


def misread(text: str) -> Iterator[Edit]:
    """`donâ€™t` to `don’t`, `cafÃ©` to `café`: what ftfy makes of the suspect lines."""
    chinese: bool | None = None
    for start, piece in pieces(text, SUSPECT):
        fixed = decoded(piece)
        if fixed != piece:
            if chinese is None:
                chinese = len(HAN.findall(text)) > len(text) / 10
            yield from told(start, piece, fixed, chinese=chinese)


def decoded(piece: str) -> str:
    """What ftfy reads. It is not shown U+FFFD, for which it would write a control character."""
    is_bad, _ = fixer()
    if not is_bad(piece):
        return piece
    if opened := piece.find("â€œ") + 1:
        # Else ftfy takes the blank behind for the byte that was dropped, and reads a dagger.
        piece = piece[:opened] + CUT_QUOTE.sub("â€\x9d", piece[opened:])
    return READABLE.sub(lambda match: _fixed(match[0]), piece)


def _fixed(readable: str) -> str:
    """What ftfy reads; of `ï¿½`, which is U+FFFD misread, it makes that, and of two of them control characters."""
    _, fix = fixer()
    if SUBSTITUTE in readable:
        return fix(readable)
    return fix(readable).replace(SUBSTITUTE, "\ufffd")


def told(start: int, old: str, new: str, *, chinese: bool) -> Iterator[Edit]:
    """The difference between two readings of a piece, as edits of the runs that differ and can be believed."""
    chinese = chinese or HAN.search(new) is not None
    for anchor in ANCHORS:
        if anchor.findall(old) == anchor.findall(new):
            at, stands = start, 0
            for before, after, kept in zip(
                anchor.split(old), anchor.split(new), [*anchor.findall(old), ""], strict=True
            ):
                believed = (
                    before != after and _is_whole(before, after) and not _is_named(old, at - start, before, after)
                )
                if believed and credible(new, stands, stands + len(after), chinese):
                    rule = BYTE_LOST if before in ("â€", "â€\ufffd") and after == "”" else DECODED
                    yield Edit(at, before, after, rule.name, CONFIDENCE)
                at += len(before) + len(kept)
                stands += len(after) + len(kept)
            return
    if _is_whole(old, new) and credible(new, 0, len(new), chinese):
        yield Edit(start, old, new, DECODED.name, CONFIDENCE)


def _is_whole(before: str, after: str) -> bool:
    """Whether most of a run was read: of what is no UTF-8 at all ftfy reads single pairs, and they say nothing."""
    kept = sum((Counter(BEYOND.findall(before)) & Counter(BEYOND.findall(after))).values())
    return kept < FEW_KEPT or kept < MOSTLY_KEPT * len(before)


def _is_named(line: str, at: int, before: str, after: str) -> bool:
    """Whether a text is about the sign: one that stands alone between quotes, `“â€™” is an apostrophe`."""
    # The quotes are part of the run, but for straight ones.
    low = 0 if before[0] == after[0] else 1
    high = len(before) if before[-1] == after[-1] else len(before) + 1
    around = line[at - low : at - low + 1] + line[at + high - 1 : at + high] if at >= low else ""
    if around in QUOTED:
        return len(after) == 3 - low - (high - len(before))
    # Of `“Ã”` the second quote itself is read as a byte.
    return len(before) == 3 - low and len(after) == 2 - low and around[:1] + before[-1] in QUOTED


def credible(line: str, start: int, end: int, chinese: bool) -> bool:  # noqa: FBT001 -- a fact about the line
    """Whether somebody may have written `line[start:end]`: no single letters of scripts that are written in words.

    Beside Chinese an accented letter stands in a word of Latin letters, too, and not alone.
    """
    if line[start : start + 1].islower() and CAPITALS.search(line, max(0, start - 2), start):
        # `MANHÃ é` is Portuguese in capitals.
        return False
    if NOBODYS.search(line, start, end) or any(len(match[0]) < ENOUGH for match in ODD.finditer(line, start, end)):
        return False
    if not chinese:
        return True
    for match in ACCENTED.finditer(line, start, end):
        low = max(0, match.start() - 20)
        runs = LETTER_RUN.finditer(line, low, match.end() + 20)
        letters = next((run[0] for run in runs if run.end() > match.start()), "").strip("’'-")
        if len(letters) < (2 if letters[:1].isascii() or letters[-1:].isascii() else ENOUGH):
            return False
    return True
