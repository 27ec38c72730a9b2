"""Prepares text for a full-text index, so that Chinese words can be searched as they are typed.

An index splits text at spaces and punctuation, so a Chinese sentence would be one word. Here text is split into units:
a character of a script without spaces, or a run of other letters and digits. The index gets all units, to find phrases
of any length, and every run of 2 to 6 adjacent units with at least one such character, to find what is typed as one
word: `采访`, `AI技术`, `5G网`.
"""

from collections.abc import Iterator

import regex

MAX_NGRAM_UNITS = 6
"""Most units that are indexed as one word. Nearly all Chinese words have at most four, but many names six, such as
`北京电影学院`. Six instead of four makes a database of Chinese articles an eighth larger."""

ASCII_OF_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Maps full-width forms to ASCII."""

UNSPACED_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}"
SPACED_LETTERS = rf"[\p{{L}}\p{{M}}\p{{N}}--[{UNSPACED_SCRIPTS}]]"
UNIT_PATTERN = regex.compile(rf"[{UNSPACED_SCRIPTS}]|{SPACED_LETTERS}++", regex.V1)
MIXED_RUN_PATTERN = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){SPACED_LETTERS}*+[{UNSPACED_SCRIPTS}][{UNSPACED_SCRIPTS}\p{{L}}\p{{M}}\p{{N}}]*+",
    regex.V1,
)


def units(text: str) -> str:
    """Separates units by spaces; full-width letters become ASCII.

    >>> units("我的ＡＩ采访: steel bridge")
    '我 的 AI 采 访 steel bridge'
    """
    return " ".join(UNIT_PATTERN.findall(text.translate(ASCII_OF_FULL_WIDTH)))


def words(text: str) -> str:
    """All runs of 2 to 6 adjacent units with a character of a script without spaces, separated by spaces.

    >>> words("用AI做采访。")
    '用AI 用AI做 用AI做采 用AI做采访 AI做 AI做采 AI做采访 做采 做采访 采访'

    Words with full-width letters and digits are also added as written, so that they are found either way.
    """
    plain = text.translate(ASCII_OF_FULL_WIDTH)
    ngrams = [word for run in _runs(plain) for word in _grams(run)]
    if plain != text:
        as_written = (*UNIT_PATTERN.findall(text), *(word for run in _runs(text) for word in _grams(run)))
        ngrams += [word for word in as_written if word.translate(ASCII_OF_FULL_WIDTH) != word]
    return " ".join(ngrams)


def phrase(words: str) -> str:
    """A `MATCH` query for exactly these words in this order, of any length and script.

    >>> phrase("省人民代表大会")
    '"省 人 民 代 表 大 会"'
    >>> phrase("don't stop")
    '"don t stop"'

    Raises `ValueError` if there is no letter or digit.
    """
    query = units(words)
    if not query:
        raise ValueError(f"{words!r} has no word to search for")
    return f'"{query}"'


def _runs(text: str) -> Iterator[list[str]]:
    """Runs of adjacent units with at least one character of a script without spaces."""
    for run in MIXED_RUN_PATTERN.findall(text):
        yield UNIT_PATTERN.findall(run)


def _grams(run: list[str]) -> Iterator[str]:
    for i in range(len(run)):
        for size in range(2, min(MAX_NGRAM_UNITS, len(run) - i) + 1):
            # Of two adjacent units, one is a character of such a script, or they would be one unit.
            yield "".join(run[i : i + size])
