"""What a full-text index is given, so that Chinese words are found in it as English ones are: by typing them.

An index cuts text at blanks and punctuation, so that a Chinese sentence is one word to it. Here a sentence is cut into
units: a character of a script without blanks is one, and so is a run of any other letters and digits. The index is
given the units one by one, which finds phrases of any length, and beside them every run of 2 to 6 units that stand
together with at least one such character among them, which finds what is typed as one word: `采访`, `AI技术`, `5G网`.
"""

from collections.abc import Iterator

import regex

MAX_NGRAM_UNITS = 6
"""Units of the longest run that is indexed as a word. Nearly all words of Chinese have at most four, many names six:
`北京电影学院`. From four to six costs an eighth of a database of Chinese articles."""

ASCII_OF_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width forms of ASCII and their plain ones."""

UNSPACED_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}"
SPACED_LETTERS = rf"[\p{{L}}\p{{M}}\p{{N}}--[{UNSPACED_SCRIPTS}]]"
UNIT_PATTERN = regex.compile(rf"[{UNSPACED_SCRIPTS}]|{SPACED_LETTERS}++", regex.V1)
MIXED_RUN_PATTERN = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){SPACED_LETTERS}*+[{UNSPACED_SCRIPTS}][{UNSPACED_SCRIPTS}\p{{L}}\p{{M}}\p{{N}}]*+",
    regex.V1,
)


def units(text: str) -> str:
    """The text with a blank around each character of a script without blanks; full-width letters are plain ones.

    >>> units("我的ＡＩ采访: steel bridge")
    '我 的 AI 采 访 steel bridge'
    """
    return " ".join(UNIT_PATTERN.findall(text.translate(ASCII_OF_FULL_WIDTH)))


def words(text: str) -> str:
    """Every run of 2 to 6 units of the text that stand together and are not all of one alphabet, a blank between them.

    >>> words("用AI做采访。")
    '用AI 用AI做 用AI做采 用AI做采访 AI做 AI做采 AI做采访 做采 做采访 采访'

    Full-width letters and digits stand among them as they are written, too: what is typed so is found as well.
    """
    plain = text.translate(ASCII_OF_FULL_WIDTH)
    found = [word for run in _runs(plain) for word in _grams(run)]
    if plain != text:
        written = (*UNIT_PATTERN.findall(text), *(word for run in _runs(text) for word in _grams(run)))
        found += [word for word in written if word.translate(ASCII_OF_FULL_WIDTH) != word]
    return " ".join(found)


def phrase(words: str) -> str:
    """A query for exactly these words in this order, of any length and script, for the right side of `MATCH`.

    >>> phrase("省人民代表大会")
    '"省 人 民 代 表 大 会"'
    >>> phrase("don't stop")
    '"don t stop"'

    Raises `ValueError` where there is no letter or digit in it.
    """
    found = units(words)
    if not found:
        raise ValueError(f"{words!r} has no word to search for")
    return f'"{found}"'


def _runs(text: str) -> Iterator[list[str]]:
    """The units that stand together, nothing between them, where at least one is a dense character."""
    for run in MIXED_RUN_PATTERN.findall(text):
        yield UNIT_PATTERN.findall(run)


def _grams(run: list[str]) -> Iterator[str]:
    for i in range(len(run)):
        for size in range(2, min(MAX_NGRAM_UNITS, len(run) - i) + 1):
            # One of two neighbours is a dense character, or they would be one unit.
            yield "".join(run[i : i + size])
