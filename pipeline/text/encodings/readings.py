"""What a line would say in one encoding, and how unlikely that is.

A cost is roughly a logarithm of how rare something is in text: a common Chinese character costs one, one that hardly
anybody writes six, a byte that cannot be read twelve. In Windows-1252 every byte can be read, so it is asked where
each character stands: an accent in a word is common, one after a blank and before a bracket is not.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import msgspec
import regex

BROKEN = 12
RARE = 6
PLAIN = 1.7
"""Mean cost of a character up to which a line is plainly what it was read as."""
ENOUGH = 6
"""Characters that a line needs to be plainly anything."""
DECLARED_BONUS = 0.85

HAN_ALONE = re.compile(r"(?<![\u2e80-\uffef])[\u3400-\u9fff](?![\u2e80-\uffef])")
HAN_AT_WORD = re.compile(
    r"(?<![\u2e80-\uffef])(?:(?<=[A-Za-z])[\u3400-\u9fff](?![\u2e80-\uffef])|[\u3400-\u9fff](?=[A-Za-z]))"
)
"""A Chinese character by itself, glued to an English word: an accent or a quotation mark was taken for half of it."""
LETTER_ALONE = re.compile(r"(?<![\u0100-\u07ff])[\u0180-\u02af\u0370-\u07ff](?![\u0100-\u07ff])")
"""A Greek or Arabic letter, or an African one, by itself: one Chinese character in GBK that could be UTF-8."""
WORD = regex.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]*[À-ÖØ-öø-ÿŒœŠšŽžŸ][A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]*")
CAPITAL_INSIDE = regex.compile(r"[a-zß-öø-ÿœšž][A-ZÀ-ÖØ-ÞŒŠŽŸ]")
SHORT_WORDS = frozenset("àéèôòóêyÀÉÈÔÒÓÊöåÖÅ")
MARKS = regex.compile(
    r"(?<=\w)’(?=\w)|(?<=[^\s\x80-\xff])[’”…]|(?<![\w])[‘“](?=[\w\p{P}\s])|(?<=\s|\w|^)[–—]|(?<=\s|^)[•·…]|\xa0"
)
SIGNS = regex.compile(
    r"(?<![^\x00-\x7f])(?:[©®°§«»·½¼¾¡¿™†²³±µ×](?![^\x00-\x7f]))(?:(?<![A-Za-z].)|(?![A-Za-z]))"
    r"|[£€](?=[ ]?\d)|(?<=\d[ ]?)[£€]"
)
"""Characters of Windows-1252 where prose has them."""


class CandidateEncoding(msgspec.Struct, frozen=True):
    """One encoding that a line may be in."""

    encoding: str
    price: Callable[[str], int]
    bonus: float = 1.0

    def cost(self, line: bytes) -> tuple[int, bool]:
        """What the line costs in this encoding, and whether it is plainly in it."""
        text = line.decode(self.encoding, "replace")
        broken = text.count("\ufffd")
        if 2 * broken > len(text):
            return round(BROKEN * broken * self.bonus), False
        cost = self.price(text)
        units = len(text) - len(text.encode("ascii", "ignore"))
        plain = self.encoding != "cp1252" and units >= ENOUGH and cost <= PLAIN * units
        return round(cost * self.bonus), plain


def candidate_encodings(declared: str | None) -> Sequence[CandidateEncoding]:
    """The encodings that come into question; a declared one is a little cheaper, or is tried because it is declared."""
    known = [
        CandidateEncoding("utf-8", _unicode),
        CandidateEncoding("gb18030", _chinese),
        CandidateEncoding("big5hkscs", _chinese),
        CandidateEncoding("cp1252", _western),
    ]
    if declared is None:
        return known
    if any(reading.encoding == declared for reading in known):
        return [
            msgspec.structs.replace(reading, bonus=DECLARED_BONUS) if reading.encoding == declared else reading
            for reading in known
        ]
    return [*known, CandidateEncoding(declared, _other)] if _writes_bytes(declared) else known


def _writes_bytes(name: str) -> bool:
    """Whether this is an encoding of text in which ASCII is ASCII, so that lines can be read one by one."""
    try:
        return codecs.lookup(name).name not in ("utf-8", "utf-7") and "A1\n".encode(name) == b"A1\n"
    except (LookupError, UnicodeError):
        return False


class Prices(dict[str, int]):
    """What a character costs; those that are not listed by the block they are in."""

    def __init__(self, other: int) -> None:
        super().__init__(_listed())
        self.other = other

    def __missing__(self, character: str) -> int:
        if character < "\x80":
            return 0
        if character == "\ufffd":
            return BROKEN
        if "\u3400" <= character <= "\u9fff":
            return RARE
        if "\uff01" <= character <= "\uff5e":
            return 2
        return 9 if "\ue000" <= character <= "\uf8ff" or character < "\xa0" else self.other


@cache
def _listed() -> dict[str, int]:
    listed = {chr(code): 0 for code in range(128)}
    tiers = iter(_tiers())
    listed |= dict.fromkeys("，。、：；？！“”‘’《》…—（）「」『』【】·　\xa0", 1)
    for price, tier in zip((1, 2), tiers, strict=True):
        listed |= dict.fromkeys(tier, price)
    return listed


def _tiers() -> Iterator[str]:
    """The commonest characters, and the common ones."""
    text = files(__package__).joinpath("common.txt").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for tier in kept.split("\n\n"):
        yield tier.replace("\n", "")


@cache
def common_characters() -> frozenset[str]:
    """The Chinese characters that text is mostly made of, in both scripts."""
    return frozenset("".join(_tiers()))


@cache
def _prices(other: int) -> Prices:
    return Prices(other)


def _chinese(text: str) -> int:
    cost = sum(map(_prices(7).__getitem__, text))
    if alone := HAN_ALONE.findall(text):
        cost += sum(8 if c in common_characters() else 12 for c in alone) + 8 * len(HAN_AT_WORD.findall(text))
    return cost


def _unicode(text: str) -> int:
    return sum(map(_prices(2).__getitem__, text)) + 9 * len(LETTER_ALONE.findall(text))


def _other(text: str) -> int:
    """Letters of other alphabets are what is expected of an encoding that was declared."""
    return sum(1 if "\u0370" <= c <= "\u04ff" else _prices(2)[c] for c in text)


def _western(text: str) -> int:
    """Every byte is a character here, so it is asked whether each stands where prose has it."""
    rest, marks = MARKS.subn(" ", text)
    rest, signs = SIGNS.subn(" ", rest)
    cost = marks + 2 * signs
    left: list[str] = []
    for word in WORD.findall(rest):
        beyond = sum(c > "\x7f" for c in word)
        if (2 * beyond <= len(word) and not CAPITAL_INSIDE.search(word)) or word in SHORT_WORDS:
            # The bytes of many a character of UTF-8 begin with these two.
            cost += beyond + 5 * (word[0] in "ÂÃ") + BROKEN * ("Â" in word[1:] or "Ã" in word[1:])
        else:
            left.append(word)
    odd = sum(c > "\x7f" for c in WORD.sub("", rest)) - rest.count("\ufffd")
    cost += BROKEN * rest.count("\ufffd") + (13 if odd < 3 else 5) * odd
    for word in left:
        beyond = sum(c > "\x7f" for c in word)
        cost += (13 if beyond < 3 else 5) * beyond
    return cost
