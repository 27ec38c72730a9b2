"""Repair Chinese that was read in another Chinese encoding: UTF-8 as GBK, GBK as Big5, Big5 as GBK.

The result has rare characters, one of which is enough to start a search: 鈥 is made of the first bytes of a curly
quote, 琌 of 是. The text is read again only if every byte fits, and if the new characters are common and the old ones
are not.
"""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.stages.mojibake.rules import BIG5, GBK
from pipeline.text.edits import Edit
from pipeline.text.encodings.readings import CharacterCosts

SIGNS_OF_UTF8 = "鈥銆锛鐨鏄涓"
"""What the first bytes of curly quotes, Chinese punctuation, 的, 是 and 一 in UTF-8 look like in GBK."""
SIGNS_OF_SWAPPED = "扂岆珨賸蚚眕琌硂璶禬"
"""我是一了用以 of GBK in Big5, and 是這要超 of Big5 in GBK."""
UTF8_SIGN = re.compile(f"[{SIGNS_OF_UTF8}]")
SWAPPED_SIGN = re.compile(f"[{SIGNS_OF_SWAPPED}]")
START_OF_CURLY_QUOTE = "鈥"
CURLY_QUOTES_AND_DASHES = "‘’“”–—…"
NON_ASCII_RUN = re.compile("[^\x00-\x7f]+")
NOT_CHINESE_COST = 7
"""Cost of a character that is neither Han nor Chinese punctuation."""
MIN_RARE_COST, MAX_COMMON_COST = 3.0, 1.8
"""Mean cost of a character in a rare text, and in a common one. Of real runs, one in a thousand costs more than the
first, and one in fifty more than the second."""
MIN_RUN_CHARS = 4
SWAPPED_CODECS = (("cp950", "gb18030"), ("big5hkscs", "gb18030"), ("gb18030", "big5hkscs"))
"""Pairs of encodings: in which a text was read, in which it was written."""

UTF8_CONFIDENCE = 0.95
"""Every byte of a run is valid UTF-8, which real Chinese in GBK hardly ever is."""
CURLY_QUOTE_CONFIDENCE = SWAPPED_CONFIDENCE = 0.93


def repaired_utf8_as_gbk(text: str) -> Iterator[Edit]:
    """`harbour鈥檚` to `harbour’s`, `鐨勪汉姘戝湪` to `的人民在`: only if every byte fits.

    The bytes of real Chinese in GBK are hardly ever valid UTF-8, and never over a whole run with its punctuation.
    """
    for run in _runs_with(UTF8_SIGN, SIGNS_OF_UTF8, text):
        yield from _repaired_run(run.start(), run[0])


def repaired_swapped(text: str) -> Iterator[Edit]:
    """`扂蠅隴毞婬懂` to `我们明天再来`: GBK and Big5, each read as the other."""
    for run in _runs_with(SWAPPED_SIGN, SIGNS_OF_SWAPPED, text):
        if (new := read_swapped(run[0])) is not None:
            yield Edit(run.start(), run[0], new, BIG5.name, SWAPPED_CONFIDENCE)


def _runs_with(sign: re.Pattern[str], signs: str, text: str) -> Iterator[re.Match[str]]:
    """The runs of characters that are not ASCII and that have one of `signs`, which `sign` matches."""
    # A search for each single character is faster than one for any of them.
    match = sign.search(text) if any(character in text for character in signs) else None
    while match:
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        for run in NON_ASCII_RUN.finditer(text, start, end):
            if sign.search(run[0]):
                yield run
        match = sign.search(text, end)


def _repaired_run(start: int, run: str) -> Iterator[Edit]:
    """A run as UTF-8, if it is valid; otherwise only its curly quotes and dashes, which are sure by themselves."""
    if new := read_as_utf8(run):
        yield Edit(start, run, new, GBK.name, UTF8_CONFIDENCE)
        return
    at = run.find(START_OF_CURLY_QUOTE)
    while at >= 0:
        pair = run[at : at + 2]
        if (new := read_as_utf8(pair)) and new[0] in CURLY_QUOTES_AND_DASHES and new[1:].isascii():
            yield Edit(start + at, pair, new, GBK.name, CURLY_QUOTE_CONFIDENCE)
            at += 1
        at = run.find(START_OF_CURLY_QUOTE, at + 1)


def read_as_utf8(run: str) -> str | None:
    """The GBK bytes of `run` as UTF-8, if that is valid and more common. Those of 涓滴归公 are valid by chance."""
    try:
        new = run.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return None
    return new if len(new) < len(run) + 1 and new.isprintable() and _mean_cost(new) < _mean_cost(run) else None


def read_swapped(run: str) -> str | None:
    """A run of rare characters in the other encoding, if all of it is common there; otherwise None."""
    if len(run) < MIN_RUN_CHARS or _mean_cost(run) < MIN_RARE_COST:
        return None
    for read_as, written_in in SWAPPED_CODECS:
        try:
            raw = run.encode(read_as)
            new = raw.decode(written_in)
        except UnicodeError:
            continue
        if len(raw) == 2 * len(run) and len(new) == len(run) and _mean_cost(new) <= MAX_COMMON_COST:
            return new
    return None


@cache
def _costs() -> CharacterCosts:
    return CharacterCosts(NOT_CHINESE_COST)


def _mean_cost(text: str) -> float:
    return sum(map(_costs().__getitem__, text)) / len(text)
