"""The text of a line in each candidate encoding, and how unlikely that text is.

Costs are roughly logarithms of how rare something is in text: a common Chinese character costs 1, one that hardly
anybody writes 6, and an undecodable byte 12. In Windows-1252 every byte is a character, so there the cost depends on
its place: an accent in a word is common, one between a space and a bracket is not.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import files

import msgspec
import regex

from pipeline.text.encodings.dominant import FOREIGN_LANGUAGES
from pipeline.text.encodings.rarity import bits_in

UNDECODABLE_COST, RARE_HAN_COST, FULL_WIDTH_COST, PRIVATE_USE_COST = 12, 6, 2, 9
"""Costs of characters that are in no list, by their block."""
OTHER_COST, OTHER_COST_IN_CHINESE, EXPECTED_LETTER_COST = 2, 7, 1
"""Costs of any other character: in UTF-8, in a Chinese encoding, and of Greek and Cyrillic in a declared encoding."""
CLEAR_COST = 1.7
"""Mean cost of a character up to which the encoding of a line is clearly right."""
MIN_CLEAR_CHARACTERS = 6
"""Characters that are not ASCII which such a line must have."""
COMMON_LETTERS, MIN_LETTERS_OF_ENGLISH = "eaton", 4
"""Letters of which a line in English has so many."""
BITS_PER_COST = 6
"""A character of so many bits costs 1."""
DECLARED_FACTOR = 0.85
"""A declared encoding is a little cheaper."""
LONE_COMMON_HAN_COST, LONE_RARE_HAN_COST, HAN_AT_WORD_COST, LONE_LETTER_COST = 8, 12, 8, 9
"""Additional costs of characters that are alone among others."""
TWO_BYTE_LEAD_COST, SYMBOL_COST = 5, 2
"""Costs in Windows-1252 of a word that begins with `Â` or `Ã`, as two bytes of UTF-8 do, and of a symbol."""
ODD_COST, ODD_COST_OF_MANY, MANY_ODD = 13, 5, 3
"""Costs in Windows-1252 of a character in an odd place; less if there are many."""

HAN_ALONE = re.compile(r"(?<![\u2e80-\uffef])[\u3400-\u9fff](?![\u2e80-\uffef])")
HAN_AT_WORD = re.compile(
    r"(?<![\u2e80-\uffef])(?:(?<=[A-Za-z])[\u3400-\u9fff](?![\u2e80-\uffef])|[\u3400-\u9fff](?=[A-Za-z]))"
)
"""A single Chinese character that touches an English word: one half of it was an accent or a quotation mark."""
LETTER_ALONE = re.compile(r"(?<![\u0100-\u07ff])[\u0180-\u02af\u0370-\u07ff](?![\u0100-\u07ff])")
"""A single Greek, Arabic or African letter: a Chinese character in GBK that is also valid UTF-8."""
ACCENTED_WORD = regex.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]*[À-ÖØ-öø-ÿŒœŠšŽžŸ][A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]*")
CAPITAL_INSIDE = regex.compile(r"[a-zß-öø-ÿœšž][A-ZÀ-ÖØ-ÞŒŠŽŸ]")
SHORT_WORDS = frozenset("àéèôòóêyÀÉÈÔÒÓÊöåÖÅ")
USUAL_MARKS = regex.compile(
    r"""
      (?<=\w)’(?=\w)                       # don’t
    | (?<=[^\s\x80-\xff])[’”…]             # yes” and
    | (?<![\w])[‘“](?=[\w\p{P}\s])         # said “yes
    | (?<=\s|\w|^)[–—]                      # one – two
    | (?<=\s|^)[•·…]                        # • one
    | \xa0
    """,
    regex.VERBOSE,
)
USUAL_SYMBOLS = regex.compile(
    r"""
      (?<![^\x00-\x7f])(?:[©®°§«»·½¼¾¡¿™†²³±µ×](?![^\x00-\x7f]))(?:(?<![A-Za-z].)|(?![A-Za-z]))   # 20° C
    | [£€](?=[ ]?\d) | (?<=\d[ ]?)[£€]                                                            # £5
    """,
    regex.VERBOSE,
)
"""Characters of Windows-1252 in the places where prose has them."""


class CandidateEncoding(msgspec.Struct, frozen=True):
    """An encoding that a line may be in, and the function that gives the cost of its text."""

    encoding: str
    text_cost: Callable[[str], int]
    factor: float = 1.0

    def cost(self, line: bytes) -> tuple[int, bool]:
        """The cost of a line in this encoding, and whether the encoding is clearly right."""
        text = line.decode(self.encoding, "replace")
        undecodable = text.count("\ufffd")
        if 2 * undecodable > len(text):
            return round(UNDECODABLE_COST * undecodable * self.factor), False
        cost = self.text_cost(text)
        beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
        is_clear = beyond_ascii >= MIN_CLEAR_CHARACTERS and cost <= CLEAR_COST * beyond_ascii
        return round(cost * self.factor), is_clear and self.encoding != "cp1252"


def candidate_encodings(declared: str | None, dominant: str | None = None) -> Sequence[CandidateEncoding]:
    """The encodings to try. A `declared` one is a little cheaper, or is added to them.

    If the `dominant` one is Chinese, a single character among others is no sign against it. One of another language
    is tried only if it is dominant.
    """
    if dominant is not None and dominant in FOREIGN_LANGUAGES:
        cost = partial(_foreign_cost, FOREIGN_LANGUAGES[dominant])
        return [CandidateEncoding("utf-8", _utf_8_cost), CandidateEncoding(dominant, cost)]
    known = [
        CandidateEncoding("utf-8", _utf_8_cost),
        *(
            CandidateEncoding(name, _chinese_list_cost if name == dominant else _chinese_cost)
            for name in ("gb18030", "big5hkscs")
        ),
        CandidateEncoding("cp1252", _western_cost),
    ]
    # If a line is clear in the first one, the others are not tried.
    known.sort(key=lambda candidate: candidate.encoding != dominant)
    if declared is None:
        return known
    if any(reading.encoding == declared for reading in known):
        return [
            msgspec.structs.replace(reading, factor=DECLARED_FACTOR) if reading.encoding == declared else reading
            for reading in known
        ]
    return [*known, CandidateEncoding(declared, _declared_cost)] if _keeps_ascii(declared) else known


def _keeps_ascii(name: str) -> bool:
    """Whether a codec encodes text and keeps ASCII, so that lines can be decoded one by one."""
    try:
        return codecs.lookup(name).name not in ("utf-8", "utf-7") and "A1\n".encode(name) == b"A1\n"
    except (LookupError, UnicodeError):
        return False


class CharacterCosts(dict[str, int]):
    """The cost of each character; characters that are in no list cost what their block costs."""

    def __init__(self, other: int) -> None:
        super().__init__(_listed_costs())
        self.other = other

    def __missing__(self, character: str) -> int:
        if character < "\x80":
            return 0
        if character == "\ufffd":
            return UNDECODABLE_COST
        if "\u3400" <= character <= "\u9fff":
            return RARE_HAN_COST
        if "\uff01" <= character <= "\uff5e":
            return FULL_WIDTH_COST
        return PRIVATE_USE_COST if "\ue000" <= character <= "\uf8ff" or character < "\xa0" else self.other


@cache
def _listed_costs() -> dict[str, int]:
    listed = {chr(code): 0 for code in range(128)}
    tiers = iter(_tiers())
    listed |= dict.fromkeys("，。、：；？！“”‘’《》…—（）「」『』【】·　\xa0", 1)
    for cost, tier in zip((1, 2), tiers, strict=True):
        listed |= dict.fromkeys(tier, cost)
    return listed


def _tiers() -> Iterator[str]:
    """The most common Chinese characters, then the other common ones."""
    text = files(__package__).joinpath("common.txt").read_text(encoding="utf-8")
    rows = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for tier in rows.split("\n\n"):
        yield tier.replace("\n", "")


@cache
def common_characters() -> frozenset[str]:
    """The Chinese characters that most text is made of, simplified and traditional."""
    return frozenset("".join(_tiers()))


@cache
def _character_costs(other: int) -> CharacterCosts:
    return CharacterCosts(other)


def _chinese_cost(text: str) -> int:
    cost = sum(map(_character_costs(OTHER_COST_IN_CHINESE).__getitem__, text))
    if alone := HAN_ALONE.findall(text):
        common = common_characters()
        cost += sum(LONE_COMMON_HAN_COST if c in common else LONE_RARE_HAN_COST for c in alone)
        cost += HAN_AT_WORD_COST * len(HAN_AT_WORD.findall(text))
    return cost


def _chinese_list_cost(text: str) -> int:
    """The cost of a line in a text that is Chinese, in which a line may have a single character: `- 盐`."""
    if sum(map(text.count, COMMON_LETTERS)) >= MIN_LETTERS_OF_ENGLISH:
        return _chinese_cost(text)
    cost = sum(map(_character_costs(OTHER_COST_IN_CHINESE).__getitem__, text))
    return cost + HAN_AT_WORD_COST * len(HAN_AT_WORD.findall(text))


def _foreign_cost(language: str, text: str) -> int:
    """The cost of a line in Japanese, Korean or Russian: of each character by its rarity."""
    bits = bits_in(language)
    beyond_ascii = [character for character in text if character > "\x7f"]
    lost = beyond_ascii.count("\ufffd")
    return UNDECODABLE_COST * lost + (bits.of(beyond_ascii) - lost * bits["\ufffd"]) // BITS_PER_COST


def _utf_8_cost(text: str) -> int:
    return sum(map(_character_costs(OTHER_COST).__getitem__, text)) + LONE_LETTER_COST * len(LETTER_ALONE.findall(text))


def _declared_cost(text: str) -> int:
    """Greek and Cyrillic letters are expected of a declared encoding."""
    return sum(EXPECTED_LETTER_COST if "\u0370" <= c <= "\u04ff" else _character_costs(OTHER_COST)[c] for c in text)


def _western_cost(text: str) -> int:
    """Every byte is a character of Windows-1252, so the cost depends on whether each is where prose has it."""
    rest, marks = USUAL_MARKS.subn(" ", text)
    rest, symbols = USUAL_SYMBOLS.subn(" ", rest)
    cost = marks + SYMBOL_COST * symbols
    odd_words: list[int] = []
    for word in ACCENTED_WORD.findall(rest):
        accented = sum(c > "\x7f" for c in word)
        if (2 * accented <= len(word) and not CAPITAL_INSIDE.search(word)) or word in SHORT_WORDS:
            cost += accented + TWO_BYTE_LEAD_COST * (word[0] in "ÂÃ")
            cost += UNDECODABLE_COST * ("Â" in word[1:] or "Ã" in word[1:])
        else:
            odd_words.append(accented)
    undecodable = rest.count("\ufffd")
    outside_words = sum(c > "\x7f" for c in ACCENTED_WORD.sub("", rest)) - undecodable
    return cost + UNDECODABLE_COST * undecodable + sum(map(_odd_cost, (outside_words, *odd_words)))


def _odd_cost(count: int) -> int:
    """The cost of characters in odd places."""
    return (ODD_COST if count < MANY_ODD else ODD_COST_OF_MANY) * count
