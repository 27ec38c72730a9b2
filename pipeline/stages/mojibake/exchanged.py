"""Chinese that was read in another codec of Chinese: UTF-8 as GBK, GBK as Big5, Big5 as GBK.

The characters that come of it are rare, and one of them is enough to look: 鈥 stands for the first bytes of a curly
quote, 琌 for 是. It is undone only where every byte fits, and where what comes of it is common and what stood there
was not.
"""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.model.stage import Rule
from pipeline.text.edits import Edit
from pipeline.text.encodings.readings import CharacterCosts

GBK = Rule(
    "mojibake.gbk",
    "UTF-8 that was read as GBK",
    acts=("the harbour鈥檚 edge", "鐨勪汉姘戝湪"),
    spares=("的人民在", "涓涓细流", "the harbour’s edge"),
)
BIG5 = Rule(
    "mojibake.big5",
    "Chinese in GBK that was read as Big5, or the other way round",
    acts=("扂蠅隴毞婬懂", "и琌い地"),
    spares=("我们明天再来", "我是中國人", "いろはにほへと", "一个琌字"),
)
UTF_8_SIGNS = "鈥銆锛鐨鏄涓"
"""What the first bytes of common Chinese punctuation, of 的, 是 and 一, and of curly quotes look like in GBK."""
BIG5_SIGNS = "扂岆珨賸蚚眕琌硂璶禬"
"""我是一了用以 of GBK in Big5, and 是這要超 of Big5 in GBK."""
SIGN = re.compile(f"[{UTF_8_SIGNS}]")
OTHER_SIGN = re.compile(f"[{BIG5_SIGNS}]")
RUN = re.compile("[^\x00-\x7f]+")
RARE_GIVEN, COMMON_NEW = 3.0, 1.8
"""Mean price of a character from which a text is rare, and up to which it is common: of real runs one in a thousand
is dearer than the first, and one in fifty than the second."""
LEAST = 4


def misread_as_gbk(text: str) -> Iterator[Edit]:
    """`harbour鈥檚` to `harbour’s`, `鐨勪汉姘戝湪` to `的人民在`: only where every byte fits.

    The bytes of real Chinese in GBK are hardly ever valid UTF-8, and never over a whole run with its punctuation.
    """
    for run in _runs_with(SIGN, UTF_8_SIGNS, text):
        yield from reread(run.start(), run[0])


def _runs_with(sign: re.Pattern[str], signs: str, text: str) -> Iterator[re.Match[str]]:
    # Searches for one character each are faster than one for any of them.
    found = sign.search(text) if any(each in text for each in signs) else None
    while found:
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        for run in RUN.finditer(text, start, end):
            if sign.search(run[0]):
                yield run
        found = sign.search(text, end)


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
    """What the GBK bytes of `run` say in UTF-8, if that is commoner: those of 涓滴归公 are valid by chance."""
    try:
        new = run.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return None
    return new if len(new) < len(run) + 1 and new.isprintable() and _mean(new) < _mean(run) else None


def exchanged(text: str) -> Iterator[Edit]:
    """`扂蠅隴毞婬懂` to `我们明天再来`: GBK and Big5, each read as the other."""
    for run in _runs_with(OTHER_SIGN, BIG5_SIGNS, text):
        if (new := other(run[0])) is not None:
            yield Edit(run.start(), run[0], new, BIG5.name, 0.93)


@cache
def _prices() -> CharacterCosts:
    return CharacterCosts(7)


def _mean(text: str) -> float:
    return sum(map(_prices().__getitem__, text)) / len(text)


def other(run: str) -> str | None:
    """What a run that is rare all through says in the other codec, if that is common all through."""
    if len(run) < LEAST or _mean(run) < RARE_GIVEN:
        return None
    for read_as, written_in in (("cp950", "gb18030"), ("big5hkscs", "gb18030"), ("gb18030", "big5hkscs")):
        try:
            raw = run.encode(read_as)
            new = raw.decode(written_in)
        except UnicodeError:
            continue
        if len(raw) == 2 * len(run) and len(new) == len(run) and _mean(new) <= COMMON_NEW:
            return new
    return None
