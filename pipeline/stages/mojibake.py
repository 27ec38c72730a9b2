"""Repair `mojibake`: text that was decoded with the wrong codec, `donâ€™t` for `don’t`.

The repair is ftfy's (Robyn Speer, https://ftfy.readthedocs.io), of which only the decoding steps run: quotes stay
curly, wide characters wide. It is asked only about lines in which a scan finds characters that hardly ever stand
side by side, and its answer is told as the smallest edits. What was read as GBK, which ftfy leaves, is mended here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import ClassVar

from pipeline.document import Document
from pipeline.ledger import Edit
from pipeline.stage import Finding, Note, Rule
from pipeline.stages.proposals import at_rest

DECODED = Rule(
    "mojibake.decoded",
    "UTF-8 that was read as Windows-1252 or another codec of one byte a character",
    acts=("donâ€™t wait", "cafÃ© au lait", "she said â€œgoâ€\x9d", "a\x92b"),
    spares=("don’t wait", "café", "她说：“走吧。”", "Ａ１，「好」", "SÃO PAULO"),
)
BYTE_LOST = Rule(
    "mojibake.byte-lost",
    "a closing quotation mark in mojibake whose last byte was dropped",
    acts=("she said â€œgoâ€ and left",),
    spares=("she said “go” and left", "5 â€ 6"),
)
GBK = Rule(
    "mojibake.gbk",
    "UTF-8 that was read as GBK",
    acts=("the harbour鈥檚 edge", "鐨勪汉姘戝湪"),
    spares=("的人民在", "涓涓细流", "the harbour’s edge"),
)
CHINESE = Rule(
    "mojibake.chinese",
    "Chinese in GBK that was read as Latin-1 or Windows-1252",
    acts=("ÎÒÃÇÃ÷ÌìÔÙÀ´",),
    spares=("ÀÁÂÃÄÅÆÇÈÉ", "äöüäöüäöü", "¡¡¡¡¡¡¡¡"),
)
UNREADABLE = Rule(
    "mojibake.unreadable",
    "characters that could not be read and that nothing restores",
    acts=("the caf\ufffd", "锟斤拷锟斤拷"),
    spares=("the café",),
)

LETTERS = "\u0080-\u024f\u02c6\u02c7\u02d8-\u02dd\u0370-\u04ff€™‚„†‡‰‹›ƒ√≈∂∆∏∑∞∫≠≡≤≥№─-▓\uf8ff\ufb01\ufb02"
QUOTES = "‘’“”–—―…•"
SUSPECT = re.compile(
    rf"[{LETTERS}{QUOTES}](?:[{LETTERS}]|(?<=[{LETTERS}])[{QUOTES}]|(?<=[ÃÂ]) |(?<=[Œœ\u0080-\u009f]))"
)
"""Neighbours without which ftfy's own test, which is thirty times slower, finds nothing: it needs two characters
that are not ASCII, a control character, or one of the four letters."""

CUT_QUOTE = re.compile(r"(?<=[\w.,!?…;:)%])â€(?=[\s.,;:!?)\]]|$)")
GBK_SIGNS = "鈥銆锛鐨鏄涓"
"""What the first bytes of common Chinese punctuation, of 的, 是 and 一, and of curly quotes look like in GBK."""
GBK_SIGN = re.compile(f"[{GBK_SIGNS}]")
GBK_RUN = re.compile("[^\x00-\x7f]+")
LOST = re.compile("\ufffd+|(?:锟斤拷)+")
ANCHORS = (
    re.compile("[\x00-\x7f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+"),
    re.compile("[\x00-\x7f]+"),
    re.compile("[!-~]+"),
)
"""What a repair leaves as it is, and so shows which piece before it is which piece after it: Chinese and ASCII; for
Chinese that was unreadable itself, ASCII alone; where a blank was part of the damage (`voilÃ `), ASCII without it."""
BYTES = "\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
BYTE_RUN = re.compile(rf"[{BYTES}]{{2,}}")
LONG_RUN = re.compile(rf"[{BYTES}]{{8,}}")
"""Four Chinese characters: prose in no language has eight of these side by side."""
PIECE = 2000
"""Code points that ftfy is given at once; longer lines are cut, to keep the work linear."""
CONFIDENCE = 0.97


@cache
def fixer() -> tuple[Callable[[str], bool], Callable[[str], str]]:
    """The test for mojibake and the repair of ftfy, without the step that puts U+FFFD where a byte was lost."""
    from ftfy import TextFixerConfig, fix_encoding  # 30 ms
    from ftfy.badness import is_bad

    config = TextFixerConfig(replace_lossy_sequences=False, explain=False)
    return is_bad, lambda text: fix_encoding(text, config)


def pieces(text: str, found: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """The lines that hold what `found` matches, long ones in pieces."""
    end = 0
    while match := found.search(text, end):
        start = max(text.rfind("\n", 0, match.start()) + 1, end)
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        while start < end:
            stop = end if end - start <= PIECE else cut(text, start + PIECE)
            yield start, text[start:stop]
            start = stop


def cut(text: str, stop: int) -> int:
    """Where a long line may be cut at `stop` or shortly before: behind a character that is never part of mojibake."""
    for at in range(stop, stop - PIECE // 4, -1):
        if "!" <= text[at - 1] <= "~" or text[at - 1] >= "\u3000":
            return at
    return stop


def misread(text: str) -> Iterator[Edit]:
    """`donâ€™t` to `don’t`, `cafÃ©` to `café`: what ftfy makes of the suspect lines."""
    for start, piece in pieces(text, SUSPECT):
        is_bad, fix = fixer()
        if not is_bad(piece):
            continue
        whole = piece
        if opened := piece.find("â€œ") + 1:
            # Else ftfy takes the blank behind for the byte that was dropped, and reads a dagger.
            whole = piece[:opened] + CUT_QUOTE.sub("â€\x9d", piece[opened:])
        fixed = fix(whole)
        if fixed != piece:
            yield from told(start, piece, fixed)


def gbk_bytes(run: str) -> bytes:
    """The bytes that somebody read as `run`."""
    return b"".join(bytes([ord(c)]) if c <= "\xff" else c.encode("cp1252") for c in run)


def chinese(raw: bytes) -> str | None:
    """What the bytes say in GBK, if that is common Chinese: `ÎÒÃÇ` is 我们.

    Common are the marks and the 3,755 characters of the first level of GB 2312, half of the set.
    """
    try:
        new = raw.decode("gb18030")
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.encoding != "utf-8":
            return None
        leads = [c.encode("gb2312", "ignore")[:1] for c in new]
        common = sum(b"\xa1" <= lead <= b"\xa9" or b"\xb0" <= lead <= b"\xd7" for lead in leads)
        return new if common >= 0.85 * len(new) else None
    return None


def surely_chinese(run: str) -> bool:
    """Whether a long run can be nothing else: not a list of the letters, nor one sign again and again."""
    raw = gbk_bytes(run)
    rising = sum(b - a == 1 for a, b in pairwise(raw))
    return len(set(raw)) >= 6 and rising < len(raw) / 2 and chinese(raw[: len(raw) // 2 * 2]) is not None


def misread_chinese(text: str) -> Iterator[Edit]:
    """All runs of a text in which one is surely Chinese; a run that ends within a character takes the next one in."""
    if not any(surely_chinese(match[0]) for match in LONG_RUN.finditer(text)):
        return
    for match in BYTE_RUN.finditer(text):
        raw, end = gbk_bytes(match[0]), match.end()
        if len(raw) % 2 and "@" <= text[end : end + 1] <= "~":
            raw, end = raw + text[end].encode(), end + 1
        if new := chinese(raw):
            yield Edit(match.start(), text[match.start() : end], new, CHINESE.name, 0.93)


def told(start: int, old: str, new: str) -> Iterator[Edit]:
    """The difference between two readings of a piece, as edits of the runs that differ."""
    for anchor in ANCHORS:
        if anchor.findall(old) == anchor.findall(new):
            at = start
            for before, after, kept in zip(
                anchor.split(old), anchor.split(new), [*anchor.findall(old), ""], strict=True
            ):
                if before != after:
                    rule = BYTE_LOST if before == "â€" and after == "”" else DECODED
                    yield Edit(at, before, after, rule.name, CONFIDENCE)
                at += len(before) + len(kept)
            return
    yield Edit(start, old, new, DECODED.name, CONFIDENCE)


def misread_as_gbk(text: str) -> Iterator[Edit]:
    """`harbour鈥檚` to `harbour’s`, `鐨勪汉姘戝湪` to `的人民在`: only where every byte fits.

    The bytes of real Chinese in GBK are hardly ever valid UTF-8, and never over a whole run with its punctuation.
    """
    # Six searches for one character each are faster than one for any of six.
    sign = GBK_SIGN.search(text) if any(sign in text for sign in GBK_SIGNS) else None
    while sign:
        start = text.rfind("\n", 0, sign.start()) + 1
        end = text.find("\n", sign.end())
        end = len(text) if end < 0 else end
        for run in GBK_RUN.finditer(text, start, end):
            if GBK_SIGN.search(run[0]):
                yield from reread(run.start(), run[0])
        sign = GBK_SIGN.search(text, end)


def reread(start: int, run: str) -> Iterator[Edit]:
    """A run as UTF-8, if it is that; else only its curly quotes and dashes, which are sure by themselves."""
    if new := as_utf8(run):
        yield Edit(start, run, new, GBK.name, 0.95)
        return
    at = run.find("鈥")
    while at >= 0:
        if (new := as_utf8(run[at : at + 2])) and new[0] in "‘’“”–—…" and new[1:].isascii():
            yield Edit(start + at, run[at : at + 2], new, GBK.name, 0.93)
            at += 1
        at = run.find("鈥", at + 1)


def as_utf8(run: str) -> str | None:
    """What the GBK bytes of `run` say in UTF-8."""
    try:
        new = run.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return None
    return new if len(new) < len(run) + 1 and new.isprintable() else None


def repair(document: Document) -> Iterator[Edit]:
    """One round: first what was read as one byte a character, and only in its absence what was read as GBK."""
    text = document.text
    if text.isascii():
        return
    found: list[Edit] = []
    if suspect := SUSPECT.search(text):
        # ftfy would take single pairs out of Chinese in GBK for letters of UTF-8.
        found = list(misread_chinese(text)) if LONG_RUN.search(text, suspect.start()) else []
        found = found or list(misread(text))
    yield from found or misread_as_gbk(text)


@dataclass(frozen=True)
class Mojibake:
    """Wrongly decoded text: `donâ€™t` is `don’t`; what cannot be restored gets a note."""

    name: ClassVar = "mojibake"
    after: ClassVar[frozenset[str]] = frozenset({"entities"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (DECODED, BYTE_LOST, GBK, CHINESE, UNREADABLE)
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each run that was misread, and a note for each line that cannot be read."""
        text = document.text
        if text.isascii():
            return
        yield from at_rest(document, self.rules, repair)
        end = -1
        if "\ufffd" in text or "锟" in text:
            for match in LOST.finditer(text):
                if match.start() > end:
                    end = text.find("\n", match.end())
                    end = len(text) if end < 0 else end
                    yield Note(
                        match.start(),
                        match.end(),
                        UNREADABLE.name,
                        "warning",
                        "characters that could not be read stood here",
                    )
