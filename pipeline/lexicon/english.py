"""English words: how frequent they are, which follow each other, and which are two words run together.

The data are memory-mapped tries built by `scripts/build_lexicon.py`, which names the sources: the word lists of
`wordfreq` (data CC BY-SA 4.0, https://github.com/rspeer/wordfreq) and counts over freely licensed English prose. Words
are in small letters, with a straight apostrophe.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import marisa_trie

ALPHABET = "^abcdefghijklmnopqrstuvwxyz"
"""The letters of the letter model; the first is the edge of a word."""
LETTER_CODES = {letter: place for place, letter in enumerate(ALPHABET)}
LETTER_COUNT = len(ALPHABET)
ORDER = 4
"""The letter model looks at runs of so many letters."""
CONTEXTS = LETTER_COUNT ** (ORDER - 1)
CONTEXT_SYMBOLS = ("^", "0", "-", ".")
"""Symbols for the edge of a line, a number, a hyphen and any other mark, counted as words."""
POINTS_PER_NAT = 20
"""Log probabilities are whole numbers of points, so that their sums are the same on every machine."""
LOGP_STEP = 11.0
"""Steps of the first byte of a word for one natural unit: probabilities down to 1e-10."""
MIN_NAME_ODDS = 16
"""Odds of a capital above which a word is a name; only its small form can be two words: `togo`, but not `Togo`."""
CAPITAL_STEP, COUNT_STEP, JOIN_STEP = 12.0, 16.0, 16.0
"""Steps of the other bytes of a word for one natural unit."""
NO_ODDS = 128
"""The byte of a word that has a capital as often as not."""
FOREIGN_LOGP = -20.0
"""log P of a word that is known from other languages or maps only."""
FOREIGN_POINTS = round(FOREIGN_LOGP * POINTS_PER_NAT)
BYTES_PER_WORD = 5
"""Log P, odds of a capital, count, join score and backoff."""
LOGP = tuple(-round(byte * POINTS_PER_NAT / LOGP_STEP) for byte in range(256))
UNKNOWN_POINTS = -22 * POINTS_PER_NAT
"""Used as the log P of an unknown word."""
ZIPF_OFFSET, NATS_PER_DECADE = 9, 2.302585092994046
"""Zipf frequencies count in a thousand million words, in decimal logarithms."""


class WordFacts(NamedTuple):
    """What the lexicon knows about a word, each number in its own steps."""

    points: int
    """log P, in points."""
    capital_odds: int
    """Log odds that the word has a capital inside a sentence; above 0 if it mostly has."""
    corpus_count: int
    """Logarithm of how often it was seen."""
    join_score: int
    """How much rarer the word is than two words side by side, `ofthe`; 0 for a real word."""
    backoff_points: int
    """log of the probability left for words that were never seen after it, in points."""


class Lexicon:
    """English words and pairs of words, from the files in `folder`, by default those of this package."""

    __slots__ = ("_foreign", "_letters", "_pair_values", "_pairs", "_values", "_words")

    def __init__(self, folder: Traversable | None = None) -> None:
        folder = folder or resources.files(__package__)
        self._words, self._values = _trie(folder / "words.marisa"), (folder / "words.bytes").read_bytes()
        self._pairs, self._pair_values = _trie(folder / "pairs.marisa"), (folder / "pairs.bytes").read_bytes()
        self._foreign = _trie(folder / "foreign.marisa")
        self._letters = (folder / "letters.bytes").read_bytes()

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def points(self, word: str) -> int | None:
        """Log P of `word` in points, or None if it is unknown."""
        number = self._words.get(word)
        return None if number is None else LOGP[self._values[BYTES_PER_WORD * number]]

    def logp(self, word: str) -> float | None:
        """Natural logarithm of the probability of `word`, or None if it is unknown."""
        points = self.points(word)
        return None if points is None else points / POINTS_PER_NAT

    def zipf(self, word: str) -> float:
        """Zipf frequency: decimal logarithm of the occurrences in a thousand million words; 0 if unknown."""
        logp = self.logp(word)
        return 0.0 if logp is None else ZIPF_OFFSET + logp / NATS_PER_DECADE

    def facts(self, word: str) -> WordFacts | None:
        """Everything the lexicon knows about `word`, or None if it is unknown."""
        number = self._words.get(word)
        if number is None:
            return None
        at = BYTES_PER_WORD * number
        logp, capital, count, join, backoff = self._values[at : at + BYTES_PER_WORD]
        return WordFacts(LOGP[logp], capital - NO_ODDS, count, join, -backoff)

    def capital(self, word: str) -> float:
        """How often `word` has a capital inside a sentence, from 0 to 1; 0.5 if it is unknown."""
        number = self._words.get(word)
        return (
            0.5
            if number is None
            else 1 / (1 + math.exp((NO_ODDS - self._values[BYTES_PER_WORD * number + 1]) / CAPITAL_STEP))
        )

    def pair(self, first: str, second: str) -> int | None:
        """Log P(second | first) in points, or None if the two were hardly ever seen side by side."""
        number = self._pairs.get(f"{first} {second}")
        return None if number is None else -self._pair_values[number]

    def points_after(self, before: str, word: str) -> int | None:
        """Log P(word | before) in points, or None if the word is unknown."""
        points = self.pair(before, word)
        if points is not None:
            return points
        alone = self.points(word)
        return None if alone is None else alone + self._backoff(before)

    def completions(self, before: str, fragment: str) -> Iterator[tuple[str, int]]:
        """The longer words that begin with `fragment`, each with its log P after `before`; a word may come twice."""
        start = len(before) + 1
        for pair, number in self._pairs.items(f"{before} {fragment}"):
            if len(pair) - start > len(fragment):
                yield pair[start:], -self._pair_values[number]
        backoff = self._backoff(before)
        for word, number in self._words.items(fragment):
            if len(word) > len(fragment):
                yield word, LOGP[self._values[BYTES_PER_WORD * number]] + backoff

    def likeliest_completions(self, fragment: str, count: int) -> Sequence[tuple[str, int]]:
        """The likeliest longer words that begin with `fragment`, each with its log P; at most `count`."""
        longer = (
            (word, LOGP[self._values[BYTES_PER_WORD * number]])
            for word, number in self._words.items(fragment)
            if len(word) > len(fragment)
        )
        return heapq.nlargest(count, longer, key=lambda pair: pair[1])

    def _backoff(self, word: str) -> int:
        facts = self.facts(word)
        return facts.backoff_points if facts is not None else 0

    def is_misjoined(self, word: str) -> bool:
        """Whether edited prose writes a `word` of the lists as two words, and it is no name: `ofthe`, `alot`."""
        number = self._words.get(word)
        if number is None:
            return False
        at = BYTES_PER_WORD * number
        capital, _, join_score = self._values[at + 1 : at + 4]
        return join_score > 0 and capital - NO_ODDS <= MIN_NAME_ODDS

    def starts(self, text: str) -> list[tuple[str, int, int, int]]:
        """The words that `text` starts with, each with its log P in points, odds of a capital and join score.

        Words of other languages come last.
        """
        values = self._values
        words = []
        for word, number in self._words.iter_prefixes_with_ids(text):
            at = BYTES_PER_WORD * number
            words.append((word, LOGP[values[at]], values[at + 1] - NO_ODDS, values[at + 3]))
        words += [(word, FOREIGN_POINTS, 0, 0) for word in self._foreign.iter_prefixes(text)]
        return words

    def foreign(self, word: str) -> bool:
        """Whether `word` is known from other languages in Latin script only."""
        return word in self._foreign

    def spelling(self, word: str) -> int:
        """Log P in points that an unknown word is spelt like `word`; 0 for an empty one."""
        return Spelling(self._letters, word).between(0, len(word)) if word else 0

    def spellings(self, text: str) -> "Spelling":
        """The `spelling` of every part of `text`."""
        return Spelling(self._letters, text)


class Spelling:
    """How likely unknown words are to be spelt like the parts of a text."""

    __slots__ = ("_codes", "_table", "_totals")

    def __init__(self, table: bytes, text: str) -> None:
        self._table = table
        self._codes = codes = [LETTER_CODES.get(letter, 0) for letter in text]
        state, total, totals = 0, 0, [0]
        for code in codes:
            state = state % CONTEXTS * LETTER_COUNT + code
            total += table[state]
            totals.append(total)
        self._totals = totals

    def between(self, start: int, end: int) -> int:
        """Log P, in points, of the letters `[start, end)` as a word of its own."""
        table, codes, size = self._table, self._codes, LETTER_COUNT
        # The first letters must not see what is before the word, and the last is followed by an edge.
        state, total = 0, 0
        for code in codes[start : min(end, start + ORDER - 1)]:
            state = state * size + code
            total += table[state]
        if end - start >= ORDER:
            total += self._totals[end] - self._totals[start + ORDER - 1]
            state = (codes[end - 3] * size + codes[end - 2]) * size + codes[end - 1]
        return -(total + table[state * size])


@cache
def lexicon() -> Lexicon:
    """The lexicon of this package, mapped once per process."""
    return Lexicon()


def _trie(file: Traversable) -> marisa_trie.Trie:
    trie = marisa_trie.Trie()
    if isinstance(file, Path):
        return trie.mmap(str(file))
    return trie.frombytes(file.read_bytes())
